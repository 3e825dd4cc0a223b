"""Vurdér mål: a digit sets the level and saves at once; the next digit corrects the same rating."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from vejleder_tui.clock import local, local_date
from vejleder_tui.codes.informants import INFORMANTS, informant_word
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.rules.goals import verdict, verdict_word
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.screens.rating_text import Slot, rating_lines
from vejleder_tui.widgets.block import Rule
from vejleder_tui.widgets.entry import EntryBar
from vejleder_tui.widgets.text import initials, paint

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.strip import Strip

    from vejleder_tui.queries.goals import GoalDetail
    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.screens.protocol import Pending
    from vejleder_tui.services.desk import Saved

__all__ = ["RatingScreen"]


class _Body(Widget):
    """The goal in focus, as lines; ↑ and ↓ go to the citizen's other goals."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "goal(-1)", show=False),
        Binding("down", "goal(1)", show=False),
    ]

    def __init__(self, lines: Callable[[int, int], list[str]], go: Callable[[int], None]) -> None:
        super().__init__(id="body")
        self._lines, self._go = lines, go

    def action_goal(self, step: int) -> None:
        """Go to another goal."""
        self._go(step)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        lines = self._lines(self.size.width, self.size.height)
        return paint(lines[y] if y < len(lines) else "", self.size.width, self.rich_style)


class RatingScreen(TaskScreen):
    """Rate one citizen's goals, the one called for first.

    Takes `citizen` or `goal` (ids); `session`, where one rates from a roster; `origin` says where from
    ("Fremmøde, ABC-gruppe 24-11"); `draft` is a comment that was left before a level was given.
    """

    SCREEN_ID = "rating"

    def __init__(
        self, *, citizen: str = "", goal: str = "", session: SessionRef | None = None, origin: str = "",
        draft: dict[str, Any] | None = None, draft_id: str = "", **values: object,
    ) -> None:  # fmt: skip
        super().__init__(**values)
        self._left: dict[str, Any] = draft or {}
        self._draft_id = draft_id
        self.citizen = citizen or str(self._left.get("citizen", ""))
        self.goal = goal or str(self._left.get("goal", ""))
        self.session, self.origin = session, origin
        self.slots: list[Slot] = []
        self.at = 0
        self.loaded = False

    # What stands on it

    @property
    def slot(self) -> Slot | None:
        """The goal in focus."""
        return self.slots[self.at] if self.slots else None

    def title_left(self) -> str:
        """Return whose goals these are."""
        slot = self.slot
        if slot is None:
            return _("Vurdér mål")
        name = slot.detail.row.name
        return _("Vurdér mål · {who}").format(who=initials(name) if self.desk.privacy else name)

    def title_right(self) -> str:
        """Return where one came from."""
        return _("fra {place}").format(place=self.origin) if self.origin else super().title_right()

    def context(self) -> str:
        """Return which of the goals this is."""
        if len(self.slots) < 2:
            return _("Mål 1 af 1") if self.slots else ""
        return _("Mål {number} af {count} · ↑/↓ skifter mål").format(number=self.at + 1, count=len(self.slots))

    def body(self) -> ComposeResult:
        """Yield the goal between two rules, and the bar that asks."""
        yield Rule()
        yield _Body(self._lines, self.step)
        yield EntryBar()
        yield Rule()

    def _lines(self, cells: int, room: int) -> list[str]:
        if self.slot is None:
            return [f" {_('Borgeren har ingen mål, der kan vurderes. Esc går tilbage.')}"] if self.loaded else []
        return rating_lines(self.slot, local_date(self.desk.clock.now()), cells, room)

    def say_line(self) -> str:
        """Return goal and choice as a sentence, for F7."""
        return " ".join(" ".join(line.split()) for line in self._lines(200, 30)[:3])

    def can(self, identity: str) -> bool:
        """Nothing can be rated without a goal."""
        return (not identity.startswith("rating.") or identity == "rating.done" or bool(self.slots)) and super().can(
            identity
        )

    # Reading

    def on_mount(self) -> None:
        """Read the citizen's goals."""
        super().on_mount()
        self.run_worker(self._load(), group="load")

    def reload(self) -> None:
        """Look again, after undo and redo."""
        self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        try:
            details = await self._read()
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        ids = [one.row.id for one in details]
        if not self.slots:
            self.slots = [Slot(one) for one in details]
            self.at = ids.index(self.goal) if self.goal in ids else 0
            if self.slots and self._left.get("comment"):
                self.slots[self.at].comment = str(self._left["comment"])
        else:
            self._take(details)
        self.loaded = True
        self._draw()

    def _take(self, details: list[GoalDetail]) -> None:
        known = {one.detail.row.id: one for one in self.slots}
        held = self.slots[self.at].detail.row.id if self.slots else ""
        self.slots = []
        for detail in details:
            slot = known.get(detail.row.id)
            if slot is None:
                slot = Slot(detail)
            else:
                slot.take(detail)
            self.slots.append(slot)
        ids = [one.detail.row.id for one in self.slots]
        self.at = ids.index(held) if held in ids else 0

    async def _read(self) -> list[GoalDetail]:
        """Read the goals: the first time through the service that logs it, later without."""
        citizen, goal = self.citizen, self.goal
        if not self.loaded:
            read: Callable[[Any], list[GoalDetail]] = lambda desk: self.desk.services.goals.read_goals(  # noqa: E731
                desk, citizen=citizen, goal=goal
            )
            return await self.desk.write(read)
        from vejleder_tui.queries import goals  # noqa: PLC0415 - loaded by now

        now, whose = self.desk.clock.now(), self.slots[0].detail.row.citizen if self.slots else citizen
        return await self.desk.read(lambda reader: goals.goals_for_rating(reader, whose, now))

    def _draw(self) -> None:
        self.refresh_lines()
        self.query_one(_Body).refresh()

    def step(self, step: int) -> None:
        """Go to another goal of the citizen; never round."""
        if self.slots:
            self.at = max(0, min(len(self.slots) - 1, self.at + step))
            self._draw()

    # Writing

    def command_rating_level(self, key: str) -> None:
        """Set the level and save it."""
        slot = self.slot
        if slot is None or not key.isdigit():
            return
        level, before = int(key), slot.level
        slot.level, slot.not_assessed = level, False
        row = slot.detail.row
        word = verdict_word(verdict(row.goal_type, row.baseline, level, row.target)) if row.goal_type else ""
        chosen = _("Vurderet til {level}: {verdict}").format(level=level, verdict=word)
        if before is not None and before != level:
            chosen = _("Vurderet til {before} → {level}: {verdict}").format(before=before, level=level, verdict=word)
        self._save(slot, chosen, again=True, level=level)

    def command_rating_none(self) -> None:
        """Say that the goal is not assessed today."""
        if self.slot is not None:
            self.slot.level, self.slot.not_assessed = None, True
            self._save(self.slot, _("Ikke vurderet i dag"), again=True, not_assessed=True)

    def command_rating_source(self) -> None:
        """Take the next source: the three usual ones first, then the others, round."""
        slot = self.slot
        if slot is None:
            return
        codes = [one.code for one in INFORMANTS]
        at = codes.index(slot.informant) if slot.informant in codes else -1
        slot.informant = codes[(at + 1) % len(codes)]
        self._note(slot, _("Kilde: {source}").format(source=informant_word(slot.informant)), informant=slot.informant)

    def command_rating_comment(self) -> None:
        """Ask for a comment."""
        if self.slot is not None:
            self.query_one(EntryBar).ask("comment", _("Kommentar:"), self.slot.comment)

    def command_rating_self(self) -> None:
        """Ask for the citizen's own rating."""
        if self.slot is not None:
            own = self.slot.self_rating
            self.query_one(EntryBar).ask("self", _("Egenvurdering, 0–10:"), "" if own is None else str(own))

    def command_rating_gas(self) -> None:
        """Ask for a score on the goal's own scale."""
        if self.slot is not None:
            gas = self.slot.gas
            self.query_one(EntryBar).ask("gas", _("GAS, -2 til 2:"), "" if gas is None else str(gas))

    def on_entry_bar_answered(self, message: EntryBar.Answered) -> None:
        """Take what was typed; a comment is kept also by Esc."""
        message.stop()
        self.query_one(_Body).focus()
        slot, text = self.slot, message.text.strip()
        if slot is None:
            return
        if message.question == "comment":
            if text != slot.comment:
                slot.comment = text
                self._note(slot, _("Kommentar"), comment=text)
        elif message.entered:
            self._score(slot, message.question, text)

    def _score(self, slot: Slot, question: str, text: str) -> None:
        least, most = (0, 10) if question == "self" else (-2, 2)
        number = text.replace("−", "-").removeprefix("+")
        value = int(number) if number.removeprefix("-").isdecimal() and len(number) < 4 else None
        if text and (value is None or not least <= value <= most):
            self.say(_("Skriv et tal fra {least} til {most}.").format(least=least, most=most), error=True)
            return
        if question == "self":
            slot.self_rating = value
            self._save(slot, _("Egenvurdering: {value}").format(value=text or "–"), self_rating=value)
        else:
            slot.gas = value
            self._save(slot, _("GAS: {value}").format(value=text or "–"), gas=value)

    def _note(self, slot: Slot, what: str, **fields: Any) -> None:  # noqa: ANN401 - the fields of a rating
        """Save what only goes with a rating; without one it waits for the level."""
        if slot.rating is not None or slot.pending:
            self._save(slot, what, **fields)
            return
        self.say(_("{what}. Gemmes sammen med vurderingen.").format(what=what))
        self._draw()

    def _save(self, slot: Slot, what: str, *, again: bool = False, **fields: Any) -> None:  # noqa: ANN401
        """Write a new rating, or correct the one that was just made; the writer thread does one after the other."""
        slot.pending += 1
        slot.failed = False
        goal, session = slot.detail.row.id, self.session
        extra = {"informant": slot.informant, "comment": slot.comment or None}
        day = local_date(self.desk.clock.now())
        draft, self._draft_id = self._draft_id, ""

        def act(desk: Any) -> Saved:  # noqa: ANN401 - the desk
            ratings, drafts = self.desk.services.ratings, self.desk.services.drafts

            def write(desk: Any) -> Saved:  # noqa: ANN401
                if slot.rating is not None:
                    return ratings.correct_rating(desk, slot.rating, **fields)  # type: ignore[no-any-return]  # a module by name
                return ratings.rate_goal(desk, goal, date=day, session_ref=session, **extra, **fields)  # type: ignore[no-any-return]

            saved: Saved = drafts.save_form(desk, draft, write)
            slot.rating = saved.row
            return saved

        def hear(pending: Pending) -> None:
            slot.pending -= 1
            slot.failed = pending.error is not None
            if pending.error is not None:
                self._failed(slot, pending.error)
            else:
                receipt = _("{what} · gemt {time} · z fortryder").format(what=what, time=pending.result.at)
                self._tell(receipt + (" · " + _("et nyt tal retter") if again else ""))
            if self.is_attached:
                self._draw()

        outcome = self.desk.write_within(act, then=hear)
        if outcome.done:
            hear(outcome)
        else:
            self.say("…")
            self._draw()

    def _failed(self, slot: Slot, error: BaseException) -> None:
        slot.level, slot.not_assessed = (None, False) if slot.rating is None else (slot.level, slot.not_assessed)
        if not isinstance(error, VejlederError):
            raise error
        self._tell(str(error), error=True)

    def _tell(self, sentence: str, *, error: bool = False) -> None:
        """Say it here, or on the screen that one went on to."""
        if self.is_current:
            self.say(sentence, error=error)
        else:
            self.desk.status(sentence, error=error)
        self._receipt = (sentence, error)

    _receipt: tuple[str, bool] = ("", False)

    def command_row_history(self) -> None:
        """Show who wrote what about the rating, or about the goal where none is made yet."""
        slot = self.slot
        if slot is None:
            return
        latest = slot.rating or (slot.earlier[-1].id if slot.earlier else "")
        table, row = ("goal_rating", latest) if latest else ("goal", slot.detail.row.id)
        self.desk.goto("history", table=table, row=row, what=f"{slot.detail.row.name}, {slot.detail.row.term}")

    # Leaving

    def command_rating_done(self) -> None:
        """Go back, with the receipt; everything is saved already."""
        sentence, error = self._receipt
        self.desk.back()
        if sentence and not any(one.unsaved_comment for one in self.slots):
            self.app.call_after_refresh(lambda: self.desk.status(sentence, error=error))

    def leaving(self) -> str:
        """Keep a comment that no level was given to as a draft."""
        slot = next((one for one in self.slots if one.unsaved_comment), None)
        if slot is None:
            return ""
        values = {"citizen": slot.detail.row.citizen, "goal": slot.detail.row.id, "comment": slot.comment}
        title = _("Vurdering {date}").format(date=f"{local(self.desk.clock.now()):%d-%m}")
        draft = self._draft_id
        self.desk.write_within(
            lambda desk: self.desk.services.drafts.save_draft(desk, "rating", title, values, draft=draft)
        )
        return _("Kladden ligger på I dag. Den er ikke registreret endnu.")
