"""Overdragelse: what waits, who can open it, and what became of the bundles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.clock import local_date
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.trust import is_stale
from vejleder_tui.rules.formats import number
from vejleder_tui.screens import handover_lines as lines_of
from vejleder_tui.screens import handover_taken as taken_of
from vejleder_tui.screens.handover_keys import typed_path
from vejleder_tui.screens.handover_senders import HandoverSenders
from vejleder_tui.screens.long_task import LongTask
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Panel, PanelGroup
from vejleder_tui.widgets.text import plain, wrap

if TYPE_CHECKING:
    from datetime import date

    from textual.app import ComposeResult

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.handover import HandoverPage, HistoryLine
    from vejleder_tui.screens.link import Aside
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.handover import Bundle
    from vejleder_tui.services.keyring import WaitingCard

__all__ = ["HandoverScreen"]


def _bring_up_to_date(desk: Desk) -> None:
    from vejleder_tui.services.trusting import bring_up_to_date  # noqa: PLC0415 - in the writer thread

    bring_up_to_date(desk)


class HandoverScreen(HandoverSenders):
    """The exporter's start screen: `s Enter` writes a bundle."""

    SCREEN_ID = "handover"

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.page: HandoverPage | None = None
        self._asking = False
        self._outbox = ""
        self._go_to = ""

    def title_left(self) -> str:
        """Return where one is."""
        return _("Overdragelse · til administrationen")

    def body(self) -> ComposeResult:
        """Yield the four panels and the lines of the bundle in focus."""
        waiting = Panel("waiting", _("Venter på at blive sendt"), empty=_("Henter …"), height=3)
        recipients = Panel("recipients", _("Kan åbnes af"), empty=_("Ingen endnu. n tilføjer en modtager."))
        bundles = Panel(
            "bundles", _("Pakker – skrevet er ikke det samme som modtaget"),
            empty=_("Ingen pakker endnu. s skriver den første."), header=(lines_of.bundles_header(),), grow=True,
        )  # fmt: skip
        taken = Panel(
            "taken", _("Hentet ind på denne bærbare"), empty=_("Intet endnu. i indlæser en pakke eller en kvittering.")
        )
        group = PanelGroup(
            [[[waiting]], [[recipients]], [[bundles]], [[taken]]], order=("bundles", "taken", "recipients"),
            identity="body",
        )  # fmt: skip
        yield group
        yield Block("", "", "", height=3, identity="detail")

    @property
    def group(self) -> PanelGroup:
        """The panels."""
        return self.query_one("#body", PanelGroup)

    @property
    def today(self) -> date:
        """The Danish day."""
        return local_date(self.desk.clock.now())

    @property
    def bundle(self) -> HistoryLine | None:
        """The bundle in focus, written here or read in."""
        row = self.group.row
        if self.page is None or row is None:
            return None
        several = {"bundles": self.page.written, "taken": self.page.taken_in}.get(self.group.panel.id, ())
        return next((one for one in several if one.bundle_id == row.key), None)

    # Reading

    def on_mount(self) -> None:
        """Read the page."""
        super().on_mount()
        self.reload(ready=True)

    def on_screen_resume(self) -> None:
        """Read it anew: something may have been registered."""
        super().on_screen_resume()
        if self.page is not None:
            self.reload()

    def reload(self, *, ready: bool = False) -> None:
        """Read the page anew; `ready` says in line 23 what can be done."""

        async def load() -> None:
            await self.load(ready=ready)

        self.run_worker(load, group="load", exclusive=True)

    async def load(self, *, ready: bool = False) -> None:
        """Read the page and draw it."""
        worker, now = self.desk.actor.worker_id, self.desk.clock.now()

        def read(reader: Reader) -> tuple[HandoverPage, tuple[WaitingCard, ...], bool]:
            from vejleder_tui.queries.handover import handover_page  # noqa: PLC0415
            from vejleder_tui.services.keyring import waiting_cards  # noqa: PLC0415 - needs the bundle's keys

            return handover_page(reader, worker, now), tuple(waiting_cards(reader)), is_stale(reader)

        try:
            page, self.waiting_cards, stale = await self.desk.read(read)
            if stale and not self.desk.read_only:
                # A key was trusted by a command while this window had the right to write.
                await self.desk.write(_bring_up_to_date)
                page, self.waiting_cards, _stale = await self.desk.read(read)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        first = self.page is None
        self.page = page
        cast("Any", self.app).waiting_to_send = page.waiting.changes
        today = self.today
        self.group.set_rows("waiting", lines_of.waiting_rows(page, today))
        count = len(lines_of.in_force(page, today))
        self.group.set_rows(
            "recipients", lines_of.recipient_rows(page, today), title=_("Kan åbnes af ({count})").format(count=count)
        )
        panels = self.group.panels
        panels["bundles"].header = (lines_of.bundles_header(page),)
        panels["recipients"].height = max(1, min(3, len(page.recipients)))
        attention = taken_of.attention_rows(page, self.waiting_cards)
        panels["taken"].height = max(1, min(taken_of.MOST if attention else 3, len(attention) + len(page.taken_in)))
        self.group.set_rows("bundles", lines_of.bundle_rows(page, today))
        self.group.set_rows("taken", [*attention, *taken_of.taken_rows(page, self.waiting_cards, today)])
        self.group.refresh(layout=True)
        if self._go_to:
            self.group.go("bundles", self._go_to)
            self._go_to = ""
        elif first and page.written:
            waiting = next((one for one in page.written if one.status == "written"), page.written[0])
            self.group.go("bundles", waiting.bundle_id)
        self._show_detail()
        if ready:
            self.say(lines_of.ready(page, today))

    def row_focused(self, message: PanelGroup.Focused) -> None:  # noqa: ARG002 - the group knows its row
        """Show the bundle in focus."""
        self._show_detail()

    def _show_detail(self) -> None:
        row, cells = self.group.row, self.size.width - 2
        if self.bundle is None and row is not None:
            told = tuple(wrap(plain(row.say), cells)[:2])
        else:
            told = lines_of.detail(self.bundle, self.today, cells)
        self.query_one("#detail", Block).show("", *(f" {one}" for one in told))

    # Writing

    async def command_bundle_write(self) -> None:
        """Ask for the folder, and write what waits into it."""
        await self._write("")

    async def command_bundle_again(self) -> None:
        """Write the operations of the bundle in focus once more, for those who are recipients now."""
        one = self.bundle
        if one is None or one.direction != "out":
            self.say(_("Vælg en pakke på listen."))
            return
        await self._write(one.bundle_id)

    async def _write(self, again: str) -> None:
        from vejleder_tui.screens.asking import AskLine  # noqa: PLC0415

        if self.busy():
            return
        if self.page is None:
            return
        if self.desk.read_only:
            self.say(cast("Any", self.desk.store_link).read_only_sentence(), error=True)
            return
        if not lines_of.in_force(self.page, self.today):
            self.say(
                _(
                    "Pakken er ikke skrevet: der er ingen modtager, den kan låses til. "
                    "Få en nøglefil fra administrationen, og tryk n."
                ),
                error=True,
            )
            return
        if self._asking:  # the key came twice before the question stood there
            return
        self._asking = True
        try:
            outbox = self._outbox or await self._default_folder()
            folder = await self.app.push_screen_wait(AskLine(_("Skriv pakken i mappen:"), outbox))
        finally:
            self._asking = False
        if folder is None:
            return
        self._outbox = folder
        await self._work(typed_path(folder), again)

    async def _default_folder(self) -> str:
        return str(await self.desk.beside(lambda aside: aside.store.paths.outbox))

    async def _work(self, folder: Path, again: str) -> None:
        work = LongTask(
            _("Pakken er ved at blive skrevet"), _("Skriver pakken: {percent} %. Esc afbryder."),
            _("Afbrudt. Ingen pakke er skrevet."),
        )  # fmt: skip

        def act(aside: Aside) -> Bundle:
            from vejleder_tui.services.handover import export  # noqa: PLC0415 - in the thread

            return export(
                aside.store, clock=aside.clock, randomness=aside.randomness, folder=folder, again=again,
                progress=work.look,
            )  # fmt: skip

        made = await self.long(work, act, ask_before_closing=True)
        if made is None:
            return
        self._go_to = made.bundle_id
        await self.load()
        changes = ngettext("{count} ændring", "{count} ændringer", made.operations).format(
            count=number(made.operations)
        )
        self.say(_("Pakken er skrevet: {changes}. Aflevér den, og tryk a.").format(changes=changes))

    def command_app_back(self) -> None:
        """Stop the long work under way; else go back."""
        if not self.stop_work():
            super().command_app_back()

    # The bundle in focus

    async def command_bundle_handed(self) -> None:
        """Note that the bundle in focus was handed over."""
        one = self.bundle
        if one is None or one.direction != "out":
            self.say(_("Vælg en pakke på listen."))
            return

        def act(desk: Desk) -> None:
            from vejleder_tui.services.handover import hand_over  # noqa: PLC0415

            hand_over(desk.store, one.bundle_id, clock=desk.clock)

        if await self.done(act):
            await self.load()
            self.say(_("Afleveret. Modtaget bliver den først, når kvitteringen er indlæst."))

    async def command_bundle_verify(self) -> None:
        """Check the file of the bundle in focus."""
        one = self.bundle
        if one is None:
            self.say(_("Vælg en pakke på listen."))
            return
        await self.check(Path(one.folder) / one.file_name)

    async def command_bundle_show(self) -> None:
        """Show what is in the bundle in focus."""
        one, row = self.bundle, self.group.row
        if one is not None:
            await self.show_file(Path(one.folder) / one.file_name)
        elif row is not None and row.key is not None and self.group.panel.id == "taken":
            await self._show_attention(row.key, row.say)

    async def _show_attention(self, key: str, sentence: str) -> None:
        """Show a line uncut; of a notice, note that it was seen."""
        from vejleder_tui.screens.dialog import Answer, Dialog  # noqa: PLC0415

        if key.startswith(taken_of.WAITING_KEY):
            await self.command_key_trust()
            return
        notice = next(
            (one for one, _told in (self.page.notices if self.page else ()) if f"{taken_of.NOTICE}{one.id}" == key),
            None,
        )
        if notice is None:
            await self._tell(sentence)
            return
        answers = (Answer("close", _("Luk vinduet")), Answer("seen", _("Set"), "s"))
        if await self.app.push_screen_wait(Dialog(sentence, *answers)) != "seen":
            return

        def act(desk: Desk) -> None:
            from vejleder_tui.services.notices import see, see_fork  # noqa: PLC0415

            if notice.kind == "fork":
                see_fork(desk, notice.about["device"], int(notice.about["seq"]))
            see(desk.store, notice.id, desk.actor.worker, clock=desk.clock)

        if await self.done(act):
            await self.load()
            self.say(_("Noteret som set."))
