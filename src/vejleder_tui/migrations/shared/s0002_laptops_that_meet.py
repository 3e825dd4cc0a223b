"""What laptops that meet need: chains with forks and gaps, what waits, what was erased; answers about equal people."""

import sqlalchemy as sa
from alembic import op

from vejleder_tui.migrations.shared.s0001_records_and_log import number, text

revision = "s0002"
down_revision = "s0001"
branch_labels = None
depends_on = None

# PostgreSQL's half of what s0001 tells SQLite: only an erase takes a line, and only a withheld line is filled in.
APPEND_ONLY = """
CREATE FUNCTION operation_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR old.hash <> new.hash OR old.device <> new.device OR old.seq <> new.seq
     OR (old.line IS NOT NULL AND new.line IS NOT NULL AND old.line <> new.line) THEN
    RAISE EXCEPTION 'the log is append-only';
  END IF;
  RETURN new;
END $$
"""
APPEND_ONLY_TRIGGER = """
CREATE TRIGGER operation_keeps BEFORE UPDATE OR DELETE ON operation FOR EACH ROW EXECUTE FUNCTION operation_keeps()
"""


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("operation", sa.Column("previous", text(64)))
    op.add_column("operation", sa.Column("taken", text()))
    taken = sa.text("taken IS NOT NULL")
    op.create_index("ix_operation_taken", "operation", ["device", "seq"], sqlite_where=taken, postgresql_where=taken)
    for name, kind in (("revoked_seq", number()), ("revoked_hash", text()), ("fork_seen", text())):
        op.add_column("device", sa.Column(name, kind))
    op.create_table(
        "same_person",
        sa.Column("id", text(), primary_key=True),
        sa.Column("void", sa.Boolean, nullable=False),
        sa.Column("leaves", text(), nullable=False),
        sa.Column("first", text(), sa.ForeignKey("citizen.id", deferrable=True, initially="DEFERRED")),
        sa.Column("second", text(), sa.ForeignKey("citizen.id", deferrable=True, initially="DEFERRED")),
        sa.Column("same", sa.Boolean()),
    )
    op.create_index("ix_same_person_first", "same_person", ["first"])
    op.create_index("ix_same_person_second", "same_person", ["second"])
    # One person under two registrations is found by number, and by birth date and name.
    for name in ("birth_date", "cpr", "substitute_number"):
        op.create_index(f"ix_citizen_{name}", "citizen", [name])
    # I dag looks at every open conflict: a cancelled session that somebody came to is one.
    cancelled = sa.text("status = 'cancelled'")
    op.create_index("ix_session_cancelled", "session", ["id"], sqlite_where=cancelled, postgresql_where=cancelled)
    op.create_table(
        "held",
        sa.Column("hash", text(64), primary_key=True),
        sa.Column("why", text(), primary_key=True),
        sa.Column("need", text(), primary_key=True),
        sa.Column("device", text(), nullable=False),
        sa.Column("seq", number(), nullable=False),
        sa.Column("row", text(), nullable=False),
    )
    op.create_index("ix_held_need", "held", ["need"])
    op.create_index("ix_held_row", "held", ["row"])
    op.create_index("ix_held_device_why", "held", ["device", "why"])
    op.create_table(
        "withheld",
        sa.Column("device", text(36), primary_key=True),
        sa.Column("first", number(), primary_key=True, autoincrement=False),
        sa.Column("end_hash", text(64), primary_key=True),
        sa.Column("last", number(), nullable=False),
        sa.Column("before", text(), nullable=False),
        sa.Column("tree", text(), nullable=False),
        sa.Column("need", text()),
    )
    op.create_table(
        "signed_head",
        sa.Column("device", text(36), primary_key=True),
        sa.Column("seq", number(), primary_key=True, autoincrement=False),
        sa.Column("hash", text(64), primary_key=True),
        sa.Column("root", text(64), nullable=False),
        sa.Column("signature", text(), nullable=False),
        sa.Column("public_key", text(), nullable=False),
        sa.Column("tree", text()),
    )
    op.create_table(
        "erased",
        sa.Column("token", text(32), primary_key=True),
        sa.Column("erase", text(64), primary_key=True),
        sa.Column("kind", text(), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(APPEND_ONLY)
        op.execute(APPEND_ONLY_TRIGGER)


def downgrade() -> None:
    """Refuse: a store is never taken back to an older schema."""
    raise RuntimeError("a store is restored from its backup, never downgraded")
