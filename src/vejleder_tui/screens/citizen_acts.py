"""What one does with the row in focus on *Borger, én*: open, change, take away, bring back, see its history, filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import N_, _
from vejleder_tui.screens.base import DetailScreen
from vejleder_tui.widgets.text import initials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.citizen_record import CitizenRecord
    from vejleder_tui.queries.citizen_timeline import TimelineEvent
    from vejleder_tui.queries.goals import GoalDetail
    from vejleder_tui.queries.voided import VoidedRow
    from vejleder_tui.widgets.panels import PanelGroup

__all__ = ["GOALS", "MEASURES", "OVERVIEW", "SUPPORT", "TABS", "TIMELINE", "CitizenActs"]

TABS = (N_("Overblik"), N_("Tidslinje"), N_("Mål"), N_("Målinger"), N_("Individuel støtte"))
OVERVIEW, TIMELINE, GOALS, MEASURES, SUPPORT = range(len(TABS))

_TABLES = {
    "session": "attendance", "rating": "goal_rating", "peer": "peer_activity", "goal": "goal",
    "enrolment": "enrolment", "grant": "grant", "consent": "consent",
}  # fmt: skip
"""The table behind each kind of event."""

_VOID = {
    "enrolment": ("enrolments", "void_enrolment", "restore_enrolment"),
    "goal": ("goals", "void_goal", "restore_goal"),
    "goal_rating": ("ratings", "void_rating", "restore_rating"),
    "grant": ("grants", "void_grant", "restore_grant"),
    "consent": ("consents", "void_consent", "restore_consent"),
    "peer_activity": ("peer", "void_peer_activity", "restore_peer_activity"),
}
_WORDS = {
    "enrolment": N_("indskrivning"), "goal": N_("mål"), "goal_rating": N_("vurdering"), "grant": N_("bevilling"),
    "consent": N_("samtykke"), "peer_activity": N_("peer-aktivitet"), "attendance": N_("fremmøde"),
    "citizen": N_("borger"),
}  # fmt: skip


class At(NamedTuple):
    """A row of a table."""

    table: str
    id: str


class CitizenActs(DetailScreen):
    """The half of the screen that acts; `CitizenScreen` is the half that shows."""

    citizen: str
    tab: int
    record: CitizenRecord | None
    voided: Sequence[VoidedRow] | None
    """What was taken away, while that is what the timeline shows."""
    kind: str
    """The only kind of event that the timeline shows, or all."""
    goal_status: str

    if TYPE_CHECKING:

        @property
        def pane(self) -> PanelGroup:
            """The content that is shown."""
            ...

        @property
        def goal(self) -> GoalDetail | None:
            """The goal in focus."""
            ...

        def reload(self) -> None:
            """Read again."""

        def go_tab(self, tab: int, row: str = "") -> None:
            """Show a tab, and stand on a row."""

        def show_again(self) -> None:
            """Draw anew what was read."""

    def at(self) -> At | None:
        """Return what the cursor stands on."""
        row, panel = self.pane.row, self.pane.panel.id
        if row is None or row.key is None or self.record is None:
            return None
        if panel == "courses":
            found = next((one.enrolment for one in self.record.courses if one.course == row.key), "")
            return At("enrolment", found) if found else None
        if panel in {"goals", "all"}:
            return At("goal", row.key)
        if panel == "ratings":
            return At("goal_rating", row.key)
        if panel == "list" and self.tab == TIMELINE:
            kind, one = row.key.split(":")[:2]
            return At(_TABLES.get(kind, kind), one)
        return None

    def events(self) -> list[TimelineEvent]:
        """Return the events that the filter lets through."""
        found = self.record.events if self.record else ()
        return [one for one in found if not self.kind or one.kind == self.kind]

    # Commands on the row

    def command_row_open(self) -> None:
        """Open the course, the goal's ratings, or the form of the row in focus."""
        row, panel, at = self.pane.row, self.pane.panel.id, self.at()
        if row is None or row.key is None:
            self.say(_("Der er ingen række at åbne."))
        elif panel == "courses":
            self.desk.goto("course", course=row.key)
        elif panel == "goals":
            self.go_tab(GOALS, row.key)
        elif self.voided is None and at is not None and self._edit(at):
            return
        else:
            self.say(row.say)

    def command_row_edit(self) -> None:
        """Change the row in focus on the timeline or among the goals, or else the citizen."""
        at = self.at() if self.tab in {TIMELINE, GOALS} and self.voided is None else None
        if at is None or not self._edit(at):
            self.desk.goto("citizen_form", citizen=self.citizen)

    def _edit(self, at: At) -> bool:
        forms: dict[str, tuple[str, dict[str, object]]] = {
            "grant": ("grant_form", {"citizen": self.citizen, "grant": at.id}),
            "consent": ("consent_form", {"citizen": self.citizen, "consent": at.id}),
            "goal": ("goal_form", {"goal": at.id}),
            "enrolment": ("enrolment_form", {"enrolment": at.id, "act": "edit"}),
            "peer_activity": ("peer_form", {"activity": at.id}),
        }
        if at.table not in forms:
            return False
        screen, values = forms[at.table]
        self.desk.goto(screen, **values)
        return True

    def command_row_history(self) -> None:
        """Show who wrote what about the row in focus, or about the citizen."""
        at = self.at() or At("citizen", self.citizen)
        short = self.record.header.short if self.record else ""
        who = initials(short) if self.desk.privacy else short
        self.desk.goto("history", table=at.table, row=at.id, what=f"{who}, {_(_WORDS[at.table])}")

    async def command_row_void(self) -> None:
        """Take the row in focus away, or bring it back; where there is no row, the citizen."""
        at, voided = self.at(), self.voided is not None
        if at is not None and at.table == "attendance":
            self.say(_("Fremmøde rettes i mødegangens fremmøde."))
        elif at is not None:
            service, void, restore = _VOID[at.table]
            name, row = restore if voided else void, at.id
            said = (
                _("Gendannet: {what} · gemt {at} · z fortryder")
                if voided
                else _("Fjernet: {what} · gemt {at} · z fortryder")
            )
            saved = await self._do(lambda desk: getattr(getattr(self.desk.services, service), name)(desk, row))
            if saved is not None:
                self.say(said.format(what=_(_WORDS[at.table]), at=saved.at))
                self.reload()
        elif self.record is not None and not (self.record.courses or self.record.goals or self.record.events):
            await self._void_citizen(self.record.header.short)
        else:
            self.say(_("Vælg {what} først.").format(what=_("en række")))

    def command_citizen_erase(self) -> None:
        """Delete the person for ever, after a question."""
        self.desk.goto("erase", citizen=self.citizen)

    async def _void_citizen(self, who: str) -> None:
        """Take away a citizen about whom nothing is written: one made by mistake."""
        services, citizen = self.desk.services, self.citizen
        saved = await self._do(lambda desk: services.citizens.void_citizen(desk, citizen))
        if saved is not None:
            self.desk.back()
            said = _("Borger fjernet: {who} · gemt {at} · z fortryder").format(who=who, at=saved.at)
            self.app.call_after_refresh(self.desk.status, said)

    async def _do(self, act: Any) -> Any:  # noqa: ANN401 - a service, and what it returns
        try:
            return await self.desk.write(act)
        except VejlederError as error:
            self.say(str(error), error=True)
            return None

    # What is shown

    def command_list_voided(self) -> None:
        """Show on the timeline what was taken away, or the timeline again."""
        self.voided = () if self.voided is None else None
        self.titles = {} if self.voided is None else {"row.void": _("Gendan")}
        self.go_tab(TIMELINE)
        self.reload()
        if self.voided is not None:
            self.say(_("Fjernede rækker vises. x gendanner, d viser tidslinjen igen."))

    def command_list_filter(self) -> None:
        """Go on to the next kind of event, or the next status of goals."""
        if self.tab == TIMELINE and self.voided is None and self.record is not None:
            kinds = ["", *dict.fromkeys(one.kind for one in self.record.events)]
            self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)] if self.kind in kinds else ""
        elif self.tab == GOALS:
            states = ["", "active", "ended"]
            self.goal_status = states[(states.index(self.goal_status) + 1) % len(states)]
        else:
            self.say(_("f filtrerer på Tidslinje og på Mål."))
            return
        self.show_again()

    def command_person_list(self) -> None:
        """Show the registrations that are shown as this citizen."""
        self.desk.goto("persons", citizen=self.citizen)

    # New rows

    def command_goal_rate(self) -> None:
        """Rate the goal in focus."""
        goal = self.goal
        if goal is None:
            self.say(_("Ingen mål endnu. n opretter et."))
        elif goal.row.goal_type is None:
            self.say(_("Et ønske kan ikke vurderes. Åbn Mål (5), og gør det til et mål."))
        else:
            self.desk.goto("rating", citizen=self.citizen, goal=goal.row.id)

    def command_goal_new(self) -> None:
        """Agree a new goal."""
        self.desk.goto("goal_form", citizen=self.citizen)

    def command_peer_new(self) -> None:
        """Register a peer activity with this citizen."""
        self.desk.goto("peer_form", citizen=self.citizen)

    def command_enrolment_new(self) -> None:
        """Enrol the citizen on a course."""
        self.desk.goto("enrolment_form", citizen=self.citizen)
