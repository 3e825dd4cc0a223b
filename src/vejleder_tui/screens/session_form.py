"""Mødegang: a new session, changes to one, another day for it, or why it is cancelled. Afterwards: `after_session`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vejleder_tui.i18n import N_, _, one_of
from vejleder_tui.queries.sessions import SessionRef
from vejleder_tui.rules.formats import time_range, whole_date
from vejleder_tui.screens.making import offer_new_place
from vejleder_tui.screens.planning_form import CELLS, PlanningForm, RangeField, named_choices, picked
from vejleder_tui.widgets.form import BoxField, Choice, PickField, TextField
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.queries.planning_forms import SessionValues
    from vejleder_tui.widgets.form import Field

__all__ = ["SessionForm"]

_TITLES = {
    "new": N_("Ny mødegang"),
    "edit": N_("Ret mødegang"),
    "move": N_("Flyt mødegang"),
    "cancel": N_("Aflys mødegang"),
}


class SessionForm(PlanningForm):
    """`course` of a new session (or none); `ref` of one that is changed. `act`: move, cancel; empty is new or change."""

    SCREEN_ID = "session_form"

    def __init__(
        self, *, course: str = "", ref: SessionRef | None = None, act: str = "", day: date | None = None,
        session: str = "", planned: str = "", number: str = "", **values: Any,  # noqa: ANN401
    ) -> None:  # fmt: skip
        super().__init__(**values)
        if ref is None:
            session, planned, number = self.given(session=session, planned=planned, number=number)
            course, act = self.given(course=course, act=act)
        if ref is None and session:
            ref = SessionRef(
                session,
                course or None,
                date.fromisoformat(planned) if planned else None,
                int(number) if number else None,
            )
        self.course, self.ref, self.day = course, ref, day
        self.act = act or ("edit" if ref is not None else "new")
        self._title = ""
        self._standing: SessionValues | None = None

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "session", self.ref.id if self.ref is not None else ""

    def title_left(self) -> str:
        """Return what the form does, and with which session."""
        title = _(_TITLES[self.act])
        return f"{title} · {self._title}" if self._title else title

    def draft_title(self) -> str:
        """Return the line of I dag."""
        return f"{_(_TITLES[self.act])}, {self._title}" if self._title else _(_TITLES[self.act])

    def draft_about(self) -> Mapping[str, str]:
        """Return which session is being changed."""
        about = {"course": self.course}
        if self.ref is not None:
            about = {
                "session": self.ref.id, "act": self.act, "course": self.ref.course or "",
                "planned": self.ref.planned_date.isoformat() if self.ref.planned_date else "",
                "number": str(self.ref.number or ""),
            }  # fmt: skip
        return {name: value for name, value in about.items() if value}

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        reason = TextField("reason", _("Årsag"), cells=CELLS + 2, required=self.act == "cancel")
        if self.act == "cancel":
            return [reason]
        day = self.day_field("day", _("Dato"), text=whole_date(self.day or self.today), required=True)
        time = RangeField("time", _("Tid"), cells=13, required=True, help_line=_("Skriv fx 10:00–12:00."))
        venue = PickField("venue", _("Sted"), cells=CELLS)
        if self.act == "move":
            return [day, time, venue, reason]
        rows: list[Field] = []
        if self.act == "new":
            rows.append(
                PickField("course", one_of("Forløb"), cells=CELLS, help_line=_("Tom: en mødegang uden for forløbene."))
            )
        rows += [
            TextField("title", _("Navn"), cells=CELLS + 2, required=False),
            day, time, venue,
            TextField("theme", _("Tema"), cells=CELLS + 2),
            BoxField("note", _("Gruppenote"), cells=CELLS + 2, rows=3, help_line=_("Skriv ikke om enkelte personer.")),
        ]  # fmt: skip
        if self.act == "edit":
            rows.append(
                TextField(
                    "reason", _("Hvorfor rettes"), cells=CELLS + 2, help_line=_("Kræves, når mødegangen er godkendt.")
                )
            )
        return rows

    async def begin_with(self) -> Mapping[str, Any]:
        """Read the session, or the course and the places."""
        from vejleder_tui.queries.courses import course_list, venues  # noqa: PLC0415
        from vejleder_tui.queries.planning_forms import session_values  # noqa: PLC0415

        now = self.desk.clock.now()
        raw: dict[str, Any] = {}
        if self.act != "cancel":
            self.offer("venue", named_choices(await self.desk.read(venues)))
            offer_new_place(self)
        if self.act == "new":
            found = await self.desk.read(lambda reader: course_list(reader, now))
            self.offer("course", [Choice(one.id, plain(one.title)) for one in found])
            return await self._of_course() if self.course else raw
        if self.ref is None:
            return raw
        ref = self.ref
        standing = await self.desk.read(lambda reader: session_values(reader, ref, now))
        if standing is None:
            self.say(_("Mødegangen findes ikke længere."), error=True)
            return raw
        self._standing = standing
        view = standing.view
        self._title = f"{view.title} {whole_date(view.date)}"
        if self.act == "cancel":
            return {"reason": view.reason} if view.reason else {}
        raw = {"day": whole_date(view.date), "time": time_range(view.start_minute, view.end_minute)}
        if view.venue:
            raw["venue"] = picked(Choice(view.venue, plain(view.venue_name)))
        if self.act == "edit":
            raw |= {"title": view.title, "theme": view.theme, "note": standing.note}
        return raw

    async def _of_course(self) -> dict[str, Any]:
        """Return what a new session has from its course."""
        from vejleder_tui.queries.courses import course_values  # noqa: PLC0415

        values = await self.desk.read(lambda reader: course_values(reader, self.course))
        if values is None:
            return {}
        raw: dict[str, Any] = {"course": picked(Choice(values.id, plain(values.title)))}
        if values.plan is not None:
            raw["time"] = time_range(values.plan.start_minute, values.plan.end_minute)
        if values.venue is not None:
            raw["venue"] = picked(*named_choices([values.venue]))
        return raw

    async def save(self, values: dict[str, Any]) -> None:
        """Register, change, move or cancel the session."""
        sessions, ref = self.desk.services.sessions, self.ref
        if self.act == "cancel":
            saved = await self.save_with(lambda desk: sessions.cancel_session(desk, ref, values["reason"]))
            self.done(self.receipt(_("Aflyst: {what}").format(what=self._title), saved.at))
            return
        start, end = values["time"]
        day, venue = values["day"], values["venue"]
        if self.act == "move":
            saved = await self.save_with(
                lambda desk: sessions.move_session(
                    desk, ref, day, start, end, venue=self._own(venue), reason=values["reason"] or ""
                )
            )
            self.done(
                self.receipt(_("Flyttet til {day}: {what}").format(day=whole_date(day), what=self._title), saved.at)
            )
            return
        fields = sessions.SessionFields(
            day, start, end, title=values["title"] or "", venue=self._own(venue), theme=values["theme"] or "",
            note=values["note"] or "",
        )  # fmt: skip
        if self.act == "new":
            saved = await self.save_with(
                lambda desk: sessions.new_ad_hoc_session(desk, fields, course=values["course"])
            )
            self.done(self.receipt(_("Ny mødegang {day}").format(day=whole_date(day)), saved.at), saved.row)
            return
        if self._standing is not None and fields.title == self._standing.view.title and ref and ref.course:
            fields = sessions.SessionFields(
                day, start, end, self._kept_title(), fields.venue, fields.theme, fields.note
            )
        saved = await self.save_with(
            lambda desk: sessions.change_session(desk, ref, fields, reason=values["reason"] or "")
        )
        self.done(self.receipt(_("Mødegang rettet: {what}").format(what=self._title), saved.at))

    def _own(self, venue: str | None) -> str | None:
        """Return a place of the session's own; one that its course has anyway is not written on it."""
        standing = self._standing
        if standing is not None and venue == standing.view.venue and not standing.own_venue:
            return None
        return venue

    def _kept_title(self) -> str:
        return self._standing.own_title if self._standing is not None else ""
