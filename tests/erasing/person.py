"""A person with a token of its own in every value, among others who stay; and where such tokens are looked for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.people import SHOP, TAKE_PART, course, enrol
from vejleder_tui.ids import natural_id
from vejleder_tui.model import (
    AdverseEvent,
    Attendance,
    Citizen,
    FollowUpTask,
    GroupSession,
    Guest,
    PeerActivity,
    SamePerson,
    SessionStaff,
)
from vejleder_tui.queries.sessions import SessionRef, session_id
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.consents import give_consent
from vejleder_tui.services.drafts import save_draft
from vejleder_tui.services.goals import new_goal, rate_goal
from vejleder_tui.services.grants import new_grant
from vejleder_tui.services.peer import PeerPerson, new_peer_activity
from vejleder_tui.services.sessions import ensure_session

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.services.desk import Desk

TOKEN = "Zq7wx"
"""Begins every value of the person, and nothing else."""

DAY = date(2026, 11, 17)
PAGE = 4096


class Scene:
    """Zq7wxebbe, who is to be deleted, and Lonni, who stays; ids by what they are."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.citizen = new_citizen(
            desk, name="Zq7wxebbe Zq7wxholm", call_name="Zq7wxeb", number="020160-9995", note="Zq7wxnote", address="Zq7wxvej 9",
            contact="Zq7wxelse", interpreter="Zq7wxtolk",
        ).citizen  # fmt: skip
        self.other = new_citizen(desk, name="Lonni Berg", note="bor sammen med Zq7wxebbe").citizen
        new_grant(desk, self.citizen, legal_basis="SEL-85", from_date=date(2026, 7, 1), case_number="Zq7wxsag")
        give_consent(desk, self.citizen, "sharing", date(2026, 10, 6))
        self.course = course(desk, "ABC-gruppe", Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20))
        for one in (self.citizen, self.other):
            enrol(desk, self.course, one, "2026-10-06")
        ref = SessionRef(session_id(self.course, DAY, 1), self.course, DAY, 1)
        with desk.transaction("fremmøde: {who}", who="Zq7wxebbe H.") as work:
            self.session = ensure_session(work, ref)
            work.change(GroupSession, self.session, status="held", note="Zq7wxebbe kom for sent igen")
            for one, note in ((self.citizen, "Zq7wxsent"), (self.other, "sad ved siden af Zq7wxebbe Zq7wxholm")):
                work.create(
                    Attendance, natural_id("attendance", self.session, one),
                    {"session": self.session, "citizen": one}, code="present", note=note,
                )  # fmt: skip
            self.guest = work.create(
                Guest, work.new_id(), {"session": self.session}, label="Zq7wxgæst", citizen=self.citizen
            )
            work.create(
                SessionStaff, work.new_id(), {"session": self.session, "citizen": self.citizen, "kind": "delivery"},
                minutes=30,
            )  # fmt: skip
            work.create(
                AdverseEvent, work.new_id(), {"session": self.session, "citizen": self.citizen}, action="Zq7wxgreb"
            )
            work.create(
                FollowUpTask, work.new_id(), {"citizen": self.citizen, "cause": "absences", "about": self.session},
                result="Zq7wxsvar",
            )  # fmt: skip
            pair = sorted((self.citizen, self.other))
            work.create(
                SamePerson,
                natural_id("same_person", *pair),
                dict(zip(("first", "second"), pair, strict=True)),
                same=False,
            )
        self.goal = new_goal(
            desk, self.citizen, condition=TAKE_PART, goal_type="develop", baseline=3, target=1,
            baseline_date=date(2026, 10, 6), text="Zq7wxmål",
        ).row  # fmt: skip
        rate_goal(desk, self.goal, 2, date=DAY, comment="Zq7wxkommentar")
        self.others_goal = new_goal(
            desk, self.other, condition=SHOP, goal_type="maintain", baseline=2, target=2, baseline_date=date(2026, 10, 6),
            text="Jeg vil handle ind",
        ).row  # fmt: skip
        self.activity = new_peer_activity(
            desk, date=DAY, minutes=90, form="accompaniment", purposes=["wellbeing"],
            givers=[PeerPerson(citizen=self.citizen)], receivers=[PeerPerson(citizen=self.other)],
            summary="Zq7wxfulgte til lægen", next_step="aftalt igen", shared="yes",
        ).row  # fmt: skip
        with desk.transaction() as work:
            work.change(PeerActivity, self.activity, goal=self.goal)
        self.draft = save_draft(desk, "goal_form", "Mål", {"citizen": self.citizen, "text": "Zq7wxkladde"}).id
        self.kept_draft = save_draft(desk, "peer_form", "Peer-aktivitet", {"summary": "en tur i byen"}).id

    def rename(self) -> None:
        """Give the person another name: the old one stays in the log until it is taken."""
        with self.desk.transaction("rettet borger: {who}", who="Zq7wxny") as work:
            work.change(Citizen, self.citizen, name="Zq7wxanker Zq7wxlund")

    @property
    def texts(self) -> set[tuple[str, str]]:
        """The texts of others that hold the token."""
        return {
            (self.other, "note"),
            (self.session, "note"),
            (natural_id("attendance", self.session, self.other), "note"),
            (self.activity, "summary"),
        }


def pages(database: Path, key: bytes) -> bytes:
    """Return every page of the database and of its WAL, decrypted: live, free, and what lies unused inside a page.

    SQLCipher 4: AES-256-CBC; a page ends with 16 bytes of IV and 64 of HMAC, the first begins with 16 of salt.
    """
    found = []
    content = database.read_bytes()
    found += [_plain(content[start : start + PAGE], key, first=start == 0) for start in range(0, len(content), PAGE)]
    wal = database.with_name(database.name + "-wal")
    frames = wal.read_bytes()[32:] if wal.exists() else b""
    for start in range(0, len(frames), 24 + PAGE):
        page = frames[start : start + 24 + PAGE]
        if len(page) == 24 + PAGE:
            found.append(_plain(page[24:], key, first=page[:4] == b"\0\0\0\1"))
    assert any(b"CREATE TABLE" in page for page in found), "not decrypted"
    return b"".join(found)


def _plain(page: bytes, key: bytes, *, first: bool) -> bytes:
    body, initial = page[16 if first else 0 : PAGE - 80], page[PAGE - 80 : PAGE - 64]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(initial)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
