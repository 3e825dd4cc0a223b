"""The laptop's own tables: steps, drafts, access log, keys, bundle history, search index."""

import sqlalchemy as sa
from alembic import op

revision = "l0001"
down_revision = None
branch_labels = ("laptop",)
depends_on = None


def upgrade() -> None:
    """Make the tables that never leave the laptop."""
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("citizen", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(("ix_access_log_citizen"), "access_log", ["citizen"], unique=False)
    op.create_table(
        "bundle_history",
        sa.Column("bundle_id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("operations", sa.Integer(), nullable=False),
        sa.Column("covers", sa.String(), nullable=False),
        sa.Column("recipients", sa.String(), nullable=False),
        sa.Column("handed_at", sa.String(), nullable=True),
        sa.Column("received_at", sa.String(), nullable=True),
        sa.Column("verified_at", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("bundle_id"),
    )
    op.create_table(
        "citizen_name",
        sa.Column("citizen", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("citizen"),
    )
    op.create_index(("ix_citizen_name_order"), "citizen_name", ["ended", "sort_key", "citizen"], unique=False)
    op.create_table(
        "citizen_word",
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("citizen", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("word", "sort_key", "citizen"),
        sqlite_with_rowid=False,
    )
    op.create_index(("ix_citizen_word_citizen"), "citizen_word", ["citizen"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("screen", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(("ix_draft_actor"), "draft", ["actor"], unique=False)
    op.create_table(
        "known",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("added_at", sa.String(), nullable=False),
        sa.Column("valid_until", sa.String(), nullable=True),
        sa.Column("removed_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", "purpose"),
    )
    op.create_table(
        "local_value",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "reversal",
        sa.Column("txn", sa.Integer(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("txn"),
    )
    op.create_table(
        "step",
        sa.Column("txn", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("txn"),
    )
    op.create_index(("ix_step_actor"), "step", ["actor"], unique=False)


def downgrade() -> None:
    """Refuse: a store is never taken back to an older schema."""
    raise RuntimeError("a store is restored from its backup, never downgraded")
