"""The values of one row side by side, as lines: which field, each value, who wrote it, when, where, and what stood there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.widget import Widget

from vejleder_tui.i18n import _
from vejleder_tui.screens.conflict_words import field_word, saw_words, value_word, when_words
from vejleder_tui.widgets.text import fit, paint, plain, wrap

if TYPE_CHECKING:
    from datetime import date

    from textual.strip import Strip

    from vejleder_tui.queries.conflict_values import ConflictDetail, ConflictField, ConflictValue

__all__ = ["Sides", "ValueSides", "side_lines"]

LEAST_CELLS = 34
"""A value's column is no narrower; more values than fit side by side stand under each other."""
MOST_LINES = 8
"""So many lines of one value are shown; the history has it whole."""


class Sides(NamedTuple):
    """The lines, and which of them belong to what is in focus (for scrolling)."""

    lines: list[str]
    first: int
    last: int


class ValueSides(Widget):
    """The values side by side: ↑ and ↓ go from field to field, ← and → from value to value, Enter takes the value."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "field(-1)", show=False),
        Binding("down", "field(1)", show=False),
        Binding("left", "value(-1)", show=False),
        Binding("right", "value(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="sides")
        self.detail: ConflictDetail | None = None
        self.field_at = self.value_at = 0
        self.today: date | None = None
        self.display = False
        self.styles.height = "1fr"

    @property
    def field(self) -> ConflictField | None:
        """The field in focus."""
        return self.detail.fields[self.field_at] if self.detail and self.detail.fields else None

    def show(self, detail: ConflictDetail, today: date, field: str = "") -> None:
        """Show a row; the cursor stands on what is proposed."""
        self.detail, self.today = detail, today
        names = [one.field for one in detail.fields]
        self._go(names.index(field) if field in names else 0)

    def _go(self, place: int) -> None:
        self.field_at = place
        self.value_at = self.field.proposal if self.field else 0
        self.refresh()

    def action_field(self, step: int) -> None:
        """Go to another field of the row; never round."""
        if self.detail is not None:
            self._go(max(0, min(len(self.detail.fields) - 1, self.field_at + step)))

    def action_value(self, step: int) -> None:
        """Go to another value; never round."""
        if self.field is not None:
            self.value_at = max(0, min(len(self.field.values) - 1, self.value_at + step))
            self.refresh()

    def say_line(self) -> str:
        """Return the value with the sign as a sentence, for F7."""
        if self.detail is None or self.field is None or self.today is None:
            return ""
        table, field = self.detail.conflict.table, self.field
        said = value_word(table, field.field, field.values[self.value_at])
        return f"{field_word(table, field.field)}: {self.value_at + 1}, {said}"

    def render_line(self, y: int) -> Strip:
        """Paint one line; what is in focus stays in sight."""
        if self.detail is None or self.today is None:
            return paint("", self.size.width, self.rich_style)
        lines, first, last = side_lines(self.detail, self.field_at, self.value_at, self.size.width, self.today)
        top = max(0, min(first, last - self.size.height))
        return paint(lines[top + y] if top + y < len(lines) else "", self.size.width, self.rich_style)


def side_lines(detail: ConflictDetail, field_at: int, value_at: int, cells: int, today: date) -> Sides:
    """Return the fields with the one in focus opened, its values numbered from 1."""
    lines: list[str] = []
    first = last = 0
    for place, field in enumerate(detail.fields):
        here = place == field_at
        word = field_word(detail.conflict.table, field.field)
        if here:
            first = len(lines)
        if not here:
            values = " / ".join(value_word(detail.conflict.table, field.field, one) for one in field.values)
            lines.append(fit(f" {word}: {values}", cells))
            continue
        lines.append(f"►{word[:1].upper()}{word[1:]}{_head(field, detail)}")
        lines.append("")
        made, chosen = _columns(detail.conflict.table, field, value_at, cells, today)
        first += chosen[0]
        last = len(lines) + chosen[1]
        lines += made
        if place < len(detail.fields) - 1:
            lines.append("")
    return Sides(lines, first, last)


def _head(field: ConflictField, detail: ConflictDetail) -> str:
    if field.key:
        return f" – {_('hører til rækkens nøgle og kan ikke ændres')}"
    if detail.signed_off:
        return f" – {_('mødegangen er godkendt; valget kræver en begrundelse')}"
    return ""


def _columns(
    table: str, field: ConflictField, value_at: int, cells: int, today: date
) -> tuple[list[str], tuple[int, int]]:
    """Return the lines of all values, and the first and last line of the one with the sign."""
    beside = max(1, min(len(field.values), cells // LEAST_CELLS))
    room = (cells - 1) // beside
    lines: list[str] = []
    chosen = (0, 0)
    for start in range(0, len(field.values), beside):
        row = range(start, min(len(field.values), start + beside))
        blocks = [
            _block(table, field, at, sign="►" if at == value_at else " ", cells=room - 2, today=today) for at in row
        ]
        height = max(len(one) for one in blocks)
        if value_at in row:
            chosen = (len(lines), len(lines) + height)
        lines += ["".join(fit(one[y] if y < len(one) else "", room) for one in blocks) for y in range(height)]
        lines.append("")
    return lines[:-1], chosen


def _block(table: str, field: ConflictField, at: int, *, sign: str, cells: int, today: date) -> list[str]:
    one = field.values[at]
    text = wrap(value_word(table, field.field, one), max(8, cells - 4))
    if len(text) > MOST_LINES:
        text = [*text[: MOST_LINES - 1], "…"]
    lines = [f"{sign}{at + 1} {text[0]}", *(f"   {line}" for line in text[1:])]
    for word in one.written[:3]:
        who = _("{who} på {laptop}").format(who=plain(word.who) or "–", laptop=plain(word.laptop))
        lines.append(f"   {when_words(word.at, today)} {who}")
        lines += [f"   {line}" for line in wrap(saw_words(table, field, word), max(8, cells - 4))[:3]]
        if word.reason:
            reason = _("begrundelse: {reason}").format(reason=word.reason)
            lines += [f"   {line}" for line in wrap(reason, max(8, cells - 4))[:2]]
    if len(one.written) > 3:
        lines.append("   " + _("og {count} mere").format(count=len(one.written) - 3))
    lines += [f"   {line}" for line in _marks(one)]
    return lines


def _marks(one: ConflictValue) -> list[str]:
    said = [_("vises nu")] if one.shown else []
    said += [_("foreslået")] if one.proposed else []
    return [", ".join(said)] if said else []
