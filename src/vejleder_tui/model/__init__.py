"""The records: one definition for SQLite and PostgreSQL."""
