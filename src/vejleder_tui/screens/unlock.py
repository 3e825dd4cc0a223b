"""Lås op: who it is, the passphrase, the way out when it is forgotten; also what stands there after a lock."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual.widgets import Input

from vejleder_tui.errors import BusyError, PassphraseError, RuleError, VejlederError
from vejleder_tui.i18n import _, language
from vejleder_tui.screens import opening
from vejleder_tui.screens.base import BaseScreen
from vejleder_tui.widgets.block import Block, Rule
from vejleder_tui.widgets.fields import TextField

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from vejleder_tui.clock import Clock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.screens.link import Seat
    from vejleder_tui.store.keyfile import Unlocked
    from vejleder_tui.widgets.panels import RowList

__all__ = ["UnlockScreen"]


class UnlockScreen(BaseScreen):
    """Starts in the passphrase; with several workers first a list of initials. `locked`: the store is open already."""

    SCREEN_ID = "unlock"
    CSS_PATH = "unlock.tcss"
    AUTO_FOCUS = ""

    def __init__(self, *, paths: StorePaths, clock: Clock, locked: bool = False) -> None:
        super().__init__()
        self.paths, self.clock, self.was_locked = paths, clock, locked
        self.recovering = False
        self.busy = False
        self.slots: list[opening.Who] = []
        self._worker = ""
        self._seat: Seat | None = None

    # What is seen

    def title_right(self) -> str:
        """Return the day; who works here is not told before it is known."""
        return super().title_right().rpartition(" · ")[2]

    def context(self) -> str:
        """Return line 2."""
        if self.recovering:
            return _("Skriv koden fra papiret og en ny adgangssætning. Esc går tilbage.")
        return _("Skærmen er låst. Alt står, som det stod.") if self.was_locked else _("Registreringerne er krypteret.")

    def compose(self) -> ComposeResult:
        """Look who can unlock, before the frame is made; it is one small file."""
        self.slots = opening.who_can_unlock(self.paths)
        yield from super().compose()

    def body(self) -> ComposeResult:
        """Yield the list of initials and the fields."""
        yield Rule()
        yield Block("")
        if len(self.slots) > 1:
            from vejleder_tui.widgets import panels  # noqa: PLC0415 - one worker alone needs no list

            yield Block(f" {_('Hvem er du?')}")
            rows = [panels.Row(one.worker, one.label, say=one.label) for one in self.slots]
            workers = panels.RowList(rows, framed=False, identity="workers")
            workers.styles.height = min(8, len(rows))
            yield workers
            yield Block("")
        if self.recovering:
            yield TextField("code", _("Gendannelseskode"), cells=40, required=True)
            yield Block(" " * 22 + _("8 grupper på 4 tegn. Store og små bogstaver er lige gode."))
            yield TextField("fresh", _("Ny adgangssætning"), cells=40, hidden=True, required=True)
            yield Block(" " * 22 + _("Mindst 4 ord eller 12 tegn."))
            yield TextField("again", _("Skriv den igen"), cells=40, hidden=True, required=True)
        else:
            yield TextField("passphrase", _("Adgangssætning"), cells=40, hidden=True)
            yield Block(" " * 22 + _("Enter låser op. F2 viser tegnene."))

    def on_mount(self) -> None:
        """Put the cursor where it belongs, and warn of a folder that is not safe."""
        super().on_mount()
        self._begin()
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        """Check the key file and the folder, now that the screen stands."""
        try:
            opening.key_file(self.paths, self.clock).slots()
            told = opening.folder_warning(self.paths)
        except VejlederError as error:
            told = str(error)
        if told:
            self.say(told, error=True)

    def _begin(self) -> None:
        workers = self._workers()
        if workers is not None:
            if self._worker:
                workers.go("list", self._worker)
            workers.focus()
        else:
            self._field(0).focus()

    def _workers(self) -> RowList | None:
        return cast("RowList", self.query("#workers").first()) if len(self.slots) > 1 else None

    def _field(self, index: int) -> Input:
        return list(self.query(Input))[index]

    # Commands

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the next empty field; in the last one unlock."""
        event.stop()
        self.command_unlock_open()

    def command_unlock_open(self) -> None:
        """Unlock, or go to the field that is still empty."""
        if self.busy:
            return
        if self.focused is not None and self.focused is self._workers():
            self._field(0).focus()
            return
        for field in self.query(Input):
            if not field.value:
                field.focus()
                self.say(_("Skriv adgangssætningen.") if not self.recovering else _("Feltet skal udfyldes."))
                return
        self.busy = True
        self.say(_("Låser op …"))
        self.run_worker(self._recover() if self.recovering else self._open(), group="unlock")

    def command_unlock_reveal(self) -> None:
        """Show what is typed, or hide it."""
        fields = [one for one in self.query(Input) if one.parent is not None and one.parent.id != "code"]
        hidden = any(one.password for one in fields)
        for field in fields:
            field.password = not hidden
        self.say(_("Tegnene vises. F2 skjuler dem igen.") if hidden else _("Tegnene er skjult."))

    def command_unlock_recover(self) -> None:
        """Ask for the recovery code and a new passphrase."""
        self._worker = self._chosen() or ""
        self.recovering = True
        self._compose_again(_("Har du ikke koden, så spørg din koordinator."))

    def command_app_language(self) -> None:
        """Change the language; what was typed stays."""
        typed = [one.value for one in self.query(Input)]
        settings = self.desk.settings
        self.desk.change_settings(replace(settings, language="da" if language() == "en" else "en"))
        self._compose_again("", typed)

    def command_app_back(self) -> None:
        """Go back from the recovery code; a locked screen is never left this way."""
        if self.recovering:
            self.recovering = False
            self._compose_again("")

    def _compose_again(self, sentence: str, typed: list[str] | None = None) -> None:
        async def again() -> None:
            await self.recompose()
            for field, value in zip(self.query(Input), typed or [], strict=False):
                field.value = value
            self.refresh_lines()
            self._begin()
            self.say(sentence)

        self.run_worker(again(), group="compose")

    # Unlocking

    def _chosen(self) -> str | None:
        workers = self._workers()
        if workers is not None:
            row = workers.row
            return row.key if row is not None else None
        return self.slots[0].worker if self.slots else None

    async def _open(self) -> None:
        field, worker = self._field(0), self._chosen()
        try:
            keys = opening.key_file(self.paths, self.clock)
            unlocked = await asyncio.to_thread(keys.unlock_with_passphrase, worker, field.value)
            await self._enter(unlocked, unlocked.slot.worker)
        except PassphraseError as error:
            field.value = ""
            field.focus()
            self.say(str(error), error=True)
        except VejlederError as error:
            self.say(str(error), error=True)
        finally:
            self.busy = False

    async def _recover(self) -> None:
        code, fresh, again = (one.value for one in self.query(Input))
        worker = self._chosen()
        try:
            if fresh != again:
                raise RuleError(_("De to adgangssætninger er ikke ens."), _("Skriv den nye igen."))
            slot = next((one for one in self.slots if one.worker == worker), None)
            if slot is None:
                raise PassphraseError(_("Vælg først, hvem du er."))
            keys = opening.key_file(self.paths, self.clock)
            unlocked = await asyncio.to_thread(keys.unlock_with_recovery, code)
            await asyncio.to_thread(keys.change_passphrase, unlocked, slot.id, fresh)
            await self._enter(unlocked, slot.worker)
        except VejlederError as error:
            self.say(str(error), error=True)
        finally:
            self.busy = False

    async def _enter(self, unlocked: Unlocked, worker: str, *, write: bool = True) -> None:
        """Take the store into use, and answer what to do when another window writes to it."""
        from vejleder_tui.queries.joining import seated  # noqa: PLC0415
        from vejleder_tui.screens.link import Seat  # noqa: PLC0415 - after the first paint

        held: Any = self.desk.store_link
        if isinstance(held, Seat):
            self._clear()
            if held.actor.worker_id == await self.desk.read(lambda reader: seated(reader, worker)):
                self.desk.link(held)
            else:
                self.desk.link(await asyncio.to_thread(held.another, worker))
                self.desk.goto("today")
            return
        try:
            seat = await asyncio.to_thread(
                opening.seat_for, self.paths, unlocked, clock=self.clock, write=write, worker=worker
            )
        except BusyError as error:
            from vejleder_tui.screens.dialog import Answer, Dialog  # noqa: PLC0415

            self.say("")

            def answered(answer: str | None) -> None:
                self.busy = True
                again = self._enter_told(unlocked, worker, write=answer != "read")
                self.run_worker(again, group="unlock")

            question = Dialog(str(error), Answer("again", _("Prøv igen")), Answer("read", _("Kun læsning"), "k"))
            self.app.push_screen(question, answered)
            return
        self._clear()
        self.desk.link(seat)

    async def _enter_told(self, unlocked: Unlocked, worker: str, *, write: bool) -> None:
        try:
            await self._enter(unlocked, worker, write=write)
        except VejlederError as error:
            self.say(str(error), error=True)
        finally:
            self.busy = False

    def _clear(self) -> None:
        """Leave no passphrase in a field behind the screens to come."""
        self.say("")
        for field in self.query(Input):
            field.value = ""
