"""Forløb: a new course, a copy of one, or changes to one: its plan, its place, and the days that are left out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.queries.courses import holidays_offered
from vejleder_tui.rules.dates import Lean, parse_date
from vejleder_tui.rules.formats import short_date, time_range, weekdays_name, whole_date
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.screens.making import offer_new_place, offer_new_programme
from vejleder_tui.screens.planning_form import CELLS, PlanningForm, RangeField, named_choices, picked
from vejleder_tui.widgets.form import CheckField, Choice, NumberField, PickField, RadioField, TextField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.queries.courses import CourseValues
    from vejleder_tui.widgets.form import Field

__all__ = ["CourseForm"]


class CourseForm(PlanningForm):
    """`course` is changed; `clone` is the course that a new one begins as."""

    SCREEN_ID = "course_form"

    def __init__(self, *, course: str = "", clone: str = "", **values: Any) -> None:  # noqa: ANN401 - as every form
        super().__init__(**values)
        self.course, self.clone = self.given(course=course, clone=clone)
        self._standing: CourseValues | None = None

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "course", self.course

    def title_left(self) -> str:
        """Return what the form is for."""
        if self.course:
            return _("Ret forløb · {title}").format(title=self._standing.title if self._standing else "")
        return _("Nyt forløb")

    def draft_title(self) -> str:
        """Return the line of I dag."""
        title = str(self.form.field("title").raw).strip()
        return _("Forløb: {title}").format(title=title) if title else _("Nyt forløb")

    def draft_about(self) -> Mapping[str, str]:
        """Return which course is changed or copied."""
        about = {"course": self.course, "clone": self.clone}
        return {name: value for name, value in about.items() if value}

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        kinds = [("closed", _("lukket hold")), ("rolling", _("løbende optag")), ("open", _("åbent tilbud"))]
        days = [Choice(str(day), weekdays_name(day)) for day in range(7)]
        rows: list[Field | Sequence[Field] | str] = [
            TextField("title", _("Navn"), cells=CELLS + 2, required=True),
            RadioField("kind", _("Slags"), kinds, chosen="closed", required=True),
            PickField("weekdays", _("Ugedage"), days, several=True, cells=CELLS, required=True),
            [
                RangeField("time", _("Tid"), cells=13, required=True),
                NumberField("every_weeks", _("hver"), least=1, most=52, cells=2, text="1", after=_("uge")),
            ],
            self.day_field("first", _("Første gang"), text=whole_date(self.today), required=True),
            [NumberField("sessions", _("Antal gange"), least=1, most=2000), self.day_field("until", _("eller til"))],
            PickField("venue", _("Sted"), cells=CELLS),
            PickField("programme", _("Indsats"), cells=CELLS),
            NumberField("capacity", _("Pladser"), least=1, most=999, help_line=_("Tom: ingen grænse.")),
            TextField("phase", _("Fase"), cells=CELLS + 2),
        ]
        if not self.course:
            rows.append(PickField("facilitators", _("Tovholdere"), several=True, cells=CELLS))
        return [
            *rows,
            TextField(
                "breaks", _("Ferie"), cells=CELLS + 2,
                help_line=_("Fx 22-12-2026–01-01-2027 juleferie; flere skilles med komma."),
            ),
            CheckField("holidays", _("Helligdage"), _("springes over"), ticked=not self.course),
        ]  # fmt: skip

    async def begin_with(self) -> Mapping[str, Any]:
        """Read what can be chosen, and the course that is changed or copied."""
        from vejleder_tui.queries.courses import course_values, programmes, venues, workers  # noqa: PLC0415

        now = self.desk.clock.now()
        self.offer("venue", named_choices(await self.desk.read(venues)))
        self.offer("programme", named_choices(await self.desk.read(programmes)))
        offer_new_place(self)
        offer_new_programme(self)
        raw: dict[str, Any] = {}
        if not self.course:
            choices = named_choices(await self.desk.read(lambda reader: workers(reader, now)))
            self.offer("facilitators", choices)
            me = [one for one in choices if one.value == self.desk.actor.worker_id]
            raw = {"facilitators": picked(*me)}
        like = self.course or self.clone
        if not like:
            return raw
        standing = await self.desk.read(lambda reader: course_values(reader, like))
        if standing is None:
            self.say(_("Forløbet findes ikke længere."), error=True)
            return raw
        self._standing = standing
        if self.course:
            self._tell_skipped(standing.skipped)
        return {**raw, **_raw_of(standing, today=self.today if self.clone else None)}

    def _tell_skipped(self, skipped: Mapping[date, str]) -> None:
        """Say under the field which days are left out already."""
        if skipped:
            said = _("Springes over nu: {days}. x på dagen i forløbet tager den med igen.")
            self.form.help("breaks", said.format(days=breaks_text(skipped, self.today)))

    def _plan(self, values: Mapping[str, Any]) -> Plan:
        start, end = values["time"]
        if values["sessions"] and values["until"]:
            raise RuleError(
                _("Et forløb slutter enten efter et antal gange eller på en dato."),
                _("Ryd det ene felt."),
                field="sessions",
            )
        return Plan(
            weekdays=tuple(int(day) for day in values["weekdays"]), every_weeks=values["every_weeks"] or 1,
            start_minute=start, end_minute=end, first=values["first"], until=values["until"], sessions=values["sessions"],
        )  # fmt: skip

    async def save(self, values: dict[str, Any]) -> None:
        """Register the course, or change it; days left out are added, never taken away here."""
        plan = self._plan(values)
        skipped = read_breaks(values["breaks"] or "", self.today)
        if values["holidays"]:
            skipped = {**holidays_offered(plan), **skipped}
        courses, course = self.desk.services.courses, self.course
        given = {
            "kind": values["kind"], "venue": values["venue"], "programme": values["programme"],
            "capacity": values["capacity"], "phase": values["phase"] or "",
        }  # fmt: skip
        title = values["title"]
        if course:
            before = self._standing.skipped if self._standing else {}
            added = {day: reason for day, reason in skipped.items() if day not in before}

            def change(desk: Any) -> Any:  # noqa: ANN401 - what services write through
                return courses.change_course(desk, course, title, plan, skipped=added, **given)

            saved = await self.save_with(change)
            self.done(self.receipt(_("Forløb rettet: {title}").format(title=title), saved.at), course)
            return
        leaders = values["facilitators"] or []
        saved = await self.save_with(
            lambda desk: courses.new_course(desk, title, plan, skipped=skipped, facilitators=leaders, **given)
        )
        said = _("Nyt forløb: {title}, {count} dage springes over").format(title=title, count=len(skipped))
        self.done(self.receipt(said if skipped else _("Nyt forløb: {title}").format(title=title), saved.at), saved.row)


def _raw_of(standing: CourseValues, *, today: date | None) -> dict[str, Any]:
    """Return a course as raw values; of a copy that begins `today` the end date and the first day are left open."""
    raw: dict[str, Any] = {
        "title": standing.title, "kind": standing.kind, "phase": standing.phase,
        "capacity": str(standing.capacity or ""),
    }  # fmt: skip
    if standing.venue is not None:
        raw["venue"] = picked(*named_choices([standing.venue]))
    if standing.programme is not None:
        raw["programme"] = picked(*named_choices([standing.programme]))
    plan = standing.plan
    if plan is not None:
        raw |= {
            "weekdays": picked(*(Choice(str(day), weekdays_name(day)) for day in plan.weekdays)),
            "time": time_range(plan.start_minute, plan.end_minute), "every_weeks": str(plan.every_weeks),
            "sessions": str(plan.sessions or ""), "first": whole_date(plan.first),
            "until": whole_date(plan.until) if plan.until else "",
        }  # fmt: skip
        if today is not None:
            raw |= {"first": "", "until": ""}
    return raw


def breaks_text(skipped: Mapping[date, str], today: date) -> str:
    """Return days that are left out as one line, days in a row together: "22-12–05-01 juleferie, 05-06 grundlovsdag"."""
    spans: list[tuple[date, date, str]] = []
    for day, reason in sorted(skipped.items()):
        if spans and spans[-1][2] == reason and (day - spans[-1][1]).days <= 7:
            spans[-1] = (spans[-1][0], day, reason)
        else:
            spans.append((day, day, reason))
    parts = []
    for first, last, reason in spans:
        days = short_date(first, today) if first == last else f"{short_date(first, today)}–{short_date(last, today)}"
        parts.append(f"{days} {reason}".strip())
    return ", ".join(parts)


def read_breaks(text: str, today: date) -> dict[date, str]:
    """Read "22-12-2026–01-01-2027 juleferie, 05-06 planlægningsdag" as days with reasons; RuleError (`breaks`).

    A break holds at most a year of days.
    """
    found: dict[date, str] = {}
    for part in (one.strip() for one in text.split(",")):
        if not part:
            continue
        shape = re.fullmatch(
            r"([0-9][0-9./-]*[0-9])(?:\s*(?:–|—|\btil\b|\bto\b|\s-\s)\s*([0-9][0-9./-]*[0-9]))?\s+(\S.*)", part
        )
        if shape is None:
            raise RuleError(
                _("»{text}« kan ikke læses som en ferie.").format(text=part),
                _("Skriv dag eller dage, og så hvad det er: 22-12–01-01 juleferie."), field="breaks",
            )  # fmt: skip
        first = parse_date(shape[1], today, lean=Lean.FUTURE, field="breaks")
        last = parse_date(shape[2], first, lean=Lean.FUTURE, field="breaks") if shape[2] else first
        if not first <= last <= first + timedelta(days=366):
            raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="breaks")
        found |= {first + timedelta(days=count): shape[3] for count in range((last - first).days + 1)}
    return found
