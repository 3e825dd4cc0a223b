"""`demo` where there is no terminal: the main job told as plain text, each step done for real and checked."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import ExitCode, RefusedError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from vejleder_tui.clock import Clock
    from vejleder_tui.services.desk import Desk

__all__ = ["tell"]


class _Teller:
    """Prints each step as it is done; with `--json` keeps them, and prints them all at the end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._steps: list[dict[str, Any]] = []

    def step(self, what: str) -> None:
        """Begin a step."""
        self._steps.append({"step": what, "result": []})
        if not self._as_json:
            say()
            say(f"{len(self._steps)}. {what}")

    def result(self, sentence: str) -> None:
        """Say what came of it."""
        self._steps[-1]["result"].append(sentence)
        if not self._as_json:
            say(f"   {sentence}")

    def end(self) -> None:
        """Print what was kept."""
        if self._as_json:
            print_json(self._steps)


def tell(arguments: argparse.Namespace, day: date) -> int:
    """Build a sandbox in a temporary folder and do the main job in it; returns the exit code. Nothing of it stays."""
    from vejleder_tui.clock import OffsetClock, as_utc  # noqa: PLC0415
    from vejleder_tui.demo.build import build  # noqa: PLC0415
    from vejleder_tui.demo.sizes import OPENS, parse_size  # noqa: PLC0415
    from vejleder_tui.paths import StorePaths  # noqa: PLC0415
    from vejleder_tui.store.slots import Cost  # noqa: PLC0415

    size = parse_size(arguments.size)
    teller = _Teller(as_json=wants_json(arguments))
    if not wants_json(arguments):
        say(_("Vejleder, fortalt som tekst: her er ingen terminal at åbne programmet i."))
        say(_("Alle borgere er opdigtede. Alt sker i en midlertidig mappe, som slettes bagefter."))
    # Windows keeps a file that somebody reads: then it is better to leave the folder than to fail at the very end.
    with tempfile.TemporaryDirectory(prefix="vejleder-", ignore_cleanup_errors=sys.platform == "win32") as folder:
        paths = StorePaths(Path(folder) / "store", marks=Path(folder) / "marks")
        teller.step(_("Bygger sandkassen"))
        desk = build(
            paths, size=size, seed=arguments.seed, day=day, passphrase="demo",  # noqa: S106 - holds nobody's data
            cost=Cost(memory_kib=8, iterations=1, lanes=1),
        )  # fmt: skip
        clock = OffsetClock(as_utc(day, OPENS), arguments.clock)
        desk.clock = desk.ids.clock = clock
        try:
            _built(desk, teller)
            _session(desk, teller)
            _peer(desk, teller, day)
            _goal(desk, teller)
            _undo(desk, teller)
            _bundle(desk, teller, clock, Path(folder))
        finally:
            desk.store.close()
    teller.end()
    if not wants_json(arguments):
        say()
        say(_("Færdig. Prøv det selv i en terminal: vejleder demo"))
    return int(ExitCode.DONE)


def _built(desk: Desk, teller: _Teller) -> None:
    from vejleder_tui.oplog import state_digest  # noqa: PLC0415

    found = state_digest(desk.store.connection)
    teller.result(
        _("{courses} forløb, {citizens} borgere, {attendance} fremmøder; {rows} rækker og {operations} ændringer.").format(
            courses=found.rows["course"], citizens=found.rows["citizen"], attendance=found.rows["attendance"],
            rows=sum(found.rows.values()), operations=found.operations,
        )
    )  # fmt: skip
    teller.result(_("Fingeraftryk: {digest}").format(digest=found.digest))


def _session(desk: Desk, teller: _Teller) -> None:
    from vejleder_tui.codes import attendance_kind  # noqa: PLC0415
    from vejleder_tui.queries.roster import roster  # noqa: PLC0415
    from vejleder_tui.queries.today import today_view  # noqa: PLC0415
    from vejleder_tui.services import attendance  # noqa: PLC0415

    teller.step(_("Registrerer dagens mødegang"))
    now = desk.clock.now()
    view = today_view(desk.store.connection, now, desk.actor.worker).sessions[0]
    found = roster(desk.store.connection, view.ref, now)
    rows = found.rows if found else ()
    teller.result(
        _("{title}, {ordinal}. mødegang af {total}: 0 af {expected} registreret.").format(
            title=view.title, ordinal=view.ordinal, total=view.total, expected=view.expected
        )
    )
    saved = attendance.mark_rest(desk, view.ref)
    teller.result(_("{count} markeret fremmødt · gemt {at}").format(count=saved.count, at=saved.saved.at))
    for number, code in ((3, "absent_unnotified"), (9, "absent_notified")):
        one, kind = rows[number - 1], attendance_kind(code)
        marked = attendance.mark(desk, view.ref, one.citizen, code)
        word = kind.word if kind else code
        teller.result(_("{who}: {word} · gemt {at}").format(who=one.name, word=word, at=marked.saved.at))
    after = roster(desk.store.connection, view.ref, now)
    if after is not None:
        teller.result(
            _("{registered} af {total} registreret, {attended} kom.").format(
                registered=after.registered, total=len(after.rows), attended=after.attended
            )
        )


def _peer(desk: Desk, teller: _Teller, day: date) -> None:
    from vejleder_tui import codes  # noqa: PLC0415
    from vejleder_tui.queries.peer import peer_templates  # noqa: PLC0415
    from vejleder_tui.services.peer import repeat_last  # noqa: PLC0415

    teller.step(_("Noterer en peer-aktivitet som sidst"))
    last = peer_templates(desk.store.connection, desk.actor.worker)[0]
    saved = repeat_last(desk, date=day)
    teller.result(
        _("{form}, {minutes} min · gemt {at}").format(
            form=codes.display("local_peer_aktivitet", last.form), minutes=last.minutes, at=saved.at
        )
    )


def _goal(desk: Desk, teller: _Teller) -> None:
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.queries.goals import goal_detail, goals_due  # noqa: PLC0415
    from vejleder_tui.rules.goals import rating_sentence  # noqa: PLC0415
    from vejleder_tui.services.goals import rate_goal  # noqa: PLC0415

    teller.step(_("Vurderer et mål, der er tid til"))
    now = desk.clock.now()
    due = goals_due(desk.store.connection, local_date(now))[0]
    level = max(0, (due.now if due.now is not None else due.baseline or 0) - 1)
    saved = rate_goal(desk, due.id, level, informant="together")
    after = goal_detail(desk.store.connection, due.id, now)
    teller.result(_("{who}: {goal}").format(who=due.name, goal=due.term))
    if after is not None and due.goal_type and due.baseline is not None and due.target is not None:
        teller.result(rating_sentence(due.goal_type, due.baseline, level, due.target, due.now))
        teller.result(_("Vurderinger i alt: {count} · gemt {at}").format(count=len(after.ratings), at=saved.at))


def _undo(desk: Desk, teller: _Teller) -> None:
    from vejleder_tui.services.undo import redo, undo  # noqa: PLC0415

    teller.step(_("Fortryder, og gør det igen"))
    teller.result(_("Fortrudt: {what}").format(what=undo(desk).what))
    teller.result(_("Gjort igen: {what}").format(what=redo(desk).what))


def _bundle(desk: Desk, teller: _Teller, clock: Clock, folder: Path) -> None:
    from vejleder_tui.bundle.keys import age_recipient_of, fingerprint_words, generate_age_identity  # noqa: PLC0415
    from vejleder_tui.bundle.package import open_to  # noqa: PLC0415
    from vejleder_tui.bundle.verify import verify_bundle  # noqa: PLC0415
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.services.handover import export  # noqa: PLC0415

    identity = generate_age_identity(SystemRandomness())
    recipient = age_recipient_of(identity)
    teller.step(_("Skriver en pakke til administrationen"))
    teller.result(
        _("Administrationens nøgle, lavet til lejligheden: {words}").format(words=fingerprint_words(f"{recipient}\n"))
    )
    written = export(
        desk.store, clock=clock, randomness=SystemRandomness(), folder=folder / "out", recipients=[recipient]
    )
    teller.result(
        _("{file}: {operations} ændringer, {size} bytes, låst til {recipients} nøgler.").format(
            file=written.path.name, operations=written.operations, size=written.path.stat().st_size,
            recipients=written.recipients,
        )
    )  # fmt: skip
    teller.step(_("Kontrollerer pakken"))
    found = verify_bundle(written.path, [identity])
    if not found.ok:
        raise RefusedError(" ".join(found.errors))
    teller.result(
        _("Pakken er hel og rigtigt underskrevet: {operations} ændringer.").format(operations=found.operations)
    )
    teller.step(_("Åbner pakken som tabeller (csv)"))
    opened = open_to(written.path, folder / "csv", "csv", [identity])
    teller.result(
        _("{rows} rækker i {tables} tabeller, blandt dem {attendance} fremmøder.").format(
            rows=sum(opened.rows.values()), tables=len(opened.rows), attendance=opened.rows.get("attendance", 0)
        )
    )
    teller.step(_("Prøver at ændre én byte i pakken"))
    damaged = folder / "damaged.age"
    content = bytearray(written.path.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    refused = verify_bundle(damaged, [identity])
    if refused.ok:
        raise RefusedError(_("Pakken er ændret, og det blev ikke opdaget."))
    teller.result(" ".join(refused.errors))
