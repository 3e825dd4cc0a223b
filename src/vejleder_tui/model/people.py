"""Who takes part and where: the municipality, its centres and venues, workers, laptops and citizens."""

from __future__ import annotations

from vejleder_tui.model.base import Kind, Record, column, record, reference

__all__ = [
    "Centre",
    "Citizen",
    "CitizenTargetGroup",
    "Consent",
    "Device",
    "Organisation",
    "SamePerson",
    "Setting",
    "Venue",
    "Worker",
]


@record
class Organisation(Record, table=True):
    """A municipality (kommune); its id is computed from the municipality code, e.g. `0183` for Ishøj."""

    municipality: str | None = column(Kind.CODE, key=True)
    name: str | None = column(Kind.TEXT)
    contact: str | None = column(Kind.TEXT)


@record
class Centre(Record, table=True):
    """A centre (center) that workers belong to."""

    organisation: str | None = reference("organisation", key=True)
    name: str | None = column(Kind.TEXT)


@record
class Venue(Record, table=True):
    """A place where groups meet (sted). `kind`: centre, library, housing, school, drop_in, other. `capacity` in people."""

    organisation: str | None = reference("organisation", key=True)
    centre: str | None = reference("centre")
    name: str | None = column(Kind.TEXT)
    kind: str | None = column(Kind.CODE)
    address: str | None = column(Kind.TEXT)
    municipality: str | None = column(Kind.CODE)
    capacity: int | None = column(Kind.INTEGER)


@record
class Worker(Record, table=True):
    """A support worker (vejleder), coordinator or exporter. `role`: worker, coordinator, exporter, peer."""

    organisation: str | None = reference("organisation", key=True)
    name: str | None = column(Kind.TEXT)
    initials: str | None = column(Kind.TEXT)
    role: str | None = column(Kind.CODE)
    active_from: str | None = column(Kind.DATE)
    active_to: str | None = column(Kind.DATE)


@record
class Device(Record, table=True):
    """A laptop (enhed); its first operation is number 1 of its own chain and carries its public keys.

    `sign_key` is a minisign public key (one line of base64), `seal_key` an age recipient. `revoked_seq` and
    `revoked_hash` name the last of its operations that counts, once a coordinator has revoked it. `fork_seen` is the
    place of the newest fork of its chain that a coordinator has seen (oplog.forks).
    """

    organisation: str | None = reference("organisation")
    name: str | None = column(Kind.TEXT)
    role: str | None = column(Kind.CODE)
    sign_key: str | None = column(Kind.TEXT)
    seal_key: str | None = column(Kind.TEXT)
    revoked_seq: int | None = column(Kind.INTEGER, since=2)
    revoked_hash: str | None = column(Kind.CODE, since=2)
    fork_seen: str | None = column(Kind.TEXT, since=2)


@record
class Citizen(Record, table=True):
    """A citizen (borger): CPR number, or a national substitute number, or an alias only."""

    organisation: str | None = reference("organisation", key=True)
    name: str | None = column(Kind.TEXT)
    call_name: str | None = column(Kind.TEXT)
    birth_date: str | None = column(Kind.DATE, sought=True)
    cpr: str | None = column(Kind.TEXT, sought=True)
    substitute_number: str | None = column(Kind.TEXT, sought=True)
    alias: str | None = column(Kind.TEXT)
    municipality: str | None = column(Kind.CODE)
    protected: bool | None = column(Kind.BOOLEAN)
    address: str | None = column(Kind.TEXT)
    contact: str | None = column(Kind.TEXT)
    interpreter: str | None = column(Kind.TEXT)
    note: str | None = column(Kind.TEXT, alone=True)


@record
class SamePerson(Record, table=True):
    """What a person answered when asked whether two citizens are the same (samme borger).

    A row per pair; its id is computed from both ids, the smaller first. Equal CPR numbers are never written, but computed.
    """

    __tablename__ = "same_person"

    first: str | None = reference("citizen", key=True, since=2)
    second: str | None = reference("citizen", key=True, since=2)
    same: bool | None = column(Kind.BOOLEAN, since=2)


@record
class CitizenTargetGroup(Record, table=True):
    """One FFB target group (målgruppe) of a citizen; rank 1 is the primary one."""

    __tablename__ = "citizen_target_group"

    citizen: str | None = reference("citizen", key=True)
    code: str | None = column(Kind.CODE)
    rank: int | None = column(Kind.INTEGER)


@record
class Consent(Record, table=True):
    """A consent (samtykke) and when it was given and withdrawn."""

    citizen: str | None = reference("citizen", key=True)
    scope: str | None = column(Kind.CODE)
    given_on: str | None = column(Kind.DATE)
    withdrawn_on: str | None = column(Kind.DATE)


@record
class Setting(Record, table=True):
    """A rule setting shared by all laptops, such as how many absences make a follow-up task."""

    name: str | None = column(Kind.CODE, key=True)
    value: str | None = column(Kind.TEXT)
