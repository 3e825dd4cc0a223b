"""Overdragelse, second half: keys in and out, and what is in a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.screens import handover_lines as lines_of
from vejleder_tui.screens.base import ListScreen
from vejleder_tui.screens.long_task import LongTask
from vejleder_tui.screens.long_work import LongWork
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.bundle.verify import Verification
    from vejleder_tui.queries.handover import HandoverPage
    from vejleder_tui.queries.keys import KnownKey
    from vejleder_tui.screens.link import Aside
    from vejleder_tui.services.desk import Desk

__all__ = ["HandoverKeys", "text_of", "typed_path"]

T = TypeVar("T")


def typed_path(typed: str) -> Path:
    """Return the path that was typed or pasted, where `~` is one's own folder and quotes around it are left out."""
    bare = typed.strip().strip("\"'")
    try:
        return Path(bare).expanduser()
    except RuntimeError:
        return Path(bare)


def text_of(typed: str) -> str:
    """Return what was typed if it is a key, else the text of the file that it names."""
    if typed.startswith("age1"):
        return typed
    from vejleder_tui.bundle.key_file import read_key_file  # noqa: PLC0415

    return read_key_file(typed)


class HandoverKeys(LongWork, ListScreen):
    """The commands on keys and files; `HandoverScreen` has the rest."""

    page: HandoverPage | None

    async def load(self, *, ready: bool = False) -> None:
        """Read the page and draw it."""
        raise NotImplementedError

    async def done(self, act: Callable[[Desk], Any]) -> bool:
        """Run a service; an error is said in line 23. Returns whether it was done."""
        try:
            await self.desk.write(act)
        except VejlederError as error:
            self.say(str(error), error=True)
            return False
        return True

    async def _ask(self, question: str, given: str = "") -> str | None:
        """Ask for one line; None when Esc was pressed."""
        from vejleder_tui.screens.asking import AskLine  # noqa: PLC0415

        found = await self.app.push_screen_wait(AskLine(question, given))
        return None if found is None else str(found)

    async def _sure(self, text: str, safe: str, other: str, letter: str) -> bool:
        """Ask whether to do what `other` says; the safe answer stands first."""
        from vejleder_tui.screens.dialog import Answer, Dialog  # noqa: PLC0415

        answer = await self.app.push_screen_wait(Dialog(text, Answer("no", safe), Answer("yes", other, letter)))
        return bool(answer == "yes")

    async def _tell(self, text: str) -> None:
        """Show a text until it was read."""
        from vejleder_tui.screens.dialog import Answer, Dialog  # noqa: PLC0415

        await self.app.push_screen_wait(Dialog(text, Answer("close", _("Luk vinduet"))))

    # Keys in

    async def command_key_recipient(self) -> None:
        """Take in whom bundles are sealed for, once a person has compared the words."""
        typed = await self._ask(_("Ny modtager: nøglefilens sti, eller indsæt nøglen (age1…)"))
        if typed is None:
            return

        def look() -> tuple[str, list[KnownKey]]:
            from vejleder_tui.services.keyring import read_recipients  # noqa: PLC0415

            text = text_of(typed)
            return text, read_recipients(text)

        try:
            text, found = await asyncio.to_thread(look)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        told = ". ".join(f"{plain(one.name)}: {one.words}" for one in found)
        question = _("{who}. Ring op, og hør, om modtageren har de samme ord. Skal pakker låses til denne modtager?")
        if not await self._sure(question.format(who=told), _("Annullér"), _("Tilføj"), "t"):
            self.say(_("Modtageren er ikke tilføjet."))
            return

        def act(desk: Desk) -> None:
            from vejleder_tui.services.keyring import add_recipients  # noqa: PLC0415

            add_recipients(desk.store, text, clock=desk.clock)

        if await self.done(act):
            await self.load()
            self.say(_("Pakker låses fra nu af til {name}.").format(name=plain(", ".join(one.name for one in found))))

    async def command_key_remove(self) -> None:
        """Take the recipient in focus away, or the only one."""
        page = self.page
        if page is None:
            return
        group = cast("Any", self).group
        row = group.row if group.panel.id == "recipients" else None
        several = [one for one in page.recipients if row is None or one.fingerprint == row.key]
        if len(several) != 1:
            self.say(_("Vælg modtageren på listen med Tab."))
            return
        one = several[0]
        text = _("Fjern {name} som modtager?").format(name=plain(one.name))
        left = [key for key in lines_of.in_force(page, cast("Any", self).today) if key is not one]
        if not left:
            text += " " + _("Nye pakker kan ikke skrives, før der er en modtager.")
        if not await self._sure(text, _("Behold"), _("Fjern"), "f"):
            return

        def act(desk: Desk) -> None:
            from vejleder_tui.services.keyring import remove_key  # noqa: PLC0415

            remove_key(desk.store, one.fingerprint, clock=desk.clock, purpose="recipient")

        if await self.done(act):
            await self.load()
            self.say(_("Fjernet: {name}, {words}").format(name=plain(one.name), words=one.words))

    # Keys out

    async def command_key_show(self) -> None:
        """Show the words of this computer's key file, and save it in a folder."""
        from vejleder_tui.bundle.export import own_keys  # noqa: PLC0415

        try:
            card = await self.desk.read(lambda reader: own_keys(reader).card)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        question = _("{name} har ordene {words}. Gem nøglefilen i mappen:")
        typed = await self._ask(question.format(name=plain(card.name), words=card.words()), "~")
        if typed is None:
            return
        from vejleder_tui.bundle.key_file import save_key_card  # noqa: PLC0415

        try:
            path = save_key_card(card, typed_path(typed))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self.say(_("Nøglefilen ligger i {path}.").format(path=path))

    # Files

    def _checking(self) -> LongTask:
        return LongTask(
            _("Pakken er ved at blive kontrolleret"), _("Kontrollerer pakken: {percent} %. Esc afbryder."),
            _("Afbrudt. Pakken er ikke kontrolleret."),
        )  # fmt: skip

    async def check(self, path: Path) -> None:
        """Check a bundle and say what was found."""
        if self.busy():
            return
        work = self._checking()
        only_reading = self.desk.read_only

        def act(aside: Aside) -> Verification:
            from vejleder_tui.services.handover import check_bundle, verify_here  # noqa: PLC0415

            if not only_reading:
                return check_bundle(aside.store, path, clock=aside.clock, progress=work.look)
            reader = aside.store.reader()
            try:
                return verify_here(reader, path, progress=work.look)
            finally:
                aside.store.release(reader)

        found = await self.long(work, act)
        if found is None:
            return
        if not found.ok:
            self.say(" ".join(found.errors), error=True)
            return
        await self.load()
        self.say(_("Kontrolleret: pakken er hel og rigtigt underskrevet."))

    async def show_file(self, path: Path, *, after: str = "") -> None:
        """Show what is in a bundle, in sentences."""
        if self.busy():
            return
        work = self._checking()

        def act(aside: Aside) -> list[str]:
            from vejleder_tui.services.handover import described  # noqa: PLC0415

            return described(aside.store, path, progress=work.look)

        told = await self.long(work, act)
        if told is None:
            return
        self.say("")
        await self._tell(" ".join(plain(one) for one in [*told, *([after] if after else [])]))
