"""Bring a database to the newest schema, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

__all__ = ["upgrade", "upgrade_laptop"]

_HERE = Path(__file__).parent


def upgrade_laptop(connection: Any) -> None:  # noqa: ANN401 - a driver's connection has no common type
    """Bring a laptop's store, given as SQLCipher's own connection, to the newest schema.

    The caller owns the transaction: nothing is committed here, so a failure leaves the old schema.
    """
    import sqlcipher3.dbapi2 as driver  # noqa: PLC0415

    engine = create_engine(
        "sqlite://", module=driver, creator=lambda: _Joined(connection), poolclass=StaticPool, hide_parameters=True,
    )  # fmt: skip
    with engine.connect() as bound:
        upgrade(bound, ("shared", "laptop"))


class _Joined:
    """The caller's connection, whose transaction only the caller ends."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401
        self._connection = connection

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._connection, name)

    def commit(self) -> None:
        """Leave the commit to the caller."""

    def rollback(self) -> None:
        """Leave the rollback to the caller."""

    def close(self) -> None:
        """Leave the connection open: it is the caller's."""


def upgrade(connection: Connection, lines: tuple[str, ...]) -> None:
    """Run what is missing of the version `lines` on `connection`, in the transaction that is open there."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", "\n".join(str(_HERE / line) for line in lines))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)

    def steps(current: Any, _context: Any) -> Any:  # noqa: ANN401 - Alembic's own types are not public
        return script._upgrade_revs("heads", current)  # noqa: SLF001 - what Alembic's command does

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()
