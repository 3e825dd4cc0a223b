"""Peer-støtte: the activities by week, the newest first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui import codes
from vejleder_tui.clock import local_date
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import minutes, short_date, week, whole_date
from vejleder_tui.screens.base import ListScreen
from vejleder_tui.screens.conflict_words import differing_words
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import PanelGroup, Row, RowList
from vejleder_tui.widgets.text import columns, initials, width, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual.app import ComposeResult

    from vejleder_tui.queries.peer import PeerParticipantView, PeerView
    from vejleder_tui.widgets.text import Cell

__all__ = ["PeerScreen"]


class _Widths(NamedTuple):
    """Cells of the columns, as wide as the widest of the list needs."""

    day: int
    form: int
    took_part: int
    length: int


class PeerScreen(ListScreen):
    """The list; Enter opens an activity in its form, `s` registers one like the last."""

    SCREEN_ID = "peer"

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self._views: dict[str, PeerView] = {}
        self._form = ""
        self._removed = False
        self._go_to = str(values.get("activity", ""))

    def title_left(self) -> str:
        """Return the name of the program and the screen."""
        return _("Vejleder · Peer-støtte")

    def body(self) -> ComposeResult:
        """Yield the list, and the row in focus uncut."""
        yield RowList(title=_("Peer-aktiviteter"), empty=_("Henter …"), identity="body")
        yield Block("", "", height=2, identity="detail")

    @property
    def _list(self) -> RowList:
        return self.query_one("#body", RowList)

    @property
    def _today(self) -> date:
        return local_date(self.desk.clock.now())

    @property
    def _view(self) -> PeerView | None:
        row = self._list.row
        return self._views.get(row.key) if row is not None and row.key is not None else None

    # Reading

    def on_mount(self) -> None:
        """Read the list."""
        self.reload()

    def on_screen_resume(self) -> None:
        """Read it anew: something may have been saved, or a day may have passed."""
        self.reload()

    def take(self, **values: object) -> None:
        """Come back, to one activity if I dag names it."""
        self._go_to = str(values.get("activity", ""))
        self.reload()

    def reload(self) -> None:
        """Read the list anew."""
        # A coroutine that is cancelled before it starts would warn, so Textual is to call it itself.
        self.run_worker(self._load, group="load", exclusive=True)

    async def _load(self) -> None:
        from vejleder_tui.queries.peer import peer_activities  # noqa: PLC0415

        form, removed = self._form, self._removed
        views = await self.desk.read(lambda reader: peer_activities(reader, form=form, void=removed))
        self._views = {one.id: one for one in views}
        self._list.show(self._rows(views), title=self._heading(len(views)), empty=self._empty())
        if self._go_to in self._views:
            self._list.go("list", self._go_to)
            self._go_to = ""
        self._show_detail()

    def _heading(self, count: int) -> str:
        what = _("Fjernede peer-aktiviteter") if self._removed else _("Peer-aktiviteter")
        form = f" · {codes.display('local_peer_aktivitet', self._form)}" if self._form else ""
        return f"{what}{form} ({count})"

    def _empty(self) -> str:
        if self._removed:
            return _("Ingen fjernede peer-aktiviteter. d viser de andre.")
        if self._form:
            return _("Ingen af den slags. f viser de næste.")
        return _("Ingen peer-aktiviteter endnu. p opretter en.")

    # Drawing

    def _rows(self, views: Sequence[PeerView]) -> list[Row]:
        rows: list[Row] = []
        cells = _Widths(
            max((width(short_date(one.date, self._today)) for one in views), default=0),
            max((width(one.form_name) for one in views), default=0),
            max((width(_took_part(one)) for one in views), default=0),
            max((width(minutes(one.minutes)) for one in views), default=0),
        )
        for key, group in groupby(views, lambda one: one.date.isocalendar()[:2]):
            several = list(group)
            year = "" if key[0] == self._today.isocalendar().year else f" {key[0]}"
            heading = week(several[0].date)
            rows.append(Row(None, f" {heading[:1].upper()}{heading[1:]}{year} ({len(several)})"))
            rows += [Row(one.id, self._line(one, cells), say=self._sentence(one)) for one in several]
        return rows

    def _line(self, one: PeerView, widths: _Widths) -> Callable[[int], str]:
        day = short_date(one.date, self._today)
        form, count, length = one.form_name, _took_part(one), minutes(one.minutes)
        state = _("afklares") if one.contested else ""
        people = self._people(one)

        def made(cells: int) -> str:
            room = min(widths.form, 22 if cells < 90 else 40)
            last: list[Cell] = [(people, 0)]
            if state:
                last.append((state, width(state)))
            return columns(
                cells, (day, widths.day), (form, room), (count, widths.took_part, "right"), (length, widths.length, "right"),
                *last,
            )  # fmt: skip

        return made

    def _shown(self, one: PeerParticipantView) -> str:
        return initials(one.name) if self.desk.privacy else one.name

    def _people(self, one: PeerView) -> str:
        givers = ", ".join(self._shown(person) for person in one.givers)
        receivers = ", ".join(self._shown(person) for person in one.people if person.role == "receiver")
        return " → ".join(part for part in (givers, receivers) if part)

    def _sentence(self, one: PeerView) -> str:
        parts = [f"{whole_date(one.date)} {one.form_name}", _took_part(one), minutes(one.minutes), self._people(one)]
        parts += [
            differing_words(one.open) or (_("afklares") if one.contested else ""),
            one.place,
            ", ".join(one.purpose_names),
        ]
        return " · ".join(part for part in parts if part)

    def row_focused(self, message: PanelGroup.Focused) -> None:  # noqa: ARG002 - the list knows its row
        """Show the row uncut."""
        self._show_detail()

    def _show_detail(self) -> None:
        row = self._list.row
        told = wrap(row.say, max(20, self.size.width - 2)) if row is not None else []
        self.query_one("#detail", Block).show(*(f" {one}" for one in told[:2]))

    def privacy_changed(self) -> None:
        """Draw names as initials, or as names again."""
        self._list.show(self._rows(list(self._views.values())))
        self._show_detail()

    # Commands

    def command_row_open(self) -> None:
        """Open the activity in its form."""
        view = self._view
        if view is not None:
            self.desk.goto("peer_form", activity=view.id)
        else:
            self.say(self._empty())

    command_row_edit = command_row_open

    def command_row_history(self) -> None:
        """Show who wrote what about the activity."""
        view = self._view
        if view is not None:
            what = f"{view.form_name} {short_date(view.date, self._today)}"
            self.desk.goto("history", table="peer_activity", row=view.id, what=what)
        else:
            self.say(self._empty())

    async def command_peer_repeat(self) -> None:
        """Register one like the last, today."""
        peer = self.desk.services.peer
        await self._do(peer.repeat_last, _("Peer-aktivitet som sidst: {what}"), _("gemt {time} · z fortryder"), go=True)

    async def command_row_void(self) -> None:
        """Remove the activity, or bring a removed one back."""
        view = self._view
        if view is None:
            self.say(self._empty())
            return
        peer, one = self.desk.services.peer, view.id
        if view.void:
            await self._do(
                lambda desk: peer.restore_peer_activity(desk, one),
                _("Gendannet: {what}"),
                _("gemt {time} · z fortryder"),
            )
        else:
            await self._do(
                lambda desk: peer.void_peer_activity(desk, one), _("Fjernet: {what}"), _("gemt {time} · z fortryder")
            )

    async def _do(self, act: Callable[[Any], Any], what: str, receipt: str, *, go: bool = False) -> None:
        from vejleder_tui.queries.peer import peer_activity  # noqa: PLC0415

        try:
            saved = await self.desk.write(act)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        view = await self.desk.read(lambda reader: peer_activity(reader, saved.row))
        if go:
            self._go_to = saved.row
        label = f"{view.form_name} {short_date(view.date, self._today)}" if view is not None else ""
        self.say(f"{what.format(what=label)} · {receipt.format(time=saved.at)}")
        await self._load()

    def command_list_filter(self) -> None:
        """Show the next form only; after the last one, all again."""
        forms = ["", *(one.code for one in codes.code_list("local_peer_aktivitet"))]
        self._form = forms[(forms.index(self._form) + 1) % len(forms)]
        name = codes.display("local_peer_aktivitet", self._form or None)
        self.say(
            _("Viser kun {form}. f viser den næste form.").format(form=f"{name[:1].lower()}{name[1:]}")
            if name
            else _("Viser alle former.")
        )
        self.reload()

    def command_list_voided(self) -> None:
        """Show what was removed, or what stands, again."""
        self._removed = not self._removed
        self.say(_("Viser fjernede. x gendanner, d viser de andre.") if self._removed else _("Viser ikke fjernede."))
        self.reload()

    def command_citizen_open(self) -> None:
        """Open the first citizen who got support, or else gave it."""
        view = self._view
        if view is None:
            self.say(self._empty())
            return
        people = (*view.receivers, *view.givers)
        citizen = next((one.person.citizen for one in people if one.person.citizen), None)
        if citizen is None:
            self.say(_("Der står ingen borger på aktiviteten."))
            return
        self.desk.goto("citizen", citizen=citizen)


def _took_part(one: PeerView) -> str:
    return ngettext("{count} deltog", "{count} deltog", one.took_part).format(count=one.took_part)
