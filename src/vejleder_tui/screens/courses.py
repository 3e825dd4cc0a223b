"""Forløb: the list of courses; `f` goes through its filters, `d` shows those taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal
from textual.widgets import Input

from vejleder_tui.clock import local
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import N_, _
from vejleder_tui.queries.courses import CourseFilter, CourseLine, course_list, missing_by_course
from vejleder_tui.screens.base import ListScreen
from vejleder_tui.screens.course_lines import course_rows
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.fields import Line
from vejleder_tui.widgets.lines import MenuLine
from vejleder_tui.widgets.panels import RowList
from vejleder_tui.widgets.text import wrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.app import ComposeResult

    from vejleder_tui.widgets.panels import Row

__all__ = ["CoursesScreen"]

FILTERS = (N_("Forløb i gang"), N_("Mine forløb"), N_("Afsluttede forløb"))


class CoursesScreen(ListScreen):
    """The courses of the municipality."""

    CSS_PATH = "citizens.tcss"
    SCREEN_ID = "courses"
    AUTO_FOCUS = "#body"

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.courses: list[CourseLine] | None = None
        self._filter = 0
        self._voided = False
        self._words = ""

    def title_left(self) -> str:
        """Return the name of the program, and where one is."""
        return f"Vejleder · {_('Forløb')}"

    def body(self) -> ComposeResult:
        """Yield the search line (hidden until `/`), the list and the line for the row in focus."""
        with Horizontal(id="searching") as bar:
            before = Block(f" {_('Søg')}  [ ", identity="before")
            before.styles.width = len(before.lines[0])
            yield before
            search = Line(cells=40)
            search.id = "search"
            yield search
            yield Block(" ]", identity="behind")
        bar.display = False
        yield RowList(title=_(FILTERS[0]), empty=_("Henter …"), identity="body")
        yield Block("", "", height=2, identity="detail")

    def on_mount(self) -> None:
        """Ask the store."""
        super().on_mount()
        self.reload()
        self.set_timer(0.2, self._still_reading)

    def _still_reading(self) -> None:
        if self.courses is None:
            self.say(_("Henter …"))

    def on_screen_resume(self) -> None:
        """Look again."""
        super().on_screen_resume()
        if self.courses is not None:
            self.reload()

    def reload(self) -> None:
        """Read the list anew; the cursor keeps its course."""
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        now = self.desk.clock.now()
        wanted = CourseFilter(
            ended=self._filter == 2,
            voided=self._voided,
            worker=self.desk.actor.worker_id if self._filter == 1 else "",
            words=self._words,
        )
        try:
            found, missing = await self.desk.read(
                lambda reader: (course_list(reader, now, wanted), missing_by_course(reader, now))
            )
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        first = self.courses is None
        if first:
            self.say("")
        self.courses = found
        today = local(now).date()
        heading = _("Fjernede forløb") if self._voided else _(FILTERS[self._filter])
        title = _("{heading} ({count})").format(heading=heading, count=len(found))
        listed = self.query_one(RowList)
        listed.show(course_rows(found, today, missing), title=title, empty=self._empty())
        if first:
            needing = (one.id for one in found if one.contested or one.id in missing or _is_today(one, today))
            listed.go("list", next(needing, None))
        if self.focused is None:
            listed.focus()
        self._detail(listed.row)

    def _detail(self, row: Row | None) -> None:
        lines = wrap(row.say, max(20, self.size.width - 2))[:2] if row else []
        self.query_one("#detail", Block).show(*(f" {line.removeprefix('· ')}" for line in ["", *lines][-2:]))

    def _empty(self) -> str:
        if self._words:
            return _("Ingen passer til »{words}«. Esc viser alle.").format(words=self._words)
        if self._voided:
            return _("Ingen forløb er fjernet. d viser de andre.")
        if self._filter:
            return _("Ingen forløb her. f skifter filter, n opretter et.")
        return _("Ingen forløb endnu. n opretter et.")

    def row_focused(self, message: RowList.Focused) -> None:
        """Say the row uncut in line 22, and in the line above it where it is long."""
        self._detail(message.row)

    def _course(self) -> CourseLine | None:
        row = self.query_one(RowList).row
        return next((one for one in self.courses or [] if row is not None and one.id == row.key), None)

    # Commands

    def command_course_open(self) -> None:
        """Open the course; from the search, go to the list."""
        if isinstance(self.focused, Input):
            self.query_one(RowList).focus()
            return
        course = self._course()
        if course is not None:
            self.desk.goto("course", course=course.id)

    def command_peer_new(self) -> None:
        """Register a peer activity."""
        self.desk.goto("peer_form")

    def command_course_new(self) -> None:
        """Open the form for a new course."""
        self.desk.goto("course_form")

    def command_row_edit(self) -> None:
        """Change the course."""
        course = self._course()
        if course is not None:
            self.desk.goto("course_form", course=course.id)

    def command_course_clone(self) -> None:
        """Open the form for a course like this one."""
        course = self._course()
        if course is not None:
            self.desk.goto("course_form", clone=course.id)

    def command_row_history(self) -> None:
        """Show who wrote what about the course, and when."""
        course = self._course()
        if course is not None:
            self.desk.goto("history", table="course", row=course.id, what=course.title)

    def command_list_filter(self) -> None:
        """Go on to the next filter."""
        self._voided = False
        self._filter = (self._filter + 1) % len(FILTERS)
        self.reload()

    def command_list_voided(self) -> None:
        """Show the courses that were taken away, or the others again."""
        self._voided = not self._voided
        self.titles = {"row.void": _("Gendan")} if self._voided else {}
        self.reload()
        if self._voided:
            self.say(_("Fjernede forløb vises. x gendanner, d viser de andre igen."))

    async def command_row_void(self) -> None:
        """Take the course away; one that was taken away is brought back."""
        course = self._course()
        if course is None:
            return
        services, title = self.desk.services, course.title
        if self._voided:
            await self._do(
                lambda desk: services.courses.restore_course(desk, course.id),
                _("Forløb gendannet: {what} · gemt {at} · z fortryder"),
                title,
            )
        else:
            await self._do(
                lambda desk: services.courses.void_course(desk, course.id),
                _("Forløb fjernet: {what} · gemt {at} · z fortryder"),
                title,
            )

    async def _do(self, act: Callable[[Any], Any], said: str, what: str) -> None:
        try:
            saved = await self.desk.write(act)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self.say(said.format(what=what, at=saved.at))
        self.reload()

    # Search

    def command_app_search(self) -> None:
        """Open the search line."""
        self.query_one("#searching").display = True
        self.query_one("#search", Line).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while typing."""
        self._words = event.value
        self.reload()

    def command_app_back(self) -> None:
        """Close the search; else go back."""
        bar = self.query_one("#searching")
        if bar.display and not isinstance(self.focused, MenuLine):
            self.query_one(RowList).focus()
            self.query_one("#search", Line).value = ""
            bar.display = False
            return
        super().command_app_back()


def _is_today(one: CourseLine, today: date) -> bool:
    """Return whether the course meets today and not everybody is registered yet."""
    return one.next is not None and one.next.date == today and one.next.registered < one.next.expected
