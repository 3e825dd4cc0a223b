"""One PostgreSQL a process of the test run, a database of its own for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.central.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.remove()


@pytest.fixture
def postgres(server: Server) -> str:
    """The URL of an empty database."""
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    found: str = request.getfixturevalue("postgres")
    return found
