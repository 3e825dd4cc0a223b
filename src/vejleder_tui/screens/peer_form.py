"""Peer-aktivitet: one form for a new activity and for changes; Enter in the first field fills in the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.clock import local_date
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _, one_of
from vejleder_tui.rules.dates import Lean, parse_date
from vejleder_tui.rules.formats import near_date, short_date, time_of, weekday_name, whole_date
from vejleder_tui.screens.drafting import DraftedForm
from vejleder_tui.screens.making import offer_new_citizen
from vejleder_tui.screens.peer_fields import (
    DurationField,
    PeopleField,
    TemplateField,
    giver_choices,
    person_choice,
    person_of,
    picked_people,
    receiver_choices,
    template_choice,
)
from vejleder_tui.widgets.form import (
    CheckField,
    Choice,
    DateField,
    Field,
    NumberField,
    PickField,
    RadioField,
    TextField,
)
from vejleder_tui.widgets.lines import StatusLine
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.peer import PeerTemplate, PeerView
    from vejleder_tui.queries.sessions import SessionRef

__all__ = ["PeerForm"]

CELLS = 45
"""Cells inside the brackets of a long field."""

UNANSWERED = "unanswered"


class PeerForm(DraftedForm):
    """The form of a peer activity. `activity` is the id of one to change; `citizen` and `session` are filled in on a new one."""

    SCREEN_ID = "peer_form"

    def __init__(
        self, *, activity: str = "", citizen: str = "", session: SessionRef | None = None, **values: Any,  # noqa: ANN401
    ) -> None:  # fmt: skip
        super().__init__(**values)
        self.activity = activity or self.about.get("activity", "")
        self._citizen, self._session = citizen, session
        self._templates: dict[str, PeerTemplate] = {}
        self._goal_labels: dict[str, str] = {}
        self._refs: dict[str, SessionRef] = {}
        self._loading = True
        self._nothing_offered = False
        self._late = False
        self._after: list[str] = []

    # What stands on it

    @property
    def today(self) -> date:
        """The day it is in Denmark."""
        return local_date(self.desk.clock.now())

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "peer_activity", self.activity

    def title_left(self) -> str:
        """Return what the form is for."""
        return _("Ret peer-aktivitet") if self.activity else _("Ny peer-aktivitet")

    def context(self) -> str:
        """Return line 2."""
        return _("Felter med * skal udfyldes. Skriv ikke om peerens egen historie eller helbred.")

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields as in the picture."""
        codes_of = {name: [Choice(one.code, one.display) for one in codes.code_list(name)] for name in _LISTS}
        loads = [Choice("light", _("let")), Choice("some", _("nogen")), Choice("heavy", _("tung"))]
        answers = [("yes", _("ja")), ("no", _("nej")), (UNANSWERED, _("ikke besvaret"))]
        session = PickField("session", _("Mødegang"), search=self._find_sessions, cells=CELLS)
        goal = PickField("goal", one_of("Mål"), search=self._find_goals, cells=CELLS)
        session.line.placeholder, goal.line.placeholder = _("Ingen"), _("Intet")
        rows: list[Field | Sequence[Field]] = [
            DateField(
                "date", _("Dato"), self._read_day, teller=self._tell_day, text=whole_date(self.today), required=True
            ),
            DurationField("minutes", _("Varighed"), cells=5, required=True, after="min"),
            PickField("form", _("Form"), codes_of[_LISTS[0]], cells=CELLS, required=True),
            PickField("purposes", _("Formål"), codes_of[_LISTS[1]], several=True, cells=CELLS, required=True),
            TextField("place", _("Sted"), cells=CELLS + 1),
            PeopleField(
                "givers", _("Giver støtte"), search=self._find_givers, several=True, cells=CELLS, required=True
            ),
            [
                PeopleField(
                    "receivers", _("Får støtte"), search=self._find_receivers, several=True, cells=26, required=True,
                    help_line=_("Skriv et navn, eller angiv kun et antal."),
                ),
                NumberField("count", _("eller antal"), least=1, most=1000),
            ],
            CheckField("mutual", _("Gensidig"), _("støtten gik begge veje")),
            session,
            goal,
            TextField("summary", _("Med egne ord"), cells=53),
            TextField("next_step", _("Aftalt næste skridt"), cells=53),
            RadioField("shared", _("Delt med borgeren"), answers, chosen=UNANSWERED, required=True),
            [
                NumberField("guidance_minutes", _("Vejledning af peer"), most=1440, after="min"),
                PickField("load", _("Belastning"), loads, cells=15),
            ],
        ]  # fmt: skip
        template = TemplateField("template", _("Skabelon"), self._fill, cells=CELLS)
        return rows if self.activity else [template, *rows]

    def draft_title(self) -> str:
        """Return "Peer-aktivitet 23-11"."""
        try:
            day = self._read_day(self.form.field("date").raw)
        except RuleError:
            return _("Peer-aktivitet")
        return _("Peer-aktivitet {date}").format(date=short_date(day, self.today))

    def draft_about(self) -> dict[str, str]:
        """Return which activity is being changed."""
        return {"activity": self.activity} if self.activity else {}

    def _read_day(self, text: str) -> date:
        return parse_date(text, self.today, lean=Lean.PAST)

    def _tell_day(self, day: date) -> str:
        near = near_date(day, self.today)
        return f"{weekday_name(day)}, {near}" if near != short_date(day, self.today) else weekday_name(day)

    # What is found while typing

    async def _find_givers(self, text: str) -> Sequence[Choice]:
        from vejleder_tui.queries.peer_people import find_people  # noqa: PLC0415

        return giver_choices(await self.desk.read(lambda reader: find_people(reader, text.strip("+ "))))

    async def _find_receivers(self, text: str) -> Sequence[Choice]:
        from vejleder_tui.queries.peer_people import find_people  # noqa: PLC0415

        return receiver_choices(await self.desk.read(lambda reader: find_people(reader, text.strip("+ "))))

    async def _find_sessions(self, text: str) -> Sequence[Choice]:
        from datetime import timedelta  # noqa: PLC0415

        from vejleder_tui.queries.sessions import sessions_between  # noqa: PLC0415

        try:
            day = self._read_day(self.form.field("date").raw)
        except RuleError:
            day = self.today
        now = self.desk.clock.now()
        views = await self.desk.read(lambda reader: sessions_between(reader, day - timedelta(days=7), day, now))
        found = []
        for one in reversed(views):
            self._refs[one.ref.id] = one.ref
            found.append(Choice(one.ref.id, _session_label(one.date, one.start_minute, one.title, self.today)))
        return [one for one in found if text.casefold() in one.label.casefold()]

    async def _find_goals(self, text: str) -> Sequence[Choice]:
        from vejleder_tui.queries.peer_people import goals_of  # noqa: PLC0415

        fields = (self.form.field("receivers"), self.form.field("givers"))
        people = [person_of(one.value) for field in fields if isinstance(field, PickField) for one in field.picked]
        citizens = [one.citizen for one in people if one.citizen]
        found = await self.desk.read(lambda reader: goals_of(reader, citizens))
        return [Choice(one, plain(label)) for one, label in found if text.casefold() in plain(label).casefold()]

    # Filling in

    def on_mount(self) -> None:
        """Read what the form begins with; keys typed meanwhile wait for it."""
        self.run_worker(self._load, group="load")

    async def _load(self) -> None:
        from vejleder_tui.queries.peer import peer_activity, peer_templates  # noqa: PLC0415

        offer_new_citizen(self, "receivers", lambda citizen: f"c:{citizen}:")
        worker = self.desk.actor.worker_id
        if self.activity:
            view = await self.desk.read(lambda reader: peer_activity(reader, self.activity))
            if view is not None and self.draft is None:
                labels = await self.desk.read(lambda reader: _labels(reader, view, self.desk.clock.now(), self.today))
                self.form.set_raw({**_raw_of(view), **labels})
                self.begun()
        else:
            templates = await self.desk.read(lambda reader: peer_templates(reader, worker))
            goals = {one.goal for one in templates if one.goal}
            self._goal_labels = await self.desk.read(lambda reader: {one: _goal_label(reader, one) for one in goals})
            self._templates = {one.activity: one for one in templates}
            self._offer([template_choice(one, self.today, last=at == 0) for at, one in enumerate(templates)])
            if self.draft is None:
                await self._fill_in_beginning()
        self._loading = False
        if self._late:
            self._begin()
        for act in self._after:
            (self._fill if act == "fill" else self.command_form_save)()

    def _offer(self, choices: Sequence[Choice]) -> None:
        field = self.form.field("template")
        if isinstance(field, TemplateField):
            field.offer(choices)
            if field.marked:  # it came into focus before it was known what stands in it
                self._hint()
        self._nothing_offered = not choices
        if self._nothing_offered and not self._after:
            self._pass_template()

    def _pass_template(self) -> None:
        """Go on from a field in which there is nothing to choose."""
        empty = next((one for one in self.form.fields if one.required and one.empty), None)
        if empty is not None and self.focused is self.form.field("template").target():
            self.set_focus(empty.target())

    async def _fill_in_beginning(self) -> None:
        from vejleder_tui.queries.peer import PeerPerson  # noqa: PLC0415
        from vejleder_tui.queries.peer_people import named  # noqa: PLC0415

        if self._citizen:
            people = [PeerPerson(citizen=self._citizen)]
            found = await self.desk.read(lambda reader: named(reader, people))
            chosen = [person_choice(one.person, one.name, with_role=False) for one in found]
            self.form.set_raw({"receivers": {"picked": [list(one) for one in chosen]}})
        if self._session is not None:
            ref, now = self._session, self.desk.clock.now()
            label = await self.desk.read(lambda reader: _label_of(reader, ref.id, now, self.today))
            self._refs[ref.id] = ref
            day = ref.planned_date
            self.form.set_raw({"session": {"picked": [[ref.id, label]]}, **({"date": whole_date(day)} if day else {})})
        if not self.changed_at:
            self.begun()

    def _begin(self) -> None:
        # Where the focus goes depends on what stands in the fields, so a change waits until they are filled in.
        if self.activity and self._loading:
            self._late = True
            return
        if not self.activity and self.draft is None and (self._loading or self._templates):
            self.set_focus(self.form.field("template").target())
        super()._begin()
        # Read sooner than the form was drawn: then nobody has gone on from the empty template yet.
        if self._nothing_offered and not self._after:
            self._pass_template()

    def _fill(self) -> None:
        """Fill in what the template has; the words and the answers are left as they are."""
        if self._loading:
            self._after.append("fill")
            return
        field = self.form.field("template")
        template = self._templates.get(field.picked[0].value) if isinstance(field, PickField) and field.picked else None
        if template is None:
            return
        # All of it at once: Ctrl+G may be the very next key.
        goal = template.goal
        picked = [[goal, self._goal_labels[goal]]] if goal else []
        self.form.set_raw({**_raw_of_template(template), "goal": {"picked": picked}})
        self.touched()

    # Line 23

    def on_descendant_focus(self) -> None:
        """Say how the field in focus is used."""
        self._hint()

    def field_changed(self, field: Field) -> None:
        """Say how many are picked."""
        if field.marked:
            self._hint()

    def _hint(self) -> None:
        if any(line.is_error for line in self.query(StatusLine)):
            return
        field = next((one for one in self.form.fields if one.marked), None)
        hint = field.hint() if isinstance(field, PeopleField) else ""
        if isinstance(field, TemplateField) and field.picked:
            hint = _("Enter udfylder efter skabelonen. Pil ned viser flere. Ctrl+G gemmer.")
        self.say(self.standing or hint)

    # Saving

    def command_form_save(self) -> None:
        """Save, when what the form begins with is there."""
        if self._loading:
            self._after.append("save")
            return
        super().command_form_save()

    async def save(self, values: dict[str, Any]) -> None:
        """Register the activity, or change it."""
        session = await self._session_of(values["session"])
        shared = values["shared"]
        given = {
            **{name: values[name] for name in ("date", "minutes", "form", "purposes", "givers", "receivers", "count")},
            **{name: values[name] or "" for name in ("place", "summary", "next_step", "load")},
            "mutual": bool(values["mutual"]),
            "session": session,
            "goal": values["goal"],
            "shared": "" if shared == UNANSWERED else shared or "",
            "guidance_minutes": values["guidance_minutes"],
        }
        peer, activity = self.desk.services.peer, self.activity
        if activity:
            saved = await self.save_with(lambda desk: peer.change_peer_activity(desk, activity, **given))
        else:
            saved = await self.save_with(lambda desk: peer.new_peer_activity(desk, **given))
        what = codes.display(_LISTS[0], values["form"])
        self.done(
            _("Peer-aktivitet: {form} {date} · gemt {time} · z fortryder").format(
                form=f"{what[:1].lower()}{what[1:]}", date=short_date(values["date"], self.today), time=saved.at
            )
        )

    async def _session_of(self, session: str | None) -> SessionRef | str | None:
        if session is None or session in self._refs:
            return self._refs.get(session) if session else None
        from vejleder_tui.queries.sessions import find_session  # noqa: PLC0415

        now = self.desk.clock.now()
        view = await self.desk.read(lambda reader: find_session(reader, session, now))
        return session if view is None else view.ref


_LISTS = ("local_peer_aktivitet", "local_peer_formaal")


def _session_label(day: date, minute: int, title: str, today: date) -> str:
    return plain(f"{short_date(day, today)} {time_of(minute)} {title}")


def _label_of(reader: Reader, session: str, now: Any, today: date) -> str:  # noqa: ANN401 - a moment
    from vejleder_tui.queries.sessions import find_session  # noqa: PLC0415

    view = find_session(reader, session, now)
    return _session_label(view.date, view.start_minute, view.title, today) if view else session[:8]


def _goal_label(reader: Reader, goal: str) -> str:
    from vejleder_tui.queries.peer_people import goal_label  # noqa: PLC0415

    return plain(goal_label(reader, goal) or goal[:8])


def _labels(reader: Reader, view: PeerView, now: Any, today: date) -> dict[str, Any]:  # noqa: ANN401 - a moment
    found: dict[str, Any] = {}
    if view.session:
        found["session"] = {"picked": [[view.session, _label_of(reader, view.session, now, today)]]}
    if view.goal:
        found["goal"] = {"picked": [[view.goal, _goal_label(reader, view.goal)]]}
    return found


def _raw_of_template(one: PeerTemplate | PeerView) -> dict[str, Any]:
    return {
        "minutes": str(one.minutes),
        "form": {"picked": [[one.form, codes.display(_LISTS[0], one.form)]]},
        "purposes": {"picked": [[purpose, codes.display(_LISTS[1], purpose)] for purpose in one.purposes]},
        "place": one.place,
        "givers": picked_people(one.givers, with_role=True),
        "receivers": picked_people(one.receivers, with_role=False),
        "count": "" if one.count is None else str(one.count),
        "mutual": one.mutual,
    }


def _raw_of(view: PeerView) -> dict[str, Any]:
    load = {"light": _("let"), "some": _("nogen"), "heavy": _("tung")}.get(view.load, "")
    return {
        **_raw_of_template(view),
        "date": whole_date(view.date),
        "summary": view.summary,
        "next_step": view.next_step,
        "shared": view.shared or UNANSWERED,
        "guidance_minutes": "" if view.guidance_minutes is None else str(view.guidance_minutes),
        "load": {"picked": [[view.load, load]] if view.load else []},
    }
