"""Mål, skema: agree a goal or change one. The targets offered are those that the type allows, and it says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.clock import local, local_date
from vejleder_tui.codes import code_list, display
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _, one_of
from vejleder_tui.rules.conditions import search_conditions
from vejleder_tui.rules.dates import Lean, parse_date
from vejleder_tui.rules.formats import near_date, weekday_name, whole_date
from vejleder_tui.rules.gas import SCORES, score_word
from vejleder_tui.rules.goals import LEVELS, GoalType, allowed_targets, check_target, level_word, target_hint, type_name
from vejleder_tui.screens.drafting import DraftedForm
from vejleder_tui.screens.making import offer_new_citizen
from vejleder_tui.widgets.fields import BoxField, DateField, Field, TextField
from vejleder_tui.widgets.form import FieldLine
from vejleder_tui.widgets.marks import RadioField
from vejleder_tui.widgets.pick import Choice, PersonField, PickField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from vejleder_tui.queries.goals import GoalDetail

__all__ = ["GoalForm"]

GAS_NAMES = ("gas_much_less", "gas_less", "gas_expected", "gas_more", "gas_much_more")


class _Known(NamedTuple):
    """What is read before the form can be filled in."""

    citizen: str
    name: str
    detail: GoalDetail | None
    enrolments: list[tuple[str, str]]
    parents: list[tuple[str, str]]


class GoalForm(DraftedForm):
    """Takes `citizen` for a new goal of theirs, or `goal` to change one; with neither the citizen is picked by name."""

    SCREEN_ID = "goal_form"

    def __init__(
        self, *, citizen: str = "", goal: str = "", draft: dict[str, Any] | None = None, **values: Any  # noqa: ANN401
    ) -> None:  # fmt: skip
        super().__init__(draft=draft, **values)
        self._left = draft or {}
        self.citizen = citizen or self.about.get("citizen", "")
        self.goal = goal or self.about.get("goal", "")
        self._given = bool(self.citizen)
        self._known: _Known | None = None

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "goal", self.goal

    def title_left(self) -> str:
        """Return whose goal it is."""
        name = self._known.name if self._known else ""
        if self.goal:
            return _("Ret mål · {who}").format(who=name) if name else _("Ret mål")
        return _("Nyt mål · {who}").format(who=name) if name else _("Nyt mål")

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        today = local_date(self.desk.clock.now())
        reasons = [Choice(one.code, one.display) for one in code_list("local_afslutning")]
        ended = PickField(
            "end_reason", _("Afsluttet"), reasons, cells=40, help_line=_("Tom: målet er i gang. Ellers hvorfor det slutter.")
        )  # fmt: skip
        return [
            PersonField("citizen", _("Borger"), search=self._people, required=True, cells=40),
            RadioField(
                "kind", _("Slags"), [("goal", _("indsatsmål")), ("subgoal", _("delmål")), ("wish", _("borgers ønske"))],
                chosen="goal",
            ),
            BoxField("text", _("Borgerens ord"), cells=50, rows=2, required=True),
            PickField(
                "condition", _("Tilstand"), search=_conditions, cells=50, required=True,
                help_line=_("Skriv fx købe, eller vælg med pil ned."),
            ),
            RadioField(
                "goal_type", _("Måltype"), [(one.value, type_name(one)) for one in GoalType], required=True
            ),
            RadioField("baseline", _("Start"), [(str(one), str(one)) for one in LEVELS], required=True),
            self._date("baseline_date", _("Startdato"), today, Lean.PAST, whole_date(today)),
            PickField(
                "target", _("Målniveau"), [], cells=32, required=True, help_line=_("Vælg måltype og start først.")
            ),
            self._date("follow_up_date", _("Frist"), today, Lean.FUTURE),
            self._date("next_rating", _("Vurderes"), today, Lean.FUTURE),
            *([ended] if self.goal else []),
            PickField("enrolment", one_of("Forløb"), [], cells=40),
            PickField("parent", _("Hører under"), [], cells=50),
            PickField("secondary", _("Andre tilstande"), search=_undertemaer, several=True, cells=40),
            TextField("weight", _("Vægt"), cells=5, text="1"),
            *(
                TextField(name, f"GAS {score:+d}" if score else "GAS 0", cells=50, limit=200, help_line=score_word(score))
                for name, score in zip(GAS_NAMES, SCORES, strict=True)
            ),
        ]  # fmt: skip

    def _date(self, name: str, label: str, today: date, lean: Lean, text: str = "") -> DateField:
        return DateField(
            name, label, lambda typed: parse_date(typed, today, lean=lean, field=name),
            teller=lambda day: f"{weekday_name(day)}, {near_date(day, today)}", text=text,
        )  # fmt: skip

    # Reading

    def on_mount(self) -> None:
        """Read the goal, and what can be chosen for its citizen."""
        super().on_mount()
        self.run_worker(self._load(first=True), group="load")

    def _begin(self) -> None:
        """Wait for the goal; `_load` settles the form."""

    async def _load(self, *, first: bool) -> None:
        citizen, goal, now = self.citizen, self.goal, self.desk.clock.now()

        def query(reader: Any) -> _Known:  # noqa: ANN401 - the program's reader
            from vejleder_tui.queries import goal_form, goals  # noqa: PLC0415

            detail = goals.goal_detail(reader, goal, now) if goal else None
            whose = detail.row.citizen if detail else citizen
            return _Known(
                whose, goal_form.citizen_name(reader, whose), detail,
                goal_form.enrolments_of(reader, whose), goal_form.parents_for(reader, whose, goal),
            )  # fmt: skip

        known = await self.desk.read(query)
        if citizen != self.citizen:
            return
        self._known, self.citizen = known, known.citizen
        self._offer(known)
        if first:
            offer_new_citizen(self, "citizen")
            if known.name:
                self._pick("citizen").set_raw({"picked": [[known.citizen, known.name]]})
                self.form.field("citizen").display = False
            if known.detail is not None:
                self.form.set_raw(_raw(known.detail, known))
            if self._left:
                self.form.set_raw(self._left)
            self._offer_targets()
            self._ask_for_kind()
            self.refresh_lines()
            self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        super()._begin()

    def _offer(self, known: _Known) -> None:
        self._pick("enrolment").choices = [Choice(*one) for one in known.enrolments]
        self._pick("parent").choices = [Choice(*one) for one in known.parents]

    async def _people(self, typed: str) -> Sequence[Choice]:
        def query(reader: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - the program's reader
            from vejleder_tui.queries import goal_form  # noqa: PLC0415

            return goal_form.people(reader, typed)

        return [Choice(*one) for one in await self.desk.read(query)]

    # Changing

    def _pick(self, name: str) -> PickField:
        field = self.form.field(name)
        if not isinstance(field, PickField):
            raise TypeError(name)
        return field

    def field_changed(self, field: Field) -> None:
        """Offer what fits the field that was changed."""
        if field.key in {"goal_type", "baseline"}:
            self._offer_targets()
        elif field.key == "kind":
            self._ask_for_kind()
        elif field.key == "citizen" and not self.goal:
            picked = self._pick("citizen").picked
            if picked and picked[0].value != self.citizen:
                self.citizen = picked[0].value
                self.run_worker(self._load(first=False), group="load")

    def _ask_for_kind(self) -> None:
        """Ask a wish only for its words, and a sub-goal for the goal that it hangs under."""
        kind = self.form.field("kind").raw
        for name in ("condition", "goal_type", "baseline", "target"):
            self.form.field(name).required = kind != "wish"
            self.form.field(name).refresh(recompose=False)
        self.form.field("parent").required = kind == "subgoal"
        for line in self.query(FieldLine):
            line.refresh(layout=True)

    def _offer_targets(self) -> None:
        """Offer the levels that the type allows from the start; one that no longer fits is said so at once."""
        field = self._pick("target")
        goal_type, start = self.form.field("goal_type").raw, self.form.field("baseline").raw
        if not goal_type or start == "":
            field.choices = [Choice(str(one), f"{one} {level_word(one)}") for one in LEVELS]
            return
        chosen, level = GoalType(goal_type), int(start)
        field.choices = [Choice(str(one), f"{one} {level_word(one)}") for one in allowed_targets(chosen, level)]
        field.help_line = target_hint(chosen, level)
        error = ""
        if field.picked:
            try:
                check_target(chosen, level, int(field.picked[0].value))
            except RuleError as refused:
                error = str(refused)
        self.form.tell("target", error)

    # Saving

    async def save(self, values: dict[str, Any]) -> None:
        """Agree the goal, or change it."""
        fields = _fields(values)
        reason = fields.pop("end_reason", None)
        before = self._known.detail if self._known else None
        goal, citizen = self.goal, values["citizen"] or self.citizen

        def act(desk: Any) -> Any:  # noqa: ANN401 - the desk
            goals = self.desk.services.goals
            if not goal:
                return goals.new_goal(desk, citizen, **fields)
            saved = goals.change_goal(desk, goal, **fields)
            if before is not None and (before.end_reason or None) != (reason or None):
                saved = goals.end_goal(desk, goal, reason) if reason else goals.reopen_goal(desk, goal)
            return saved

        saved = await self.save_with(act)
        name = self._known.name if self._known else ""
        said = (
            _("Mål afsluttet: {who} · gemt {time} · z fortryder")
            if reason and before is not None and before.end_reason != reason
            else _("Mål rettet: {who} · gemt {time} · z fortryder")
            if goal
            else _("Nyt mål: {who} · gemt {time} · z fortryder")
        )
        self.done(said.format(who=name, time=saved.at), saved.row)

    def draft_title(self) -> str:
        """Return the line of I dag; it names nobody."""
        return _("Mål {date}").format(date=f"{local(self.desk.clock.now()):%d-%m}")

    def draft_about(self) -> Mapping[str, str]:
        """Return whose goal it is, or which one is being changed."""
        return {"goal": self.goal} if self.goal else {"citizen": self.citizen} if self._given else {}


async def _conditions(typed: str) -> Sequence[Choice]:
    return [Choice(one.code, one.display) for one in search_conditions(typed)]


async def _undertemaer(typed: str) -> Sequence[Choice]:
    needle = typed.casefold()
    return [Choice(one.code, one.display) for one in code_list("ffb_undertema") if needle in one.display.casefold()]


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    """Return the form's values as the service takes them."""
    fields = {name: value for name, value in values.items() if name != "citizen"}
    for name in ("baseline", "target"):
        fields[name] = None if fields[name] in {None, ""} else int(fields[name])
    fields["goal_type"] = fields["goal_type"] or None
    fields["secondary"] = fields["secondary"] or ()
    if fields["kind"] == "wish" and fields["goal_type"] is None:
        fields["baseline_date"] = fields["weight"] = None
    return fields


def _raw(detail: GoalDetail, known: _Known) -> dict[str, Any]:
    """Return a goal as what stands in the fields."""
    row = detail.row
    raw: dict[str, Any] = {
        "kind": row.kind, "text": detail.text, "goal_type": row.goal_type.value if row.goal_type else "",
        "baseline": "" if row.baseline is None else str(row.baseline), "weight": (detail.weight or "").replace(".", ","),
        **dict(zip(GAS_NAMES, detail.gas, strict=True)),
    }  # fmt: skip
    for name, day in (
        ("baseline_date", detail.baseline_date), ("follow_up_date", detail.follow_up_date),
        ("next_rating", detail.next_rating),
    ):  # fmt: skip
        raw[name] = "" if day is None else whole_date(day)
    if detail.end_reason:
        raw["end_reason"] = {"picked": [[detail.end_reason, display("local_afslutning", detail.end_reason)]]}
    if row.condition:
        raw["condition"] = {"picked": [[row.condition, row.term]]}
    if row.target is not None:
        raw["target"] = {"picked": [[str(row.target), f"{row.target} {level_word(row.target)}"]]}
    raw["secondary"] = {"picked": [[one, display("ffb_undertema", one)] for one in detail.secondary]}
    for name, value, offered in (
        ("enrolment", detail.enrolment, known.enrolments), ("parent", detail.parent, known.parents),
    ):  # fmt: skip
        label = next((label for key, label in offered if key == value), "")
        if value and label:
            raw[name] = {"picked": [[value, label]]}
    return raw
