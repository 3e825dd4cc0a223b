"""`central init`: the tables on both databases, the identity, the card."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, create_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import vejleder_tui.model  # noqa: F401 - fills the metadata
from vejleder_tui.bundle.keys import parse_key_card
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.identity import Mark, make_identity, read_identity, read_mark, write_mark
from vejleder_tui.central.setup import init, require_ready
from vejleder_tui.central.tables import Central
from vejleder_tui.errors import NotFoundError, StoreError
from vejleder_tui.ids import SeededRandomness

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = SeededRandomness(7)


def _made(url: str, folder: Path) -> None:
    centre = open_centre(url)
    init(centre, make_identity(folder / "id.txt", RANDOM), name="Ishøj", municipality="0183", randomness=RANDOM)
    centre.close()


def test_migrated_tables_are_those_of_the_models(empty_url: str, tmp_path: Path) -> None:
    _made(empty_url, tmp_path)
    engine = create_engine(empty_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with engine.connect() as bound:
        context = MigrationContext.configure(bound, opts={"compare_type": True})
        every: Any = [SQLModel.metadata, Central.metadata]
        found: Any = compare_metadata(context, every)
    # Numbers within 2^53 are wide ones in PostgreSQL; SQLite's are always.
    narrow = [one for one in found if not (one[0][0] == "modify_type" and isinstance(one[0][5], BigInteger))]
    assert narrow == []
    engine.dispose()


def test_init_may_be_run_again_and_keeps_name_and_keys(empty_url: str, tmp_path: Path) -> None:
    _made(empty_url, tmp_path)
    centre = open_centre(empty_url)
    identity = read_identity(tmp_path / "id.txt")
    card = init(centre, identity, name="", municipality="", randomness=RANDOM)
    require_ready(centre)
    centre.close()
    assert (card.name, card.municipality, card.role) == ("Ishøj", "0183", "administration")
    assert parse_key_card(card.to_json()) == card


def test_a_database_is_bound_to_its_identity(empty_url: str, tmp_path: Path) -> None:
    _made(empty_url, tmp_path)
    centre = open_centre(empty_url)
    other = make_identity(tmp_path / "other.txt", RANDOM)
    with pytest.raises(StoreError):
        init(centre, other, name="", municipality="", randomness=RANDOM)
    centre.close()


def test_a_database_that_was_not_made_says_so(empty_url: str) -> None:
    centre = open_centre(empty_url)
    with pytest.raises(StoreError, match="central init"):
        require_ready(centre)
    centre.close()


def test_the_identity_is_private_and_always_gives_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "id.txt"
    made = make_identity(path, RANDOM)
    again = make_identity(path, RANDOM)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (made.recipient, made.signer.public, made.device) == (again.recipient, again.signer.public, again.device)
    assert "AGE-SECRET" not in repr(made)


@pytest.mark.skipif(shutil.which("age-keygen") is None, reason="age-keygen is not installed")
def test_a_file_of_age_keygen_is_an_identity(tmp_path: Path) -> None:
    path = tmp_path / "id.txt"
    subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
    assert read_identity(path).recipient in path.read_text()


def test_an_identity_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_identity(tmp_path / "none.txt")


def test_the_mark_of_receipts_is_kept_beside_the_identity(tmp_path: Path) -> None:
    path = tmp_path / "id.txt"
    assert read_mark(path) is None
    assert write_mark(path, Mark(2, 7))
    assert write_mark(path, Mark(2, 8))
    assert read_mark(path) == Mark(2, 8)
    assert Mark(3, 1) > Mark(2, 8)
    assert not write_mark(tmp_path / "nowhere" / "id.txt", Mark(1, 1))
