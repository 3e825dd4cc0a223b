"""Code lists as data, and their loader."""
