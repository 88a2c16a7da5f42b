"""Masked forms: what a paper may show of a name or a number."""

from __future__ import annotations

import pytest

from shared.domain.masking import last_four, mask_name, mask_number
from shared.domain.waiting import WaitBand, estimate_wait, minutes_band


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("张小三", "张*三"), ("欧阳小锋", "欧**锋"), ("张", "*"), ("", "*"), (" 李雷 ", "李*")],
)
def test_names_keep_their_first_and_last_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_of_a_number_only_the_last_four_characters_stay() -> None:
    assert mask_number("62040219560101001x") == "*" * 14 + "001X"
    assert last_four("001x") == "001X"


def test_with_no_open_counter_nothing_is_known_of_the_wait() -> None:
    assert estimate_wait(1200, 0) is None


def test_the_wait_is_the_work_ahead_shared_by_the_open_counters() -> None:
    assert estimate_wait(3600, 2) == WaitBand(1080, 1800, 2700)


@pytest.mark.parametrize(
    ("band", "minutes"),
    [(WaitBand(0, 0, 0), (0, 5)), (WaitBand(1080, 1800, 2700), (15, 45)), (WaitBand(301, 600, 899), (5, 15))],
)
def test_people_hear_the_wait_in_steps_of_five_minutes(band: WaitBand, minutes: tuple[int, int]) -> None:
    assert minutes_band(band) == minutes
