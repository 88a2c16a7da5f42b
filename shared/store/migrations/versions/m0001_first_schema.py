"""The first schema of the hall.

Revision: 0001, after none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LONG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC_TIME = sa.DateTime(timezone=True)

#: The ledger is only ever added to; the database itself refuses anything else.
SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER ledger_no_{verb.lower()} BEFORE {verb} ON ledger "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARDS = (
    """CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    """CREATE TRIGGER ledger_guard BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()""",
)


def upgrade() -> None:
    """Make every table and the guard of the ledger."""
    _accounts()
    _calls()
    _configurations()
    _devices()
    _hall()
    _ledger()
    _presses()
    _printers()
    _series()
    _tickets()
    _cases()
    _counters()
    _ratings()
    _sign_ins()
    _stops()
    _items()
    _persons()
    _print_jobs()
    _guard_ledger()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("staff_number", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("username", name="uq_accounts_username"),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("ticket_id", LONG_ID, nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("from_floor", sa.Integer(), nullable=False),
        sa.Column("called_at", UTC_TIME, nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("shown_at", UTC_TIME, nullable=True),
        sa.Column("sounded_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_called_at", "calls", ["called_at"], unique=False)


def _configurations() -> None:
    op.create_table(
        "configurations",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_from", UTC_TIME, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("made_at", UTC_TIME, nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_configurations"),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("last_seen_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.UniqueConstraint("code_hash", name="uq_devices_code_hash"),
        sa.UniqueConstraint("name", name="uq_devices_name"),
        sa.UniqueConstraint("token_hash", name="uq_devices_token_hash"),
    )


def _hall() -> None:
    op.create_table(
        "hall",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("version", LONG_ID, nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=True),
        sa.Column("notice", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_hall"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", LONG_ID, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("elapsed", sa.Float(), nullable=False),
        sa.Column("boot", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("press", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=12), nullable=False),
        sa.Column("subject_id", LONG_ID, nullable=False),
        sa.Column("verb", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("rule", sa.String(length=32), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger"),
    )
    op.create_index("ix_ledger_day", "ledger", ["day", "verb"], unique=False)
    op.create_index("ix_ledger_subject", "ledger", ["subject", "subject_id"], unique=False)


def _presses() -> None:
    op.create_table(
        "presses",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("principal", sa.String(length=80), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("pressed_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_presses"),
        sa.UniqueConstraint("principal", "route", "key", name="uq_presses_principal_route_key"),
    )
    op.create_index("ix_presses_pressed_at", "presses", ["pressed_at"], unique=False)


def _printers() -> None:
    op.create_table(
        "printers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("changed_at", UTC_TIME, nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_printers"),
    )


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(length=8), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "letter", name="pk_series"),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=2), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("token", sa.String(length=26), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("service_name", sa.String(length=200), nullable=False),
        sa.Column("service_title", sa.String(length=80), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("issued_at", UTC_TIME, nullable=False),
        sa.Column("arrived_at", UTC_TIME, nullable=False),
        sa.Column("queued_at", UTC_TIME, nullable=False),
        sa.Column("place", sa.Float(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("priority", sa.String(length=64), nullable=True),
        sa.Column("return_of", LONG_ID, nullable=True),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("for_counter", sa.Integer(), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("reinstated", sa.Boolean(), nullable=False),
        sa.Column("called_at", UTC_TIME, nullable=True),
        sa.Column("started_at", UTC_TIME, nullable=True),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("reprints", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("day", "series", "serial", name="uq_tickets_day_series_serial"),
        sa.UniqueConstraint("token", name="uq_tickets_token"),
    )
    op.create_index(
        "ix_tickets_line",
        "tickets",
        ["day", "queued_at", "place"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_tickets_number", "tickets", ["number", "day"], unique=False)
    op.create_index(
        "ix_tickets_open",
        "tickets",
        ["state", "day"],
        unique=False,
        sqlite_where=sa.text("state NOT IN ('served', 'cancelled', 'expired')"),
        postgresql_where=sa.text("state NOT IN ('served', 'cancelled', 'expired')"),
    )
    op.create_index(
        "uq_tickets_one_at_counter",
        "tickets",
        ["counter"],
        unique=True,
        sqlite_where=sa.text("state IN ('called', 'serving')"),
        postgresql_where=sa.text("state IN ('called', 'serving')"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("case_number", sa.String(length=16), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("service_name", sa.String(length=200), nullable=False),
        sa.Column("service_title", sa.String(length=80), nullable=False),
        sa.Column("configuration", sa.Integer(), nullable=False),
        sa.Column("received_at", UTC_TIME, nullable=False),
        sa.Column("accepted_at", UTC_TIME, nullable=True),
        sa.Column("ticket_id", LONG_ID, nullable=True),
        sa.Column("token", sa.String(length=26), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("clerk_id", LONG_ID, nullable=True),
        sa.Column("clerk_number", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["clerk_id"], ["accounts.id"], name="fk_cases_clerk_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_cases_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("case_number", name="uq_cases_case_number"),
        sa.UniqueConstraint("token", name="uq_cases_token"),
    )
    op.create_index("ix_cases_ticket_id", "cases", ["ticket_id"], unique=False)


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("account_id", LONG_ID, nullable=True),
        sa.Column("since", UTC_TIME, nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_counters_account_id"),
        sa.PrimaryKeyConstraint("number", name="pk_counters"),
        sa.UniqueConstraint("account_id", name="uq_counters_account_id"),
    )


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("ticket_id", LONG_ID, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("rated_at", UTC_TIME, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ratings_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_ratings"),
    )


def _sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("account_id", LONG_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("begun_at", UTC_TIME, nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sign_ins_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
        sa.UniqueConstraint("token_hash", name="uq_sign_ins_token_hash"),
    )
    op.create_index("ix_sign_ins_account_id", "sign_ins", ["account_id"], unique=False)


def _stops() -> None:
    op.create_table(
        "stops",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("ticket_id", LONG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("service_name", sa.String(length=200), nullable=False),
        sa.Column("service_title", sa.String(length=80), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("began_at", UTC_TIME, nullable=True),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_stops_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stops"),
        sa.UniqueConstraint("ticket_id", "position", name="uq_stops_ticket_id_position"),
    )


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("case_id", LONG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=32), nullable=True),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("leaf_codes", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("plain_name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("at_counter", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("result", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("approver", sa.LargeBinary(), nullable=True),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("accepted_at", UTC_TIME, nullable=True),
        sa.Column("completed_at", UTC_TIME, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_state", sa.String(length=24), nullable=False),
        sa.Column("ruled_by", sa.String(length=24), nullable=True),
        sa.Column("limit_kind", sa.String(length=16), nullable=False),
        sa.Column("limit_days", sa.Integer(), nullable=True),
        sa.Column("external_ref", sa.String(length=64), nullable=True),
        sa.Column("was_returned", sa.Boolean(), nullable=False),
        sa.Column("taken_by", LONG_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_items_case_id"),
        sa.ForeignKeyConstraint(["taken_by"], ["accounts.id"], name="fk_items_taken_by"),
        sa.PrimaryKeyConstraint("id", name="pk_items"),
        sa.UniqueConstraint("case_id", "number", name="uq_items_case_id_number"),
    )
    op.create_index("ix_items_external_ref", "items", ["external_ref"], unique=False)
    op.create_index("ix_items_office_state", "items", ["office", "state", "due_on"], unique=False)


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("case_id", LONG_ID, nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("id_kind", sa.String(length=16), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("relation", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_persons_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.UniqueConstraint("case_id", "ref", name="uq_persons_case_id_ref"),
    )
    op.create_index("ix_persons_id_hash", "persons", ["id_hash"], unique=False)
    op.create_index("ix_persons_name_hash", "persons", ["name_hash"], unique=False)


def _print_jobs() -> None:
    op.create_table(
        "print_jobs",
        sa.Column("id", LONG_ID, nullable=False),
        sa.Column("printer", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ordered_at", UTC_TIME, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("ticket_id", LONG_ID, nullable=True),
        sa.Column("case_id", LONG_ID, nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("claimed_at", UTC_TIME, nullable=True),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("reprint", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_print_jobs_case_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_print_jobs_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_print_jobs"),
    )
    op.create_index("ix_print_jobs_case_id", "print_jobs", ["case_id"], unique=False)
    op.create_index("ix_print_jobs_day", "print_jobs", ["day"], unique=False)
    op.create_index("ix_print_jobs_printer_state", "print_jobs", ["printer", "state", "id"], unique=False)
    op.create_index("ix_print_jobs_ticket_id", "print_jobs", ["ticket_id"], unique=False)


def _guard_ledger() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_GUARDS if sqlite else POSTGRESQL_GUARDS:
        op.execute(statement)
