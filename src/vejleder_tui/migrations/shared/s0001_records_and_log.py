"""The first records, the operation log, and the triggers that keep the log append-only.

Columns are written as `name`, `name:integer`, `name:boolean`, or `name>table` for a reference.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "s0001"
down_revision = None
branch_labels = ("shared",)
depends_on = None

RECORDS = {
    "adverse_event": "session>session citizen>citizen kind severity:integer action",
    "attendance": "session>session citizen>citizen code reason minutes:integer note source notified_at late_reason",
    "attendance_code": "code klass word letter active:boolean",
    "centre": "organisation>organisation name",
    "citizen": (
        "organisation>organisation name call_name birth_date cpr substitute_number alias municipality "
        "protected:boolean address contact interpreter note"
    ),
    "citizen_target_group": "citizen>citizen code rank:integer",
    "consent": "citizen>citizen scope given_on withdrawn_on",
    "course": (
        "organisation>organisation programme>programme venue>venue title kind duration plan "
        "capacity:integer phase status end_reason"
    ),
    "course_exception": "course>course date reason",
    "course_facilitator": "course>course worker>worker from_date role to_date",
    "device": "organisation>organisation name role sign_key seal_key",
    "enrolment": (
        "course>course citizen>citizen from_date legal_basis grant_id>grant assessment status "
        "queue_place:integer enrolled_from paused_from paused_to to_date end_reason over_capacity_reason"
    ),
    "follow_up_task": "citizen>citizen cause about due done_on result",
    "goal": (
        "citizen>citizen enrolment>enrolment parent>goal kind text condition secondary goal_type "
        "baseline:integer baseline_date target:integer weight gas_much_less gas_less gas_expected "
        "gas_more gas_much_more follow_up_date status end_reason"
    ),
    "goal_rating": (
        "goal>goal citizen>citizen date level:integer not_assessed:boolean gas:integer "
        "self_rating:integer informant session>session comment"
    ),
    "grant": (
        "citizen>citizen legal_basis service case_number from_date to_date minutes_a_week:integer follow_up_date source"
    ),
    "guest": "session>session label citizen>citizen",
    "organisation": "municipality name contact",
    "peer_activity": (
        "organisation>organisation date minutes:integer form purposes place participants:integer "
        "mutual:boolean session>session goal>goal summary next_step shared guidance_minutes:integer load"
    ),
    "peer_participant": "activity>peer_activity citizen>citizen worker>worker role peer_role",
    "programme": (
        "organisation>organisation name version:integer method core_elements common_elements service "
        "legal_bases target_groups expected_sessions:integer expected_minutes:integer"
    ),
    "session": (
        "course>course planned_date number:integer title date start_at end_at venue>venue theme_planned "
        "theme status status_reason note unnamed_guests:integer incidents elements signed_off_at "
        "signed_off_by>worker"
    ),
    "session_staff": "session>session worker>worker citizen>citizen kind role minutes:integer",
    "setting": "name value",
    "venue": "organisation>organisation centre>centre name kind address municipality capacity:integer",
    "worker": "organisation>organisation name initials role active_from active_to",
}


def text(length: int | None = None) -> sa.types.TypeEngine[str]:
    """Return a text column; PostgreSQL compares it by bytes and bounds no length, as SQLite does."""
    return sa.String(length).with_variant(sa.String(collation="C"), "postgresql")


def number() -> sa.types.TypeEngine[int]:
    """Return a column of whole numbers within ±2^53, which are too large for PostgreSQL's plain integer."""
    return sa.Integer().with_variant(sa.BigInteger(), "postgresql")


TYPES: dict[str, Any] = {"integer": number, "boolean": sa.Boolean}

STAYS = """
CREATE TRIGGER operation_stays BEFORE DELETE ON operation
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""
# Only two changes are allowed: an erase takes a line, and a withheld line is filled in.
KEEPS = """
CREATE TRIGGER operation_keeps BEFORE UPDATE ON operation
WHEN old.hash IS NOT new.hash OR old.device IS NOT new.device OR old.seq IS NOT new.seq
  OR (old.line IS NOT NULL AND new.line IS NOT NULL AND old.line IS NOT new.line)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
"""


def upgrade() -> None:
    """Make every table of records, the log and the list of contested leaves."""
    later = op.get_bind().dialect.name != "sqlite"
    for name, columns in RECORDS.items():
        _record(name, columns, keys=not later)
    if later:  # PostgreSQL refers only to tables that are there already
        for name, columns in RECORDS.items():
            _foreign_keys(name, columns)
    op.create_index("ix_session_course_planned_date", "session", ["course", "planned_date"])
    op.create_index("ix_session_planned_date", "session", ["planned_date"])
    op.create_index("ix_session_date", "session", ["date"])
    op.create_table(
        "operation",
        sa.Column("device", text(36), primary_key=True),
        sa.Column("seq", number(), primary_key=True, autoincrement=False),
        sa.Column("hash", text(64), primary_key=True),
        sa.Column("txn", number(), nullable=False),
        sa.Column("table_name", text(), nullable=False),
        sa.Column("row", text(36), nullable=False),
        sa.Column("line", text()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_operation_row", "operation", ["row"])
    op.create_table(
        "contested",
        sa.Column("table_name", text(), primary_key=True),
        sa.Column("row", text(36), primary_key=True),
        sa.Column("field", text(), primary_key=True),
        sa.Column("hash", text(64), primary_key=True),
        sa.Column("value", text(), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(STAYS)
        op.execute(KEEPS)


def _record(name: str, columns: str, *, keys: bool) -> None:
    made: list[sa.schema.SchemaItem] = [
        sa.Column("id", text(), primary_key=True),
        sa.Column("void", sa.Boolean, nullable=False),
        sa.Column("leaves", text(), nullable=False),
    ]
    references = []
    for column in columns.split():
        if ">" in column:
            field, parent = column.split(">")
            key = sa.ForeignKey(f"{parent}.id", deferrable=True, initially="DEFERRED")
            made.append(sa.Column(field, text(), key) if keys else sa.Column(field, text()))
            references.append(field)
        else:
            field, _, form = column.partition(":")
            made.append(sa.Column(field, text() if not form else TYPES[form]()))
    op.create_table(name, *made)
    for field in references:
        op.create_index(f"ix_{name}_{field}", name, [field])


def _foreign_keys(name: str, columns: str) -> None:
    for column in columns.split():
        field, sign, parent = column.partition(">")
        if sign:
            op.create_foreign_key(None, name, parent, [field], ["id"], deferrable=True, initially="DEFERRED")


def downgrade() -> None:
    """Refuse: a store is never taken back to an older schema."""
    raise RuntimeError("a store is restored from its backup, never downgraded")
