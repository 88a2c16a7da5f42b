"""Owners of leases: one that has certainly ended gives its lease up at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import House

import hall
from shared.actions.devices import StoreReports
from shared.domain.owner import is_gone, new_owner

NAME_ONE = "from shared.domain.owner import new_owner; print(new_owner())"


def owner_that_ended() -> str:
    root = Path(hall.__file__).parent
    return subprocess.run(
        [sys.executable, "-c", NAME_ONE], cwd=root, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_an_owner_is_gone_when_its_process_has_ended_and_not_before() -> None:
    assert not is_gone(new_owner())
    assert is_gone(owner_that_ended())


@pytest.mark.parametrize("name", ["elsewhere/1/abcd", "hall-1:77:abcd", "", "/999999999/x"])
def test_of_an_owner_on_another_machine_nobody_knows(name: str) -> None:
    assert not is_gone(name)


def test_names_differ_and_fit_their_column() -> None:
    names = {new_owner() for _ in range(100)}
    assert len(names) == 100
    assert max(map(len, names)) <= 64


def test_a_printer_of_a_process_that_ended_is_taken_over_at_once(house: House, reports: StoreReports) -> None:
    assert reports.lease(["kiosk-1"], owner_that_ended()) == {"kiosk-1": 1}
    mine = new_owner()
    assert reports.lease(["kiosk-1"], mine) == {"kiosk-1": 2}
    assert reports.lease(["kiosk-1"], new_owner()) == {}
