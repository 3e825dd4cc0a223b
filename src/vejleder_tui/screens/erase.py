"""Slet for altid: what a deletion takes, which texts of others go with it, and the question that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import N_, _
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import columns, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from vejleder_tui.screens.link import Aside
    from vejleder_tui.services.erase_plan import ErasePlan
    from vejleder_tui.services.erase_texts import NamingText
    from vejleder_tui.services.erasing import Erased
    from vejleder_tui.services.undo import Undone

__all__ = ["EraseScreen"]

_SIGN = {True: "[x]", False: "[ ]"}
_LEFT = N_("ret selv")


class EraseScreen(TaskScreen):
    """The deletion of the person behind `citizen`: texts of others to tick, then the question.

    Where no text of others names the person, the question stands there at once.
    """

    SCREEN_ID = "erase"

    def __init__(self, *, citizen: str, **values: object) -> None:
        super().__init__(**values)
        self.citizen = citizen
        self.plan: ErasePlan | None = None
        self.ticked: set[int] = set()
        self._busy = False

    def title_left(self) -> str:
        """Return who is to be deleted."""
        return _("Slet for altid · {who}").format(who=self.plan.name) if self.plan else _("Slet for altid")

    def context(self) -> str:
        """Return what goes in any case."""
        if self.plan is None:
            return ""
        from vejleder_tui.services.erase_plan import kinds_sentence  # noqa: PLC0415 - after the first paint

        kinds = kinds_sentence(self.plan)
        return _("Slettes: {kinds}.").format(kinds=kinds[:1].lower() + kinds[1:])

    def body(self) -> ComposeResult:
        """Yield the list of texts and the one in focus uncut."""
        yield RowList(title=_("Tekster hos andre"), empty=_("Henter …"), identity="body")
        yield Block("", "", "", "", height=4, identity="detail")

    def on_mount(self) -> None:
        """Look what would go."""
        super().on_mount()
        self.run_worker(self._look(), group="look", exclusive=True)

    async def _look(self) -> None:
        citizen, worker, services = self.citizen, self.desk.actor.worker_id, self.desk.services

        def act(aside: Aside) -> ErasePlan:
            found: ErasePlan = services.erasing.look(aside.store, worker, citizen, aside.clock.now())
            return found

        try:
            await self.desk.write(lambda desk: services.erasing.require_right(desk))  # noqa: PLW0108 - imported in its thread
            self.plan = await self.desk.beside(act)
        except VejlederError as error:
            self.desk.back()
            self.app.call_after_refresh(self.desk.status, str(error), error=True)
            return
        self.ticked = {place for place, one in enumerate(self.plan.texts) if one.ticked}
        self._show()
        self.refresh_lines()
        if self.plan.texts or self.plan.left:
            self.say(_("Mellemrum vælger til og fra. Enter går videre til spørgsmålet."))
        else:
            self.command_erase_go()

    def _show(self) -> None:
        if self.plan is None:
            return
        listed = self.query_one(RowList)
        listed.panels["list"].empty = _("Ingen tekst hos andre nævner navnet.")
        rows = [self._row(str(place), one, _SIGN[place in self.ticked]) for place, one in enumerate(self.plan.texts)]
        rows += [self._row(f"left {place}", one, _(_LEFT)) for place, one in enumerate(self.plan.left)]
        named = _("Tekster hos andre")
        if self.plan.texts:
            named = _("Tekster hos andre, som kan nævne {who} ({ticked} af {count} slettes)").format(
                who=self.plan.name, ticked=len(self.ticked), count=len(self.plan.texts)
            )
        listed.show(rows, title=named)
        if self.focused is None:
            listed.focus()

    def _row(self, key: str, one: NamingText, sign: str) -> Row:
        when = f"{one.when[8:10]}-{one.when[5:7]}-{one.when[:4]}" if one.when else ""
        older = f" {_('(en ældre udgave)')}" if one.older else ""
        return Row(
            key,
            lambda cells: columns(cells, (sign, 8), (when, 10), (one.where, cells * 2 // 5), (one.said, 0)),
            f"{sign} {when} {one.where}: {one.said}{older}",
        )

    def on_panel_group_focused(self, message: RowList.Focused) -> None:
        """Say the text uncut, as far as there is room."""
        said = wrap(message.row.say, max(20, self.size.width - 2)) if message.row else []
        self.query_one("#detail", Block).show(*(f" {line}" for line in said[:4]))

    # Commands

    def command_erase_toggle(self) -> None:
        """Choose the text in focus, or leave it."""
        row = self.query_one(RowList).row
        if row is None or row.key is None:
            return
        if not row.key.isdigit():
            self.say(_("Den tekst kan ikke slettes for sig. Ret den selv bagefter."))
            return
        self.ticked ^= {int(row.key)}
        self._show()

    def command_erase_go(self) -> None:
        """Ask, and delete."""
        from vejleder_tui.screens.dialog import Answer, Dialog  # noqa: PLC0415

        found = self.plan
        if found is None or self._busy:
            return

        def answered(answer: object) -> None:
            if answer == "erase":
                self._busy = True
                self.run_worker(self._erase(found), group="erase")
            elif not found.texts and not found.left:
                self.desk.back()

        dialog = Dialog(
            self.desk.services.erasing.question(found),
            Answer("keep", _("Behold")),
            Answer("erase", _("Slet for altid"), "s"),
            must_type=found.name,
        )
        self.app.push_screen(dialog, answered)

    async def _erase(self, found: ErasePlan) -> None:
        from vejleder_tui.screens.dialog import Answer, Dialog  # noqa: PLC0415

        services, citizen = self.desk.services, self.citizen
        fields = [(found.texts[place].row, found.texts[place].field) for place in sorted(self.ticked)]
        self.say(_("Sletter …"))
        try:
            done: Erased = await self.desk.write(lambda desk: services.erasing.erase(desk, citizen, fields))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        finally:
            self._busy = False

        def read(_answer: object) -> None:
            # The person's own screen lies below, and there is nobody to show on it any more.
            self.desk.back()
            self.desk.back()
            said = _("Slettet for altid · gemt {at}").format(at=done.saved.at)
            self.app.call_after_refresh(self.desk.status, said)

        told = " ".join(services.erasing.erased_sentences(done))
        self.app.push_screen(Dialog(told, Answer("close", _("Luk vinduet"))), read)

    def command_app_back(self) -> None:
        """Go back, but not out of a deletion under way."""
        if not self._busy:
            super().command_app_back()

    def undone(self, step: Undone) -> None:  # noqa: ARG002 - whatever it was, the texts may be others
        """Look again."""
        self.run_worker(self._look(), group="look", exclusive=True)
