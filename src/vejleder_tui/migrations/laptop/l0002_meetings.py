"""What a laptop keeps of its meetings with others: receipts, roles of keys, notices; signed ends move to the log's tables."""

import sqlalchemy as sa
from alembic import op

from vejleder_tui.migrations.persons import find_persons

revision = "l0002"
down_revision = "l0001"
branch_labels = None
depends_on = "s0002"


def upgrade() -> None:
    """Add the columns and tables, and carry over what local values held."""
    op.add_column("known", sa.Column("role", sa.String()))
    op.add_column("bundle_history", sa.Column("why", sa.String()))
    op.create_table(
        "receipt",
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("heads", sa.String(), nullable=False),
        sa.Column("waiting", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("bundles", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("receiver"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("seen_at", sa.String(), nullable=True),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "citizen_person",
        sa.Column("citizen", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("citizen"),
    )
    op.create_index("ix_citizen_person_person", "citizen_person", ["person"])
    op.create_table(
        "person_answer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("first", sa.String(), nullable=True),
        sa.Column("second", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "person_proposal",
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("first", "second"),
    )
    op.create_index("ix_person_proposal_second", "person_proposal", ["second"])
    _carry_over(op.get_bind())
    find_persons(op.get_bind())


def _carry_over(bound: sa.Connection) -> None:
    # Only ends of our own stand there, and what was signed does not say the root: they are signed anew at the next export.
    bound.execute(sa.text("DELETE FROM local_value WHERE name LIKE 'head:%'"))
    bound.execute(sa.text("UPDATE known SET role = json_extract(card, '$.role') WHERE card LIKE '{%'"))


def downgrade() -> None:
    """Refuse: a store is never taken back to an older schema."""
    raise RuntimeError("a store is restored from its backup, never downgraded")
