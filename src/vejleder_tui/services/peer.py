"""Peer support: registering, changing and removing an activity, and doing the last one again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import natural_id
from vejleder_tui.model import PeerActivity, PeerParticipant
from vejleder_tui.queries.peer import ACTIVITIES, PEER_ROLES, PURPOSES, PeerPerson, peer_templates, template_of
from vejleder_tui.rules.formats import short_date
from vejleder_tui.services.sessions import ensure_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "LOADS",
    "LONGEST_MINUTES",
    "PeerPerson",
    "change_peer_activity",
    "new_peer_activity",
    "repeat_last",
    "restore_peer_activity",
    "void_peer_activity",
]

LONGEST_MINUTES = 24 * 60
"""The longest an activity, or the guidance after it, can last."""

LARGEST_COUNT = 1000
"""The most people that one activity can reach."""

LOADS = ("light", "some", "heavy")
"""How much the activity weighed on the peer."""

SHARED = ("yes", "no")


@dataclass(frozen=True)
class _Given:
    """What one activity is to be, as it was given."""

    date: date | str
    minutes: int | None
    form: str
    purposes: Sequence[str]
    givers: Sequence[PeerPerson]
    receivers: Sequence[PeerPerson]
    count: int | None
    place: str
    mutual: bool
    session: SessionRef | str | None
    goal: str | None
    summary: str
    next_step: str
    shared: str
    guidance_minutes: int | None
    load: str


def new_peer_activity(
    desk: Desk,
    *,
    date: date | str,
    minutes: int | None,
    form: str,
    purposes: Sequence[str],
    givers: Sequence[PeerPerson] = (),
    receivers: Sequence[PeerPerson] = (),
    count: int | None = None,
    place: str = "",
    mutual: bool = False,
    session: SessionRef | str | None = None,
    goal: str | None = None,
    summary: str = "",
    next_step: str = "",
    shared: str = "",
    guidance_minutes: int | None = None,
    load: str = "",
) -> Saved:
    """Register a peer activity; `Saved.row` is its id.

    `form`, `purposes` and `peer_role` are codes of local_peer_aktivitet, local_peer_formaal and local_peer_rolle; minutes
    are 1–1440; `count` is how many got support (named ones included). `shared`: yes, no, "" not answered. `load`: LOADS or
    "". Who stands among both givers and receivers of a `mutual` activity has the role both. Raises RuleError with the field.
    """
    given = _Given(
        date, minutes, form, purposes, givers, receivers, count, place, mutual, session, goal, summary, next_step,
        shared, guidance_minutes, load,
    )  # fmt: skip
    with desk.transaction(
        N_("peer-aktivitet: {form} {date}"), form=codes.display(ACTIVITIES, form), date=_day(desk, date)
    ) as work:
        activity = work.new_id()
        people = _checked(work, given)
        work.create(PeerActivity, activity, {"organisation": _organisation(work)}, **_values(work, given))
        _write_people(work, activity, people)
        return work.saved(activity)


def change_peer_activity(
    desk: Desk,
    activity: str,
    *,
    date: date | str,
    minutes: int | None,
    form: str,
    purposes: Sequence[str],
    givers: Sequence[PeerPerson] = (),
    receivers: Sequence[PeerPerson] = (),
    count: int | None = None,
    place: str = "",
    mutual: bool = False,
    session: SessionRef | str | None = None,
    goal: str | None = None,
    summary: str = "",
    next_step: str = "",
    shared: str = "",
    guidance_minutes: int | None = None,
    load: str = "",
) -> Saved:
    """Let an activity be as given, people too; what is left out becomes empty. Raises RuleError, NotFoundError."""
    given = _Given(
        date, minutes, form, purposes, givers, receivers, count, place, mutual, session, goal, summary, next_step,
        shared, guidance_minutes, load,
    )  # fmt: skip
    with desk.transaction(
        N_("rettelse af peer-aktivitet: {form} {date}"), form=codes.display(ACTIVITIES, form), date=_day(desk, date)
    ) as work:
        work.get(PeerActivity, activity)
        people = _checked(work, given)
        work.change(PeerActivity, activity, **_values(work, given))
        _write_people(work, activity, people)
        return work.saved(activity)


def void_peer_activity(desk: Desk, activity: str) -> Saved:
    """Remove an activity; raises NotFoundError."""
    with desk.transaction(N_("fjernet peer-aktivitet: {form} {date}"), **_about(desk, activity)) as work:
        work.void(PeerActivity, activity)
        return work.saved(activity)


def restore_peer_activity(desk: Desk, activity: str) -> Saved:
    """Bring a removed activity back; raises NotFoundError."""
    with desk.transaction(N_("gendannet peer-aktivitet: {form} {date}"), **_about(desk, activity)) as work:
        work.restore(PeerActivity, activity)
        return work.saved(activity)


def repeat_last(desk: Desk, *, date: date | str | None = None, activity: str | None = None) -> Saved:
    """Register an activity like the actor's last one (or like `activity`) on `date`, today if none is given.

    The session, the words and what was answered afterwards are left empty. Raises NotFoundError when there is none.
    """
    with desk.transaction() as work:
        reader = desk.store.connection
        last = (
            template_of(reader, activity) if activity else next(iter(peer_templates(reader, desk.actor.worker)), None)
        )
        if last is None:
            raise NotFoundError(_("Der er ingen tidligere peer-aktivitet."), _("Opret den første med p."))
        return new_peer_activity(
            desk,
            date=date or work.today,
            minutes=last.minutes,
            form=last.form,
            purposes=last.purposes,
            givers=[one.person for one in last.givers],
            receivers=[one.person for one in last.receivers],
            count=last.count,
            place=last.place,
            mutual=last.mutual,
            goal=last.goal,
        )


def _organisation(work: Work) -> str | None:
    found = work.rows("SELECT organisation FROM worker WHERE id = ?", (work.desk.actor.worker,))
    return found[0][0] if found else None


def _day(desk: Desk, day: date | str) -> str:
    from vejleder_tui.clock import local_date  # noqa: PLC0415 - only for the label

    try:
        return short_date(_as_date(day), local_date(desk.clock.now()))
    except RuleError:
        return ""


def _as_date(day: date | str) -> date:
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise RuleError(_("Skriv, hvilken dag det var."), _("Skriv fx 24-11 eller i går."), field="date") from error


def _about(desk: Desk, activity: str) -> dict[str, str]:
    found = desk.store.connection.execute("SELECT form, date FROM peer_activity WHERE id = ?", (activity,)).fetchone()
    if found is None:
        raise NotFoundError(_("Det findes ikke længere."), _("Gå tilbage, og prøv igen."))
    return {"form": codes.display(ACTIVITIES, found[0]), "date": _day(desk, found[1] or "")}


def _values(work: Work, given: _Given) -> dict[str, Any]:
    session = given.session
    return {
        "date": _as_date(given.date).isoformat(),
        "minutes": given.minutes,
        "form": given.form,
        "purposes": " ".join(dict.fromkeys(given.purposes)),
        "place": given.place.strip(),
        "participants": given.count,
        "mutual": given.mutual or None,
        "session": session if session is None or isinstance(session, str) else ensure_session(work, session),
        "goal": given.goal,
        "summary": given.summary.strip(),
        "next_step": given.next_step.strip(),
        "shared": given.shared,
        "guidance_minutes": given.guidance_minutes,
        "load": given.load,
    }


def _checked(work: Work, given: _Given) -> dict[tuple[str, str], PeerPerson]:
    """Return who takes part by (id, role), or raise the first rule that is broken, in the order of the form."""
    _as_date(given.date)
    if given.minutes is None or not 0 < given.minutes <= LONGEST_MINUTES:
        raise RuleError(
            _("Varigheden skal være mellem 1 minut og 24 timer."), _("Skriv fx 90 eller 1:30."), field="minutes"
        )
    if codes.lookup(ACTIVITIES, given.form) is None:
        raise RuleError(_("Vælg, hvilken form støtten havde."), _("Vælg fx følgeskab."), field="form")
    if not given.purposes or any(codes.lookup(PURPOSES, one) is None for one in given.purposes):
        raise RuleError(_("Vælg mindst ét formål."), _("Flere vælges ét ad gangen med Enter."), field="purposes")
    people = _people(work, given)
    _check_rest(given)
    _check_references(work, given)
    return people


def _people(work: Work, given: _Given) -> dict[tuple[str, str], PeerPerson]:
    if not given.givers and not given.receivers and given.count is None:
        raise RuleError(
            _("Skriv, hvem der gav eller fik støtte."),
            _("Skriv et navn, eller angiv kun et antal."),
            field="receivers",
        )
    people: dict[tuple[str, str], PeerPerson] = {}
    for field, role, persons in (("givers", "giver", given.givers), ("receivers", "receiver", given.receivers)):
        for person in persons:
            _check_person(work, person, field)
            if role == "receiver" and (person.id, "giver") in people:
                if not given.mutual:
                    raise RuleError(
                        _("Den samme kan ikke både give og få støtte."),
                        _("Fjern navnet det ene sted, eller sæt kryds i Gensidig."),
                        field="receivers",
                    )
                giver = people.pop((person.id, "giver"))
                people[person.id, "both"] = giver._replace(peer_role=giver.peer_role or person.peer_role)
            elif (person.id, "both") not in people:
                people[person.id, role] = person
    _check_count(given)
    return people


def _check_person(work: Work, person: PeerPerson, field: str) -> None:
    if bool(person.citizen) == bool(person.worker):
        raise RuleError(_("Skriv et navn."), _("Vælg en borger eller en medarbejder på listen."), field=field)
    table = "citizen" if person.citizen else "worker"
    if not work.rows(f"SELECT 1 FROM {table} WHERE id = ? AND void = 0", (person.id,)):
        raise RuleError(_("Personen findes ikke længere."), _("Fjern navnet, og vælg et andet."), field=field)
    if person.peer_role and codes.lookup(PEER_ROLES, person.peer_role) is None:
        raise RuleError(_("Rollen kendes ikke."), _("Vælg en rolle på listen."), field=field)


def _check_count(given: _Given) -> None:
    count = given.count
    if count is None:
        return
    if not 0 < count <= LARGEST_COUNT:
        raise RuleError(
            _("Antallet skal være mellem 1 og {largest}.").format(largest=LARGEST_COUNT),
            _("Skriv et helt tal, eller lad feltet stå tomt."),
            field="count",
        )
    if count < len({one.id for one in given.receivers}):
        raise RuleError(
            _("Antallet er mindre end de navne, der står."), _("Skriv, hvor mange der fik støtte i alt."), field="count"
        )


def _check_rest(given: _Given) -> None:
    if given.shared and given.shared not in SHARED:
        raise RuleError(_("Svar ja, nej eller ikke besvaret."), field="shared")
    if given.load and given.load not in LOADS:
        raise RuleError(_("Vælg let, nogen eller tung belastning."), field="load")
    if given.guidance_minutes is not None and not 0 <= given.guidance_minutes <= LONGEST_MINUTES:
        raise RuleError(
            _("Vejledningen kan vare op til 24 timer."), _("Skriv minutterne, fx 15."), field="guidance_minutes"
        )


def _check_references(work: Work, given: _Given) -> None:
    if isinstance(given.session, str) and not work.rows(
        "SELECT 1 FROM session WHERE id = ? AND void = 0", (given.session,)
    ):
        raise RuleError(_("Mødegangen findes ikke længere."), _("Vælg en anden, eller vælg Ingen."), field="session")
    if given.goal is None:
        return
    found = work.rows("SELECT citizen FROM goal WHERE id = ? AND void = 0", (given.goal,))
    if not found:
        raise RuleError(_("Målet findes ikke længere."), _("Vælg et andet, eller vælg Intet."), field="goal")
    if found[0][0] not in {one.citizen for one in (*given.givers, *given.receivers) if one.citizen}:
        raise RuleError(
            _("Målet hører til en borger, der ikke er med."),
            _("Vælg et mål, som en af dem har, eller tilføj borgeren."),
            field="goal",
        )


def _write_people(work: Work, activity: str, people: dict[tuple[str, str], PeerPerson]) -> None:
    wanted = {natural_id("peer_participant", activity, one, role): (role, who) for (one, role), who in people.items()}
    standing = work.rows("SELECT id FROM peer_participant WHERE activity = ? AND void = 0", (activity,))
    for (row,) in standing:
        if row not in wanted:
            work.void(PeerParticipant, row)
    for row, (role, who) in wanted.items():
        key = {"activity": activity, "citizen": who.citizen, "worker": who.worker, "role": role}
        work.create(PeerParticipant, row, key, peer_role=who.peer_role)
