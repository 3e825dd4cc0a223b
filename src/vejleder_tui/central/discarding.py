"""What a key wrote that the centre does not believe, thrown away: lines that wait, and files that were set aside."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.bundle.keys import fingerprint_words
from vejleder_tui.central.keys import believed
from vejleder_tui.errors import NotFoundError, RuleError, StoreError
from vejleder_tui.i18n import _
from vejleder_tui.oplog import OperationLine
from vejleder_tui.oplog.discard import counts_nowhere, discard_chain, lifted_in_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.central.database import Centre
    from vejleder_tui.oplog.tables import Database

__all__ = ["DISCARDED", "Discarded", "discard", "lifted"]

DISCARDED = "discarded"
"""The state of a file of a key that was thrown away: the next run moves it to `done`."""

_OPENED = """
CREATE OR REPLACE FUNCTION operation_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RETURN old; END IF;
  RAISE EXCEPTION 'the log is append-only';
END $$
"""


@dataclass(frozen=True, slots=True)
class Discarded:
    """What was thrown away: the key, its devices here, how many operations, and how many files that were set aside."""

    public_key: str
    devices: tuple[str, ...]
    operations: int
    files: int


@contextmanager
def lifted(database: Database) -> Iterator[bool]:
    """Let lines of the log be deleted for the length of the block, inside the caller's transaction.

    False where this role has no right to that: only the owner of the tables has.
    """
    if getattr(database, "kind", "sqlite") == "sqlite":
        with lifted_in_sqlite(database) as may:
            yield may
        return
    owner, stands = database.execute(
        "SELECT pg_has_role(p.proowner, 'USAGE'), pg_get_functiondef(p.oid) FROM pg_proc p"
        " WHERE p.oid = to_regprocedure('operation_keeps()')"
    ).fetchone()
    if not owner:
        yield False
        return
    # Two who change one function at a time would be in each other's way; each other process sees the old one throughout.
    database.execute("SELECT pg_advisory_xact_lock(hashtext('vejleder discard'))")
    database.execute(_OPENED)
    yield True
    database.execute(stands)


def discard(centre: Centre, named: str) -> Discarded:
    """Throw away what a key that is not believed wrote, named by its words, its device's id or the key itself.

    Nothing of it counts, so no row changes. Files of it that were set aside are moved to `done` by the next run. Raises
    NotFoundError, RuleError for a key that is believed, StoreError for a role that is not the owner of the tables.
    """
    with centre.writing(None):
        key, devices = _named(centre, named)
        if key in believed(centre):
            raise RuleError(
                _("Den nøgle tros her, så det, den har skrevet, kan ikke kasseres."),
                _("Tro ikke på den længere: vejleder central revoke ORD"),
            )
        with lifted(centre) as may:
            if not may:
                raise StoreError(
                    _("Databasen giver ikke lov til det."), _("Kør det som den, der ejer tabellerne (docs/central.md).")
                )
            count = sum(discard_chain(centre, device) for device in devices if counts_nowhere(centre, device))
        files = centre.execute(
            "SELECT sha256 FROM central_bundle WHERE state = 'quarantined' AND public_key = ?", (key,)
        ).fetchall()
        centre.execute(
            "UPDATE central_bundle SET state = ? WHERE state = 'quarantined' AND public_key = ?", (DISCARDED, key)
        )
    return Discarded(key, devices, count, len(files))


def _named(centre: Centre, named: str) -> tuple[str, tuple[str, ...]]:
    """Return the key that `named` names and the devices whose chains it vouches for here."""
    wanted = named.strip()
    signed = {
        (str(key), str(device))
        for device, key in centre.execute("SELECT DISTINCT device, public_key FROM signed_head").fetchall()
    }
    aside = {
        (str(key), str(device))
        for device, key in centre.execute(
            "SELECT DISTINCT device, public_key FROM central_bundle WHERE state = 'quarantined' AND public_key IS NOT NULL"
        ).fetchall()
    }
    words = "-".join(wanted.casefold().replace("-", " ").split())
    found = {
        key
        for key, device in signed | aside
        if wanted in {key, device}
        or (words.count("-") >= 3 and f"{_words(centre, device, key)}-".startswith(f"{words}-"))
    }
    # Of a device that two keys state, the one that is believed is not meant.
    found = {key for key in found if key not in believed(centre)} or found
    if not found:
        raise NotFoundError(_("Ingen ukendt nøgle har de ord."), _("Se dem med vejleder central status --json."))
    if len(found) > 1:
        raise RuleError(_("Det passer på flere nøgler."), _("Skriv nøglen selv, som central status --json viser den."))
    (key,) = found
    return key, tuple(sorted(device for one, device in signed if one == key))


def _words(centre: Centre, device: str, key: str) -> str:
    """Return the eight words of a key as its own number 1 states it, "" where that is not here."""
    for (line,) in centre.execute(
        "SELECT line FROM operation WHERE device = ? AND seq = 1 AND line IS NOT NULL", (device,)
    ).fetchall():
        said = OperationLine.decode(line).values
        if said.get("sign_key") == key and isinstance(said.get("seal_key"), str):
            return fingerprint_words(f"{said['seal_key']}\n{key}\n", 8)
    return ""
