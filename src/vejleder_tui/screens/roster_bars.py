"""The bars of Fremmøde in line 23: årsag, tid, note, gæst, hændelser, and the reason for a correction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.codes import ABSENCE_REASONS
from vejleder_tui.errors import RuleError, VejlederError
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.screens.roster_writing import RosterWriting
from vejleder_tui.widgets.ask_line import Ask, AskLine, Choice
from vejleder_tui.widgets.lines import StatusLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from vejleder_tui.queries.roster_rows import Roster
    from vejleder_tui.screens.protocol import Pending

__all__ = ["RosterBars"]

_KEYS_IN_TEXT = {"left", "right", "home", "end", "backspace", "delete", "ctrl+u", "ctrl+a", "ctrl+e"}


class RosterBars(RosterWriting):
    """The questions that stand in line 23 while the rows keep the focus."""

    correction = ""

    @property
    def ask_line(self) -> AskLine:
        """The line of the open question."""
        return self.query_one(AskLine)

    def ask(self, ask: Ask | None) -> None:
        """Open a question in line 23, or close it."""
        self.ask_line.show(ask)
        self.query_one(StatusLine).display = ask is None

    def bar_key(self, event: events.Key) -> bool:
        """Take a key for the open question; returns whether it was used."""
        ask = self.ask_line.ask
        if ask is None or event.key in {"f1", "f7", "f8", "ctrl+l", "ctrl+q", "ctrl+c"}:
            return False
        if event.key == "escape":
            self.ask(None)
            if ask.left is not None:
                ask.left()
        elif ask.choices:
            self._choose(ask, event)
        elif event.key == "enter":
            self.ask(None)
            ask.then(ask.text)
        elif event.key in _KEYS_IN_TEXT:
            ask.edit(event.key)
            self.ask_line.redraw()
        elif event.is_printable and event.character:
            ask.insert(event.character)
            self.ask_line.redraw()
        return True

    def _choose(self, ask: Ask, event: events.Key) -> None:
        pressed = event.character or event.key
        for one in ask.choices:
            if pressed in one.keys:
                self.ask(None)
                ask.then(one.value)
                return

    def bar_paste(self, text: str) -> bool:
        """Put pasted text into the open field; returns whether there is one."""
        ask = self.ask_line.ask
        if ask is None or ask.choices:
            return False
        ask.insert(text)
        self.ask_line.redraw()
        return True

    # Corrections

    def correcting(self, act: Callable[[str | None], None]) -> None:
        """Do an act; at a signed-off session ask why first, with the last reason filled in."""
        if not self.may_write():
            return
        if self.found is None or not self.found.signed_off:
            act(None)
            return

        def then(why: str) -> None:
            if not why.strip():
                self.say(_("Ikke gemt: en rettelse af en godkendt mødegang skal have en grund."), error=True)
                return
            self.correction = why.strip()
            act(self.correction)

        self.ask(Ask(_("Mødegangen er godkendt. Hvorfor rettes den?"), then, text=self.correction))

    # Årsag

    def ask_reason(self, then: Callable[[str], None]) -> None:
        """Ask why somebody is absent; the letters are those of the code list."""
        choices = tuple(Choice(one.letters, one.word[:1].upper() + one.word[1:], one.code) for one in ABSENCE_REASONS)
        self.ask(Ask(_("Årsag:"), then, choices))

    # Tid

    def command_attend_time(self) -> None:
        """Ask how many minutes the citizen in focus took part."""
        if self.found is None or not self.found.rows or not self.may_write():
            return
        index = self.list.at
        row = self.shown(index)
        if not row.attended:
            self.say(_("Kun den, der kom, har en tid. Markér først fremmødet."))
            return
        who = self.names()[row.citizen]
        prompt = _("Minutter for {who}, af {minutes}:").format(who=who, minutes=row.planned_minutes)

        def then(text: str) -> None:
            typed = text.strip()
            if typed and not (typed.isascii() and typed.isdigit()):
                self.ask(Ask(_("Skriv et helt tal. {prompt}").format(prompt=prompt), then, text=text))
                return
            minutes = int(typed) if typed else None
            whole = minutes is None or minutes == row.planned_minutes
            kept = None if whole and row.code != "partial" else minutes
            told = _("Tid: {who}, {minutes} min").format(who=who, minutes=minutes) if minutes else ""
            said = told or _("Tid: {who}, {time}").format(
                who=who, time=_("ikke oplyst") if row.code == "partial" else _("hele mødegangen")
            )

            def act(why: str | None) -> None:
                self.mark(
                    lambda desk: self.services.attendance.set_minutes(
                        desk, self.ref, row.citizen, kept, correction=why
                    ),
                    [index], said=said, minutes=kept,
                )  # fmt: skip

            self.correcting(act)

        self.ask(Ask(prompt, then, text=str(row.minutes or "")))

    # Note

    def command_attend_note(self) -> None:
        """Write the note about the citizen in focus; opening one that is there is logged."""
        if self.found is None or not self.found.rows or not self.may_write():
            return
        index = self.list.at
        row = self.shown(index)
        if not row.has_note:
            self._ask_note(index, "")
            return
        self.hold(on=True)

        def read(pending: Pending) -> None:
            if isinstance(pending.error, VejlederError):
                self.refused(pending.error)
            elif pending.error is not None:
                raise pending.error
            else:
                self._ask_note(index, pending.result)
            self.hold(on=False)

        pending = self.desk.write_within(
            lambda desk: self.services.attendance.open_note(desk, self.ref, row.citizen), then=read
        )
        if pending.done:
            read(pending)

    def _ask_note(self, index: int, text: str) -> None:
        row = self.shown(index)
        who = self.names()[row.citizen]

        def then(note: str) -> None:
            if note.strip() == text.strip():
                return
            said = _("Note: {who}") if note.strip() else _("Note fjernet: {who}")

            def act(why: str | None) -> None:
                self.mark(
                    lambda desk: self.services.attendance.set_note(
                        desk, self.ref, row.citizen, note, correction=why
                    ),
                    [index], said=said.format(who=who), has_note=bool(note.strip()),
                )  # fmt: skip

            self.correcting(act)

        self.ask(Ask(_("Note om {who}:").format(who=who), then, text=text))

    def hold(self, *, on: bool) -> None:
        """Keep the keys that come while something has to be fetched first, and run them afterwards."""
        raise NotImplementedError

    # Gæst

    def command_guest_new(self) -> None:
        """Add a guest: a name, initials, or a number of heads."""
        if self.found is None or not self.may_write():
            return

        def then(text: str) -> None:
            if not text.strip():
                return
            line = " ".join(text.split())
            heads = int(line) if line.isascii() and line.isdigit() and len(line) < 6 else 0
            said = (
                ngettext("{count} gæst", "{count} gæster", heads).format(count=heads)
                if heads
                else _("Gæst: {who}").format(who=line)
            )
            self.correcting(
                lambda why: self.act(
                    lambda desk: self.services.guests.add_guest(desk, self.ref, text, correction=why),
                    self.saved(said),
                )
            )

        self.ask(Ask(_("Gæst (navn, initialer eller antal):"), then))

    # Hændelser and sign-off

    def command_session_incidents(self) -> None:
        """Ask whether something happened."""
        self.ask_incidents(_("Hændelser?"))

    def ask_incidents(self, prompt: str) -> None:
        """Ask whether something happened, after whatever made it necessary."""
        choices = (
            Choice(("i",), _("Ingen hændelser"), "none"),
            Choice(("b",), _("Bi-effekt"), "some"),
        )

        def then(answer: str) -> None:
            if answer == "some":
                self.open_after("kind")
                return
            self.correcting(
                lambda why: self.act(
                    lambda desk: self.services.after_session.answer_incidents(desk, self.ref, "none", correction=why),
                    self.saved(_("Hændelser: ingen")),
                )
            )

        self.ask(Ask(prompt, then, choices, left=lambda: self.say(_("Hændelser er stadig ikke besvaret."))))

    def open_after(self, field: str = "") -> None:
        """Open Efter mødet, at a field if one is named."""
        raise NotImplementedError

    def command_session_signoff(self) -> None:
        """Sign the session off; when it already is, take that back with a reason."""
        if self.found is None or not self.may_write():
            return
        if self.found.signed_off:
            self.ask(Ask(_("Mødegangen er godkendt. Skriv, hvorfor godkendelsen fjernes:"), self._un_sign))
            return
        self.act(
            lambda desk: self.services.after_session.sign_off(desk, self.ref),
            self.saved(_("Mødegangen er godkendt")),
        )

    def _un_sign(self, why: str) -> None:
        if not why.strip():
            self.say(_("Godkendelsen står. Der blev ikke skrevet en grund."))
            return
        self.act(
            lambda desk: self.services.after_session.un_sign(desk, self.ref, why),
            self.saved(_("Godkendelsen er fjernet")),
        )

    def refused(self, error: VejlederError) -> None:
        """Put the cursor where the refusal points: on the first row that is missing, or into Hændelser."""
        field = error.field if isinstance(error, RuleError) else ""
        if field == "incidents" and self.is_attached:
            self.ask_incidents(error.message)
            return
        super().refused(error)
        found: Roster | None = self.found
        if field == "roster" and found is not None and self.is_attached:
            missing: list[Any] = [index for index, row in enumerate(found.rows) if row.code is None]
            if missing:
                self.list.go(missing[0])
