"""The schema: migrations and models agree, and the ledger is only ever added to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import House, settings_for
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from test_issuing import take

import hall
from shared.commands.founding import found, require_founded
from shared.commands.refusals import Told
from shared.store.entities import metadata
from shared.store.keyring import KeyMissing, UnsafeKey, load_keyring, make_key
from shared.store.migrating import FOLDER
from shared.store.schema import REVISION, is_up_to_date


def test_migrations_make_just_what_the_models_say(house: House) -> None:
    assert is_up_to_date(house.store.writer)
    with house.store.writer.connect() as connection:
        opts = {"compare_type": False, "compare_server_default": False}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata()) == []


def test_the_revision_that_the_program_asks_for_is_that_of_the_last_migration() -> None:
    assert ScriptDirectory(str(FOLDER)).get_current_head() == REVISION


@pytest.mark.parametrize("revisions", [[], ["0000"], ["9999"]])
def test_an_older_and_a_newer_database_are_not_served(house: House, revisions: list[str]) -> None:
    with house.store.writer.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        for revision in revisions:
            connection.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})
    with pytest.raises(Told, match="hall init"):
        require_founded(house.settings)


def test_a_hall_that_is_up_to_date_is_served_without_the_library_of_migrations(house: House) -> None:
    serve = (
        "import sys; from pathlib import Path; import hall\n"
        "from shared.commands.founding import found, require_founded\n"
        "from shared.web.settings import read_settings\n"
        "settings = read_settings(); require_founded(settings); found(settings, {})\n"
        "hall.create_app(settings)\n"
        "sys.exit([name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako')] != [])"
    )
    environ = {"HALL_DATA_DIR": str(house.folder), "HALL_DATABASE_URL": house.settings.database_url}
    root = Path(hall.__file__).parent
    done = subprocess.run([sys.executable, "-c", serve], cwd=root, env=environ, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("statement", ["UPDATE ledger SET verb = 'x'", "DELETE FROM ledger"])
def test_the_database_refuses_to_change_the_ledger(house: House, statement: str) -> None:
    take(house)
    with pytest.raises(DBAPIError, match="append-only"), house.store.writer.begin() as connection:
        connection.execute(text(statement))


def test_a_hall_that_is_not_founded_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(Told, match="hall init"):
        require_founded(settings_for(tmp_path))


def test_founding_twice_changes_nothing(house: House, seed: dict[str, object]) -> None:
    epoch = house.see(lambda uow: uow.hall.epoch)
    assert found(house.settings, seed) == 0
    assert house.see(lambda uow: uow.hall.epoch) == epoch


def test_a_database_without_its_key_is_not_opened(house: House) -> None:
    (house.folder / "secret.key").unlink()
    with pytest.raises(KeyMissing, match="密钥"):
        require_founded(house.settings)


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    assert make_key(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("key", ["short", "changeme" * 6, "a" * 64, "secret!" * 8])
def test_a_short_or_copied_key_refuses_to_start(tmp_path: Path, key: str) -> None:
    with pytest.raises(UnsafeKey):
        load_keyring(tmp_path, key)
