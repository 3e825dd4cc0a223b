"""An erase on another laptop: it takes the same there, whatever came before or comes later, and nothing comes back."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import PASSPHRASE
from tests.erasing.person import TOKEN, Scene, pages
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.reader import BundleReader, open_bundle
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen, GroupSession
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.queries.notices import notice_sentence, open_notices
from vejleder_tui.services.drafts import save_draft
from vejleder_tui.services.erasing import erase, plan
from vejleder_tui.services.goals import rate_goal
from vejleder_tui.services.restoring import find_copy, restore
from vejleder_tui.services.setup import take_seat
from vejleder_tui.services.trusting import bring_up_to_date
from vejleder_tui.store.check import check
from vejleder_tui.store.erasures import read_erasures
from vejleder_tui.store.forgetting import is_pending
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.meeting.laptops import Laptop


def all_know_each_other(*several: Laptop) -> None:
    for one, other in itertools.permutations(several, 2):
        one.knows(other)


def spoken_of(one: Laptop) -> bool:
    content = pages(one.desk.store.paths.database, one.desk.store._data_key)
    return any(word.encode() in content for word in (TOKEN, TOKEN.lower(), "0201609995"))


def sound(one: Laptop) -> bool:
    database = one.desk.store.connection
    return not [*check(database), *chain_faults(database), *fold_faults(database)]


def erased(one: Laptop, scene: Scene) -> None:
    found = plan(one.desk.store.connection, scene.citizen)
    erase(one.desk, scene.citizen, [(text.row, text.field) for text in found.texts])


def on_a_stick(path: Path) -> Path:
    """Return a copy of a bundle that no program can reach."""
    stick = path.parent.with_name("stik")
    stick.mkdir(exist_ok=True)
    return Path(shutil.copyfile(path, stick / f"{len(list(stick.iterdir()))}.age"))


def unpacked(one: Laptop, path: Path) -> bytes:
    """Return the bytes of a bundle's members."""
    reader: BundleReader
    with open_bundle(path, [own_keys(one.desk.store.connection).identity]) as reader:
        return repr(reader.header).encode() + b"\n".join(piece.line for piece in reader.lines())


def test_it_takes_everything_there_too(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    all_know_each_other(one, other)
    scene = Scene(one.desk)
    other.merges(one.bundle())
    rate_goal(other.desk, scene.goal, 1, comment="Zq7wxbedre")
    save_draft(other.desk, "peer_form", "Peer-aktivitet", {"summary": "en tur med Zq7wxebbe"})
    kept = save_draft(other.desk, "peer_form", "Peer-aktivitet", {"summary": "en tur i byen"}).id
    stale = other.bundle(everything=False)
    erased(one, scene)
    assert not spoken_of(one)
    done = other.merges(one.bundle())
    assert done.outcome.erased > 0
    assert not spoken_of(other)
    assert other.rows("SELECT id FROM draft") == [(kept,)]
    assert other.rows("SELECT id FROM citizen") == [(scene.other,)]
    (written,) = stale.parent.iterdir()
    assert TOKEN.encode() not in unpacked(other, written), "nobody had the one with the person, so it was written again"
    assert not is_pending(other.desk.store.connection)
    (told,) = open_notices(other.desk.store.connection)
    assert notice_sentence(other.desk.store.connection, told) == (
        "En koordinator har slettet en borger for altid. Kladder, der nævnte borgeren, er slettet med."
        " 1 pakke, som ingen havde kvitteret for, er slettet. En ny er skrevet: aflevér den."
    )
    assert read_erasures(other.desk.store.paths.erasures).tokens == read_erasures(one.desk.store.paths.erasures).tokens
    one.merges(other.bundle())
    assert one.digest == other.digest
    assert not spoken_of(one)
    assert sound(one)
    assert sound(other)


def test_what_comes_late_does_not_bring_the_person_back(laptop: Callable[..., Laptop]) -> None:
    one, other, third = laptop("Bærbar 2"), laptop("Bærbar 3"), laptop("Bærbar 5")
    all_know_each_other(one, other, third)
    scene = Scene(one.desk)
    before = on_a_stick(one.bundle())
    other.merges(before)
    # Offline: a rating of a goal of the person, a name, a note that names the person, and an edit of a row that stays.
    rate_goal(other.desk, scene.goal, 1, comment="Zq7wxbedre")
    with other.desk.transaction() as work:
        work.change(Citizen, scene.citizen, contact="Zq7wxnyt")
        work.change(GroupSession, scene.session, note="Zq7wxebbe igen", theme="Kost")
    late = on_a_stick(other.bundle())
    erased(one, scene)
    after = one.bundle()
    one.merges(late)
    other.merges(after)
    third.merges(late)
    third.merges(before)
    third.merges(after)
    third.merges(late)
    for several in (one, other, third):
        assert not spoken_of(several)
        assert several.rows("SELECT id FROM citizen") == [(scene.other,)]
        assert several.rows("SELECT note, theme FROM session") == [(None, "Kost")]
        assert sound(several)
    one.merges(third.bundle())
    other.merges(third.bundle())
    third.merges(one.bundle(), other.bundle())
    one.merges(other.bundle())
    other.merges(one.bundle())
    assert one.digest == other.digest == third.digest


def test_a_bundle_written_afterwards_says_nothing(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    all_know_each_other(one, other)
    scene = Scene(one.desk)
    assert TOKEN.encode() in unpacked(one, one.bundle())
    erased(one, scene)
    content = unpacked(one, one.bundle())
    assert TOKEN.encode() not in content
    assert scene.citizen.encode() not in content
    assert scene.goal.encode() not in content


def test_a_restored_copy_of_who_only_merged_is_held_against_it(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    all_know_each_other(one, other)
    scene = Scene(one.desk)
    other.merges(one.bundle())
    copy = other.desk.store.backup()
    erased(one, scene)
    after = one.bundle()
    other.merges(after)
    paths, worker = other.desk.store.paths, other.desk.actor.worker
    other.desk.store.close()
    randomness = SeededRandomness(77)
    unlocked = KeyFile(copy.keys, clock=other.clock, randomness=randomness).unlock_with_passphrase(None, PASSPHRASE)
    restore(paths, find_copy(paths, copy.database), unlocked, clock=other.clock, randomness=randomness)
    store = Store.open(paths, unlocked, clock=other.clock)
    other.desk = take_seat(store, worker, clock=other.clock, randomness=randomness)
    assert not spoken_of(other)
    assert other.rows("SELECT id FROM citizen") == [(scene.other,)]
    assert sound(other)
    other.merges(after)
    one.merges(other.bundle())
    other.merges(one.bundle())
    assert one.digest == other.digest == state_digest(store.connection).digest
    assert sound(one)
    assert sound(other)


def test_an_erase_counts_once_its_key_is_trusted(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.writes_to(one)
    other.knows(one, role="worker")
    scene = Scene(one.desk)
    other.merges(one.bundle())
    erased(one, scene)
    other.merges(one.bundle())
    assert other.rows("SELECT count(*) FROM citizen") == [(2,)], "a worker's key cannot delete for others"
    assert spoken_of(other)
    other.knows(one, role="coordinator")
    bring_up_to_date(other.desk)
    assert other.rows("SELECT id FROM citizen") == [(scene.other,)]
    assert not spoken_of(other)
    assert sound(other)
