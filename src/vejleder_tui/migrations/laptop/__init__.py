"""Versions of the tables that only a laptop has."""
