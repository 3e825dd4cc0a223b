"""Vejleder: registration of group-based social support on an encrypted local store."""

__version__ = "0.1.0"
