"""What a screen needs of the program; `app.py` implements it, tests may stand in for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from vejleder_tui.clock import Clock
    from vejleder_tui.settings import Settings

__all__ = ["Actor", "AppServices", "Pending", "StoreLink"]

T = TypeVar("T")


class Actor(NamedTuple):
    """Who works here: the worker (id and initials), the role, and this laptop."""

    worker_id: str
    initials: str
    role: str
    device_name: str


class StoreLink(Protocol):
    """The open store, as far as the program on the screen knows it; opened by whoever starts the program."""

    @property
    def actor(self) -> Actor:
        """Who is logged in."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether another window has the right to write."""
        ...

    def read(self, query: Callable[[Any], T]) -> T:
        """Run a query with a reader connection; called in a thread, several at a time."""
        ...

    def write(self, act: Callable[[Any], T]) -> T:
        """Run a service with whatever services write through; called in the one writer thread only."""
        ...

    def beside(self, act: Callable[[Any], T]) -> T:
        """Run long work with what reads the records and writes the laptop's own tables; called in a thread of its own."""
        ...

    def close(self) -> None:
        """Let go of the store; called in the writer thread, after the last write."""
        ...


class Pending(NamedTuple):
    """The state of a write after a short wait: `done` with its result or error, or still under way."""

    done: bool
    result: Any = None
    error: BaseException | None = None


class AppServices(Protocol):
    """The program as its screens know it."""

    settings: Settings
    clock: Clock
    read_only: bool
    privacy: bool

    @property
    def actor(self) -> Actor:
        """Who is logged in; empty before unlock."""
        ...

    @property
    def store_link(self) -> StoreLink | None:
        """The open store, also while the screen is locked; only the unlock screen asks for it."""
        ...

    @property
    def pending_count(self) -> int:
        """How many writes are queued or under way."""
        ...

    @property
    def services(self) -> Any:  # noqa: ANN401 - a namespace of modules, imported on first use
        """The write side: `services.sessions`, `services.peer` and so on, each module imported when first named."""
        ...

    def read(self, query: Callable[[Any], T]) -> Awaitable[T]:
        """Run a query function with a reader connection, in a thread."""
        ...

    def write(self, act: Callable[[Any], T]) -> Awaitable[T]:
        """Run a service in the one writer thread; writes are done in the order they were asked for."""
        ...

    def beside(self, act: Callable[[Any], T]) -> Awaitable[T]:
        """Run long work (a bundle written or checked) beside the writer thread, so that no mark waits for it."""
        ...

    def write_within(
        self, act: Callable[[Any], T], *, seconds: float = 0.02, then: Callable[[Pending], None] | None = None
    ) -> Pending:
        """Run a service in the writer thread and wait at most `seconds`; if it takes longer, `then` hears of it."""
        ...

    def link(self, store: StoreLink) -> None:
        """Take an unlocked store into use."""
        ...

    def status(self, sentence: str, *, error: bool = False) -> None:
        """Say a sentence in line 23 of the screen on top."""
        ...

    def goto(self, screen_id: str, **values: object) -> None:
        """Show a screen: a main screen in place of all others, any other on top of the present one."""
        ...

    def back(self) -> None:
        """Go one step back; from a main screen to I dag."""
        ...

    def lock(self) -> None:
        """Lock the screen; what stands on it comes back after unlocking."""
        ...

    def request_quit(self) -> None:
        """Ask whether to close, then wait for every write, then close."""
        ...

    def change_settings(self, settings: Settings) -> None:
        """Take new settings into use: language, theme, signs, keymap."""
        ...
