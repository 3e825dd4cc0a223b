"""The full-screen program: screens by id, themes, the one writer thread, a quit that waits for writes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType

from vejleder_tui import commands, crash
from vejleder_tui.i18n import _, set_language
from vejleder_tui.screens.base import BaseScreen, ModalBase
from vejleder_tui.screens.desk import WritesMixin
from vejleder_tui.screens.protocol import Actor, StoreLink
from vejleder_tui.screens.themes import DEFAULT, THEMES
from vejleder_tui.widgets.text import set_ascii

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from textual.app import SystemCommand
    from textual.events import Resize
    from textual.screen import Screen

    from vejleder_tui.clock import Clock
    from vejleder_tui.settings import Settings

__all__ = ["FACTORIES", "LongWork", "VejlederApp", "run"]

T = TypeVar("T")

FACTORIES: dict[str, str] = {
    "unlock": "unlock:UnlockScreen",
    "setup": "setup:SetupScreen",
    "today": "today:TodayScreen",
    "courses": "courses:CoursesScreen",
    "course": "course:CourseScreen",
    "course_form": "course_form:CourseForm",
    "roster": "roster:RosterScreen",
    "after_session": "after_session:AfterSessionScreen",
    "session_form": "session_form:SessionForm",
    "citizens": "citizens:CitizensScreen",
    "citizen": "citizen:CitizenScreen",
    "citizen_form": "citizen_form:CitizenForm",
    "grant_form": "grant_form:GrantForm",
    "consent_form": "consent_form:ConsentForm",
    "enrolment_form": "enrolment_form:EnrolmentForm",
    "peer": "peer:PeerScreen",
    "peer_form": "peer_form:PeerForm",
    "goals": "goals:GoalsScreen",
    "goal_form": "goal_form:GoalForm",
    "proposal": "proposal:ProposalScreen",
    "rating": "rating:RatingScreen",
    "handover": "handover:HandoverScreen",
    "join": "join:JoinScreen",
    "merge": "merge:MergeScreen",
    "conflicts": "conflicts:ConflictsScreen",
    "history": "history:HistoryScreen",
    "erase": "erase:EraseScreen",
    "persons": "persons:PersonsScreen",
    "help": "help:HelpScreen",
    "palette": "palette:PaletteScreen",
    "more": "more:MoreScreen",
    "jump": "jump:JumpScreen",
}
"""Where each screen is found: module under `screens` and class, imported when first shown."""

_NOBODY = Actor("", "", "", "")


class _Services:
    """The write side by name, each module imported when first used."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a module
        return import_module(f"vejleder_tui.services.{name}")


@dataclass
class LongWork:
    """Work that goes on in the background: what it is called, how far it is, how it is stopped."""

    name: str
    percent: int = 0
    stop: Callable[[], None] | None = None


class VejlederApp(WritesMixin, App[int], inherit_bindings=False):
    """The program; what its screens may use of it stands in `screens.protocol.AppServices`."""

    CSS_PATH = "screens/app.tcss"
    TITLE = "Vejleder"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "request_quit", show=False, priority=True),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        start: str = "unlock",
        store: StoreLink | None = None,
        factories: Mapping[str, Callable[..., Screen[Any]]] | None = None,
        save_settings: Callable[[Settings], None] | None = None,
        **values: object,
    ) -> None:
        super().__init__()
        # The first screen is a mode of its own, so that Textual paints no empty screen before it.
        self._current_mode, self._screen_stacks = start, {start: []}
        self._start = (start, values)
        self.animation_level = "none"
        self.clock = clock
        self.privacy = False
        self.waiting_to_send = 0
        self.long_work: LongWork | None = None
        self.services = _Services()
        self.keymap_complaints: tuple[str, ...] = ()
        self.begin(store)
        self._factories = factories or {}
        self._save_settings = save_settings
        self._asked = False
        self._locked = False
        self._too_small = False
        self.settings = settings
        for theme in THEMES:
            self.register_theme(theme)
        self._apply_settings(settings)

    # What screens use

    @property
    def actor(self) -> Actor:
        """Who is logged in; nobody before unlock."""
        return self._store.actor if self._store is not None else _NOBODY

    @property
    def read_only(self) -> bool:
        """Whether another window has the right to write."""
        return self._store is not None and self._store.read_only

    @property
    def store_link(self) -> StoreLink | None:
        """The open store, also while the screen is locked."""
        return self._store

    @property
    def home(self) -> str:
        """The screen to start on: what the role is here for."""
        return "handover" if self.actor.role == "exporter" and "handover" in commands.BUILT else "today"

    def link(self, store: StoreLink) -> None:
        """Take an unlocked store into use; after a lock, the screen that was there comes back."""
        self._store = store
        if not self._locked:
            self.goto(self.home)
            return
        self._locked = False
        while getattr(self.screen, "SCREEN_ID", "") != "unlock":
            self.pop_screen()
        self.pop_screen()

    def status(self, sentence: str, *, error: bool = False) -> None:
        """Say a sentence in line 23 of the screen on top."""
        if isinstance(self.screen, BaseScreen):
            self.screen.say(sentence, error=error)

    def _make(self, screen_id: str, values: Mapping[str, object]) -> Screen[Any]:
        if screen_id in self._factories:
            return self._factories[screen_id](**values)
        module, _colon, name = FACTORIES[screen_id].partition(":")
        made: Screen[Any] = getattr(import_module(f"vejleder_tui.screens.{module}"), name)(**values)
        return made

    def goto(self, screen_id: str, **values: object) -> None:
        """Show a screen: a main screen in place of all others, any other on top of the present one."""
        if screen_id not in self._factories and screen_id not in FACTORIES:
            self.status(_("Skærmen findes ikke endnu."))
            return
        if self._locked and screen_id not in {"help", "palette", "jump"}:
            return
        kind = commands.SCREENS[screen_id].kind if screen_id in commands.SCREENS else "task"
        if kind not in {"main", "search"}:
            self.push_screen(self._make(screen_id, values))
            return
        if screen_id not in self._modes:
            self.add_mode(screen_id, lambda: self._make(screen_id, values))
            self.switch_mode(screen_id)
            return
        self.switch_mode(screen_id)
        while len(self.screen_stack) > 1:
            self.pop_screen()
        take = getattr(self.screen, "take", None)
        if values and callable(take):
            take(**values)

    def back(self) -> None:
        """Go one step back; from a main screen to I dag."""
        screen = self.screen
        if self._locked and getattr(screen, "SCREEN_ID", "") == "unlock":
            return
        told = screen.leaving() if isinstance(screen, BaseScreen) else ""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self._store is not None and self.current_mode != "today":
            self.goto("today")
        if told:
            self.call_after_refresh(self.status, told)

    def lock(self) -> None:
        """Lock the screen; what stands on it comes back after unlocking."""
        if self._store is not None and not self._locked and getattr(self.screen, "SCREEN_ID", "") != "setup":
            self._locked = True
            self.push_screen(self._make("unlock", {"locked": True}))

    def change_settings(self, settings: Settings) -> None:
        """Take new settings into use, and keep them."""
        self._apply_settings(settings)
        if self._save_settings is not None:
            self._save_settings(self.settings)
        for screen in self.screen_stack:
            if isinstance(screen, BaseScreen):
                screen.refresh_lines()
                screen.refresh(layout=True)

    def _apply_settings(self, settings: Settings) -> None:
        checked = commands.check_keymap(settings.keymap)
        self.keymap_complaints = checked.complaints
        self.settings = replace(settings, keymap=checked.accepted)
        set_language(settings.language)
        encoding = (self.console.encoding or "utf-8").lower()
        set_ascii(settings.ascii_only or not encoding.startswith("utf"))
        self.theme = settings.theme if settings.theme in {one.name for one in THEMES} else DEFAULT
        self.set_keymap(checked.accepted)

    # Leaving

    def request_quit(self) -> None:
        """Ask whether to close, then wait for every write, then close."""
        if not self._asked:
            self._asked = True
            self.run_worker(self._quit(), group="quit")

    def action_request_quit(self) -> None:
        """Ctrl+Q does what `q` does."""
        self.request_quit()

    async def action_quit(self) -> None:
        """Whatever asks Textual to quit asks us."""
        self.request_quit()

    async def _quit(self) -> None:
        from vejleder_tui.screens.dialog import quit_dialog  # noqa: PLC0415

        try:
            work = self.long_work
            answer = "close"
            if self._store is not None:
                answer = await self.push_screen_wait(
                    quit_dialog(self.waiting_to_send, work.name if work else "", work.percent if work else 0)
                )
            if answer == "stay":
                return
            if answer == "stop" and work is not None and work.stop is not None:
                work.stop()
            for screen in self.screen_stack:
                if isinstance(screen, BaseScreen):
                    screen.leaving()
            await self.settled()
            await self.close_store()
            self.exit(0)
        finally:
            self._asked = False

    def action_help_quit(self) -> None:
        """Ctrl+C closes nothing."""
        self.status(_("Ctrl+C lukker ikke Vejleder. Brug q eller menuen."))

    # What Textual would do in its own way

    def get_default_screen(self) -> Screen[Any]:
        """Return the first screen; its styles are only laid ready, and parsed with all others."""
        screen_id, values = self._start
        screen = self._make(screen_id, values)
        for path in screen.css_path:
            self.stylesheet.read(path)
        return screen

    def refresh_css(self, animate: bool = True) -> None:
        """Parse the styles anew; before the first screen there is none to style, and the colours of the theme will do."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def on_load(self) -> None:
        """Replace asyncio's own handler, which would print the text of an error."""
        asyncio.get_running_loop().set_exception_handler(crash.loop_handler)

    def on_mount(self) -> None:
        """Make the first screen a mode like any other; say what was wrong with the keymap."""
        screen_id, values = self._start
        self.add_mode(screen_id, lambda: self._make(screen_id, values))
        if self.keymap_complaints:
            self.call_after_refresh(self.status, " ".join(self.keymap_complaints), error=True)

    def on_resize(self, event: Resize) -> None:
        """Say so below 60 × 20; what was there stays, and comes back."""
        small = event.size.width < (40 if self.settings.single_view else 60) or event.size.height < 20
        if small and not self._too_small:
            self._too_small = True
            from vejleder_tui.screens.too_small import TooSmall  # noqa: PLC0415

            self.push_screen(TooSmall())
        elif not small and self._too_small:
            self._too_small = False
            if isinstance(self.screen, ModalBase) and type(self.screen).__name__ == "TooSmall":
                self.pop_screen()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """Offer none of Textual's own commands (a picture of the screen would be a plain file of personal data)."""
        return ()

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Write no picture of the screen."""

    def action_command_palette(self) -> None:
        """Open our palette, not Textual's."""
        if isinstance(self.screen, BaseScreen):
            self.screen.command_app_palette()

    def notify(self, message: str, **_keywords: Any) -> None:  # noqa: ANN401 - one place for messages
        """Say it in line 23: there are no floating messages."""
        self.status(message)

    def _handle_exception(self, error: Exception) -> None:
        """Close with type and place only; Textual's own handler prints local variables."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.panic(Text(crash.report(error, self.clock.now())))

    def _fatal_error(self) -> None:
        """Nothing may come here; if it does, no local variable is printed."""
        self.panic(Text(_("Vejleder måtte lukke på grund af en fejl.")))


def run(app: VejlederApp, logs: Path | None = None) -> int:
    """Run the program in this terminal and return its exit code; afterwards one line stands there."""
    crash.install(logs)
    app.run()
    code = app.return_code or 0
    if code == 0:
        app.console.print(_("Vejleder er lukket. Alt er gemt. Start igen: vejleder"), markup=False, highlight=False)
    return code
