"""Numbered changes of the schema, in three lines of their own: shared, laptop, centre.

The heads stand here as plain text, so that opening a store that is up to date needs no Alembic (0.2 s).
"""

LAPTOP_HEADS = frozenset({"l0002"})
"""The revisions of a laptop's store that this program writes; l0002 stands on s0002."""

LAPTOP_EARLIER: frozenset[str] = frozenset({"s0001", "s0002", "l0001"})
"""The revisions before them, which it brings up to date; any other is of a newer program."""

CENTRE_HEADS = frozenset({"c0001"})
"""The revisions of a centre that this program writes; c0001 stands on s0002."""

CENTRE_EARLIER: frozenset[str] = frozenset({"s0001", "s0002"})
"""The revisions before them, which `central init` brings up to date."""
