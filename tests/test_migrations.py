"""The schema: migrations and models agree, and the ledger is only ever added to."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import House, settings_for
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from test_issuing import take

from shared.commands.founding import found, require_founded
from shared.commands.refusals import Told
from shared.store.keyring import KeyMissing, UnsafeKey, load_keyring, make_key
from shared.store.schema import differences, is_up_to_date


def test_migrations_make_just_what_the_models_say(house: House) -> None:
    assert is_up_to_date(house.store.writer)
    assert differences(house.store.writer) == []


@pytest.mark.parametrize("statement", ["UPDATE ledger SET verb = 'x'", "DELETE FROM ledger"])
def test_the_database_refuses_to_change_the_ledger(house: House, statement: str) -> None:
    take(house)
    with pytest.raises(IntegrityError, match="append-only"), house.store.writer.begin() as connection:
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
