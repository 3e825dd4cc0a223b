"""The command without a command: open the full-screen program on the store, or on a first start."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import store_paths
from vejleder_tui.errors import ExitCode, StoreError, VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from vejleder_tui.app import VejlederApp
    from vejleder_tui.clock import Clock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.screens.link import Seat

__all__ = ["make_app", "open_app", "open_sandbox"]


def open_app(arguments: argparse.Namespace) -> int:
    """Open the program: first start where there is no store, else the unlock screen. Returns the exit code."""
    _require_terminal()
    paths = store_paths(arguments)
    if paths.database.exists() and paths.keys.exists():
        return _run(make_app(arguments, paths, arguments.clock, start="unlock"), paths)
    from vejleder_tui.store.store import StoreStatus, store_status  # noqa: PLC0415 - 20 ms that the usual start is spared

    status = store_status(paths)
    if status in {StoreStatus.KEYS_MISSING, StoreStatus.DATABASE_MISSING}:
        missing = (
            _("Nøglefilen mangler.") if status is StoreStatus.KEYS_MISSING else _("Filen med registreringer mangler.")
        )
        raise StoreError(missing, _("Gendan den nyeste kopi: vejleder restore"))
    wanted: list[bool] = []

    def try_sandbox() -> bool:
        wanted.append(True)
        app.exit(0)
        return True

    app = make_app(arguments, paths, arguments.clock, start="setup", try_sandbox=try_sandbox)
    code = _run(app, paths)
    if wanted and code == 0:
        from vejleder_tui.cli.parser import run as run_command  # noqa: PLC0415

        return run_command(["demo", "--lang", app.settings.language], clock=arguments.clock)
    return code


def open_sandbox(arguments: argparse.Namespace, paths: StorePaths, passphrase: str, clock: Clock) -> int:
    """Open the program on *I dag* of a store whose passphrase is known; raises StoreError, PassphraseError, BusyError."""
    from vejleder_tui.screens.opening import unlock  # noqa: PLC0415

    _require_terminal()
    seat = unlock(paths, None, passphrase, clock=clock)
    return _run(make_app(arguments, paths, clock, start="today", seat=seat), paths)


def make_app(
    arguments: argparse.Namespace,
    paths: StorePaths,
    clock: Clock,
    *,
    start: str,
    seat: Seat | None = None,
    try_sandbox: Callable[[], bool] | None = None,
) -> VejlederApp:
    """Return the program with this machine's settings; `--lang` wins over them, and is not kept."""
    from vejleder_tui import settings as machine  # noqa: PLC0415
    from vejleder_tui.app import VejlederApp  # noqa: PLC0415
    from vejleder_tui.paths import settings_file  # noqa: PLC0415

    file = settings_file()
    chosen = machine.load(file)
    given = getattr(arguments, "lang", "")

    def keep(settings: machine.Settings) -> None:
        try:
            machine.save(file, settings)
        except OSError as error:
            raise VejlederError(_("Indstillingerne kunne ikke gemmes.")) from error

    def unlock_screen(**values: Any) -> Any:  # noqa: ANN401 - a screen, imported when first shown
        from vejleder_tui.screens.unlock import UnlockScreen  # noqa: PLC0415

        return UnlockScreen(paths=paths, clock=clock, **values)

    def setup_screen(**values: Any) -> Any:  # noqa: ANN401
        from vejleder_tui.screens.setup import SetupScreen  # noqa: PLC0415

        return SetupScreen(paths=paths, clock=clock, try_sandbox=try_sandbox, **values)

    return VejlederApp(
        replace(chosen, language=given or chosen.language),
        clock,
        start=start,
        store=seat,
        factories={"unlock": unlock_screen, "setup": setup_screen},
        save_settings=keep,
    )


def _run(app: VejlederApp, paths: StorePaths) -> int:
    from vejleder_tui.app import run  # noqa: PLC0415

    return run(app, paths.logs)


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise VejlederError(
            _("Vejleder åbnes i en terminal."),
            _("Kør vejleder --help for at se kommandoerne."),
            code=ExitCode.USAGE,
        )
