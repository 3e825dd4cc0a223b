"""Undo where two laptops disagree: nothing of the other's is lost, and what stands in the way is named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.services.test_desk_faults import add, name_of, rename, sound
from vejleder_tui.errors import UndoError
from vejleder_tui.model import Citizen
from vejleder_tui.oplog import Door, OperationLine, folded_row, hash_of, read_row, tail_of, to_json
from vejleder_tui.oplog.tables import sql_of
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from vejleder_tui.oplog import Value
    from vejleder_tui.services.desk import Desk

OTHER = "0192f0a0-0000-7000-8000-000000000002"


def arrive(desk: Desk, row: str, name: str, *, void: bool | None = None) -> None:
    """Write what another laptop wrote beside this one's newest operation on a citizen, and fold the row anew."""
    database, door = desk.store.connection, desk.store.door
    assert isinstance(door, Door)
    lines = [
        (one, OperationLine.decode(line))
        for one, line in database.execute("SELECT hash, line FROM operation WHERE row = ? ORDER BY seq", (row,))
    ]
    newest = lines[-1][1]
    seq, previous = tail_of(database, OTHER)
    values: dict[str, Value] = {"name": name} if void is None else {"void": void}
    seen = newest.replaces if newest.key is None else {}
    line = replace(
        newest, device=OTHER, seq=seq + 1, txn=seq + 1, key=None, values=values, salt="00" * 16,
        replaces={field: hashes for field, hashes in seen.items() if void is not None or field == "name"},
    ).encode()  # fmt: skip
    with desk.store.transaction(), door.opened():
        database.execute(
            "INSERT INTO operation (hash, device, seq, txn, table_name, row, line) VALUES (?, ?, ?, ?, 'citizen', ?, ?)",
            (hash_of(previous, line), OTHER, seq + 1, seq + 1, row, line),
        )
        folded = folded_row(database, "citizen", row)
        assert folded is not None
        names = list(sql_of("citizen").fields)
        database.execute(
            f"UPDATE citizen SET void = ?, leaves = ?, {', '.join(f'{name} = ?' for name in names)} WHERE id = ?",
            (folded.state.void, folded.state.leaves, *(folded.state.values[name] for name in names), row),
        )
        database.execute("DELETE FROM contested WHERE row = ?", (row,))
        for field, leaves in folded.contested.items():
            for one, value in leaves:
                database.execute(
                    "INSERT INTO contested VALUES ('citizen', ?, ?, ?, ?)", (row, field, one, to_json(value))
                )
    sound(desk)


def contested(desk: Desk, row: str) -> list[str]:
    return [
        field
        for (field,) in desk.store.connection.execute("SELECT DISTINCT field FROM contested WHERE row = ?", (row,))
    ]


def test_a_step_whose_field_is_contested_is_not_undone(desk: Desk) -> None:
    citizen = add(desk, "Einer M.")
    rename(desk, citizen, "Einer Mo.")
    arrive(desk, citizen, "Einer Mos.")
    assert contested(desk, citizen) == ["name"]
    shown = name_of(desk, citizen)
    with pytest.raises(UndoError, match="Kan ikke fortrydes: det er ændret"):
        undo(desk)
    assert (name_of(desk, citizen), contested(desk, citizen)) == (shown, ["name"])
    sound(desk)


def test_what_settled_a_disagreement_is_settled_anew_and_never_undone(desk: Desk) -> None:
    citizen = add(desk, "Einer M.")
    rename(desk, citizen, "Einer Mo.")
    arrive(desk, citizen, "Einer Mos.")
    rename(desk, citizen, "Einer Moss")
    assert contested(desk, citizen) == []
    with pytest.raises(UndoError, match="afgjorde en uenighed"):
        undo(desk)
    assert name_of(desk, citizen) == "Einer Moss"
    sound(desk)


def test_a_step_on_another_field_of_a_contested_row_can_be_undone(desk: Desk) -> None:
    citizen = add(desk, "Einer M.")
    rename(desk, citizen, "Einer Mo.")
    arrive(desk, citizen, "Einer Mos.")
    with desk.transaction("note") as work:
        work.change(Citizen, citizen, note="kom sent")
    undo(desk)
    row = read_row(desk.store.connection, "citizen", citizen)
    assert row is not None
    assert row.values["note"] is None
    assert contested(desk, citizen) == ["name"]
    sound(desk)


def test_a_row_that_another_laptop_wrote_to_is_not_taken_away_by_undo(desk: Desk) -> None:
    citizen = add(desk, "Einer M.")
    arrive(desk, citizen, "Einer Mos.")
    with pytest.raises(UndoError, match="det er ændret"):
        undo(desk)
    row = read_row(desk.store.connection, "citizen", citizen)
    assert row is not None
    assert not row.void


def test_an_edit_beside_the_others_void_keeps_the_row_visible(desk: Desk) -> None:
    citizen = add(desk, "Einer M.")
    rename(desk, citizen, "Einer Mo.")
    arrive(desk, citizen, "", void=True)
    row = read_row(desk.store.connection, "citizen", citizen)
    assert row is not None
    assert not row.void
    assert contested(desk, citizen) == ["void"]
    undo(desk)
    assert name_of(desk, citizen) == "Einer M."
    sound(desk)
