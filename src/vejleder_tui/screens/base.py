"""What every screen has: four fixed lines, commands from the registry, and answers to keys without meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from vejleder_tui import commands
from vejleder_tui.clock import local
from vejleder_tui.i18n import N_, _
from vejleder_tui.screens.undoing import Undoing
from vejleder_tui.widgets.background import Background
from vejleder_tui.widgets.lines import FooterLine, MenuLine, Pressed, StatusLine, TitleLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from vejleder_tui.commands.screens import ScreenKeys
    from vejleder_tui.screens.protocol import AppServices
    from vejleder_tui.widgets.panels import PanelGroup

__all__ = ["BaseScreen", "DetailScreen", "ListScreen", "MainScreen", "SearchScreen", "TaskScreen"]

_DAYS = (N_("man"), N_("tir"), N_("ons"), N_("tor"), N_("fre"), N_("lør"), N_("søn"))
_QUIET = frozenset({"up", "down", "left", "right", "tab", "shift+tab", "home", "end", "pageup", "pagedown"})


def method_name(identity: str) -> str:
    """Return the method that does a command: `session.new` is `command_session_new`."""
    return f"command_{identity.replace('.', '_')}"


def bindings_of(screen_id: str) -> list[BindingType]:
    """Return Textual's bindings for a screen of the registry, each with its command's id."""
    return [
        Binding(
            ",".join(one.keys),
            f"command('{one.id}')",
            one.command.title,
            show=one.where == "footer",
            key_display=commands.key_display(one.keys[0]),
            id=one.id,
        )
        for one in commands.bound_on(screen_id)
        if one.keys
    ]


class BaseScreen(Background, Screen[Any]):
    """A screen of the registry: set `SCREEN_ID`, define `command_…` methods and `body()`.

    A command without a method is not shown and its key has no meaning. Digits of commands with several keys
    (a row, a level) reach the method as its argument: `def command_rating_level(self, key: str)`.
    """

    SCREEN_ID: ClassVar[str] = ""
    AUTO_FOCUS: ClassVar[str | None] = "#body, #body *, Input"
    KEYED: ClassVar[frozenset[str]] = frozenset({"roster.row", "rating.level", "conflict.take"})
    titles: Mapping[str, str]

    def __init_subclass__(cls, **keywords: bool) -> None:
        """Give a class with a screen id its bindings, before Textual gathers them."""
        if "SCREEN_ID" in cls.__dict__ and cls.SCREEN_ID:
            own = cast("list[BindingType]", cls.__dict__.get("BINDINGS", []))
            cls.BINDINGS = [*bindings_of(cls.SCREEN_ID), *own]
        super().__init_subclass__(**keywords)

    def __init__(self, **values: object) -> None:
        super().__init__()
        self.values = values
        self.titles = {}
        self._last_key = ""

    @property
    def desk(self) -> AppServices:
        """The program, as a screen may know it."""
        return cast("AppServices", self.app)

    @property
    def keys_here(self) -> ScreenKeys:
        """The registry's entry for this screen."""
        return commands.SCREENS[self.SCREEN_ID]

    # What a screen fills in

    def body(self) -> ComposeResult:
        """Yield the content between line 2 and line 23."""
        yield from ()

    def title_left(self) -> str:
        """Return the left of line 1."""
        return _(self.keys_here.title)

    def title_right(self) -> str:
        """Return the right of line 1: who, which laptop, which day."""
        day = local(self.desk.clock.now()).date()
        actor = self.desk.actor
        who = [one for one in (actor.initials, actor.device_name) if one]
        return " · ".join([*who, f"{_(_DAYS[day.weekday()])} {day:%d-%m-%Y}"])

    def context(self) -> str | None:
        """Return line 2 where it is not the menu."""
        return None if self.keys_here.kind in {"main", "detail", "search"} else ""

    def menu_at(self) -> str:
        """Return the screen id that is marked in the menu."""
        return self.SCREEN_ID

    def say_line(self) -> str:
        """Return the line in focus as a sentence, for F7."""
        focused = self.focused
        teller = getattr(focused, "say_line", None)
        if callable(teller):
            return str(teller())
        if isinstance(focused, Input) and focused.password:
            return _("Feltet er skjult.")
        return str(getattr(focused, "value", "") or self.title_left())

    # The frame

    def compose(self) -> ComposeResult:
        """Compose the four lines around the body."""
        yield TitleLine(self.title_left(), self.title_right())
        yield MenuLine(
            self.desk.actor.role, self.menu_at(), context=self.context(), digits=self.keys_here.kind != "search"
        )
        yield from self.body()
        yield StatusLine()
        yield FooterLine()

    def on_mount(self) -> None:
        """Fill title and footer."""
        self.refresh_lines()

    def on_screen_resume(self) -> None:
        """Look again: the day or the role may be another."""
        self.refresh_lines()

    def on_resize(self) -> None:
        """Shorten the footer on a narrow screen."""
        self.refresh_lines()

    def refresh_lines(self) -> None:
        """Bring title, context and footer up to date."""
        if not self.query(FooterLine):
            return
        self.query_one(TitleLine).show(self.title_left(), self.title_right(), read_only=self.desk.read_only)
        context = self.context()
        if context is not None:
            self.query_one(MenuLine).show(context)
        self.query_one(FooterLine).show(
            commands.footer(
                self.SCREEN_ID,
                available={one.id for one in self.available()},
                titles=self.titles,
                keymap=self.desk.settings.keymap,
                narrow=self.size.width < 80,
            )
        )

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Say one sentence in line 23."""
        for line in self.query(StatusLine):
            line.say(sentence, error=error)

    def leaving(self) -> str:
        """Hear that the screen is about to be left (forms hand over what was typed); return what to say of it."""
        return ""

    # Commands

    def available(self) -> Iterable[commands.Bound]:
        """Return the commands that work here and now."""
        return [one for one in commands.bound_on(self.SCREEN_ID, self.desk.settings.keymap) if self.can(one.id)]

    def can(self, identity: str) -> bool:
        """Return whether this screen has a command now; screens may narrow it."""
        if identity.startswith("go."):
            screen_id = identity.removeprefix("go.")
            menu = {one.command: one.available for one in commands.menu(self.desk.actor.role)}
            return menu.get(identity, screen_id in commands.BUILT)
        return hasattr(self, method_name(identity))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide a command that this screen does not have."""
        if action == "command":
            return self.can(str(parameters[0]))
        return True

    def action_command(self, identity: str) -> None:
        """Run a command; the sentence of the last one goes."""
        if not self.can(identity):
            return
        for line in self.query(StatusLine):
            if line.is_error:
                line.say("")
        if identity.startswith("go."):
            if isinstance(self.focused, MenuLine):
                # Whoever comes back here stands in the content again, not in the menu.
                self.focus_body()
            self.desk.goto(identity.removeprefix("go."))
            return
        method = getattr(self, method_name(identity))
        result = method(self._last_key) if identity in self.KEYED else method()
        if hasattr(result, "__await__"):
            self.run_worker(result, group="commands", exit_on_error=True)

    def run_key(self, key: str) -> None:
        """Run the command that a key has on this screen."""
        for one in self.available():
            if key in one.keys:
                self._last_key = key
                self.action_command(one.id)
                return

    def on_pressed(self, message: Pressed) -> None:
        """Run the command that a mouse target stands for."""
        message.stop()
        self._last_key = ""
        self.action_command(message.command)

    def on_panel_group_chosen(self, message: PanelGroup.Chosen) -> None:
        """Do on a second click what Enter does."""
        message.stop()
        self.run_key("enter")

    def on_key(self, event: events.Key) -> None:
        """Remember the key for its command; say so of a key that has no meaning."""
        self._last_key = event.character if event.is_printable and event.character else event.key
        if event.key in _QUIET or event.key in self.active_bindings or self._in_text():
            return
        event.stop()
        character = event.character or ""
        if character.isupper() and character.lower() in self.active_bindings:
            self.say(_("Er Caps Lock slået til?"))
            return
        self.say(
            _("Tasten {key} bruges ikke her. {help} viser tasterne.").format(
                key=character if event.is_printable and character.strip() else commands.key_display(event.key),
                help="F1" if self.keys_here.kind in {"form", "dialog", "search"} else "?",
            )
        )

    def _in_text(self) -> bool:
        return isinstance(self.focused, Input) or hasattr(self.focused, "document")

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is never run as keys."""
        if not self._in_text():
            event.stop()
            self.say(_("Indsat tekst kan kun bruges i felter."))

    # Global commands

    def command_app_help(self) -> None:
        """Show the keys of this screen."""
        self.desk.goto("help", origin=self.SCREEN_ID, works={one.id for one in self.available()})

    def command_app_palette(self) -> None:
        """Search the commands of this screen."""
        self.desk.goto("palette", origin=self)

    def command_app_menu(self) -> None:
        """Go to the menu."""
        self.query_one(MenuLine).open_menu()
        self.say(_("Menu: tryk et tal, eller vælg med ←/→ og Enter. Esc går tilbage til skærmen."))

    def command_app_back(self) -> None:
        """Go a step back; from the menu into the screen."""
        if isinstance(self.focused, MenuLine):
            self.focus_body()
            self.say("")
            return
        self.desk.back()

    def command_app_lock(self) -> None:
        """Lock the screen."""
        self.desk.lock()

    def command_app_quit(self) -> None:
        """Close, when everything is saved."""
        self.desk.request_quit()

    def command_app_say(self) -> None:
        """Say the line in focus as a sentence."""
        self.say(self.say_line())

    def command_app_privacy(self) -> None:
        """Show names as initials, or as names again."""
        self.desk.privacy = not self.desk.privacy
        self.say(_("Navne vises som initialer. F8 viser dem igen.") if self.desk.privacy else _("Navne vises igen."))
        self.privacy_changed()

    def privacy_changed(self) -> None:
        """Draw names anew; screens that show names override it."""
        self.refresh(layout=True)

    def command_app_jump(self) -> None:
        """Put a letter at each place that one can jump to."""
        self.desk.goto("jump", origin=self)

    def focus_body(self) -> None:
        """Put the focus back into the content."""
        for widget in self.focus_chain:
            if not isinstance(widget, MenuLine):
                widget.focus()
                return

    def jump_targets(self) -> list[Widget]:
        """Return the places for jump mode, from top to bottom."""
        return [one for one in self.focus_chain if one.region.height]


class _Everywhere(Undoing, BaseScreen):
    """What works on every main and detail screen."""

    def command_peer_new(self) -> None:
        """Open the form for a peer activity."""
        self.desk.goto("peer_form")

    def command_app_search(self) -> None:
        """Go to the search for citizens."""
        self.desk.goto("citizens")


class MainScreen(_Everywhere):
    """A screen of the menu; `Vejleder · I dag` in line 1."""


class DetailScreen(_Everywhere):
    """One course or one citizen; the menu stays."""

    MENU: ClassVar[str] = ""

    def menu_at(self) -> str:
        """Return the list that this belongs to."""
        return self.MENU or self.SCREEN_ID


class TaskScreen(Undoing, BaseScreen):
    """Fremmøde, Vurdér mål, Til afklaring: line 2 is context, digits choose rows or levels."""


class ListScreen(MainScreen):
    """A main screen with one list; `list_focus` follows the row."""

    def on_panel_group_focused(self, message: PanelGroup.Focused) -> None:
        """Say the row uncut in line 22 where a screen has such a line."""
        self.row_focused(message)

    def row_focused(self, message: PanelGroup.Focused) -> None:
        """Hear that a row came into focus."""


class SearchScreen(BaseScreen):
    """Borgere: letters and digits always search, wherever the cursor stands."""

    def on_key(self, event: events.Key) -> None:
        """Send what is typed to the search field."""
        field = self.query(Input).first()
        in_menu = isinstance(self.focused, MenuLine) and (event.character or "").isdigit()
        if event.is_printable and event.character and not field.has_focus and not in_menu:
            event.stop()
            field.focus()
            field.insert_text_at_cursor(event.character)
            return
        super().on_key(event)

    def command_search_clear(self) -> None:
        """Clear the field; if it is empty, go back."""
        field = self.query(Input).first()
        if isinstance(self.focused, MenuLine) or not field.has_focus:
            field.focus()
        elif field.value:
            field.value = ""
        else:
            self.desk.back()


class ModalBase(ModalScreen[Any]):
    """What lies over a screen for a moment: a question, jump mode."""

    @property
    def desk(self) -> AppServices:
        """The program, as a screen may know it."""
        return cast("AppServices", self.app)
