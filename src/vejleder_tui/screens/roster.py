"""Fremmøde: a session of twelve in six keys, every mark on the disk before the screen says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal

from vejleder_tui import commands
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.roster import rest_uses, roster
from vejleder_tui.screens.roster_marks import RosterMarks
from vejleder_tui.screens.roster_text import counts, detail_lines, left_receipt, side_texts, title_right
from vejleder_tui.widgets.ask_line import AskLine
from vejleder_tui.widgets.block import Block, Rule
from vejleder_tui.widgets.lines import MenuLine
from vejleder_tui.widgets.roster_list import NARROW, WIDE, MarksLine, RosterList, RowState, SidePanel

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.roster_rows import Roster
    from vejleder_tui.queries.sessions import SessionRef

__all__ = ["RosterScreen"]

_MARKS = (
    "attend.present", "attend.partial", "attend.online", "attend.notified", "attend.reason", "attend.noshow",
    "attend.time", "attend.clear",
)  # fmt: skip
_SHOWN_UNTIL = 3
"""The hint about A goes away after so many uses."""
_LOADING_AFTER = 0.2


class RosterScreen(RosterMarks):
    """The roster of one session; takes `ref`. Marks act on the row in focus and go one row down."""

    SCREEN_ID = "roster"
    CSS_PATH = "roster.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#body"

    def __init__(self, *, ref: SessionRef, **values: object) -> None:
        super().__init__(ref=ref, **values)
        self._keys: dict[str, str] = {}
        self._keymap: object = None
        self._waiting: list[events.Key] = []
        self._held = False
        self._number = ""
        self._warned = False

    # The lines

    def body(self) -> ComposeResult:
        """Yield rows, details and mark letters; the open question stands in line 23."""
        yield Rule()
        with Horizontal(id="middle"):
            yield RosterList(self.take_key, self.bar_paste)
            yield SidePanel()
        yield Rule()
        yield Block("", "", "", height=3, identity="detail")
        rule = Rule()
        rule.id = "marks-rule"
        yield rule
        yield MarksLine()
        yield AskLine(self._answer)

    def title_left(self) -> str:
        """Return "Fremmøde · ABC-gruppe, efterår"."""
        title = self.found.view.title if self.found else ""
        return _("Fremmøde · {title}").format(title=title) if title else _("Fremmøde")

    def title_right(self) -> str:
        """Return which session it is, and when."""
        return title_right(self.found, self.size.width) if self.found else ""

    def context(self) -> str:
        """Return the place and the counts."""
        return counts(self.found, self.saved_at, self.size.width) if self.found else ""

    def on_mount(self) -> None:
        """Read the roster; the frame stands meanwhile."""
        super().on_mount()
        self.set_timer(_LOADING_AFTER, self._still_loading)
        self.run_worker(self._load(first=True), group="load")

    def _still_loading(self) -> None:
        if self.found is None:
            self.say(_("Henter …"))

    def on_screen_resume(self) -> None:
        """Read anew what another screen may have changed."""
        super().on_screen_resume()
        if self.found is not None:
            self.run_worker(self._load(first=False), group="load")

    async def _load(self, *, first: bool) -> None:
        def query(reader: Reader) -> tuple[Roster | None, int]:
            return roster(reader, self.ref, self.desk.clock.now()), rest_uses(reader)

        before = (-1, -1)
        found, uses = None, 0
        # A mark that was made or saved while this was read is not painted over with what was there before.
        while before != (self.acts, self.heard):
            before = (self.acts, self.heard)
            found, uses = await self.desk.read(query)
        if found is None:
            self.say(_("Mødegangen findes ikke længere. Esc går tilbage."), error=True)
            return
        self.found = found
        at = self.list.at
        if first:
            at = next((index for index, row in enumerate(found.rows) if row.code is None), 0)
            self._greet(found, uses)
        self.list.at = at
        self.repaint()
        self.run_waiting()

    def _greet(self, found: Roster, uses: int) -> None:
        if not found.rows:
            self.say(_("Ingen er indskrevet den dag. g tilføjer en gæst, Esc går tilbage."))
        elif found.missing and uses < _SHOWN_UNTIL:
            self.say(_("Prøv A: resten markeres fremmødt. z fortryder."))
        else:
            self.say("")

    def repaint(self, *indexes: int) -> None:
        """Draw rows anew, and the lines around them."""
        if self.found is None:
            return
        count = len(self.found.rows)
        if indexes and count == len(self.list.rows):
            for index in indexes:
                self.list.change(index, self.text_of(index, chosen=self.is_chosen(index)))
            self.query_one(MenuLine).show(self.context())  # title and footer say nothing of marks
        else:
            texts = [self.text_of(index, chosen=self.is_chosen(index)) for index in range(count)]
            self.list.show(texts, self.list.at)
            self.refresh_lines()
        self._details()

    def _details(self) -> None:
        if self.found is None:
            return
        row = self.shown(self.list.at) if self.found.rows else None
        privacy = self.desk.privacy
        self.query_one("#detail", Block).show(*detail_lines(self.found, row, self.size.width, privacy=privacy))
        if self.size.width >= WIDE:
            self.query_one(SidePanel).show(*side_texts(self.found, row, privacy=privacy))

    def on_roster_list_focused(self, message: RosterList.Focused) -> None:
        """Say the row in focus uncut."""
        message.stop()
        self._details()

    def on_resize(self) -> None:
        """Put the goals at the side, or leave details out."""
        self.set_class(self.size.width >= WIDE, "-wide")
        self.set_class(self.size.width < NARROW, "-narrow")
        self.query_one("#detail", Block).styles.height = 1 if self.size.width < NARROW else 3
        super().on_resize()
        self._details()

    def refresh_lines(self) -> None:
        """Bring the mark letters up to date too."""
        super().refresh_lines()
        bound = {one.id: one for one in commands.bound_on(self.SCREEN_ID, self.desk.settings.keymap)}
        for marks in self.query(MarksLine):
            marks.show(tuple((one, bound[one].display, bound[one].title) for one in _MARKS if one in bound))

    def privacy_changed(self) -> None:
        """Draw the names anew."""
        self.repaint()

    # Keys

    def take_key(self, event: events.Key) -> bool:
        """Take a key, in the order it was typed; returns whether it was used."""
        if self.app.screen is not self:
            # What was typed before this screen was covered, for the screen that covers it.
            self.app.post_message(type(event)(event.key, event.character))
            return True
        if (self.found is None or self._held) and event.key not in {"escape", "f1", "f9", "ctrl+q"}:
            self._waiting.append(event)
            return True
        if self.ask_line.ask is not None:
            return self.bar_key(event)
        if self._move(event.key):
            self._end_number()
            return True
        identity = self._command(event.key)
        if identity != "roster.row":
            self._end_number()
        if identity is None:
            return False
        self._last_key = event.character if event.is_printable and event.character else event.key
        self.action_command(identity)
        return True

    def on_key(self, event: events.Key) -> None:
        """Take the keys that come before the rows have the focus too."""
        if not isinstance(self.focused, MenuLine) and self.take_key(event):
            event.stop()
            event.prevent_default()  # the base class would say that the key has no meaning

    def _command(self, key: str) -> str | None:
        """Return the command of a key by the user's keymap."""
        if self._keymap is not self.desk.settings.keymap:
            self._keymap = self.desk.settings.keymap
            self._keys = {key: one.id for one in self.available() for key in one.keys}
        return self._keys.get(key)

    def hold(self, *, on: bool) -> None:
        """Keep keys back while something is fetched; afterwards run them."""
        self._held = on
        if not on:
            self.run_waiting()

    def run_waiting(self) -> None:
        """Run the keys that were kept back."""
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            if not self.take_key(event):
                super().on_key(event)

    def _answer(self, key: str) -> None:
        """Answer the open question by the mouse."""
        ask = self.ask_line.ask
        if ask is not None:
            for one in ask.choices:
                if key in one.keys:
                    self.ask(None)
                    ask.then(one.value)
                    return

    def _in_text(self) -> bool:
        return self.ask_line.ask is not None or super()._in_text()

    def _move(self, key: str) -> bool:
        """Move the focus by an arrow; a selection grows with it."""
        page = self.list.page
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -9999, "end": 9999}
        if key not in steps:
            return False
        self.list.go(self.list.at + steps[key])
        if self.selecting:
            self.say_range()
        return True

    def command_roster_row(self, key: str) -> None:
        """Go to the row whose number is typed; digits join while they make a number that exists."""
        count = len(self.found.rows) if self.found else 0
        trial = next(
            (one for one in (self._number + key, key) if (one == "0" or 1 <= int(one) <= count) and len(one) < 5), ""
        )
        self._number = trial
        if not trial:
            self.say(_("Række {number} findes ikke.").format(number=key))
            return
        if int(trial):
            self.list.go(int(trial) - 1)
            if self.selecting:
                self.say_range()
        self.say(_("Række {number}_").format(number=trial))

    def _end_number(self) -> None:
        if self._number:
            self._number = ""
            self.say("")

    # Leaving and other screens

    def command_roster_done(self) -> None:
        """Leave; everything is saved already, and what is not is said first."""
        if self.failing() and not self._warned:
            self._warned = True
            count = sum(one.state is RowState.FAILED for one in self.attempts.values())
            text = ngettext(
                "{count} markering er ikke gemt. Tryk på dens tast igen, eller Enter igen for at gå uden den.",
                "{count} markeringer er ikke gemt. Tryk på deres tast igen, eller Enter igen for at gå uden dem.",
                count,
            )
            self.say(text.format(count=count), error=True)
            return
        found, saved_at = self.found, self.saved_at
        self.desk.back()
        if found is not None and saved_at:
            self.app.call_after_refresh(self.desk.status, left_receipt(found, saved_at))

    def command_app_back(self) -> None:
        """End a selection, else leave."""
        if self.ask_line.ask is not None:
            self.ask(None)
        elif self.selecting:
            self.leave_range()
            self.say("")
        elif self.focused is not self.list:
            self.list.focus()
        else:
            self.command_roster_done()

    def command_session_after(self) -> None:
        """Open Efter mødet."""
        self.open_after()

    def open_after(self, field: str = "") -> None:
        """Open Efter mødet, at a field if one is named."""
        self.desk.goto("after_session", ref=self.ref, field=field)

    def command_goal_rate(self) -> None:
        """Rate the goals of the citizen in focus."""
        if self.found is None or not self.found.rows:
            return
        row = self.found.rows[self.list.at]
        if not row.goals:
            self.say(_("{who} har ingen aktive mål.").format(who=self.names()[row.citizen]))
            return
        origin = _("Fremmøde, {title} {day}").format(title=self.found.view.title, day=f"{self.found.view.date:%d-%m}")
        self.desk.goto("rating", citizen=row.citizen, goal=row.goals[0].id, session=self.ref, origin=origin)

    def command_citizen_open(self) -> None:
        """Open the citizen in focus."""
        if self.found is not None and self.found.rows:
            self.desk.goto("citizen", citizen=self.found.rows[self.list.at].citizen)

    def command_row_history(self) -> None:
        """Show who wrote what about the row in focus."""
        if self.found is not None and self.found.rows:
            row = self.found.rows[self.list.at]
            self.desk.goto("history", table="attendance", row=row.attendance, what=self.names()[row.citizen])

    def command_peer_new(self) -> None:
        """Write about peer support at this session."""
        self.desk.goto("peer_form", session=self.ref)
