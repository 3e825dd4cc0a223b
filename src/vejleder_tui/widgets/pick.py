"""A field that picks from a list by typing: one, or several; people are picked the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.widgets.fields import Field, Line, bracket
from vejleder_tui.widgets.text import paint, plain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip
    from textual.widgets import Input

__all__ = ["Choice", "Choices", "PersonField", "PickField"]


class Choice(NamedTuple):
    """What can be picked: `value` is kept, `label` is shown (user text is allowed)."""

    value: str
    label: str


class Choices(Widget):
    """The list under a pick field: at most six lines, the one that Enter takes has the sign."""

    LINES = 6

    class Taken(Message):
        """A line was clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, indent: int) -> None:
        super().__init__()
        self.indent = indent
        self.found: list[Choice] = []
        self.chosen: set[str] = set()
        self.at = 0
        self.empty_text = ""
        self.styles.height = 1
        self.display = False

    def show(self, found: list[Choice], chosen: set[str], empty: str) -> None:
        """Show what fits; the first line has the sign."""
        self.found, self.chosen, self.at, self.empty_text = found, chosen, 0, empty
        self.styles.height = max(1, min(self.LINES, len(found)))
        self.display = True
        self.refresh(layout=True)

    def step(self, step: int) -> None:
        """Go up or down."""
        self.at = max(0, min(len(self.found) - 1, self.at + step))
        self.refresh()

    def _first(self) -> int:
        return max(0, min(self.at - self.LINES + 1, len(self.found) - self.LINES)) if self.at >= self.LINES else 0

    def render_line(self, y: int) -> Strip:
        """Paint one choice."""
        index = self._first() + y
        text = self.empty_text if not self.found and y == 0 else ""
        if index < len(self.found):
            one = self.found[index]
            text = f"{'►' if index == self.at else ' '}{'● ' if one.value in self.chosen else ''}{plain(one.label)}"
        return paint(" " * self.indent + text, self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Take a choice by a click."""
        index = self._first() + event.y
        if 0 <= index < len(self.found):
            event.stop()
            self.post_message(self.Taken(self.found[index]))


class _PickLine(Line):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "list(1)", show=False),
        Binding("up", "list(-1)", show=False),
        Binding("enter", "take", show=False),
        Binding("backspace", "back", show=False),
    ]

    def __init__(self, owner: PickField, cells: int) -> None:
        super().__init__(cells=cells)
        self.owner = owner

    def action_list(self, step: int) -> None:
        """Open the list, or go up and down in it."""
        self.owner.move(step)

    def action_take(self) -> None:
        """Take the choice with the sign; with a closed list, go to the next field."""
        self.owner.enter()

    def action_back(self) -> None:
        """Delete a character; in an empty field, the last one picked."""
        if self.value:
            self.action_delete_left()
        else:
            self.owner.drop_last()


class PickField(Field):
    """Pick one (or, `several`, more) of `choices`, or of what `search` finds for the text typed.

    `value()` is the value picked, or a list of values; so is `raw`. `sign` stands at the right inside the brackets.
    With `offer_new(words, make)` the list ends in a line that makes what is not there.
    """

    sign = "▼"
    NEW = "+"
    """The value of the line that makes something new; no row has it as its id."""

    def __init__(
        self, name: str, label: str, choices: Sequence[Choice] = (), *,
        search: Callable[[str], Awaitable[Sequence[Choice]]] | None = None, several: bool = False,
        chosen: Sequence[Choice] = (), cells: int = 38, required: bool = False, after: str = "", help_line: str = "",
    ) -> None:  # fmt: skip
        super().__init__(name, label, required=required, after=after, help_line=help_line)
        self.choices = list(choices)
        self.search = search
        self.several = several
        self.picked: list[Choice] = list(chosen)
        self.line = _PickLine(self, cells - 2)
        self.list: Choices | None = None
        self._quiet = False
        self._new: tuple[Callable[[str], str], Callable[[str], None]] | None = None

    def editor(self) -> ComposeResult:
        """Yield the line, its sign and the brackets."""
        yield bracket("[ ")
        yield self.line
        yield bracket(f" {self.sign}")
        yield bracket(" ]")

    def on_mount(self) -> None:
        """Show what is picked."""
        super().on_mount()
        self._show()

    @property
    def raw(self) -> Any:  # noqa: ANN401
        """The values and labels picked; text that picks nothing is kept too, so that a draft loses nothing."""
        picked = [[one.value, one.label] for one in self.picked]
        return {"picked": picked, "text": self.line.value} if picked or self.line.value else {}

    def set_raw(self, raw: Any) -> None:  # noqa: ANN401
        """Put back what was picked."""
        self.picked = [Choice(str(value), str(label)) for value, label in (raw or {}).get("picked", [])]
        self._show()
        if not self.picked or self.several:
            self._set_text(str((raw or {}).get("text", "")))

    @property
    def empty(self) -> bool:
        """Whether nothing is picked or typed."""
        return not self.picked and not self.line.value.strip()

    def value(self) -> Any:  # noqa: ANN401
        """Return what is picked; raises RuleError where text stands that picks nothing."""
        shown = "" if self.several or not self.picked else self.picked[0].label
        if self.line.value.strip() and self.line.value != shown:
            raise RuleError(_("Vælg en fra listen: skriv noget af navnet, og tryk Enter."), field=self.key)
        return [one.value for one in self.picked] if self.several else self.picked[0].value

    def _set_text(self, text: str) -> None:
        if self.line.value != text:
            self._quiet = True
            self.line.value = text
            self.line.cursor_position = len(text)

    def _show(self) -> None:
        if self.several:
            self._set_text("")
            self.line.placeholder = plain(", ".join(one.label for one in self.picked))
            count = len(self.picked)
            self.say_after(_("{count} valgt").format(count=count) if count > 1 else self.after_text)
        else:
            self._set_text(self.picked[0].label if self.picked else "")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find what fits while typing."""
        event.stop()
        if self._quiet:
            self._quiet = False
            return
        if not self.several:
            self.picked = []
        self.post_message(self.Changed(self))
        self._find()

    def _find(self) -> None:
        text = self.line.value.strip()
        if self.search is not None:
            self.run_worker(self._ask(text), exclusive=True, group=f"search-{self.key}")
            return
        needle = text.casefold()
        starts = [one for one in self.choices if one.label.casefold().startswith(needle)]
        self._open([*starts, *(one for one in self.choices if one not in starts and needle in one.label.casefold())])

    async def _ask(self, text: str) -> None:
        if self.search is not None:
            found = list(await self.search(text))
            if self.line.value.strip() == text and self.line.has_focus:
                self._open(found)

    def offer_new(self, words: Callable[[str], str], make: Callable[[str], None]) -> None:
        """End the list in a line of `words(typed)`; taking it calls `make(typed)`, which may `take` what it made."""
        self._new = (words, make)

    def _open(self, found: list[Choice]) -> None:
        if self.list is None:
            return
        typed = "" if self.picked and not self.several else self.line.value.strip()
        if self._new is not None and not any(one.label.casefold() == typed.casefold() for one in found):
            found = [*found, Choice(self.NEW, self._new[0](typed))]
        self.list.show(found, {one.value for one in self.picked}, _("Ingen passer."))

    @property
    def is_open(self) -> bool:
        """Whether the list is seen."""
        return self.list is not None and self.list.display

    def close(self) -> None:
        """Close the list; what was typed stays."""
        if self.list is not None:
            self.list.display = False

    def move(self, step: int) -> None:
        """Open the list with everything, or go up and down in it."""
        if self.is_open and self.list is not None:
            self.list.step(step)
        elif step > 0 and self.picked and not self.several and self.search is None:
            self._open(self.choices)
        elif step > 0:
            self._find()

    def enter(self) -> None:
        """Take the choice with the sign, or go on to the next field."""
        if self.is_open and self.list is not None and self.list.found:
            choice = self.list.found[self.list.at]
            self.take(choice)
            if self.several or choice.value == self.NEW:
                return
        self.close()
        self.screen.focus_next()

    def take(self, choice: Choice) -> None:
        """Pick a choice; of several, one that is picked already is dropped. The last line makes a new one."""
        if choice.value == self.NEW and self._new is not None:
            self.close()
            self._new[1]("" if self.picked and not self.several else self.line.value.strip())
            return
        if not self.several:
            self.picked = [choice]
        elif any(one.value == choice.value for one in self.picked):
            self.picked = [one for one in self.picked if one.value != choice.value]
        else:
            self.picked.append(choice)
        self._show()
        self.close()
        self.post_message(self.Changed(self))

    def drop_last(self) -> None:
        """Drop the last one picked."""
        if self.picked:
            self.picked.pop()
            self._show()
            self.post_message(self.Changed(self))

    def on_descendant_blur(self) -> None:
        """Close the list; a text that is exactly one of the choices picks it."""
        super().on_descendant_blur()
        text = self.line.value.strip().casefold()
        fits = [one for one in self.choices if one.label.casefold() == text]
        if text and len(fits) == 1 and not self.picked:
            self.take(fits[0])
        self.close()

    def say_line(self) -> str:
        """Return label and what is picked, for F7."""
        return f"{self.caption}: {', '.join(one.label for one in self.picked) or _('tom')}"


class PersonField(PickField):
    """A list of people: `search` finds them by name, `+` stands at the right."""

    sign = "+"
