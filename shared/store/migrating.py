"""Migrations: applying them, and comparing what they make with the models."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from shared.store.entities import metadata

_FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def bring_up_to_date(engine: Engine) -> None:
    """Apply every migration that the database does not have yet, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def newest_revision() -> str | None:
    """The revision of the last migration in the folder."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences(engine: Engine) -> list[object]:
    """What the database has other than the models say; empty when migrations and models agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": False, "compare_server_default": False}
        )
        return list(compare_metadata(context, metadata()))
