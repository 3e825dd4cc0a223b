"""Numbered changes of the schema, in three lines of their own: shared, laptop, centre.

The heads stand here as plain text, so that opening a store that is up to date needs no Alembic (0.2 s).
"""

LAPTOP_HEADS = frozenset({"s0001", "l0001"})
"""The revisions of a laptop's store that this program writes."""

LAPTOP_EARLIER: frozenset[str] = frozenset()
"""The revisions before them, which it brings up to date; any other is of a newer program."""
