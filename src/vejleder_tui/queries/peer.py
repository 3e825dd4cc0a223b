"""Peer support: the list by week, one activity, and the last one as a template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui import codes
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.conflict_marks import Differing, differing
from vejleder_tui.rules.text import shorten_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.base import Reader

__all__ = [
    "PeerParticipantView",
    "PeerPerson",
    "PeerTemplate",
    "PeerView",
    "peer_activities",
    "peer_activity",
    "peer_templates",
    "template_of",
    "this_week",
]

ACTIVITIES = "local_peer_aktivitet"
PURPOSES = "local_peer_formaal"
PEER_ROLES = "local_peer_rolle"


class PeerPerson(NamedTuple):
    """Who gives or gets support: a citizen or a worker, exactly one of them. `peer_role` is a code of local_peer_rolle."""

    citizen: str | None = None
    worker: str | None = None
    peer_role: str = ""

    @property
    def id(self) -> str:
        """The id of the person."""
        return self.citizen or self.worker or ""


class PeerParticipantView(NamedTuple):
    """One person in an activity, by short name. `role`: giver, receiver, both."""

    person: PeerPerson
    name: str
    role: str

    @property
    def label(self) -> str:
        """The name, and the role as a peer: "Sverre M., frivillig peer"."""
        role = codes.display(PEER_ROLES, self.person.peer_role or None)
        return f"{self.name}, {role[:1].lower()}{role[1:]}" if role else self.name


@dataclass(frozen=True)
class PeerView:
    """One activity. `count` is how many got support where that was given; minutes are whole.

    `shared`: yes, no, "" is not answered. `load`: light, some, heavy, "". `session_label` and `goal_label` are texts
    for the detail. `contested`: values on which two laptops disagree.
    """

    id: str
    date: date
    minutes: int
    form: str
    purposes: tuple[str, ...]
    place: str
    count: int | None
    mutual: bool
    session: str | None
    goal: str | None
    summary: str
    next_step: str
    shared: str
    guidance_minutes: int | None
    load: str
    people: tuple[PeerParticipantView, ...] = ()
    void: bool = False
    contested: bool = False
    open: tuple[Differing, ...] = ()

    @property
    def form_name(self) -> str:
        """The form in words."""
        return codes.display(ACTIVITIES, self.form or None)

    @property
    def purpose_names(self) -> tuple[str, ...]:
        """The purposes in words."""
        return tuple(codes.display(PURPOSES, one) for one in self.purposes)

    @property
    def givers(self) -> tuple[PeerParticipantView, ...]:
        """Who gave support, those who did both among them."""
        return tuple(one for one in self.people if one.role in {"giver", "both"})

    @property
    def receivers(self) -> tuple[PeerParticipantView, ...]:
        """Who got support, those who did both among them."""
        return tuple(one for one in self.people if one.role in {"receiver", "both"})

    @property
    def took_part(self) -> int:
        """How many took part: everyone named, and as many unnamed as the count says beyond those who got support."""
        unnamed = max(0, (self.count or 0) - len(self.receivers))
        return len({one.person.id for one in self.people}) + unnamed


@dataclass(frozen=True)
class PeerTemplate:
    """What is alike from time to time: all but the day, the session, the words and what was answered afterwards."""

    activity: str
    date: date
    minutes: int
    form: str
    purposes: tuple[str, ...]
    place: str
    givers: tuple[PeerParticipantView, ...]
    receivers: tuple[PeerParticipantView, ...]
    count: int | None
    mutual: bool
    goal: str | None


_COLUMNS = (
    "p.id, p.date, p.minutes, p.form, p.purposes, p.place, p.participants, p.mutual, p.session, p.goal, p.summary,"
    " p.next_step, p.shared, p.guidance_minutes, p.load, p.void"
)


def peer_activities(
    reader: Reader,
    *,
    start: date | None = None,
    end: date | None = None,
    form: str = "",
    void: bool = False,
    limit: int = 1000,
) -> list[PeerView]:
    """Return the activities of `start`–`end`, the newest first; `form` leaves out other forms, `void` shows removed ones."""
    sql = f"SELECT {_COLUMNS} FROM peer_activity p WHERE p.void = ? AND p.date BETWEEN ? AND ?"
    values: list[object] = [int(void), (start or date.min).isoformat(), (end or date.max).isoformat()]
    if form:
        sql += " AND p.form = ?"
        values.append(form)
    return _views(reader, all_rows(reader, f"{sql} ORDER BY p.date DESC, p.id DESC LIMIT ?", *values, limit))


def this_week(reader: Reader, today: date) -> list[PeerView]:
    """Return the activities of the ISO week of `today`, by date: "23-11 Følgeskab 2 deltog"."""
    monday = today - timedelta(days=today.weekday())
    return peer_activities(reader, start=monday, end=monday + timedelta(days=6))[::-1]


def peer_activity(reader: Reader, activity: str) -> PeerView | None:
    """Return one activity, also a removed one, by its id."""
    found = _views(reader, all_rows(reader, f"SELECT {_COLUMNS} FROM peer_activity p WHERE p.id = ?", activity))
    return found[0] if found else None


def peer_templates(reader: Reader, worker: str, *, limit: int = 8) -> list[PeerTemplate]:
    """Return the newest activities that `worker` registered, each unlike the others, the newest first."""
    found: list[PeerTemplate] = []
    offset = 0
    while len(found) < limit and offset < 200:
        rows = all_rows(
            reader,
            f"SELECT {_COLUMNS}, (SELECT o.line FROM operation o WHERE o.row = p.id AND o.table_name = 'peer_activity'"
            " AND instr(o.line, '\"key\":{') > 0 ORDER BY o.device, o.seq LIMIT 1) FROM peer_activity p"
            " WHERE p.void = 0 ORDER BY p.date DESC, p.id DESC LIMIT 50 OFFSET ?",
            offset,
        )
        own = [row[:-1] for row in rows if row[-1] and json.loads(row[-1]).get("actor") == worker]
        for view in _views(reader, own):
            template = _template(reader, view)
            if not any(_alike(template, other) for other in found):
                found.append(template)
        if len(rows) < 50:
            break
        offset += 50
    return found[:limit]


def template_of(reader: Reader, activity: str) -> PeerTemplate | None:
    """Return any one activity as a template; None when there is none, or it was removed."""
    view = peer_activity(reader, activity)
    return None if view is None or view.void else _template(reader, view)


def _template(reader: Reader, view: PeerView) -> PeerTemplate:
    active = view.goal and one_row(
        reader, "SELECT 1 FROM goal WHERE id = ? AND void = 0 AND coalesce(status, 'active') = 'active'", view.goal
    )
    return PeerTemplate(
        activity=view.id, date=view.date, minutes=view.minutes, form=view.form, purposes=view.purposes,
        place=view.place, givers=view.givers, receivers=view.receivers, count=view.count, mutual=view.mutual,
        goal=view.goal if active else None,
    )  # fmt: skip


def _alike(one: PeerTemplate, other: PeerTemplate) -> bool:
    def alike(template: PeerTemplate) -> tuple[object, ...]:
        people = frozenset((person.person.id, person.role) for person in (*template.givers, *template.receivers))
        return (template.form, template.minutes, template.purposes, template.place, template.count, people)

    return alike(one) == alike(other)


def _views(reader: Reader, rows: Sequence[tuple[Any, ...]]) -> list[PeerView]:
    ids = [str(row[0]) for row in rows]
    people: dict[str, list[tuple[PeerPerson, str, str, str]]] = {}
    opened: dict[str, tuple[Differing, ...]] = {}
    for part in (ids[at : at + 500] for at in range(0, len(ids), 500)):
        marks = ",".join("?" for _ in part)
        for activity, citizen, worker, role, peer_role, name, call_name in all_rows(
            reader,
            "SELECT pp.activity, pp.citizen, pp.worker, pp.role, pp.peer_role, coalesce(c.name, c.alias, w.name),"
            " c.call_name FROM peer_participant pp LEFT JOIN citizen c ON c.id = pp.citizen"
            f" LEFT JOIN worker w ON w.id = pp.worker WHERE pp.void = 0 AND pp.activity IN ({marks}) ORDER BY pp.id",
            *part,
        ):
            person = PeerPerson(citizen, worker, peer_role or "")
            people.setdefault(activity, []).append((person, role or "", name or "", call_name or ""))
        opened |= differing(reader, "peer_activity", part)
        taking = dict(
            all_rows(
                reader,
                "SELECT DISTINCT pp.id, pp.activity FROM contested d JOIN peer_participant pp ON pp.id = d.row"
                f" WHERE d.table_name = 'peer_participant' AND pp.activity IN ({marks})",
                *part,
            )
        )
        for row, fields in differing(reader, "peer_participant", taking).items():
            opened[taking[row]] = (*opened.get(taking[row], ()), *fields)
    return [_view(row, people.get(row[0], []), opened=opened.get(row[0], ())) for row in rows]


def _view(
    row: tuple[Any, ...], people: list[tuple[PeerPerson, str, str, str]], *, opened: tuple[Differing, ...]
) -> PeerView:
    names = shorten_together([(name, call_name) for _person, _role, name, call_name in people])
    named = sorted(
        (
            PeerParticipantView(person, name, role)
            for (person, role, _name, _call), name in zip(people, names, strict=True)
        ),
        key=lambda one: (one.role == "receiver", one.name.casefold(), one.person.id),
    )
    return PeerView(
        id=row[0], date=date.fromisoformat(row[1]) if row[1] else date.min, minutes=row[2] or 0, form=row[3] or "",
        purposes=tuple((row[4] or "").split()), place=row[5] or "", count=row[6], mutual=bool(row[7]),
        session=row[8], goal=row[9], summary=row[10] or "", next_step=row[11] or "", shared=row[12] or "",
        guidance_minutes=row[13], load=row[14] or "", people=tuple(named), void=bool(row[15]),
        contested=bool(opened), open=opened,
    )  # fmt: skip
