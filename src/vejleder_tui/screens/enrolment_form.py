"""Indskrivning: a place on a course or on its waiting list, changes to it, and its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _, one_of
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.screens.making import offer_new_citizen, offer_new_grant
from vejleder_tui.screens.planning_form import CELLS, PlanningForm, picked
from vejleder_tui.widgets.form import Choice, PersonField, PickField, RadioField, TextField
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.queries.planning_forms import EnrolmentValues
    from vejleder_tui.widgets.form import Field

__all__ = ["EnrolmentForm"]

_TITLES = {"": N_("Indskriv"), "edit": N_("Ret indskrivning"), "status": N_("Skift status")}


class EnrolmentForm(PlanningForm):
    """`course` to be enrolled on; `enrolment` is who waits there, or (`act` edit, status) what is changed."""

    SCREEN_ID = "enrolment_form"

    def __init__(
        self, *, course: str = "", enrolment: str = "", citizen: str = "", act: str = "",
        **values: Any,  # noqa: ANN401 - what every form may be opened with
    ) -> None:  # fmt: skip
        super().__init__(**values)
        self.course, self.enrolment, self.citizen, self.act = self.given(
            course=course, enrolment=enrolment, citizen=citizen, act=act
        )
        self._title = ""
        self._standing: EnrolmentValues | None = None

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "enrolment", self.enrolment

    def title_left(self) -> str:
        """Return what the form does, and on which course."""
        title = _(_TITLES[self.act])
        return f"{title} · {self._title}" if self._title else title

    def draft_title(self) -> str:
        """Return the line of I dag; it names no citizen."""
        return _("Indskrivning, {course}").format(course=self._title) if self._title else _("Indskrivning")

    def draft_about(self) -> Mapping[str, str]:
        """Return what the form was opened with."""
        about = {"course": self.course, "enrolment": self.enrolment, "citizen": self.citizen, "act": self.act}
        return {name: value for name, value in about.items() if value}

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        if self.act == "status":
            return self._status_lines()
        bases = [Choice(one.code, one.display) for one in codes.code_list("local_lovgrundlag")]
        basis = PickField("legal_basis", _("Lovgrundlag"), bases, cells=CELLS, required=True)
        grant = PickField(
            "grant", _("Bevilling"), search=self._find_grants, cells=CELLS,
            help_line=_("Kræves efter § 85, 85 a, 104, 107 og 108."),
        )  # fmt: skip
        assessment = TextField(
            "assessment", _("Vurdering, § 82 a"), cells=CELLS + 2, help_line=_("Én linje; kræves kun efter § 82 a.")
        )
        until = self.day_field("to", _("Til"), help_line=_("Kræves efter § 82 b, højst 6 måneder frem."))
        if self.act == "edit":
            return [basis, grant, assessment, until]
        rows: list[Field | Sequence[Field] | str] = []
        if not self.course:
            rows.append(PickField("course", one_of("Forløb"), cells=CELLS, required=True))
        return [
            *rows,
            PersonField("citizen", _("Borger"), search=self._find_people, cells=CELLS, required=True),
            basis,
            self.day_field("from", _("Fra"), text=whole_date(self.today), required=True),
            grant,
            assessment,
            until,
            RadioField("place", _("Plads"), [("now", _("plads nu")), ("wait", _("venteliste"))], chosen="now"),
            TextField(
                "over_capacity_reason", _("Flere end pladser"), cells=CELLS + 2,
                help_line=_("Kun når forløbet er fuldt: hvorfor der gives en plads mere."),
            ),
        ]  # fmt: skip

    def _status_lines(self) -> Sequence[Field | Sequence[Field] | str]:
        options = [
            Choice("pause", _("Pause")), Choice("resume", _("Pausen er slut")), Choice("completed", _("Gennemført")),
            Choice("ended", _("Ophørt")),
        ]  # fmt: skip
        reasons = [
            Choice(one.code, one.display) for one in codes.code_list("local_afslutning") if one.code != "completed"
        ]
        return [
            PickField("status", _("Ny status"), options, cells=CELLS, required=True),
            self.day_field(
                "day", _("Dato"), text=whole_date(self.today), required=True,
                help_line=_("Pause: fra og med. Pausen er slut: deltager igen fra. Ellers den sidste dag."),
            ),
            self.day_field("to", _("Pause til og med"), help_line=_("Tom: indtil pausen meldes slut.")),
            PickField("reason", _("Årsag"), reasons, cells=CELLS, help_line=_("Kræves ved ophør.")),
        ]  # fmt: skip

    # Filling in

    async def begin_with(self) -> Mapping[str, Any]:
        """Read the enrolment, or the course and the citizen."""
        from vejleder_tui.queries.courses import course_list, course_values  # noqa: PLC0415
        from vejleder_tui.queries.planning_forms import grants_of  # noqa: PLC0415

        now = self.desk.clock.now()
        raw: dict[str, Any] = {}
        if self.act == "":
            offer_new_citizen(self, "citizen")
        if self.act != "status":
            offer_new_grant(self, "grant", self._whose)
        if self.course:
            course = await self.desk.read(lambda reader: course_values(reader, self.course))
            self._title = course.title if course else ""
        elif self.act == "":
            found = await self.desk.read(lambda reader: course_list(reader, now))
            self.offer("course", [Choice(one.id, plain(one.title)) for one in found])
        if self.citizen:
            name = await self.desk.read(lambda reader: _name_of(reader, self.citizen))
            raw["citizen"] = picked(Choice(self.citizen, plain(name)))
            raw |= self._suggest(await self.desk.read(lambda reader: grants_of(reader, self.citizen, now)))
        return {**raw, **await self._begin_with_standing()} if self.enrolment else raw

    async def _begin_with_standing(self) -> dict[str, Any]:
        from vejleder_tui.queries.planning_forms import enrolment_values, grants_of  # noqa: PLC0415

        now = self.desk.clock.now()
        standing = await self.desk.read(lambda reader: enrolment_values(reader, self.enrolment, now))
        if standing is None:
            self.say(_("Indskrivningen findes ikke længere."), error=True)
            return {}
        self._standing = standing
        self._title = f"{standing.name}, {standing.course_title}" if self.act else standing.course_title
        if self.act == "status":
            return {}
        raw = _raw_of(standing)
        if not self.act:
            raw["citizen"] = picked(Choice(standing.citizen, plain(standing.name)))
            grants = await self.desk.read(lambda reader: grants_of(reader, standing.citizen, now))
            # The grant that runs is suggested only where it stands on the legal basis that was written down.
            suited = [one for one in grants if standing.legal_basis in {"", one.legal_basis}]
            raw = {**self._suggest(suited), **raw}
        return raw

    def _suggest(self, grants: Sequence[Any]) -> dict[str, Any]:
        """Return the one grant that runs, with its legal basis; of several none is guessed."""
        running = [one for one in grants if one.open]
        if len(running) != 1:
            return {}
        one = running[0]
        raw = {"grant": picked(Choice(one.id, one.label))}
        if one.legal_basis:
            raw["legal_basis"] = picked(Choice(one.legal_basis, _basis(one.legal_basis)))
        return raw

    def field_changed(self, field: Field) -> None:
        """Suggest the grant of the citizen who was picked."""
        if field.key == "citizen" and self.chosen("citizen"):
            self.run_worker(self._suggest_for(self.chosen("citizen")), group="suggest", exclusive=True)

    async def _suggest_for(self, citizen: str) -> None:
        from vejleder_tui.queries.planning_forms import grants_of  # noqa: PLC0415

        now = self.desk.clock.now()
        raw = self._suggest(await self.desk.read(lambda reader: grants_of(reader, citizen, now)))
        if self.form.field("legal_basis").empty and self.form.field("grant").empty:
            self.form.set_raw(raw)

    async def _find_people(self, text: str) -> Sequence[Choice]:
        from vejleder_tui.queries.citizens import search  # noqa: PLC0415

        page = await self.desk.read(lambda reader: search(reader, text.strip("+ "), size=12))
        return [Choice(one.id, plain(_label(one))) for one in page.lines]

    def _whose(self) -> str:
        return self._standing.citizen if self.act == "edit" and self._standing else self.chosen("citizen")

    async def _find_grants(self, text: str) -> Sequence[Choice]:
        from vejleder_tui.queries.planning_forms import grants_of  # noqa: PLC0415

        citizen = self._whose()
        if not citizen:
            return []
        now = self.desk.clock.now()
        found = await self.desk.read(lambda reader: grants_of(reader, citizen, now))
        return [Choice(one.id, one.label) for one in found if text.casefold() in one.label.casefold()]

    # Saving

    async def save(self, values: dict[str, Any]) -> None:
        """Enrol, put on the waiting list, change, or change the status."""
        if self.act == "status":
            await self._save_status(values)
            return
        enrolments, enrolment = self.desk.services.enrolments, self.enrolment
        if self.act == "edit":
            saved = await self.save_with(
                lambda desk: enrolments.change_enrolment(
                    desk, enrolment, values["legal_basis"], to_date=values["to"], grant=values["grant"],
                    assessment=values["assessment"] or "",
                )
            )  # fmt: skip
            self.done(self.receipt(_("Indskrivning rettet: {who}").format(who=self._person()), saved.at))
            return
        course, citizen = self.course or values["course"], values["citizen"]
        common = {"from_date": values["from"], "grant": values["grant"], "assessment": values["assessment"] or ""}
        who = self._who()
        if values["place"] == "wait":
            if self._standing is not None and self._standing.citizen == citizen:
                raise RuleError(
                    _("Borgeren står allerede på ventelisten."), _("Vælg plads nu, eller gå tilbage."), field="place"
                )
            saved = await self.save_with(
                lambda desk: enrolments.put_on_waiting_list(desk, course, citizen, values["legal_basis"], **common)
            )
            self.done(self.receipt(_("Venteliste: {who}").format(who=who), saved.at))
            return
        saved = await self.save_with(
            lambda desk: enrolments.enrol(
                desk, course, citizen, values["legal_basis"], to_date=values["to"],
                over_capacity_reason=values["over_capacity_reason"] or "", **common,
            )
        )  # fmt: skip
        said = _("{who} er indskrevet fra {day}").format(who=who, day=whole_date(values["from"]))
        self.done(self.receipt(said, saved.at))

    async def _save_status(self, values: dict[str, Any]) -> None:
        enrolments, enrolment = self.desk.services.enrolments, self.enrolment
        status, day, until = values["status"], values["day"], values["to"]
        if status == "ended" and not values["reason"]:
            raise RuleError(_("Årsagen mangler."), _("Vælg den på listen."), field="reason")
        acts = {
            "pause": lambda desk: enrolments.pause(desk, enrolment, day, until),
            "resume": lambda desk: enrolments.resume(desk, enrolment, day),
            "completed": lambda desk: enrolments.complete(desk, enrolment, day),
            "ended": lambda desk: enrolments.end_enrolment(desk, enrolment, values["reason"], day),
        }
        saved = await self.save_with(acts[status])
        words = {"pause": _("pause"), "resume": _("pause slut"), "completed": _("gennemført"), "ended": _("ophørt")}
        self.done(self.receipt(_("{who}: {status}").format(who=self._person(), status=words[status]), saved.at))

    def _person(self) -> str:
        return self._standing.name if self._standing else ""

    def _who(self) -> str:
        field = self.form.field("citizen")
        return field.picked[0].label.partition(" (")[0] if isinstance(field, PickField) and field.picked else ""


def _label(one: Any) -> str:  # noqa: ANN401 - a line of the citizens' list
    """Return a citizen as a choice: the name, and the year of birth that tells two alike apart."""
    return f"{one.name} ({one.birth_year})" if one.birth_year else str(one.name)


def _basis(code: str) -> str:
    return codes.display("local_lovgrundlag", code)


def _raw_of(standing: EnrolmentValues) -> dict[str, Any]:
    """Return what is written of an enrolment, as raw values."""
    raw: dict[str, Any] = {}
    if standing.legal_basis:
        raw["legal_basis"] = picked(Choice(standing.legal_basis, _basis(standing.legal_basis)))
    if standing.grant is not None:
        raw["grant"] = picked(Choice(standing.grant.id, standing.grant.label))
    if standing.assessment:
        raw["assessment"] = standing.assessment
    if standing.to_date is not None:
        raw["to"] = whole_date(standing.to_date)
    return raw


def _name_of(reader: Any, citizen: str) -> str:  # noqa: ANN401 - a reader
    from vejleder_tui.queries.planning_forms import short_name_of  # noqa: PLC0415

    return short_name_of(reader, citizen)
