"""Versions of the tables that only a centre has."""
