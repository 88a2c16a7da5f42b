"""The revision of the schema: what this program needs and what a database has.

It is compared without the migrations' library, which a hall that is up to date never loads.
"""

from __future__ import annotations

from sqlalchemy import Engine, inspect, text

REVISION = "0003"
"""The last migration; a test compares it with the folder of migrations."""


def is_up_to_date(engine: Engine) -> bool:
    """Whether the database has every migration; a newer database than the program is not either."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return list(connection.scalars(text("SELECT version_num FROM alembic_version"))) == [REVISION]
