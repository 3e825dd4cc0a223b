"""Vejleder: registration of group-based social support on an encrypted local store."""

__version__ = "0.1.0"

SCHEMA = 2
"""Number of the records' schema, written in every operation; fields are only ever added.

It stands here, beside the version, so that `verify` can refuse a bundle of a newer one without loading the models.
"""
