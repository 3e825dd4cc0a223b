"""A question, only where `z` cannot help: the safe answer first, with the cursor on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from vejleder_tui.i18n import _
from vejleder_tui.screens.base import ModalBase
from vejleder_tui.widgets.fields import Line
from vejleder_tui.widgets.text import paint, plain, width, wrap

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

__all__ = ["Answer", "Dialog", "quit_dialog"]


@dataclass(frozen=True)
class Answer:
    """An answer: a verb; `letter` chooses it (never the key that opened the dialog); `value` is what is returned."""

    value: str
    label: str
    letter: str = ""


class _Answers(Widget):
    """The answers on one line; the one in focus has the sign."""

    can_focus = True

    class Given(Message):
        """An answer was chosen."""

        def __init__(self, answer: Answer) -> None:
            super().__init__()
            self.answer = answer

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,shift+tab", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("enter", "give", show=False),
    ]

    def __init__(self, answers: tuple[Answer, ...], *, alone: bool) -> None:
        super().__init__()
        self.answers = answers
        self.at = 0
        self.alone = alone

    def on_focus(self) -> None:
        """Show the sign here."""
        self.refresh()

    on_blur = on_focus

    def action_step(self, step: int) -> None:
        """Go to the next answer."""
        self.at = (self.at + step) % len(self.answers)
        self.refresh()

    def action_give(self) -> None:
        """Choose the answer in focus; on opening it is the safe one."""
        self.post_message(self.Given(self.answers[self.at]))

    def _pieces(self) -> list[str]:
        marked = self.alone or self.has_focus
        return [
            f"{'►' if marked and index == self.at else ' '}[ {one.label} ]" + (f" {one.letter}" if one.letter else "")
            for index, one in enumerate(self.answers)
        ]

    def render_line(self, y: int) -> Strip:
        """Paint the answers."""
        return paint("   ".join(self._pieces()) if y == 0 else "", self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Choose by a click."""
        at = 0
        for index, piece in enumerate(self._pieces()):
            if at <= event.x < at + width(piece):
                event.stop()
                self.at = index
                self.action_give()
                return
            at += width(piece) + 3


class _Words(Widget):
    def __init__(self, text: str, identity: str | None = None) -> None:
        super().__init__(id=identity)
        self._words = text

    def on_mount(self) -> None:
        """Take as many lines as the text needs."""
        self.styles.height = len(wrap(self._words, 56))

    def show(self, text: str) -> None:
        """Change the words."""
        self._words = text
        self.styles.height = max(1, len(wrap(text, 56)))
        self.refresh(layout=True)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        lines = wrap(self._words, max(10, self.size.width))
        return paint(lines[y] if y < len(lines) else "", self.size.width, self.rich_style)


class _Sign(Widget):
    """The brackets around the field, with the sign before it while it has the focus."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._sign = text
        self.styles.width = len(text)

    def render_line(self, y: int) -> Strip:
        """Paint it."""
        focused = isinstance(self.screen.focused, Input) and self._sign.startswith(" [")
        text = "►[ " if focused else self._sign
        return paint(text if y == 0 else "", self.size.width, self.rich_style)


class Dialog(ModalBase):
    """Ask; Esc and Enter choose the safe answer, which is the first; the others have their own letter.

    `must_type` is a text that has to be typed before any other answer works. The value of the answer is returned.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "safe", show=False),
        Binding("f1", "nothing", show=False),
    ]

    def __init__(self, text: str, *answers: Answer, must_type: str = "") -> None:
        super().__init__()
        self._question = text
        self._choices = answers
        self._must_type = must_type

    def compose(self) -> ComposeResult:
        """Compose the question and its answers."""
        with Vertical(id="box"):
            yield _Words(self._question)
            if self._must_type:
                field = Line(cells=48)
                field.id = "typed"
                with Horizontal():
                    yield _Sign(" [ ")
                    yield field
                    yield _Sign(" ]")
                yield _Words("", "told")
            yield _Answers(self._choices, alone=not self._must_type)

    def on_mount(self) -> None:
        """Stand on the safe answer."""
        self.query_one(_Answers).focus()

    def on_descendant_focus(self) -> None:
        """Move the sign with the focus."""
        for one in self.query(_Sign):
            one.refresh()

    on_descendant_blur = on_descendant_focus

    def action_safe(self) -> None:
        """Choose the safe answer."""
        self.dismiss(self._choices[0].value)

    def action_nothing(self) -> None:
        """F1 has nothing to add: the answers say what they do."""

    def on__answers_given(self, message: _Answers.Given) -> None:
        """Take the answer."""
        self._give(message.answer)

    def fits(self, typed: str) -> bool:
        """Return whether what was typed lets any other answer work."""
        return plain(typed).strip() == plain(self._must_type).strip()

    def refusal(self) -> str:
        """Return what is said of a text that does not fit."""
        return _("Det passer ikke. Skriv det, som det står i spørgsmålet.")

    def _give(self, answer: Answer) -> None:
        if answer is not self._choices[0] and self._must_type:
            field = self.query_one("#typed", Input)
            if not self.fits(field.value):
                field.focus()
                self.query_one("#told", _Words).show(self.refusal())
                return
        self.dismiss(answer.value)

    def on_key(self, event: events.Key) -> None:
        """Take a letter as its answer; nothing else has a meaning."""
        if isinstance(self.focused, Input) and event.key != "tab":
            return
        for answer in self._choices[1:]:
            if answer.letter and event.character == answer.letter:
                event.stop()
                self._give(answer)
                return

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is never an answer."""
        if not isinstance(self.focused, Input):
            event.stop()

    def available(self) -> list[Any]:
        """No command works while a question stands."""
        return []

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Say nothing: a question has no line 23."""


def quit_dialog(waiting: int, work: str = "", percent: int = 0) -> Dialog:
    """Return the question before closing.

    `waiting` is how many changes wait to be sent; `work` is what is under way (a sentence without its full stop).
    The answer is `stay`, `close` or `stop`.
    """
    if work:
        text = _("{work} ({percent} %). Luk, når den er færdig?").format(work=work, percent=percent)
        later, stop = Answer("close", _("Luk bagefter"), "l"), Answer("stop", _("Afbryd skrivning"), "s")
        return Dialog(text, Answer("stay", _("Bliv")), later, stop)
    text = _("Luk Vejleder? Alt er gemt.")
    if waiting:
        text += " " + _("{count} ændringer venter på at blive sendt.").format(count=waiting)
    return Dialog(text, Answer("stay", _("Bliv")), Answer("close", _("Luk"), "l"))
