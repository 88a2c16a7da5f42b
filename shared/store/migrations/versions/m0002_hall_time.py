"""Hall time, classes of the line, how often a person was passed, the lift and outages.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)
WAITING = "state = 'waiting'"


def upgrade() -> None:
    """Add what is new; tickets of a hall that runs already are ordered by when they were queued."""
    _hall()
    _tickets()
    _calls()
    _print_jobs()
    op.add_column("ledger", sa.Column("seconds", sa.Float(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("ledger", "rule", type_=sa.String(length=200))
    op.create_table(
        "outages",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("began_at", UTC_TIME, nullable=False),
        sa.Column("ended_at", UTC_TIME, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
    )
    op.create_index("ix_outages_day", "outages", ["day"], unique=False)


def _hall() -> None:
    for column in (
        sa.Column("seconds", sa.Float(), nullable=False, server_default="0"),
        sa.Column("at", UTC_TIME, nullable=True),
        sa.Column("elapsed", sa.Float(), nullable=False, server_default="0"),
        sa.Column("boot", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("lift_works", sa.Boolean(), nullable=False, server_default=sa.true()),
    ):
        op.add_column("hall", column)


def _tickets() -> None:
    for column in (
        sa.Column("arrived_seconds", sa.Float(), nullable=False, server_default="0"),
        sa.Column("queued_seconds", sa.Float(), nullable=False, server_default="0"),
        sa.Column("called_seconds", sa.Float(), nullable=True),
        sa.Column("step_free", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("queue_class", sa.String(length=24), nullable=False, server_default="normal"),
        sa.Column("passed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("preferred_counter", sa.Integer(), nullable=True),
    ):
        op.add_column("tickets", column)
    # Hall time begins at 0 with this version, so whoever waits already stands before it.
    if op.get_bind().dialect.name == "postgresql":
        begun = "EXTRACT(EPOCH FROM {0} - now())"
    else:
        begun = "(julianday({0}) - julianday('now')) * 86400.0"
    op.execute(
        "UPDATE tickets SET "
        f"arrived_seconds = {begun.format('arrived_at')}, queued_seconds = {begun.format('queued_at')}, "
        "queue_class = CASE WHEN priority IS NULL THEN 'normal' ELSE 'priority' END"
    )
    op.drop_index("ix_tickets_line", table_name="tickets")
    op.drop_column("tickets", "queued_at")
    order, counted = ["day", "queue_class", "queued_seconds", "place"], ["service_id", "floor", "passed"]
    _add_index("ix_tickets_line", [*order, *counted], WAITING)
    _add_index("ix_tickets_for_counter", ["for_counter"], f"{WAITING} AND for_counter IS NOT NULL")
    _add_index("ix_tickets_passed", ["day", "passed"], f"{WAITING} AND passed > 0")


def _add_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, "tickets", columns, unique=False, sqlite_where=condition, postgresql_where=condition
    )


def _calls() -> None:
    op.add_column("calls", sa.Column("day", sa.Date(), nullable=False, server_default="2000-01-01"))
    op.add_column("calls", sa.Column("seconds", sa.Float(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE calls SET day = (SELECT tickets.day FROM tickets WHERE tickets.id = calls.ticket_id) "
        "WHERE ticket_id IN (SELECT id FROM tickets)"
    )
    op.drop_index("ix_calls_called_at", table_name="calls")
    op.create_index("ix_calls_day", "calls", ["day", "id"], unique=False)
    op.create_index("ix_calls_ticket_id", "calls", ["ticket_id", "id"], unique=False)


def _print_jobs() -> None:
    """Every ticket adds a job, so its indexes hold no more than is asked for."""
    op.drop_index("ix_print_jobs_printer_state", table_name="print_jobs")
    op.drop_index("ix_print_jobs_case_id", table_name="print_jobs")
    for name, columns, where in (
        ("ix_print_jobs_pending", ["printer", "id"], "state = 'pending'"),
        ("ix_print_jobs_case_id", ["case_id"], "case_id IS NOT NULL"),
    ):
        condition = sa.text(where)
        op.create_index(
            name, "print_jobs", columns, unique=False, sqlite_where=condition, postgresql_where=condition
        )
