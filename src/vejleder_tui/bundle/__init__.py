"""The sync bundle."""
