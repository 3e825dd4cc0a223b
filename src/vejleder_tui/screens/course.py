"""Forløb, ét: sessions, participants and waiting list of one course; opens on the next session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _, one_of
from vejleder_tui.queries.courses import course_detail
from vejleder_tui.queries.sessions import SessionStatus
from vejleder_tui.queries.voided import voided_of_course
from vejleder_tui.screens import course_lines as words
from vejleder_tui.screens.base import DetailScreen
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Panel, PanelGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from textual.app import ComposeResult

    from vejleder_tui.queries.course_people import Participant, Waiting
    from vejleder_tui.queries.courses import CourseDetail
    from vejleder_tui.queries.sessions import SessionView
    from vejleder_tui.queries.voided import VoidedRow

__all__ = ["CourseScreen"]


class CourseScreen(DetailScreen):
    """One course; `course` is its id, `ref` the session to stand on at first."""

    SCREEN_ID = "course"
    MENU = "courses"

    def __init__(self, *, course: str, session: str = "", **values: object) -> None:
        super().__init__(**values)
        self.course = course
        self.view: CourseDetail | None = None
        self._stand_on = session
        self._voided: Sequence[VoidedRow] | None = None
        """What was taken away, while that is what is shown."""

    def title_left(self) -> str:
        """Return the title of the course."""
        return f"{one_of('Forløb')} · {self.view.title}" if self.view else one_of("Forløb")

    def body(self) -> ComposeResult:
        """Yield the header line, the three panels, and the line for the row in focus."""
        yield Block("", height=1, identity="about")
        people = Panel("people", _("Deltagere"), empty=_("Ingen deltagere endnu. i indskriver."), grow=True)
        waiting = Panel("waiting", _("Venteliste"), empty=_("Ingen venter."))
        sessions = Panel(
            "sessions", _("Mødegange"), empty=_("Ingen mødegange. n opretter en."), grow=True, mark_title=True
        )
        yield PanelGroup(
            [[[people, waiting], [sessions]]],
            left=40 if self.app.size.width < 100 else None,
            order=("sessions", "people", "waiting"),
            identity="body",
        )
        yield Block("", height=1, identity="detail")

    def on_mount(self) -> None:
        """Ask the store."""
        super().on_mount()
        self.reload()
        self.set_timer(0.2, self._still_reading)

    def _still_reading(self) -> None:
        if self.view is None:
            self.say(_("Henter …"))

    def on_screen_resume(self) -> None:
        """Look again: something was done on the screen that one comes from."""
        super().on_screen_resume()
        if self.view is not None:
            self.reload()

    def privacy_changed(self) -> None:
        """Read the names anew, as initials or not."""
        self.reload()

    def reload(self) -> None:
        """Read everything anew; the cursor keeps its row."""
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        now, course, private = self.desk.clock.now(), self.course, self.desk.privacy
        first, wanted = self.view is None, self._voided is not None

        def query(reader: Any) -> tuple[CourseDetail | None, Sequence[VoidedRow]]:  # noqa: ANN401 - the program's reader
            view = course_detail(reader, course, now, private=private)
            return view, voided_of_course(reader, course, private=private) if wanted else ()

        try:
            view, voided = await self.desk.read(query)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        if view is None:
            self.say(_("Forløbet findes ikke længere."), error=True)
            return
        self.view = view
        if first:
            self.say("")
        if wanted:
            self._voided = voided
            self._show_voided(voided, view.today)
        else:
            self._show(view, first=first)

    def _show(self, view: CourseDetail, *, first: bool) -> None:
        self._about()
        group = self.query_one(PanelGroup)
        taken = words.of(view.taken, view.capacity) if view.capacity else str(view.taken)
        group.set_rows("people", words.people_rows(view), title=_("Deltagere {places}").format(places=taken))
        group.set_rows(
            "waiting", words.waiting_rows(view), title=_("Venteliste {count}").format(count=len(view.waiting))
        )
        group.set_rows(
            "sessions",
            [words.session_row(one, view.today, view.venue) for one in view.sessions],
            title=_("Mødegange {count} · {held} afholdt").format(count=view.total, held=view.held),
        )
        if first:
            stand = self._stand_on or (view.next.ref.id if view.next else "")
            if stand:
                group.go("sessions", stand)
            if self.focused is None:
                group.focus()
        self._show_row()

    def _show_voided(self, rows: Sequence[VoidedRow], today: date) -> None:
        group = self.query_one(PanelGroup)
        people = [words.voided_row(one, today) for one in rows if one.table == "enrolment"]
        sessions = [words.voided_row(one, today) for one in rows if one.table == "session"]
        group.set_rows("people", people, title=_("Fjernede deltagere {count}").format(count=len(people)))
        group.set_rows("waiting", [])
        group.set_rows("sessions", sessions, title=_("Fjernede mødegange {count}").format(count=len(sessions)))
        if not group.panel.stops() and people:
            group.go("people")
        self._show_row()

    def _about(self) -> None:
        if self.view is not None:
            self.query_one("#about", Block).show(f" {words.header(self.view, self.size.width - 1)}")

    def on_resize(self) -> None:
        """Fit what is as wide as the screen."""
        super().on_resize()
        self._about()

    def on_panel_group_focused(self, _message: PanelGroup.Focused) -> None:
        """Say the row uncut in line 22; the label of Enter follows it."""
        self._show_row()

    def _show_row(self) -> None:
        group = self.query_one(PanelGroup)
        self.titles = {} if group.panel.id == "sessions" else {"session.register": _("Åbn borger")}
        if self._voided is not None:
            self.titles = {"row.void": _("Gendan")}
        self.query_one("#detail", Block).show(f" {group.row.say}" if group.row is not None else "")
        self.refresh_lines()

    # What the cursor stands on

    def _session(self) -> SessionView | None:
        group = self.query_one(PanelGroup)
        if self.view is None or group.panel.id != "sessions" or group.row is None:
            return None
        return next((one for one in self.view.sessions if one.ref.id == group.row.key), None)

    def _person(self) -> Participant | Waiting | None:
        group = self.query_one(PanelGroup)
        if self.view is None or group.panel.id == "sessions" or group.row is None or group.row.key is None:
            return None
        wanted = group.row.key.partition(":")[2]
        everybody: tuple[Participant | Waiting, ...] = (*self.view.participants, *self.view.former, *self.view.waiting)
        return next((one for one in everybody if one.enrolment == wanted), None)

    def _need(self, what: str) -> None:
        self.say(_("Vælg {what} først.").format(what=what))

    def _on_session(self) -> SessionView | None:
        """Return the session in focus that people can write about; say so where there is none."""
        view = self._session()
        if view is None:
            self._need(_("en mødegang"))
        elif view.status is SessionStatus.SKIPPED:
            self.say(_("Dagen springes over. x tager den med igen."))
            view = None
        return view

    # Sessions

    def command_session_register(self) -> None:
        """Open the roster of the session, or the citizen in focus."""
        if self.query_one(PanelGroup).panel.id != "sessions":
            self.command_citizen_open()
            return
        view = self._on_session()
        if view is None:
            return
        if view.status is SessionStatus.CANCELLED:
            self.say(_("Mødegangen er aflyst. r retter den."))
            return
        self.desk.goto("roster", ref=view.ref)

    def command_session_new(self) -> None:
        """Open the form for a session of this course."""
        self.desk.goto("session_form", course=self.course)

    def command_session_cancel(self) -> None:
        """Ask why, and cancel; a cancelled one is held after all."""
        view = self._on_session()
        if view is None:
            return
        if view.status is SessionStatus.CANCELLED:
            services = self.desk.services
            self.run_worker(
                self._do(
                    lambda desk: services.sessions.hold_after_all(desk, view.ref),
                    _("Mødegangen holdes alligevel · gemt {at} · z fortryder"),
                ),
                group="commands",
            )
            return
        self.desk.goto("session_form", ref=view.ref, act="cancel")

    def command_session_move(self) -> None:
        """Open the form for another day, time or place."""
        view = self._on_session()
        if view is not None:
            self.desk.goto("session_form", ref=view.ref, act="move")

    def command_session_after(self) -> None:
        """Open what is written after a session."""
        view = self._on_session()
        if view is not None:
            self.desk.goto("after_session", ref=view.ref)

    async def command_session_signoff(self) -> None:
        """Sign the session in focus off; what is missing is said."""
        view = self._on_session()
        if view is not None:
            services, ref = self.desk.services, view.ref
            await self._do(
                lambda desk: services.after_session.sign_off(desk, ref),
                _("Mødegangen er godkendt · gemt {at} · z fortryder"),
            )

    # People

    def command_enrolment_new(self) -> None:
        """Enrol: the one in focus on the waiting list, else the first who waits, else somebody found by typing."""
        if self.view is None:
            return
        person = self._person()
        chosen = person if person in self.view.waiting else next(iter(self.view.waiting), None)
        self.desk.goto("enrolment_form", course=self.course, enrolment=chosen.enrolment if chosen else "")

    def command_enrolment_status(self) -> None:
        """Pause, resume, complete or end the enrolment in focus."""
        person = self._person()
        if person is None:
            self._need(_("en deltager"))
            return
        self.desk.goto("enrolment_form", course=self.course, enrolment=person.enrolment, act="status")

    async def command_enrolment_offer(self) -> None:
        """Offer a place to who waits."""
        person = self._person()
        if self.view is None or person is None or person not in self.view.waiting:
            self._need(_("en på ventelisten"))
            return
        services, enrolment = self.desk.services, person.enrolment
        said = _("Plads tilbudt: {who}").format(who=person.name)
        await self._do(
            lambda desk: services.enrolments.offer_place(desk, enrolment), said + _(" · gemt {at} · z fortryder")
        )

    def command_citizen_open(self) -> None:
        """Open the citizen in focus."""
        person = self._person()
        if person is None:
            self._need(_("en deltager"))
            return
        self.desk.goto("citizen", citizen=person.citizen)

    def command_goal_rate(self) -> None:
        """Rate a goal of the citizen in focus."""
        person = self._person()
        if person is None:
            self._need(_("en deltager"))
            return
        self.desk.goto("rating", citizen=person.citizen)

    # The row, and the course

    def command_row_edit(self) -> None:
        """Change what the cursor stands on: the session, or the enrolment."""
        person, view = self._person(), self._session()
        if person is not None:
            self.desk.goto("enrolment_form", course=self.course, enrolment=person.enrolment, act="edit")
        elif view is not None and view.status is not SessionStatus.SKIPPED:
            self.desk.goto("session_form", ref=view.ref)
        else:
            self.desk.goto("course_form", course=self.course)

    def command_course_clone(self) -> None:
        """Open the form for a course like this one."""
        self.desk.goto("course_form", clone=self.course)

    def command_row_history(self) -> None:
        """Show who wrote what about the row, and when."""
        person, view = self._person(), self._session()
        if person is not None:
            self.desk.goto("history", table="enrolment", row=person.enrolment, what=person.name)
        elif view is not None and view.exists:
            day = f"{view.date:%d-%m-%Y}"
            self.desk.goto("history", table="session", row=view.ref.id, what=_("mødegang {day}").format(day=day))
        else:
            self.desk.goto("history", table="course", row=self.course, what=self.view.title if self.view else "")

    async def command_row_void(self) -> None:
        """Take away the enrolment or the session in focus, or bring it back; a day left out is met again."""
        if self._voided is not None:
            await self._restore()
            return
        person, view = self._person(), self._session()
        services, course = self.desk.services, self.course
        if person is not None:
            enrolment = person.enrolment
            said = _("Indskrivning fjernet: {who}").format(who=person.name)
            await self._do(
                lambda desk: services.enrolments.void_enrolment(desk, enrolment), said + _(" · gemt {at} · z fortryder")
            )
        elif view is not None and view.status is SessionStatus.SKIPPED:
            day = view.date
            await self._do(
                lambda desk: services.courses.meet_day(desk, course, day),
                _("Dagen holdes alligevel · gemt {at} · z fortryder"),
            )
        elif view is not None:
            ref = view.ref
            await self._do(
                lambda desk: services.sessions.void_session(desk, ref),
                _("Mødegang fjernet · gemt {at} · z fortryder"),
            )

    async def _restore(self) -> None:
        row = self.query_one(PanelGroup).row
        one = next((one for one in self._voided or () if row is not None and one.id == row.key), None)
        if one is None:
            self._need(_("en række"))
            return
        services, said = (
            self.desk.services,
            _("Gendannet: {what}").format(what=one.text) + _(" · gemt {at} · z fortryder"),
        )
        if one.table == "enrolment":
            await self._do(lambda desk: services.enrolments.restore_enrolment(desk, one.id), said)
        else:
            await self._do(lambda desk: services.sessions.restore_session(desk, one.id), said)

    def command_list_voided(self) -> None:
        """Show what was taken away from the course, or the course again."""
        self._voided = () if self._voided is None else None
        self.reload()
        if self._voided is not None:
            self.say(_("Fjernede rækker vises. x gendanner, d viser forløbet igen."))

    def command_peer_new(self) -> None:
        """Register a peer activity: with the citizen in focus, or at the session in focus."""
        person, view = self._person(), self._session()
        if person is not None:
            self.desk.goto("peer_form", citizen=person.citizen)
        elif view is not None and view.status is not SessionStatus.SKIPPED:
            self.desk.goto("peer_form", session=view.ref)
        else:
            self.desk.goto("peer_form")

    async def _do(self, act: Callable[[Any], Any], said: str) -> None:
        """Run a service and say its receipt; `said` has the place `{at}`."""
        try:
            saved = await self.desk.write(act)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self.say(said.replace("{at}", saved.at))
        self.reload()
