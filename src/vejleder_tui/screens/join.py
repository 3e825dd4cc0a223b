"""Ny bærbar: the key file out, a bundle of everything in, and who one is in the records that came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import number
from vejleder_tui.screens.handover_keys import HandoverKeys, typed_path
from vejleder_tui.screens.long_task import LongTask
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import plain, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.joining import Namesake
    from vejleder_tui.screens.link import Aside
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.joining import Laptop, Offer
    from vejleder_tui.services.merging import Merged

__all__ = ["JoinScreen"]

_AT_ONCE = 8
"""So many laptops and their words have room in one question."""


class JoinScreen(HandoverKeys):
    """Where a new laptop waits for the records of others; Esc leaves it, `i` on Overdragelse leads back."""

    SCREEN_ID = "join"

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.titles = {"row.open": _("Vælg"), "bundle.read": _("Hent pakken")}

    def context(self) -> str:
        """Return what is to be done."""
        return _("Registreringerne kommer fra en anden bærbar, i en pakke med alt.")

    def body(self) -> ComposeResult:
        """Yield the two steps that are done here, and what is done at the other laptop."""
        steps = (
            ("key.show", "k", _("Gem nøglefilen, og giv den til en koordinator")),
            ("bundle.read", "i", _("Hent pakken, når du har fået den")),
        )
        rows = [Row(command, f"{key}  {text}", say=f"{key}: {text}.") for command, key, text in steps]
        yield RowList(rows, title=_("På denne bærbare"), identity="body")
        yield Block("", height=1, identity="detail")

    def on_mount(self) -> None:
        """Show the words."""
        super().on_mount()
        self.query_one("#body").styles.height = 4
        self.query_one("#detail").styles.height = "1fr"
        self.run_worker(self.load(), group="load")

    async def load(self, *, ready: bool = False) -> None:  # noqa: ARG002 - there is one state only
        """Show the words of this laptop's key, and what happens elsewhere."""

        def words(reader: Reader) -> str:
            from vejleder_tui.bundle.export import own_keys  # noqa: PLC0415

            return own_keys(reader).card.words()

        told = (
            _("Denne bærbares ord: {words}").format(words=await self.desk.read(words)),
            _("Læs dem op for koordinatoren, og hør, om der står de samme ord dér."),
            "",
            _("På koordinatorens bærbar: 7 viser Overdragelse, n tilføjer nøglefilen som modtager, l som afsender,")
            + " "
            + _("og s skriver pakken. Den er låst til denne bærbare og kan ligge på en USB-nøgle."),
        )
        lines = [line for one in told for line in (wrap(one, max(20, self.size.width - 2)) if one else [""])]
        self.query_one("#detail", Block).show("", *(f" {one}" for one in lines))

    def command_row_open(self) -> None:
        """Do the step in focus."""
        row = self.query_one("#body", RowList).row
        if row is not None and row.key is not None:
            self.action_command(row.key)

    def command_app_back(self) -> None:
        """Stop the long work under way; else go back."""
        if not self.stop_work():
            super().command_app_back()

    async def command_bundle_read(self) -> None:
        """Take the bundle in: what is in it, whose keys are believed, and who one is there."""
        if self.busy():
            return
        if self.desk.read_only:
            self.say(cast("Any", self.desk.store_link).read_only_sentence(), error=True)
            return
        typed = await self._ask(_("Hent pakken: filens sti"))
        if typed is None:
            return
        found = await self._offer(typed)
        if found is None:
            return
        self.say("")
        if not await self._believed(found):
            self.say(_("Intet er hentet."))
            return
        done = await self._join(found)
        if done is None:
            return
        await self._finish(done)

    async def _offer(self, typed: str) -> Offer | None:
        work = LongTask(
            _("Pakken er ved at blive kontrolleret"), _("Kontrollerer pakken: {percent} %. Esc afbryder."),
            _("Afbrudt. Intet er hentet."),
        )  # fmt: skip

        def act(aside: Aside) -> Offer:
            from vejleder_tui.services.joining import offer  # noqa: PLC0415 - in the thread

            reader = aside.store.reader()
            try:
                return offer(reader, typed_path(typed), progress=work.look)
            finally:
                aside.store.release(reader)

        return await self.long(work, act)

    async def _believed(self, found: Offer) -> bool:
        """Ask for the words of every laptop in the bundle, eight at a time."""
        laptops = found.laptops
        for at in range(0, len(laptops), _AT_ONCE):
            some = laptops[at : at + _AT_ONCE]
            question = " ".join(
                [
                    _("I pakken er {count} bærbare.").format(count=len(laptops))
                    if len(laptops) > 1
                    else _("I pakken er én bærbar."),
                    *(self._told(one) for one in some),
                    _("Ring op, og hør, om ordene er de samme."),
                ]
            )
            yes = _("Tro den") if len(some) == 1 else _("Tro alle {count}").format(count=len(some))
            if not await self._sure(question, _("Annullér"), yes, "t"):
                return False
        return True

    def _told(self, one: Laptop) -> str:
        name = plain(one.card.name)
        return (_("{name}, som skrev den: {words}.") if one.wrote_it else "{name}: {words}.").format(
            name=name, words=one.words
        )

    async def _join(self, found: Offer) -> Merged | None:
        work = LongTask(
            _("Pakken er ved at blive hentet"), _("Henter pakken: {percent} %. Esc afbryder."),
            _("Afbrudt. Intet er hentet."),
        )  # fmt: skip

        def act(desk: Desk) -> Merged:
            from vejleder_tui.services.joining import join, trust_laptops  # noqa: PLC0415 - in the thread

            trust_laptops(desk.store, found.laptops, clock=desk.clock)
            return join(desk, found, progress=work.look)

        return await self.long_write(work, act)

    async def _finish(self, done: Merged) -> None:
        """Ask who the person is among the workers that came, and sit down as that one."""
        own = self.desk.actor.worker_id
        self.say("")

        def look(reader: Reader) -> list[Namesake]:
            from vejleder_tui.queries.joining import namesakes  # noqa: PLC0415

            return namesakes(reader, own)

        chosen: str | None = None
        for one in await self.desk.read(look):
            question = _("{initials}, {name}, står i registreringerne. Er det dig?").format(
                initials=plain(one.initials), name=plain(one.name)
            )
            if await self._sure(question, _("Nej, en anden"), _("Ja, det er mig"), "j"):
                chosen = one.worker
                break

        def act(desk: Desk) -> None:
            from vejleder_tui.services.joining import finish  # noqa: PLC0415

            finish(desk, chosen)

        if not await self.done(act):
            return
        link: Any = self.desk.store_link
        seat = await self.desk.write(lambda _desk: link.another(chosen or own))
        count = done.outcome.applied
        told = ngettext("Hentet: {count} ændring.", "Hentet: {count} ændringer.", count).format(count=number(count))
        if done.outcome.waits:
            told += " " + _("{count} venter; se Overdragelse.").format(count=number(done.outcome.waits))
        self.desk.link(seat)
        self.app.call_after_refresh(self.desk.status, told)
