"""What is offered and to whom: grants, programmes, courses and enrolments."""

from __future__ import annotations

from vejleder_tui.model.base import Kind, Record, column, record, reference

__all__ = ["Course", "CourseException", "CourseFacilitator", "Enrolment", "Grant", "Programme"]


@record
class Grant(Record, table=True):
    """A grant (bevilling) on a legal basis; `service` is an FFB service (ydelse). Minutes are a week."""

    citizen: str | None = reference("citizen", key=True)
    legal_basis: str | None = column(Kind.CODE)
    service: str | None = column(Kind.CODE)
    case_number: str | None = column(Kind.TEXT)
    from_date: str | None = column(Kind.DATE)
    to_date: str | None = column(Kind.DATE)
    minutes_a_week: int | None = column(Kind.INTEGER)
    follow_up_date: str | None = column(Kind.DATE)
    source: str | None = column(Kind.CODE)


@record
class Programme(Record, table=True):
    """A method that courses follow (indsats), such as ABC or CTI. Lists of codes are parted by one space."""

    organisation: str | None = reference("organisation", key=True)
    name: str | None = column(Kind.TEXT)
    version: int | None = column(Kind.INTEGER)
    method: str | None = column(Kind.CODE)
    core_elements: str | None = column(Kind.TEXT)
    common_elements: str | None = column(Kind.CODE)
    service: str | None = column(Kind.CODE)
    legal_bases: str | None = column(Kind.CODE)
    target_groups: str | None = column(Kind.CODE)
    expected_sessions: int | None = column(Kind.INTEGER)
    expected_minutes: int | None = column(Kind.INTEGER)


@record
class Course(Record, table=True):
    """A group course (gruppeforløb). `plan` is the recurrence in the form of rules.recurrence.

    `kind`: closed, rolling, open. `duration`: time_limited, ongoing. `status`: planned, running, ended.
    """

    organisation: str | None = reference("organisation", key=True)
    programme: str | None = reference("programme")
    venue: str | None = reference("venue")
    title: str | None = column(Kind.TEXT)
    kind: str | None = column(Kind.CODE)
    duration: str | None = column(Kind.CODE)
    plan: str | None = column(Kind.TEXT)
    capacity: int | None = column(Kind.INTEGER)
    phase: str | None = column(Kind.TEXT)
    status: str | None = column(Kind.CODE, order=("planned", "running", "ended"))
    end_reason: str | None = column(Kind.CODE)


@record
class CourseException(Record, table=True):
    """A day on which a course does not meet, such as a public holiday; a row a day, so that two laptops can add some."""

    __tablename__ = "course_exception"

    course: str | None = reference("course", key=True)
    date: str | None = column(Kind.DATE, key=True)
    reason: str | None = column(Kind.TEXT)


@record
class CourseFacilitator(Record, table=True):
    """Who leads a course (tovholder) and from when."""

    __tablename__ = "course_facilitator"

    course: str | None = reference("course", key=True)
    worker: str | None = reference("worker", key=True)
    from_date: str | None = column(Kind.DATE, key=True)
    role: str | None = column(Kind.CODE)
    to_date: str | None = column(Kind.DATE)


@record
class Enrolment(Record, table=True):
    """A citizen's place on a course (indskrivning), with the legal basis that holds here.

    `from_date` is the day the person was put down; who waited first has the day the place was taken in `enrolled_from`.
    `status`: waiting, offered, enrolled, paused, completed, ended.
    """

    course: str | None = reference("course", key=True)
    citizen: str | None = reference("citizen", key=True)
    from_date: str | None = column(Kind.DATE, key=True)
    legal_basis: str | None = column(Kind.CODE)
    grant_id: str | None = reference("grant")
    assessment: str | None = column(Kind.TEXT, alone=True)
    status: str | None = column(Kind.CODE, order=("waiting", "offered", "enrolled", "paused", "completed", "ended"))
    queue_place: int | None = column(Kind.INTEGER)
    enrolled_from: str | None = column(Kind.DATE)
    paused_from: str | None = column(Kind.DATE)
    paused_to: str | None = column(Kind.DATE)
    to_date: str | None = column(Kind.DATE)
    end_reason: str | None = column(Kind.CODE)
    over_capacity_reason: str | None = column(Kind.TEXT)
