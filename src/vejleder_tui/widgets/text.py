"""The one helper that turns user text into screen text: never markup, no control characters, measured in cells."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.style import Style

__all__ = [
    "Cell",
    "ascii_only",
    "columns",
    "fit",
    "initials",
    "line",
    "one_to_one",
    "paint",
    "plain",
    "safe",
    "set_ascii",
    "whole",
    "width",
    "wrap",
]

_HIDDEN = "·"
_DROPPED = (
    frozenset("\u200c\u200d")
    | {chr(one) for one in range(0xFE00, 0xFE10)}
    | {chr(one) for one in range(0x1F3FB, 0x1F400)}
)
"""Joiners, variation selectors and skin tones: terminals disagree about their width, so they are not drawn."""

_ASCII = str.maketrans(
    {
        "►": ">", "◄": "<", "●": "*", "○": "o", "■": "#", "□": "-", "•": "*", "▲": "^", "▼": "v", "←": "<", "↑": "^",
        "→": ">", "↓": "v", "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+",
        "┴": "+", "┼": "+", "░": ".", "▒": ":", "▓": "#", "…": ".", "–": "-", "·": ".", "»": '"', "«": '"', "§": "P",
    }
)  # fmt: skip
_state = {"ascii": False}


def set_ascii(on: bool) -> None:
    """Draw signs and frames in ASCII from now on, or not."""
    _state["ascii"] = on


def ascii_only() -> bool:
    """Return whether signs and frames are drawn in ASCII."""
    return _state["ascii"]


def _shown(character: str) -> str:
    if character in "\n\t\r":
        return " "
    if character in _DROPPED:
        return ""
    code = ord(character)
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + 65)
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return _HIDDEN
    return character


def plain(text: str, cells: int | None = None) -> str:
    """Return user text as it may stand on the screen, on one line, cut with `…` to `cells`.

    Control, direction and unassigned characters become `·`; line breaks become spaces; square brackets stay.
    """
    simple = text.isascii() and text.isprintable()
    clean = text if simple else "".join(map(_shown, unicodedata.normalize("NFC", text)))
    return clean if cells is None else _cut(clean, cells)


def one_to_one(text: str) -> str:
    """Return `text` with control and direction characters as `·`, none left out: for a field with a cursor in it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if one in _DROPPED else _shown(one) or one for one in text)


def whole(text: str) -> str:
    """Return `text` without halves of characters, which no file can hold; two halves that belong together become one."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def safe(text: str, cells: int | None = None) -> Text:
    """Return user text as a Rich text without markup, for widgets of Textual's own."""
    return Text(plain(text, cells), no_wrap=True, end="")


def width(text: str) -> int:
    """Return how many cells a clean text takes."""
    return len(text) if text.isascii() else cell_len(text)


def _cut(text: str, cells: int, sign: str = "…") -> str:
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    kept: list[str] = []
    room = cells - len(sign)
    for character in text:
        room -= cell_len(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + sign


def fit(text: str, cells: int, align: Literal["left", "right", "center"] = "left") -> str:
    """Return `text` made clean, cut or padded to exactly `cells`."""
    cut = plain(text, max(0, cells))
    room = max(0, cells - width(cut))
    if align == "right":
        return " " * room + cut
    if align == "center":
        return " " * (room // 2) + cut + " " * (room - room // 2)
    return cut + " " * room


Cell = tuple[str, int] | tuple[str, int, Literal["left", "right", "center"]]
"""A text and its cells; cells 0 means: what is left over. Optionally how it is aligned."""


def columns(cells: int, *parts: Cell, gap: int = 2) -> str:
    """Return `parts` side by side in exactly `cells`, `gap` spaces between; parts of 0 cells share what is left."""
    fixed = sum(part[1] for part in parts) + gap * (len(parts) - 1)
    loose = [index for index, part in enumerate(parts) if part[1] == 0]
    share, rest = divmod(max(0, cells - fixed), len(loose)) if loose else (0, 0)
    made: list[str] = []
    for part in parts:
        room = part[1]
        if room == 0:
            room = share + (1 if rest > 0 else 0)
            rest -= 1
        made.append(fit(part[0], room, part[2] if len(part) == 3 else "left"))
    return fit((" " * gap).join(made), cells)


def line(left: str, right: str, cells: int) -> str:
    """Return `left` at the left and `right` at the right of `cells`, a space at both ends; the left gives way."""
    inner = max(0, cells - 2)
    end = plain(right, inner)
    room = inner - width(end) - (2 if end else 0)
    start = plain(left, max(0, room))
    gap = max(0, inner - width(start) - width(end))
    return fit(" " + start + " " * gap + end + " ", cells)


def wrap(text: str, cells: int) -> list[str]:
    """Return user text in lines of at most `cells`, broken at spaces, and inside a word that is longer than a line."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        current = ""
        for word in plain(paragraph).split(" "):
            trial = f"{current} {word}" if current else word
            if width(trial) <= cells:
                current = trial
                continue
            if current:
                lines.append(current)
            rest = word
            while width(rest) > cells:
                count, room = 0, cells
                for character in rest:
                    room -= cell_len(character)
                    if room < 0:
                        break
                    count += 1
                lines.append(rest[: max(1, count)])
                rest = rest[max(1, count) :]
            current = rest
        lines.append(current)
    return lines


def initials(name: str) -> str:
    """Return the initials of a name, `E.M.` for `Einer M.`."""
    return "".join(f"{plain(part)[0].upper()}." for part in name.split() if plain(part).strip("·. "))


def paint(text: str, cells: int, style: Style | None = None) -> Strip:
    """Return one line of the screen, exactly `cells` wide, in the set of signs that the terminal can show."""
    made = fit(text, cells)
    if _state["ascii"]:
        made = made.translate(_ASCII)
    return Strip([Segment(made, style)], cells)
