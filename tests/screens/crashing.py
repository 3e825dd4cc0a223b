"""Breaks on purpose, with a name and a CPR number in local variables: `python crashing.py WHERE LOGS`."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screens.desk import Today, make
from vejleder_tui.app import run

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.strip import Strip


def break_it(extra: str = "") -> None:
    name, cpr = "Jette Hemmelig", "010170-1234"
    raise KeyError(f"{name} {cpr} {extra}")


class Breaking(Today):
    SCREEN_ID = "today"

    def on_mount(self) -> None:
        super().on_mount()
        where = sys.argv[1]
        if where == "mount":
            break_it()
        if where == "async":
            self.run_worker(self.work())
        if where == "worker":
            self.run_worker(break_it, thread=True)
        if where == "thread":
            thread = threading.Thread(target=break_it)
            thread.start()
            thread.join()
            self.set_timer(0.05, self.leave)
        if where == "write":
            self.run_worker(self.writing())
        if where == "callback":
            self.call_after_refresh(break_it)
        if where == "timer":
            self.set_timer(0.01, break_it)
        if where == "task":
            asyncio.get_running_loop().call_soon(break_it)
            self.set_timer(0.05, self.leave)

    def leave(self) -> None:
        self.app.exit(return_code=1)

    async def work(self) -> None:
        name, cpr = "Jette Hemmelig", "010170-1234"
        break_it(name + cpr)

    async def writing(self) -> None:
        await self.desk.write(lambda _store: break_it())

    def command_session_new(self) -> None:
        break_it()

    def compose(self) -> ComposeResult:
        if sys.argv[1] == "compose":
            break_it()
        yield from super().compose()

    def render_line(self, y: int) -> Strip:
        if sys.argv[1] == "render":
            break_it()
        return super().render_line(y)


if __name__ == "__main__":
    code = run(make(Breaking), logs=Path(sys.argv[2]))
    if sys.argv[1] == "outside":
        break_it()
    raise SystemExit(code)
