"""Indstilling: what is written of one goal as plain text, to read, and to save where one says."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.clock import local_date
from vejleder_tui.codes.informants import informant_word
from vejleder_tui.errors import NotSavedError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.rules.goals import direction, level_word
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.screens.conflict_words import differing_words
from vejleder_tui.widgets.entry import EntryBar
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import plain, wrap

if TYPE_CHECKING:
    from datetime import date

    from textual.app import ComposeResult

    from vejleder_tui.queries.goal_dose import Dose
    from vejleder_tui.queries.goals import GoalDetail

__all__ = ["ProposalScreen", "proposal_lines", "save_text"]


def proposal_lines(detail: GoalDetail, today: date, author: str) -> list[str]:
    """Return the text, one paragraph or list item a line; it says only what is registered, and proposes nothing itself."""
    row = detail.row
    lines = [
        _("Indstilling om mål"),
        _("Borger: {who}").format(who=row.name),
        _("Skrevet: {date} af {who}").format(date=whole_date(today), who=author),
        "",
        _("Borgerens ord: »{text}«").format(text=" ".join(detail.text.split())),
    ]
    if row.term:
        lines.append(_("Tilstand: {term}").format(term=row.term))
    if row.goal_type is not None and row.baseline is not None and row.target is not None:
        lines += [
            direction(row.goal_type, row.baseline, row.target),
            _("Start {start}: {word}").format(start=row.baseline, word=level_word(row.baseline)),
            detail.sentence,
        ]
    for words, day in ((_("Startdato: {date}"), detail.baseline_date), (_("Frist: {date}"), detail.follow_up_date)):
        if day is not None:
            lines.append(words.format(date=whole_date(day)))
    if detail.end_reason:
        lines.append(_("Afsluttet: {reason}").format(reason=codes.display("local_afslutning", detail.end_reason)))
    lines += ["", _("Vurderinger")]
    for one in detail.ratings:
        level = _("ikke vurderet") if one.level is None else f"{one.level} {level_word(one.level)}"
        own = "" if one.self_rating is None else _("egenvurdering {value} af 10").format(value=one.self_rating)
        parts = (level, informant_word(one.informant), own, " ".join(one.comment.split()))
        lines.append(f"- {whole_date(one.date)}: " + " · ".join(part for part in parts if part))
    if detail.row.contested:
        lines.append(differing_words(detail.row.open) or _("afklares"))
    if not detail.ratings:
        lines.append(_("Ikke vurderet endnu."))
    return [*lines, *_dose_lines(detail.dose)]


def _dose_lines(dose: Dose) -> list[str]:
    if not dose.planned_minutes:
        return []
    attended, planned = dose.hours
    lines = ["", _("Deltog i {attended} af {planned} timer.").format(attended=attended, planned=planned)]
    if dose.to_settle:
        lines.append(_("Fremmøde, der er til afklaring: {count}").format(count=dose.to_settle))
    if dose.not_registered:
        lines.append(_("Fremmøde, der ikke er registreret: {count}").format(count=dose.not_registered))
    return lines


def save_text(name: str, text: str) -> str:
    """Write a file that only its owner may read, and return its last name; one that is there is left alone.

    Raises NotSavedError.
    """
    try:
        path = Path(name).expanduser()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise NotSavedError(_("Filen findes allerede."), _("Skriv et andet navn.")) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise NotSavedError(_("Filen kan ikke skrives der."), _("Vælg en anden mappe.")) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as writable:
            writable.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise NotSavedError(_("Filen kan ikke skrives der."), _("Vælg en anden mappe.")) from error
    return path.name


class ProposalScreen(TaskScreen):
    """The text of the goal `goal`; opening it is logged."""

    SCREEN_ID = "proposal"

    def __init__(self, *, goal: str) -> None:
        super().__init__()
        self.goal = goal
        self.lines: list[str] = []

    def context(self) -> str:
        """Return what can be done with it."""
        return _("Kun det, der er registreret. Pil op og ned læser, s gemmer som en tekstfil.")

    def body(self) -> ComposeResult:
        """Yield the text, and the line that asks for a file."""
        yield RowList(title=_("Indstilling"), empty=_("Henter …"), identity="body")
        yield EntryBar(limit=400)

    def on_mount(self) -> None:
        """Read the goal, and note that it was read."""
        super().on_mount()
        self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        goal = self.goal

        def act(desk: Any) -> GoalDetail | None:  # noqa: ANN401 - the desk
            found: GoalDetail | None = self.desk.services.goals.read_goal(desk, goal)
            return found

        try:
            detail = await self.desk.write(act)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        if detail is not None:
            actor = self.desk.actor.initials
            self.lines = proposal_lines(detail, local_date(self.desk.clock.now()), actor)
            self._show()
            self.say(_("Åbningen er noteret i adgangsloggen."))

    def on_resize(self) -> None:
        """Break the lines anew."""
        super().on_resize()
        self._show()

    def _show(self) -> None:
        cells = max(20, self.size.width - 4)
        rows = [
            Row(f"{number}", piece, say=one or " ")
            for number, (one, piece) in enumerate(
                (one, piece) for one in self.lines for piece in (wrap(one, cells) if one else [""])
            )
        ]
        if rows:
            self.query_one("#body", RowList).show(rows, title=_("Indstilling"))

    def command_proposal_save(self) -> None:
        """Ask for the file."""
        day = local_date(self.desk.clock.now())
        name = _("indstilling-{date}.txt").format(date=day.isoformat())
        self.say(_("Filen bliver ikke krypteret. Læg den kun, hvor andre ikke kan læse den."))
        self.query_one(EntryBar).ask("file", _("Gem som:"), str(Path.home() / name))

    def on_entry_bar_answered(self, message: EntryBar.Answered) -> None:
        """Save, unless Esc was pressed."""
        message.stop()
        self.query_one("#body", RowList).focus()
        if message.entered and message.text.strip():
            self.run_worker(self._save(message.text.strip()), group="commands")
        else:
            self.say("")

    async def _save(self, name: str) -> None:
        try:
            text = "\n".join(plain(one) for one in self.lines) + "\n"
            written = await asyncio.to_thread(save_text, name, text)
        except VejlederError as error:
            self.say(str(error), error=True)
        else:
            self.say(_("Skrevet: {file}. Filen er ikke krypteret.").format(file=plain(written)))
