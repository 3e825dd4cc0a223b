"""What happened: sessions, who came, guests, staff time and adverse events."""

from __future__ import annotations

from sqlalchemy import Index, text

from vejleder_tui.model.base import Kind, Record, column, record, reference

__all__ = ["AdverseEvent", "Attendance", "AttendanceCode", "FollowUpTask", "GroupSession", "Guest", "SessionStaff"]


_CANCELLED = text("status = 'cancelled'")


@record
class GroupSession(Record, table=True):
    """A session (mødegang). A planned one has the id of (course, planned date, number that day); one held ad hoc a new id.

    It becomes a row when a person touches it; empty times and place are those of the course's plan.
    `status`: planned, held, cancelled, moved. `incidents`: none, some; empty is not answered. Moments in UTC.
    """

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_course_planned_date", "course", "planned_date"),
        Index("ix_session_planned_date", "planned_date"),
        Index("ix_session_date", "date"),
        # Those are few, and each may be one that somebody came to all the same.
        Index("ix_session_cancelled", "id", sqlite_where=_CANCELLED, postgresql_where=_CANCELLED),
    )

    course: str | None = reference("course", key=True)
    planned_date: str | None = column(Kind.DATE, key=True)
    number: int | None = column(Kind.INTEGER, key=True)
    title: str | None = column(Kind.TEXT)
    date: str | None = column(Kind.DATE)
    start_at: str | None = column(Kind.MOMENT)
    end_at: str | None = column(Kind.MOMENT)
    venue: str | None = reference("venue")
    theme_planned: str | None = column(Kind.TEXT)
    theme: str | None = column(Kind.TEXT)
    status: str | None = column(Kind.CODE, order=("planned", "cancelled", "moved", "held"))
    status_reason: str | None = column(Kind.TEXT)
    note: str | None = column(Kind.TEXT, alone=True)
    unnamed_guests: int | None = column(Kind.INTEGER)
    incidents: str | None = column(Kind.CODE, order=("none", "some"))
    elements: str | None = column(Kind.CODE)
    signed_off_at: str | None = column(Kind.MOMENT)
    signed_off_by: str | None = reference("worker")


@record
class SessionStaff(Record, table=True):
    """Minutes that one worker or peer spent on a session (tidsforbrug); id of (session, worker or citizen, kind).

    `kind`: delivery, preparation, documentation, transport, followup (codes/local_tidsforbrug).
    """

    __tablename__ = "session_staff"

    session: str | None = reference("session", key=True)
    worker: str | None = reference("worker", key=True)
    citizen: str | None = reference("citizen", key=True)
    kind: str | None = column(Kind.CODE, key=True)
    role: str | None = column(Kind.CODE)
    minutes: int | None = column(Kind.INTEGER)


@record
class Attendance(Record, table=True):
    """How one citizen attended one session (fremmøde); no row, or an empty code, is "not registered".

    `minutes` empty is the whole session. `notified_at` is when notice of absence was given.
    """

    session: str | None = reference("session", key=True)
    citizen: str | None = reference("citizen", key=True)
    code: str | None = column(
        Kind.CODE,
        yields=True,
        order=(
            "not_enrolled",
            "excused_system",
            "absent_unnotified",
            "absent_notified",
            "partial",
            "online",
            "present",
        ),
    )
    reason: str | None = column(Kind.CODE)
    minutes: int | None = column(Kind.INTEGER)
    note: str | None = column(Kind.TEXT, alone=True)
    source: str | None = column(Kind.CODE)
    notified_at: str | None = column(Kind.MOMENT)
    late_reason: str | None = column(Kind.TEXT)


@record
class AttendanceCode(Record, table=True):
    """A coordinator's own wording of a built-in attendance code, or one of their own. `klass`: attended, absent, not_expected."""

    __tablename__ = "attendance_code"

    code: str | None = column(Kind.CODE, key=True)
    klass: str | None = column(Kind.CODE)
    word: str | None = column(Kind.TEXT)
    letter: str | None = column(Kind.CODE)
    active: bool | None = column(Kind.BOOLEAN)


@record
class Guest(Record, table=True):
    """A guest at a session (gæst), by name or initials; `citizen` once promoted to one."""

    session: str | None = reference("session", key=True)
    label: str | None = column(Kind.TEXT, alone=True)
    citizen: str | None = reference("citizen")


@record
class AdverseEvent(Record, table=True):
    """A negative side effect (negativ bi-effekt). Severity 1–3."""

    __tablename__ = "adverse_event"

    session: str | None = reference("session", key=True)
    citizen: str | None = reference("citizen", key=True)
    kind: str | None = column(Kind.CODE)
    severity: int | None = column(Kind.INTEGER)
    action: str | None = column(Kind.TEXT, alone=True)


@record
class FollowUpTask(Record, table=True):
    """Something to follow up (opfølgning). `cause`: absences, goal, grant, measure, other; `about` is the row behind it."""

    __tablename__ = "follow_up_task"

    citizen: str | None = reference("citizen", key=True)
    cause: str | None = column(Kind.CODE, key=True)
    about: str | None = column(Kind.UUID, key=True)
    due: str | None = column(Kind.DATE)
    done_on: str | None = column(Kind.DATE)
    result: str | None = column(Kind.TEXT, alone=True)
