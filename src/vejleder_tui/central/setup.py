"""`central init`: the tables, the identity and the centre's name; and the check that they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.central import values
from vejleder_tui.central.database import Postgres
from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import _
from vejleder_tui.migrations import CENTRE_EARLIER, CENTRE_HEADS

if TYPE_CHECKING:
    from vejleder_tui.bundle.keys import KeyCard
    from vejleder_tui.central.database import Centre, Lite
    from vejleder_tui.central.identity import Identity
    from vejleder_tui.ids import Randomness

__all__ = ["init", "own_card", "require_ready"]

DEFAULT_NAME = "Centralen"
UNKNOWN_MUNICIPALITY = "0000"


def init(centre: Centre, identity: Identity, *, name: str, municipality: str, randomness: Randomness) -> KeyCard:
    """Bring the tables up to date and note who the centre is; returns its card. May be run again at any time.

    Empty `name` and `municipality` keep what was said before. Raises StoreError for a database of a newer program, and
    for one that another identity was made for.
    """
    found = _versions(centre)
    if found - CENTRE_HEADS - CENTRE_EARLIER:
        raise _newer()
    if not found >= CENTRE_HEADS:
        _migrate(centre)
    with centre.writing(("init",)):
        before = values.get(centre, "public_key")
        if before is not None and before != identity.signer.public.text:
            raise StoreError(_("Databasen hører til en anden nøglefil."), _("Angiv den rigtige med --identity."))
        values.put(centre, "public_key", identity.signer.public.text)
        values.put(centre, "name", name or values.get(centre, "name") or DEFAULT_NAME)
        values.put(centre, "municipality", municipality or values.get(centre, "municipality") or UNKNOWN_MUNICIPALITY)
        if values.get(centre, "pseudonym_secret") is None:
            values.put(centre, "pseudonym_secret", randomness.take(32).hex())
        return own_card(centre, identity)


def own_card(centre: Centre, identity: Identity) -> KeyCard:
    """Return the centre's key card."""
    return identity.card(
        values.get(centre, "name") or DEFAULT_NAME, values.get(centre, "municipality") or UNKNOWN_MUNICIPALITY
    )


def require_ready(centre: Centre) -> None:
    """Raise StoreError unless the tables are those of this program."""
    found = _versions(centre)
    if found - CENTRE_HEADS - CENTRE_EARLIER:
        raise _newer()
    if not found >= CENTRE_HEADS:
        raise StoreError(_("Databasen er ikke gjort klar."), _("Kør vejleder central init."))


def _newer() -> StoreError:
    return StoreError(_("Databasen hører til en nyere version."), _("Opdatér Vejleder."))


def _versions(centre: Centre) -> set[str]:
    if centre.kind == "sqlite":
        there = centre.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    else:
        there = centre.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'alembic_version'").fetchone()
    if not there[0]:
        return set()
    return {str(row[0]) for row in centre.execute("SELECT version_num FROM alembic_version").fetchall()}


def _migrate(centre: Centre) -> None:
    """Run the migrations in one transaction, alone."""
    from sqlalchemy import create_engine  # noqa: PLC0415 - only where something is to be migrated
    from sqlalchemy.pool import NullPool, StaticPool  # noqa: PLC0415

    from vejleder_tui.migrations.run import upgrade  # noqa: PLC0415

    lines = ("shared", "centre")
    if isinstance(centre, Postgres):
        engine = create_engine(
            "postgresql+psycopg://", creator=centre.another, poolclass=NullPool, hide_parameters=True
        )
        with engine.begin() as bound:
            bound.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('vejleder init'))")
            upgrade(bound, lines)
    else:
        joined: Any = _Joined(cast("Lite", centre).connection)
        engine = create_engine("sqlite://", creator=lambda: joined, poolclass=StaticPool, hide_parameters=True)
        with centre.writing(), engine.connect() as bound:
            upgrade(bound, lines)
    engine.dispose()


class _Joined:
    """SQLite's connection, whose transaction only the centre ends."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - a driver's
        self._connection = connection

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Leave the commit to the centre."""

    def rollback(self) -> None:
        """Leave the rollback to the centre."""

    def close(self) -> None:
        """Leave the connection open."""
