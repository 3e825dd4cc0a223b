"""Commands: id, key, title, help; data only."""
