"""The centre's own tables: keys, bundles, what waits to be taken in, devices, receipts, pseudonyms."""

import sqlalchemy as sa
from alembic import op

from vejleder_tui.migrations.shared.s0001_records_and_log import number, text

revision = "c0001"
down_revision = None
branch_labels = ("centre",)
depends_on = "s0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "central_value",
        sa.Column("name", text(), primary_key=True),
        sa.Column("value", text(), nullable=False),
    )
    op.create_table(
        "central_key",
        sa.Column("public_key", text(), primary_key=True),
        sa.Column("recipient", text(), nullable=False),
        sa.Column("device", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("role", text(), nullable=False),
        sa.Column("municipality", text(), nullable=False),
        sa.Column("added_at", text(), nullable=False),
        sa.Column("removed_at", text()),
    )
    op.create_table(
        "central_bundle",
        sa.Column("sha256", text(), primary_key=True),
        sa.Column("state", text(), nullable=False),
        sa.Column("why", text()),
        sa.Column("detail", text()),
        sa.Column("file_name", text(), nullable=False),
        sa.Column("bundle_id", text()),
        sa.Column("kind", text()),
        sa.Column("created", text()),
        sa.Column("device", text()),
        sa.Column("public_key", text()),
        sa.Column("municipality", text()),
        sa.Column("operations", number(), nullable=False),
        sa.Column("applied", number(), nullable=False),
        sa.Column("known", number(), nullable=False),
        sa.Column("covers", text()),
        sa.Column("header", text()),
        sa.Column("manifest", text()),
        sa.Column("signature", text()),
        sa.Column("received_at", text(), nullable=False),
        sa.Column("tried_at", text(), nullable=False),
        sa.Column("applied_at", text()),
    )
    op.create_index("ix_central_bundle_bundle_id", "central_bundle", ["bundle_id"])
    op.create_index("ix_central_bundle_device", "central_bundle", ["device"])
    op.create_index("ix_central_bundle_state", "central_bundle", ["state"])
    op.create_table(
        "central_original",
        sa.Column("path", text(), primary_key=True),
        sa.Column("sha256", text(), nullable=False),
        sa.Column("kept_until", text(), nullable=False),
    )
    op.create_index("ix_central_original_kept_until", "central_original", ["kept_until"])
    op.create_table(
        "central_device",
        sa.Column("device", text(), primary_key=True),
        sa.Column("name", text(), nullable=False),
        sa.Column("last_seen", text(), nullable=False),
        sa.Column("last_created", text(), nullable=False),
        sa.Column("version", text(), nullable=False),
    )
    op.create_table(
        "central_clock",
        sa.Column("device", text(), primary_key=True),
        sa.Column("why", text(), primary_key=True),
        sa.Column("at", text(), nullable=False),
        sa.Column("told", text(), nullable=False),
        sa.Column("bundle", text(), nullable=False),
    )
    op.create_table(
        "central_receipt",
        sa.Column("generation", number(), primary_key=True, autoincrement=False),
        sa.Column("number", number(), primary_key=True, autoincrement=False),
        sa.Column("device", text(), primary_key=True),
        sa.Column("at", text(), nullable=False),
        sa.Column("manifest", text(), nullable=False),
    )
    op.create_table(
        "central_pseudonym",
        sa.Column("id", text(), primary_key=True),
        sa.Column("pseudonym", text(), nullable=False),
    )
    # What is here is of a bundle that is being read; nothing is lost with it, so it needs no write-ahead log.
    op.create_table(
        "central_staging",
        sa.Column("run", text(), primary_key=True),
        sa.Column("place", number(), primary_key=True, autoincrement=False),
        sa.Column("what", text(), nullable=False),
        sa.Column("device", text()),
        sa.Column("first", number()),
        sa.Column("last", number()),
        sa.Column("hash", text()),
        sa.Column("content", text()),
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )


def downgrade() -> None:
    """Refuse: a centre is never taken back to an older schema."""
    raise RuntimeError("a centre is restored from its backup, never downgraded")
