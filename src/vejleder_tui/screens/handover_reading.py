"""Overdragelse, third part: files in. A bundle is looked through, a receipt taken, a key trusted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.joining import is_joining
from vejleder_tui.queries.merge_words import receipt_sentences, role_word
from vejleder_tui.screens.handover_keys import HandoverKeys, text_of, typed_path
from vejleder_tui.screens.long_task import LongTask
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vejleder_tui.queries.keys import KnownKey
    from vejleder_tui.screens.link import Aside
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.keyring import WaitingCard
    from vejleder_tui.services.merging import CheckedFiles, MergePlan
    from vejleder_tui.services.receipts import ReceiptTaken

__all__ = ["HandoverReading"]


class HandoverReading(HandoverKeys):
    """The commands that read files in."""

    waiting_cards: tuple[WaitingCard, ...] = ()

    # Bundles and receipts

    async def command_bundle_read(self) -> None:
        """Read a bundle, a receipt or a key file in: a bundle is shown first."""
        if await self.desk.read(is_joining):
            self.desk.goto("join")
        elif self.desk.read_only:
            self.say(cast("Any", self.desk.store_link).read_only_sentence(), error=True)
        elif not self.busy():
            await self._read_file()

    async def _read_file(self) -> None:
        typed = await self._ask(_("Indlæs fil: stien til pakken, kvitteringen eller nøglefilen"))
        if typed is None:
            return
        path = typed_path(typed)
        if await asyncio.to_thread(_is_key_file, path):
            await self._trust_file(typed)
            return
        checked = await self._checked(path)
        if checked is None:
            return
        if checked.receipts:
            await self._take_receipts(checked.receipts)
            return
        plan = await self._looked(checked)
        if plan is not None:
            self.say("")
            self.desk.goto("merge", plan=plan)

    async def _checked(self, path: Path) -> CheckedFiles | None:
        work = LongTask(
            _("Pakken er ved at blive kontrolleret"), _("Kontrollerer pakken: {percent} %. Esc afbryder."),
            _("Afbrudt. Intet er indlæst."),
        )  # fmt: skip

        def act(aside: Aside) -> CheckedFiles:
            from vejleder_tui.services.merging import check_files  # noqa: PLC0415 - in the thread

            reader = aside.store.reader()
            try:
                return check_files(reader, [path], progress=work.look)
            finally:
                aside.store.release(reader)

        return await self.long(work, act)

    async def _looked(self, checked: CheckedFiles) -> MergePlan | None:
        work = LongTask(
            _("Pakken er ved at blive gennemset"), _("Ser efter, hvad der ville ændre sig: {percent} %. Esc afbryder."),
            _("Afbrudt. Intet er indlæst."),
        )  # fmt: skip

        def act(desk: Desk) -> MergePlan:
            from vejleder_tui.services.merging import look  # noqa: PLC0415 - in the thread

            return look(desk, checked.bundles, progress=work.look)

        return await self.long_write(work, act)

    async def _take_receipts(self, paths: tuple[Path, ...]) -> None:
        work = self._checking()

        def act(aside: Aside) -> list[ReceiptTaken]:
            from vejleder_tui.services.receipts import take_receipt  # noqa: PLC0415 - in the thread

            return [take_receipt(aside.store, path, clock=aside.clock) for path in paths]

        taken = await self.long(work, act)
        if taken is None:
            return
        await self.load()
        self.say(" ".join(plain(one) for found in taken for one in receipt_sentences(found)))

    # Trust

    async def command_key_trust(self) -> None:
        """Take in whose operations are believed, once a person has compared the words."""
        waiting = self._waiting_in_focus()
        if waiting is not None:
            await self._trust_waiting(waiting)
            return
        typed = await self._ask(
            _("Ny afsender: stien til den anden computers nøglefil, eller fire ord på en, der ventes på")
        )
        if typed is None:
            return
        from vejleder_tui.services.keyring import fits  # noqa: PLC0415

        named = [one for one in self.waiting_cards if one.card is not None and fits(one.words, typed)]
        if len(named) == 1:
            await self._trust_waiting(named[0])
        else:
            await self._trust_file(typed)

    def _waiting_in_focus(self) -> WaitingCard | None:
        row = cast("Any", self).group.row
        if row is None or row.key is None:
            return None
        key = str(row.key).removeprefix("key:")
        return next((one for one in self.waiting_cards if f"{one.key.device} {one.key.public_key}" == key), None)

    async def _trust_file(self, typed: str) -> None:
        def look() -> tuple[str, KnownKey]:
            from vejleder_tui.services.keyring import read_sender  # noqa: PLC0415

            text = text_of(typed)
            return text, read_sender(text)

        try:
            text, found = await asyncio.to_thread(look)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        role = await self._role_for(found.name, found.fingerprint, found.role)
        if role is None:
            return

        def act(desk: Desk) -> None:
            from vejleder_tui.services.keyring import trust_sender  # noqa: PLC0415

            trust_sender(desk.store, text, clock=desk.clock, role=role)

        await self._trusted(act, found.name)

    async def _trust_waiting(self, one: WaitingCard) -> None:
        card = one.card
        if card is None:
            self.say(_("Nøglen er ikke i pakken. Få computerens nøglefil, og tryk l igen."), error=True)
            return
        from vejleder_tui.queries.keys import role_of_card  # noqa: PLC0415

        role = await self._role_for(card.name, one.words, role_of_card(card.role))
        if role is None:
            return

        def act(desk: Desk) -> None:
            from vejleder_tui.services.keyring import trust_sender  # noqa: PLC0415

            trust_sender(desk.store, card.to_json(), clock=desk.clock, role=role)

        await self._trusted(act, card.name)

    async def _role_for(self, name: str, words: str, role: str) -> str | None:
        """Show the words, and return what the key is to be trusted as; None: not at all."""
        from vejleder_tui.screens.dialog import Answer, Dialog  # noqa: PLC0415

        question = _(
            "{who}: {words}. Ring op, og hør, om afsenderen har de samme ord. Skal den computer tros som {role}?"
        ).format(who=plain(name), words=words, role=role_word(role))
        answers = [Answer("", _("Annullér")), Answer(role, _("Tro på den"), "t")]
        if role != "worker":
            question += " " + _("En koordinator og administrationen kan slette og spærre for alle.")
            answers.append(Answer("worker", _("Som vejleder"), "v"))
        answer = await self.app.push_screen_wait(Dialog(question, *answers))
        if not answer:
            self.say(_("Afsenderen er ikke tilføjet."))
            return None
        return str(answer)

    async def _trusted(self, act: Callable[[Desk], None], name: str) -> None:
        """Trust a key, take in what waited for it, and say so."""
        changed: list[int] = []

        def both(desk: Desk) -> None:
            from vejleder_tui.services.trusting import bring_up_to_date  # noqa: PLC0415

            act(desk)
            done = bring_up_to_date(desk)
            changed.append(0 if done is None else len(done.rows.new) + len(done.rows.changed))

        if await self.done(both):
            await self.load()
            told = _("Pakker fra {name} tros fra nu af.").format(name=plain(name))
            if changed and changed[0]:
                told += " " + _("Det, der ventede, er taget med: {count} registreringer.").format(count=changed[0])
            self.say(told)


def _is_key_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return path.is_file() and file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")
    except OSError:
        return False
