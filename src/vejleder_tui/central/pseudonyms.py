"""What stands in place of a person in what the read role sees, and in exports for analysis.

A pseudonym is the first 32 hex digits of HMAC-SHA256 of a row's id under a secret that only the owner and the ingest role
can read. It stays the same over time and over a restored backup; without the secret nothing leads back to the id.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING

from vejleder_tui.central import values
from vejleder_tui.model.base import Kind, fields_of
from vejleder_tui.oplog.tables import children_of, table_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.central.database import Centre
    from vejleder_tui.oplog.settle import Rows

__all__ = ["HIDDEN_TABLES", "SECRET", "forget", "linked_tables", "note", "personal_tables", "pseudonym", "shown_fields"]

SECRET = "pseudonym_secret"  # noqa: S105 - the name of the value, not the value

HIDDEN_TABLES = frozenset({"device", "setting", "same_person"})
"""Tables that say nothing for analysis, and hold keys or free values."""

_PERSONS = ("citizen", "worker")
_OPEN_TEXTS = frozenset({("programme", "name"), ("organisation", "name"), ("venue", "name"), ("centre", "name")})
"""The only free texts that are shown: names of what the municipality runs, not of people."""

_HIDDEN_FIELDS = frozenset({("citizen", "birth_date")})
"""Shown otherwise: of a birth date the year is left."""


@cache
def personal_tables() -> frozenset[str]:
    """Return the tables of persons, and every table whose rows refer to one, however far."""
    found = set(_PERSONS)
    todo = list(_PERSONS)
    while todo:
        for child, name in children_of(todo.pop()):
            # A course refers to nobody, though the worker who signed a session off is named there.
            if child not in found and fields_of(child)[name].key:
                found.add(child)
                todo.append(child)
    return frozenset(found)


@cache
def linked_tables() -> frozenset[str]:
    """Return the personal tables that others refer to: their rows need pseudonyms, the rest are shown without an id."""
    return frozenset(table for table in personal_tables() if table in _PERSONS or children_of(table))


@cache
def shown_fields(table: str) -> tuple[str, ...]:
    """Return the fields that analysis sees: codes, numbers, dates and references; no free text, no CPR, no address."""
    if table in HIDDEN_TABLES:
        return ()
    return tuple(
        name
        for name, info in fields_of(table).items()
        if (info.kind is not Kind.TEXT or (table, name) in _OPEN_TEXTS)
        and (table, name) not in _HIDDEN_FIELDS
        and not (info.kind is Kind.UUID and info.references is None)
    )


def pseudonym(secret: str, row: str) -> str:
    """Return the pseudonym of a row's id; `secret` in hex."""
    return hmac.new(bytes.fromhex(secret), row.encode(), hashlib.sha256).hexdigest()[:32]


def note(centre: Centre, rows: Rows) -> None:
    """Keep the pseudonyms of rows that came, inside the transaction in which they did."""
    _keep(centre, (row for table, row in rows.new if table in linked_tables()))


def _keep(centre: Centre, rows: Iterable[str]) -> None:
    fresh = list(rows)
    if not fresh:
        return
    secret = values.get(centre, SECRET) or ""
    centre.executemany(
        "INSERT INTO central_pseudonym (id, pseudonym) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(row, pseudonym(secret, row)) for row in fresh],
    )


def forget(centre: Centre) -> None:
    """Take away the pseudonyms of rows that are no longer there: an erase took them."""
    there = " UNION ALL ".join(f'SELECT id FROM "{table}"' for table in table_names() if table in linked_tables())
    centre.execute(f"DELETE FROM central_pseudonym WHERE id NOT IN ({there})")
