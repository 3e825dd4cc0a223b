"""Administration's side, on PostgreSQL."""
