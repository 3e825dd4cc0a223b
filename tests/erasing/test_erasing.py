"""Erase on the laptop: everything of a person goes, what is left says nothing, and the rest stands as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.erasing.person import TOKEN, Scene, pages
from vejleder_tui.oplog import chain_faults, fold_faults
from vejleder_tui.services.erasing import erase, plan

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def sound(desk: Desk) -> bool:
    database = desk.store.connection
    return not [*chain_faults(database), *fold_faults(database)]


def test_no_token_of_the_person_is_left_in_the_store(desk: Desk) -> None:
    scene = Scene(desk)
    scene.rename()
    assert TOKEN.encode() in pages(desk.store.paths.database, desk.store._data_key)
    found = plan(desk.store.connection, scene.citizen)
    assert {
        (one.row, one.field) for one in found.texts if one.table != "peer_activity" or one.field == "summary"
    } == scene.texts
    done = erase(desk, scene.citizen, [(one.row, one.field) for one in found.texts])
    assert done.cleaned.trouble == ""
    content = pages(desk.store.paths.database, desk.store._data_key)
    assert TOKEN.encode() not in content
    assert TOKEN.lower().encode() not in content
    assert scene.citizen.encode() not in content.replace(b"access_log", b"")
    assert sound(desk)
