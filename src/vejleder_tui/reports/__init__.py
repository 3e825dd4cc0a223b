"""Indicators, their tables and documents."""
