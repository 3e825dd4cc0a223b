"""The records: one definition for SQLite and PostgreSQL, one subject a file.

Importing this package imports SQLModel (half a second): nothing before the first paint may do so.
"""

from vejleder_tui import SCHEMA
from vejleder_tui.model.base import RECORDS, FieldInfo, Kind, Record, fields_of
from vejleder_tui.model.courses import Course, CourseException, CourseFacilitator, Enrolment, Grant, Programme
from vejleder_tui.model.local import (
    AccessLog,
    BundleHistory,
    CitizenName,
    CitizenWord,
    Draft,
    Known,
    Local,
    LocalValue,
    Notice,
    Receipt,
    Reversal,
    Step,
)
from vejleder_tui.model.log import Contested, Erased, Held, Operation, SignedHead, Withheld
from vejleder_tui.model.outcomes import Goal, GoalRating, PeerActivity, PeerParticipant
from vejleder_tui.model.people import (
    Centre,
    Citizen,
    CitizenTargetGroup,
    Consent,
    Device,
    Organisation,
    SamePerson,
    Setting,
    Venue,
    Worker,
)
from vejleder_tui.model.sessions import (
    AdverseEvent,
    Attendance,
    AttendanceCode,
    FollowUpTask,
    GroupSession,
    Guest,
    SessionStaff,
)

__all__ = [
    "RECORDS",
    "SCHEMA",
    "AccessLog",
    "AdverseEvent",
    "Attendance",
    "AttendanceCode",
    "BundleHistory",
    "Centre",
    "Citizen",
    "CitizenName",
    "CitizenTargetGroup",
    "CitizenWord",
    "Consent",
    "Contested",
    "Course",
    "CourseException",
    "CourseFacilitator",
    "Device",
    "Draft",
    "Enrolment",
    "Erased",
    "FieldInfo",
    "FollowUpTask",
    "Goal",
    "GoalRating",
    "Grant",
    "GroupSession",
    "Guest",
    "Held",
    "Kind",
    "Known",
    "Local",
    "LocalValue",
    "Notice",
    "Operation",
    "Organisation",
    "PeerActivity",
    "PeerParticipant",
    "Programme",
    "Receipt",
    "Record",
    "Reversal",
    "SamePerson",
    "SessionStaff",
    "Setting",
    "SignedHead",
    "Step",
    "Venue",
    "Withheld",
    "Worker",
    "fields_of",
]
