"""People for the tests of peer support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.model import Citizen, Goal, Worker
from vejleder_tui.queries.peer import PeerPerson
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ISHOEJ = {"organisation": organisation_id("0183")}
HOSTILE = (
    "Jens [/b] slut",
    "[se bilag 3]",
    "=HYPERLINK(0)",
    "\u202eלוי Cohen",
    "Zoë 👩\u200d👩\u200d👧 Ågård",
    "Å" * 200,
    "%s {who} {0}",
    "O'Neil; DROP TABLE citizen",
)


def citizen(desk: Desk, name: str, **values: Any) -> PeerPerson:
    with desk.transaction() as work:
        return PeerPerson(citizen=work.create(Citizen, work.new_id(), ISHOEJ, name=name, **values))


def worker(desk: Desk, name: str, **values: Any) -> PeerPerson:
    with desk.transaction() as work:
        return PeerPerson(worker=work.create(Worker, work.new_id(), ISHOEJ, name=name, **values))


def goal(desk: Desk, person: PeerPerson, text: str) -> str:
    with desk.transaction() as work:
        return work.create(Goal, work.new_id(), {"citizen": person.citizen}, text=text, status="active", kind="goal")


def usual(**values: Any) -> dict[str, Any]:
    return {"date": "2026-11-24", "minutes": 90, "form": "accompaniment", "purposes": ["community"], **values}
