"""Stand-ins of printers, kiosks without paper, troubles of devices, readings of identity cards.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what is new; nothing that a hall has kept changes."""
    op.add_column("print_jobs", sa.Column("stand_in", sa.String(length=64), nullable=True))
    op.add_column("print_jobs", sa.Column("stands_in_for", LONG_ID, nullable=True))
    stands_in = sa.text("stands_in_for IS NOT NULL")
    op.create_index(
        "ix_print_jobs_stands_in_for",
        "print_jobs",
        ["stands_in_for"],
        unique=True,
        sqlite_where=stands_in,
        postgresql_where=stands_in,
    )
    op.add_column("printers", sa.Column("heard_at", UTC_TIME, nullable=True))
    op.add_column("devices", sa.Column("version", sa.String(length=40), nullable=False, server_default=""))
    op.create_table(
        "kiosk_papers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paperless_since", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_kiosk_papers"),
    )
    op.create_table(
        "contacts",
        sa.Column("place", sa.String(length=96), nullable=False),
        sa.Column("noted_at", UTC_TIME, nullable=False),
        sa.Column("screens", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_contacts"),
    )
    is_test = sa.text("kind = 'printer_test'")
    op.create_index(
        "ix_print_jobs_tests",
        "print_jobs",
        ["printer", "id"],
        sqlite_where=is_test,
        postgresql_where=is_test,
    )
    _troubles()
    _card_readings()


def _troubles() -> None:
    op.create_table(
        "troubles",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("began_at", UTC_TIME, nullable=False),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("seen_by", LONG_ID, nullable=True),
        sa.Column("seen_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_troubles"),
    )
    op.create_index("ix_troubles_device", "troubles", ["device"])
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_troubles_open",
        "troubles",
        ["device", "kind"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _card_readings() -> None:
    op.create_table(
        "card_readings",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("account_id", LONG_ID, nullable=False),
        sa.Column("asked_at", UTC_TIME, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("card", sa.LargeBinary(), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_card_readings"),
    )
    op.create_index(
        "ix_card_readings_open",
        "card_readings",
        ["id"],
        sqlite_where=sa.text("state IN ('asked', 'read')"),
        postgresql_where=sa.text("state IN ('asked', 'read')"),
    )
