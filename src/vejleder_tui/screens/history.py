"""Historik: who wrote what about one row, when, on which laptop; the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.clock import from_stamp, local
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import N_, _
from vejleder_tui.queries.history import HistoryChange, HistoryLine, row_history
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.rules.legal import short_form
from vejleder_tui.rules.recurrence import describe, parse_plan
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import columns

if TYPE_CHECKING:
    from textual.app import ComposeResult

__all__ = ["HistoryScreen"]

FIELDS = {
    "address": N_("adresse"), "assessment": N_("vurdering"), "capacity": N_("pladser"), "code": N_("fremmøde"),
    "comment": N_("kommentar"), "course": N_("forløb"), "date": N_("dato"), "duration": N_("varighed"),
    "elements": N_("elementer"), "end_at": N_("slut"), "end_reason": N_("årsag til ophør"),
    "enrolled_from": N_("indskrevet fra"), "from_date": N_("fra"), "incidents": N_("hændelser"), "kind": N_("slags"),
    "legal_basis": N_("lovgrundlag"), "level": N_("niveau"), "minutes": N_("minutter"), "name": N_("navn"),
    "note": N_("note"), "notified_at": N_("meldt"), "over_capacity_reason": N_("flere end pladser"),
    "paused_from": N_("pause fra"), "paused_to": N_("pause til"), "phase": N_("fase"), "plan": N_("plan"),
    "programme": N_("indsats"), "queue_place": N_("plads i køen"), "reason": N_("årsag"),
    "signed_off_at": N_("godkendt"), "signed_off_by": N_("godkendt af"), "start_at": N_("start"),
    "status": N_("status"), "status_reason": N_("årsag"), "theme": N_("tema"), "theme_planned": N_("tema"),
    "title": N_("navn"), "to_date": N_("til"), "unnamed_guests": N_("gæster uden navn"), "venue": N_("sted"),
    "void": N_("fjernet"),
}  # fmt: skip
"""What the fields are called; one that is not here stands with its own name."""

WORDS = {
    "waiting": N_("venter"), "offered": N_("tilbudt"), "enrolled": N_("indskrevet"), "paused": N_("pause"),
    "completed": N_("gennemført"), "ended": N_("ophørt"), "planned": N_("planlagt"), "held": N_("afholdt"),
    "cancelled": N_("aflyst"), "moved": N_("flyttet"), "running": N_("i gang"), "closed": N_("lukket hold"),
    "rolling": N_("løbende optag"), "open": N_("åbent tilbud"), "time_limited": N_("tidsafgrænset"),
    "ongoing": N_("uden slutdato"), "none": N_("ingen"), "some": N_("nogle"),
}  # fmt: skip
_LISTS = {"end_reason": "local_afslutning", "code": "local_fremmoede", "reason": "local_fravaersaarsag"}
_MASKED = frozenset({"cpr", "substitute_number", "address"})


class HistoryScreen(TaskScreen):
    """The history of the row `row` of `table`; `what` is what it is called in line 1."""

    SCREEN_ID = "history"

    def __init__(self, *, table: str, row: str, what: str = "", **values: object) -> None:
        super().__init__(**values)
        self.table, self.row, self.what = table, row, what
        self.lines: list[HistoryLine] | None = None

    def title_left(self) -> str:
        """Return whose history it is."""
        return _("Historik · {what}").format(what=self.what) if self.what else _("Historik")

    def context(self) -> str:
        """Return line 2."""
        return _("Den nyeste ændring står øverst.")

    def body(self) -> ComposeResult:
        """Yield the list and the line for the row in focus."""
        yield RowList(title=_("Ændringer"), empty=_("Ingen har skrevet noget om det endnu."), identity="body")
        yield Block("", "", height=2, identity="detail")

    def on_mount(self) -> None:
        """Read the log."""
        super().on_mount()
        self.reload()

    def reload(self) -> None:
        """Read the log anew."""
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        table, row = self.table, self.row
        try:
            self.lines = await self.desk.read(lambda reader: row_history(reader, table, row))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        rows = [made for line in self.lines for made in _rows(line)]
        listed = self.query_one(RowList)
        listed.show(rows, title=_("Ændringer ({count})").format(count=len(rows)))
        if self.focused is None:
            listed.focus()

    def on_panel_group_focused(self, message: RowList.Focused) -> None:
        """Say the change uncut."""
        self.query_one("#detail", Block).show(f" {message.row.say}" if message.row else "")


def _rows(line: HistoryLine) -> list[Row]:
    if line.taken or line.at is None:
        return [
            Row(line.hash, _("slettet eller ikke modtaget endnu"), _("Indholdet er slettet eller ikke modtaget endnu."))
        ]
    when = f"{local(line.at):%d-%m-%Y %H:%M}"
    changes = line.changes or ((HistoryChange("", None, None),) if line.created else ())
    return [_row(line, when, place, change) for place, change in enumerate(changes)]


def _row(line: HistoryLine, when: str, place: int, change: HistoryChange) -> Row:
    label = _(FIELDS[change.field]) if change.field in FIELDS else change.field
    before, after = shown(change.field, change.before), shown(change.field, change.after)
    if change.field == "void":
        what = _("fjernet") if change.after else _("gendannet")
    elif line.created:
        what = f"{label}: {after}" if label else _("oprettet")
    else:
        what = f"{label}: {before} → {after}"
    said = _("{when} {who} på {laptop}: {what}").format(when=when, who=line.who, laptop=line.laptop, what=what)
    if line.reason:
        said = _("{said}. Begrundelse: {reason}").format(said=said, reason=line.reason)
    return Row(
        f"{line.hash}:{place}",
        lambda cells: columns(cells, (when, 16), (line.who, 4), (line.laptop, 10), (what, 0)),
        said,
    )


def shown(field: str, value: object) -> str:
    """Return a value as people say it; "–" for none, and nothing of what is masked on the screen."""
    if value is None or value == "":
        return "–"
    if field in _MASKED:
        return "••••"
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    text = str(value)
    coded = field in _LISTS and codes.lookup(_LISTS[field], text) is not None
    return codes.display(_LISTS[field], text) if coded else _formed(field, text)


def _formed(field: str, text: str) -> str:
    """Return a text of the log as people say it: plans, legal bases, moments, dates, and words of our own."""
    made = _(WORDS[text]) if text in WORDS else text
    if field == "plan":
        made = _plan(text)
    elif field == "legal_basis":
        made = short_form(text)
    elif field.endswith("_at") and text.endswith("Z"):
        made = f"{local(from_stamp(text)):%d-%m-%Y %H:%M}"
    elif len(text) == 10 and text[4] == text[7] == "-":
        made = f"{text[8:]}-{text[5:7]}-{text[:4]}"
    return made


def _plan(text: str) -> str:
    try:
        plan = parse_plan(text)
    except ValueError:
        return text
    end = (
        _("{count} gange").format(count=plan.sessions)
        if plan.sessions
        else whole_date(plan.until)
        if plan.until
        else ""
    )
    said = f"{describe(plan)}, {_('fra {day}').format(day=whole_date(plan.first))}"
    return f"{said}, {end}" if end else said
