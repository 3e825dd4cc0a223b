"""Erase on the laptop: everything of a person goes, what is left says nothing, and the rest stands as before."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.erasing.person import TOKEN, Scene, pages
from tests.handover.test_handover_commands import IDENTITY, RECIPIENT
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.errors import NotFoundError, RuleError, StoreError, UndoError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen, Device, GroupSession
from vejleder_tui.oplog import chain_faults, fold_faults
from vejleder_tui.queries.access import log_reading, logged
from vejleder_tui.queries.citizens import search
from vejleder_tui.queries.drafts import drafts
from vejleder_tui.services.citizens import change_citizen, new_citizen
from vejleder_tui.services.desk import Actor
from vejleder_tui.services.erase_plan import kinds_sentence
from vejleder_tui.services.erasing import after_erase, erase, erased_sentences, finish_erase, plan, question, take_out
from vejleder_tui.services.handover import export, hand_over
from vejleder_tui.services.setup import take_seat
from vejleder_tui.services.undo import undo
from vejleder_tui.store.backup import list_backups
from vejleder_tui.store.check import check
from vejleder_tui.store.erasures import read_erasures
from vejleder_tui.store.forgetting import is_pending
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MadeStore
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.erasing import Erased


def sound(desk: Desk) -> bool:
    database = desk.store.connection
    return not [*check(database), *chain_faults(database), *fold_faults(database)]


def everything(desk: Desk, scene: Scene) -> Erased:
    """Delete the person and every text that names one."""
    found = plan(desk.store.connection, scene.citizen)
    return erase(desk, scene.citizen, [(one.row, one.field) for one in found.texts])


def spoken_of(content: bytes) -> bool:
    return any(one.encode() in content for one in (TOKEN, TOKEN.lower(), "0201609995"))


def test_no_token_of_the_person_is_left_in_the_store(desk: Desk) -> None:
    scene = Scene(desk)
    scene.rename()
    paths, key = desk.store.paths, desk.store._data_key
    assert spoken_of(pages(paths.database, key))
    done = everything(desk, scene)
    assert done.cleaned.trouble == ""
    content = pages(paths.database, key)
    assert not spoken_of(content)
    assert scene.citizen.encode() not in content
    assert scene.goal.encode() not in content
    assert not spoken_of(b"".join(one.read_bytes() for one in paths.folder.rglob("*") if one.is_file()))
    assert sound(desk)


def test_others_stand_as_before(desk: Desk) -> None:
    scene = Scene(desk)
    everything(desk, scene)
    database = desk.store.connection
    assert database.execute("SELECT id, name, note FROM citizen").fetchall() == [(scene.other, "Lonni Berg", None)]
    assert database.execute("SELECT citizen, code, note FROM attendance").fetchall() == [(scene.other, "present", None)]
    assert database.execute("SELECT text FROM goal").fetchall() == [("Jeg vil handle ind",)]
    assert database.execute("SELECT minutes, summary, goal FROM peer_activity").fetchall() == [(90, None, None)]
    assert database.execute("SELECT citizen, role FROM peer_participant").fetchall() == [(scene.other, "receiver")]
    for table in ("grant", "consent", "guest", "session_staff", "adverse_event", "follow_up_task", "same_person"):
        assert database.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,), table


def test_the_plan_tells_what_goes(desk: Desk) -> None:
    scene = Scene(desk)
    found = plan(desk.store.connection, scene.citizen)
    assert found.name == "Zq7wxeb Z."
    assert question(found) == (
        "Slet Zq7wxeb Z. for altid? 1 forløb, 1 fremmøde, 1 mål, 1 vurdering, 1 bevilling, 1 samtykke, 1 peer-deltagelse og"
        " 5 andre slettes her og hos alle, der får pakken. Skriv Zq7wxeb Z. for at gå videre."
    )
    assert found.drafts == 1
    ticked = {(one.row, one.field) for one in found.texts if one.ticked}
    both = {(scene.activity, "summary"), (scene.activity, "next_step")}
    assert {(one.row, one.field) for one in found.texts} == scene.texts | both
    assert ticked == both | {one for one in scene.texts if one[0] not in {scene.other, scene.session, scene.activity}}
    assert {one.owner for one in found.texts} == {"", scene.other}


def test_only_what_was_chosen_of_others_goes(desk: Desk) -> None:
    scene = Scene(desk)
    done = erase(desk, scene.citizen, [(scene.session, "note")])
    database = desk.store.connection
    assert done.texts == 1
    assert database.execute("SELECT note FROM session").fetchone() == (None,)
    assert database.execute("SELECT note FROM citizen").fetchone() == ("bor sammen med Zq7wxebbe",)
    assert sound(desk)
    with pytest.raises(NotFoundError):
        erase(desk, scene.other, [(scene.goal, "text")])


def test_a_wording_without_the_name_is_kept(desk: Desk) -> None:
    scene = Scene(desk)
    with desk.transaction() as work:
        work.change(GroupSession, scene.session, note="En deltager kom for sent")
    (older,) = [one for one in plan(desk.store.connection, scene.citizen).texts if one.row == scene.session]
    assert (older.older, older.said) == (True, "Zq7wxebbe kom for sent igen")
    everything(desk, scene)
    assert desk.store.connection.execute("SELECT note FROM session").fetchone() == ("En deltager kom for sent",)
    assert not spoken_of(pages(desk.store.paths.database, desk.store._data_key))
    assert sound(desk)


def test_a_text_that_travels_with_others_is_told_of(desk: Desk) -> None:
    scene = Scene(desk)
    with desk.transaction() as work:
        work.change(GroupSession, scene.session, theme="Zq7wxebbe fortæller", correction="glemt af Zq7wxebbe")
    left = plan(desk.store.connection, scene.citizen).left
    assert {(one.table, one.field, one.said) for one in left} == {
        ("session", "theme", "Zq7wxebbe fortæller"), ("session", "", "glemt af Zq7wxebbe"),
    }  # fmt: skip
    assert any("skal rettes i hånden" in one for one in erased_sentences(erase(desk, scene.citizen)))


def test_all_registrations_of_the_person_go(desk: Desk) -> None:
    scene = Scene(desk)
    with desk.transaction() as work:
        twin = work.create(Citizen, work.new_id(), {}, name="Zq7wxebbe H", cpr="0201609995")
    found = plan(desk.store.connection, scene.citizen)
    assert found.citizens == (scene.citizen, twin)
    assert kinds_sentence(found).startswith("2 registreringer, 1 forløb")
    everything(desk, scene)
    assert [row[0] for row in desk.store.connection.execute("SELECT id FROM citizen")] == [scene.other]


def test_drafts_steps_and_the_index_forget(desk: Desk) -> None:
    scene = Scene(desk)
    change_citizen(desk, scene.other, name="Lonni Madsen")
    kept = desk.store.connection.execute("SELECT txn FROM step ORDER BY txn DESC LIMIT 1").fetchone()[0]
    with logged(desk.store) as connection:
        log_reading(connection, desk.actor.worker, scene.citizen, "record", desk.clock.now())
    assert search(desk.store.connection, "zq7wx").lines
    everything(desk, scene)
    database = desk.store.connection
    assert [one.id for one in drafts(database, desk.actor.worker)] == [scene.kept_draft]
    assert not search(database, "zq7wx").lines
    assert search(database, "lonni").lines
    steps = [txn for (txn,) in database.execute("SELECT txn FROM step ORDER BY txn")]
    assert kept in steps
    about = "".join(str(row) for row in database.execute("SELECT label, about FROM step"))
    assert TOKEN not in about
    assert database.execute("SELECT count(*) FROM access_log WHERE citizen = ?", (scene.citizen,)).fetchone() == (1,)


def test_an_erase_is_not_undone(desk: Desk) -> None:
    scene = Scene(desk)
    everything(desk, scene)
    with pytest.raises(UndoError, match="en sletning er for altid"):
        undo(desk)
    new_citizen(desk, name="Max Berg")
    undo(desk)
    with pytest.raises(UndoError, match="en sletning er for altid"):
        undo(desk)
    assert sound(desk)


def test_only_a_coordinator_on_a_coordinators_laptop(desk: Desk) -> None:
    scene = Scene(desk)
    coordinator = desk.actor
    desk.as_actor(Actor(coordinator.worker, coordinator.initials, "worker"))
    with pytest.raises(RuleError, match="Kun en koordinator"):
        erase(desk, scene.citizen)
    desk.as_actor(coordinator)
    with desk.transaction() as work:
        work.change(Device, desk.device, role="worker")
    with pytest.raises(RuleError, match="Fra denne computer"):
        erase(desk, scene.citizen)
    with pytest.raises(RuleError, match="begrundelse"):
        with desk.transaction() as work:
            work.change(Device, desk.device, role="coordinator")
        erase(desk, scene.citizen, reason="Zq7wxebbe bad om det")
    assert plan(desk.store.connection, scene.citizen).counts["citizen"] == 1


def bundle(desk: Desk, folder: Path) -> Path:
    made = export(desk.store, clock=desk.clock, randomness=SeededRandomness(9), folder=folder, recipients=[RECIPIENT])
    return made.path


def test_bundles_that_nobody_acknowledged_are_written_again(desk: Desk, tmp_path: Path) -> None:
    scene = Scene(desk)
    with desk.transaction():
        desk.store.connection.execute(
            "INSERT INTO known (fingerprint, purpose, name, card, added_at) VALUES ('a', 'recipient', 'Adm', ?, '')",
            (RECIPIENT,),
        )
    first, second = bundle(desk, tmp_path / "stik"), bundle(desk, tmp_path / "stik2")
    acknowledged = bundle(desk, tmp_path / "stik3")
    ids = {row[1]: row[0] for row in desk.store.connection.execute("SELECT bundle_id, folder FROM bundle_history")}
    hand_over(desk.store, ids[str(second.parent)], clock=desk.clock)
    desk.store.connection.execute(
        "UPDATE bundle_history SET status = 'received', received_at = '2026-11-24T09:00:00Z' WHERE folder = ?",
        (str(acknowledged.parent),),
    )
    done = everything(desk, scene)
    assert done.cleaned.withdrawn == 2
    assert not first.exists()
    assert not second.exists()
    assert acknowledged.exists(), "what somebody has is no longer ours to take back"
    written = done.cleaned.written
    assert written is not None
    assert verify_bundle(written, [IDENTITY]).ok
    states = dict(
        desk.store.connection.execute("SELECT folder, status FROM bundle_history WHERE file_name <> ?", (written.name,))
    )
    assert states[str(second.parent)] == "handed"


def test_a_copy_that_is_put_back_does_not_bring_the_person_back(
    desk: Desk, made_store: MadeStore, clock: FixedClock
) -> None:
    scene = Scene(desk)
    paths = desk.store.paths
    old = desk.store.backup()
    everything(desk, scene)
    desk.store.close()
    for tail in ("", "-wal", "-shm"):
        paths.database.with_name(paths.database.name + tail).unlink(missing_ok=True)
    shutil.copyfile(old.database, paths.database)
    assert spoken_of(pages(paths.database, made_store.data_key))
    with pytest.raises(StoreError, match="ældre kopi"):
        Store.open(paths, made_store.data_key, clock=clock, write=False)
    with pytest.raises(StoreError, match="ældre kopi"):
        Store.open(paths, made_store.data_key, clock=clock)
    store = Store.open(paths, made_store.data_key, clock=clock, take_out=take_out)
    again = take_seat(store, made_store.worker, clock=clock, randomness=SeededRandomness(3))
    assert not spoken_of(pages(paths.database, made_store.data_key))
    assert not search(store.connection, "zq7wx").lines
    assert sound(again)
    assert not is_pending(store.connection)
    store.close()
    Store.open(paths, made_store.data_key, clock=clock, write=False).close()


def test_copies_live_thirty_days(desk: Desk, clock: FixedClock, made_store: MadeStore) -> None:
    scene = Scene(desk)
    paths = desk.store.paths
    old = desk.store.backup()
    aside = paths.folder / "erstattet-20261123T080000Z"
    aside.mkdir()
    (aside / "vejleder.db").write_bytes(b"older still")
    done = everything(desk, scene)
    assert str(done.cleaned.copies_until) == "2026-12-24"
    clean = [one for one in list_backups(paths.folder / "kopier") if one.database != old.database]
    assert len(clean) == 1
    assert not spoken_of(pages(clean[0].database, made_store.data_key))
    clock.moment += timedelta(days=29)
    desk.store.backup()
    assert old.database.exists()
    desk.store.close()
    clock.moment += timedelta(days=1, hours=1)
    Store.open(paths, made_store.data_key, clock=clock).close()
    assert not old.database.exists()
    assert not old.keys.exists()
    assert not aside.exists()
    left = list_backups(paths.folder / "kopier")
    assert left, "somebody who took no copy in thirty days has one all the same"
    assert not any(spoken_of(pages(one.database, made_store.data_key)) for one in left)


def test_what_was_cut_short_is_finished_at_the_next_start(desk: Desk, clock: FixedClock) -> None:
    scene = Scene(desk)
    with desk.transaction():
        done = erase(desk, scene.citizen)  # inside a larger transaction nothing can be done to files yet
    assert done.cleaned.withdrawn == 0
    assert is_pending(desk.store.connection)
    assert not desk.store.paths.erasures.exists()
    assert finish_erase(desk.store, clock=clock, randomness=SeededRandomness(3)) is not None
    assert len(read_erasures(desk.store.paths.erasures).tokens) == sum(map(len, done.plan.rows.values()))
    assert finish_erase(desk.store, clock=clock, randomness=SeededRandomness(3)) is None


def test_trouble_with_files_is_told_and_tried_again(desk: Desk, clock: FixedClock) -> None:
    scene = Scene(desk)
    desk.store.paths.erasures.mkdir()
    (desk.store.paths.erasures / "in the way").touch()
    done = everything(desk, scene)
    assert done.cleaned.trouble
    assert any("prøves igen" in one for one in erased_sentences(done))
    shutil.rmtree(desk.store.paths.erasures)
    assert after_erase(desk.store, clock=clock, randomness=SeededRandomness(3)).trouble == ""
    assert not is_pending(desk.store.connection)


def test_the_file_of_erasures_says_nothing(desk: Desk) -> None:
    scene = Scene(desk)
    everything(desk, scene)
    path = desk.store.paths.erasures
    assert path.stat().st_mode & 0o777 == 0o600
    said = json.loads(path.read_bytes())
    assert said["format"] == "vejleder-erasures/1"
    assert all(
        len(token) == 32 and len(erase) == 64 and kind in {"row", "field"} for token, erase, kind in said["erased"]
    )
    assert not spoken_of(path.read_bytes())
    assert scene.citizen not in path.read_text()
