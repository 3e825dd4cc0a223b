"""Indlæs pakke: what would change, per course and citizen; Enter takes it in, Esc leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.handover_words import kind_list
from vejleder_tui.queries.merge_words import outcome_sentences, touch_line, waiting_key_sentence
from vejleder_tui.rules.formats import number, whole_date
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.screens.long_task import LongTask
from vejleder_tui.screens.long_work import LongWork
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import columns, initials, plain, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from vejleder_tui.queries.merge_plan import Touch
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.merging import Merged, MergePlan

__all__ = ["MergeScreen"]


class MergeScreen(LongWork, TaskScreen):
    """What taking `plan` in would do."""

    SCREEN_ID = "merge"

    def __init__(self, *, plan: MergePlan) -> None:
        super().__init__()
        self.plan = plan

    def title_left(self) -> str:
        """Return whose bundle it is."""
        names = dict.fromkeys(plain(one.header.exporter.name) for one in self.plan.files)
        return _("Indlæs pakke · fra {devices}").format(devices=", ".join(names))

    def context(self) -> str:
        """Return what the bundle is and how much of it is new."""
        outcome = self.plan.outcome
        header = self.plan.files[0].header
        written = local(from_stamp(header.created))
        told = _("Skrevet {date} {time}").format(date=whole_date(written.date()), time=f"{written:%H:%M}")
        new = ngettext("{count} ny ændring", "{count} nye ændringer", outcome.applied).format(
            count=number(outcome.applied)
        )
        known = _("{count} er her allerede").format(count=number(outcome.known))
        return f"{told} · {new} · {known}"

    def body(self) -> ComposeResult:
        """Yield the list."""
        yield RowList(title=_("Det ville ændre sig"), empty=_("Intet: alt i pakken er her allerede."), identity="body")

    def on_mount(self) -> None:
        """Show the plan."""
        super().on_mount()
        self._show()
        self.say(_("Enter indlæser pakken. Esc lader den ligge; intet er ændret endnu."))

    def on_resize(self) -> None:
        """Break the lines anew."""
        super().on_resize()
        self._show()

    def privacy_changed(self) -> None:
        """Show names as initials, or as names again."""
        self._show()

    def _show(self) -> None:
        if not self.query("#body"):
            return
        cells = max(20, self.size.width - 4)
        rows: list[Row] = []
        for sentence in self._sentences():
            rows += [Row(f"told{len(rows)}", piece, say=sentence) for piece in wrap(sentence, cells)]
        touches = self.plan.touches
        for heading, several in ((_("Forløb"), touches.courses), (_("Borgere"), touches.citizens)):
            if several:
                rows.append(Row(f"head{len(rows)}", f"{heading} ({number(len(several))})", say=heading))
                rows += [self._row(one, private=several is touches.citizens) for one in several]
        rows += [Row(f"other{place}", one, say=one) for place, one in enumerate(kind_list(touches.others))]
        self.query_one("#body", RowList).show(rows)

    def _sentences(self) -> list[str]:
        outcome = self.plan.outcome
        told = [plain(one) for one in outcome_sentences(outcome)]
        told += [plain(waiting_key_sentence(one.key.name, one.words, one.key.operations)) for one in outcome.waiting]
        if outcome.waiting:
            told.append(_("Ukendte nøgler: hør afsenderen om ordene, og tryk l på Overdragelse."))
        return told

    def _row(self, one: Touch, *, private: bool) -> Row:
        name = plain(one.name) or one.id[:8]
        if private and self.desk.privacy:
            name = initials(name)
        said = touch_line(one)
        return Row(
            one.id, lambda cells: columns(cells, (f"  {name}", max(20, cells - 36)), (said, 0)), say=f"{name}: {said}"
        )

    async def command_merge_accept(self) -> None:
        """Take the bundle in."""
        if self.busy():
            return
        files = self.plan.files
        work = LongTask(
            _("Pakken er ved at blive indlæst"), _("Indlæser pakken: {percent} %. Esc afbryder."),
            _("Afbrudt. Intet er indlæst."),
        )  # fmt: skip

        def act(desk: Desk) -> Merged:
            from vejleder_tui.services.merging import merge  # noqa: PLC0415 - in the thread

            return merge(desk, files, progress=work.look)

        done = await self.long_write(work, act)
        if done is None:
            return
        self.desk.back()
        cast("Any", self.app).call_after_refresh(self.desk.status, self._done(done))

    def _done(self, done: Merged) -> str:
        outcome = done.outcome
        told = ngettext("Indlæst: {count} ny ændring.", "Indlæst: {count} nye ændringer.", outcome.applied).format(
            count=number(outcome.applied)
        )
        if outcome.opened:
            told += " " + _("{count} til afklaring.").format(count=number(outcome.opened))
        if outcome.waits:
            told += " " + _("{count} venter.").format(count=number(outcome.waits))
        return told

    def command_app_back(self) -> None:
        """Stop the reading under way; else leave the bundle."""
        if self.stop_work():
            return
        super().command_app_back()
        cast("Any", self.app).call_after_refresh(self.desk.status, _("Pakken er ikke indlæst. Intet er ændret."))
