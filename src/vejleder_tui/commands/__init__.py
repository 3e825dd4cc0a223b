"""The registry of commands: id, key, title, help; footer, help, palette, menu and keymap are made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from vejleder_tui.commands.screens import MENU, MENU_HIDDEN, SCREENS
from vejleder_tui.commands.table import COMMANDS
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from vejleder_tui.commands.table import Command

__all__ = [
    "BUILT",
    "COMMANDS",
    "FORBIDDEN_KEYS",
    "SCREENS",
    "Bound",
    "KeymapResult",
    "MenuEntry",
    "bound_on",
    "check_keymap",
    "footer",
    "footer_text",
    "key_display",
    "menu",
]

BUILT: set[str] = {
    "unlock", "setup", "today", "courses", "course", "roster", "session_form", "citizens", "citizen", "peer",
    "peer_form", "goals", "goal_form", "proposal", "rating", "handover", "help", "palette", "more", "course_form",
    "after_session", "citizen_form", "enrolment_form", "history", "grant_form", "consent_form", "join", "merge",
    "persons", "erase", "conflicts",
}  # fmt: skip
"""The screens that exist; the menu and Mere leave a gap for every other."""

FORBIDDEN_KEYS = frozenset(
    {
        "left_square_bracket", "right_square_bracket", "left_curly_bracket", "right_curly_bracket", "backslash",
        "vertical_line", "at", "dollar_sign", "tilde", "acute_accent", "circumflex_accent", "diaeresis",
        "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+s", "ctrl+z", "ctrl+c", "f10", "f11", "f12",
        *(f"{hold}+{digit}" for hold in ("alt", "ctrl") for digit in range(10)),
    }
)  # fmt: skip
"""Keys that need AltGr or a dead key on a Danish keyboard, or that terminals keep."""

_GLOBAL = {
    "main": (
        "app.help", "app.menu", "app.palette", "app.jump", "app.lock", "app.say", "app.privacy", "app.back",
        "app.undo", "app.redo", "app.search", "peer.new", "app.quit", "go.today", "go.courses", "go.citizens",
        "go.peer", "go.goals", "go.evaluation", "go.handover", "go.more",
    ),
    "task": (
        "app.help", "app.menu", "app.palette", "app.jump", "app.lock", "app.say", "app.privacy", "app.back",
        "app.undo", "app.redo", "app.quit",
    ),
    "form": (
        "app.help", "app.menu", "app.palette", "app.jump", "app.lock", "app.say", "app.privacy", "app.back",
        "form.save", "app.quit",
    ),
    "dialog": ("app.help", "app.jump", "app.lock", "app.say", "app.privacy", "app.back", "app.quit"),
}  # fmt: skip
_GLOBAL["detail"] = _GLOBAL["main"]
_GLOBAL["search"] = tuple(one for one in _GLOBAL["form"] if one != "form.save")

_DISPLAY = {
    "enter": "Enter", "escape": "Esc", "tab": "Tab", "shift+tab": "Shift+Tab", "space": "Mellemrum",
    "question_mark": "?", "colon": ":", "slash": "/", "down": "↓", "up": "↑", "left": "←", "right": "→",
    "delete": "Delete", "backspace": "Backspace", "pageup": "PageUp", "pagedown": "PageDown", "home": "Home",
    "end": "End", "insert": "Insert", "plus": "+", "minus": "-", "full_stop": ".", "comma": ",",
}  # fmt: skip

Where = Literal["footer", "also", "global"]


class Bound(NamedTuple):
    """A command as it stands on one screen: its keys there (first the shown one) and its label there."""

    command: Command
    keys: tuple[str, ...]
    where: Where
    shown: str = ""

    @property
    def id(self) -> str:
        """The command's id."""
        return self.command.id

    @property
    def title(self) -> str:
        """The label, in the language in use."""
        return _(self.command.title)

    @property
    def display(self) -> str:
        """The shown key in words: `Enter`, `Ctrl+P`, `0-4` with a dash for a run of digits."""
        return self.shown or (key_display(self.keys[0]) if self.keys else "")


class MenuEntry(NamedTuple):
    """One place of the menu; `available` is False where a gap is left."""

    digit: str
    command: str
    screen_id: str
    title: str
    available: bool


@dataclass(frozen=True)
class KeymapResult:
    """The part of a user's keymap that holds (command id to keys), and one sentence for each part that does not."""

    accepted: dict[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()


def key_display(key: str) -> str:
    """Return how a key is written: `Enter`, `Esc`, `Mellemrum`, `Ctrl+P`; a plain character stands as it is."""
    if key == "space":
        return _("Mellemrum")
    if key in _DISPLAY:
        return _DISPLAY[key]
    if key.startswith(("ctrl+", "alt+", "shift+")):
        hold, _plus, rest = key.partition("+")
        return f"{hold.capitalize()}+{key_display(rest) if len(rest) > 1 else rest.upper()}"
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return key


def bound_on(screen_id: str, keymap: Mapping[str, str] | None = None) -> tuple[Bound, ...]:
    """Return every command of a screen: footer, then the rest of its own, then the global ones of its kind."""
    screen = SCREENS[screen_id]
    text = screen.kind in {"form", "dialog", "search"}
    found: dict[str, Bound] = {}
    places: Iterable[tuple[str, Where]] = (
        *((one, "footer") for one in screen.footer),
        *((one, "also") for one in screen.also),
        *((one, "global") for one in _GLOBAL[screen.kind] if one not in screen.without),
    )
    for identity, where in places:
        if identity in found:
            continue
        command = COMMANDS[identity]
        keys = screen.keys.get(identity, command.keys)
        if text:
            keys = tuple(key for key in keys if not _is_text(key))
        elif screen.kind == "task" and where == "global" and identity == "app.quit":
            keys = ("ctrl+q",)
        shown = "" if identity in screen.keys else command.shown
        if keymap and identity in keymap:
            keys, shown = tuple(key.strip() for key in keymap[identity].split(",")), ""
        found[identity] = Bound(command, keys, where, shown)
    return tuple(found.values())


def _is_text(key: str) -> bool:
    return len(key) == 1 or key in {"question_mark", "colon", "slash"}


def footer(
    screen_id: str,
    *,
    available: Collection[str] | None = None,
    titles: Mapping[str, str] | None = None,
    keymap: Mapping[str, str] | None = None,
    narrow: bool = False,
) -> tuple[tuple[str, str, str], ...]:
    """Return the footer of a screen as (command id, key, label); `titles` are labels that follow the row in focus.

    `available` leaves out commands that the screen does not have. `narrow` keeps four, the help last.
    """
    shown = [
        one
        for one in bound_on(screen_id, keymap)
        if one.where == "footer" and (available is None or one.id in available)
    ]
    if narrow and len(shown) > 4:
        aid = [one for one in shown if one.id == "app.help"]
        shown = [one for one in shown if one.id != "app.help"][: 4 - len(aid)] + aid
    return tuple((one.id, one.display, (titles or {}).get(one.id, one.title)) for one in shown)


def footer_text(entries: Iterable[tuple[str, str, str]]) -> str:
    """Return the footer as one line: a space first, two between entries."""
    return " " + "  ".join(f"{key} {label}".strip() for _id, key, label in entries)


def menu(role: str, built: Collection[str] | None = None) -> tuple[MenuEntry, ...]:
    """Return the eight places of the menu as a role sees them; what it may not see, or is not built, is a gap."""
    there = BUILT if built is None else built
    hidden = MENU_HIDDEN.get(role, frozenset())
    return tuple(
        MenuEntry(digit, identity, identity.removeprefix("go."), _(COMMANDS[identity].title), available)
        for digit, identity in MENU
        for available in (identity.removeprefix("go.") in there and digit not in hidden,)
    )


def check_keymap(wanted: Mapping[str, str]) -> KeymapResult:
    """Check a user's keymap (command id to keys, several with a comma) by the rules of the table.

    A part with an unknown id, a key that is kept free, or a key that another command of the same screen has,
    is named in a complaint and keeps its default; the rest is accepted.
    """
    accepted: dict[str, str] = {}
    complaints: list[str] = []
    for identity, keys in wanted.items():
        names = [one.strip() for one in keys.split(",") if one.strip()]
        if identity not in COMMANDS or not names:
            complaints.append(_("Tasterne for »{id}« bruges ikke: kommandoen findes ikke.").format(id=identity))
            continue
        bad = next((one for one in names if one in FORBIDDEN_KEYS or one in set(r"[]{}\|@$~´^¨")), None)
        if bad is not None:
            complaints.append(
                _("{key} kan ikke bruges til {title}: tasten når ikke frem på alle tastaturer.").format(
                    key=key_display(bad), title=_(COMMANDS[identity].title)
                )
            )
            continue
        trial = {**accepted, identity: ",".join(names)}
        clash = _clash(identity, names, trial)
        if clash is not None:
            complaints.append(
                _("{key} er allerede {other}. {title} beholder sin egen tast.").format(
                    key=key_display(clash[0]), other=_(clash[1].title), title=_(COMMANDS[identity].title)
                )
            )
            continue
        accepted = trial
    return KeymapResult(accepted, tuple(complaints))


def _clash(identity: str, names: list[str], keymap: Mapping[str, str]) -> tuple[str, Command] | None:
    for screen_id in SCREENS:
        bound = bound_on(screen_id, keymap)
        if all(one.id != identity for one in bound):
            continue
        for other in bound:
            if other.id == identity:
                continue
            taken = next((key for key in names if key in other.keys), None)
            if taken is not None:
                return taken, other.command
    return None
