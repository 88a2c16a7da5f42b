"""Numbers of persons and units: length, date, check digit, and nothing about places."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.identity_numbers import (
    IdKind,
    InvalidCreditCode,
    InvalidIdNumber,
    check_credit_code,
    check_id_number,
)

TODAY = date(2026, 11, 24)


def resident(first17: str) -> str:
    """The number with its check digit, worked out by the other form of MOD 11-2."""
    rest = 0
    for digit in first17:
        rest = (rest + int(digit)) * 2 % 11
    return first17 + "0123456789X"[(12 - rest) % 11]


def test_a_place_code_younger_than_the_person_is_right() -> None:
    number = resident("62040219560101001")
    assert check_id_number(IdKind.RESIDENT, number, TODAY) == number


@pytest.mark.parametrize("serial", range(0, 300, 7))
def test_every_number_with_its_check_digit_is_right_and_with_another_wrong(serial: int) -> None:
    number = resident(f"62040219560101{serial:03d}")
    assert check_id_number(IdKind.RESIDENT, f" {number.lower()} ", TODAY) == number
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    with pytest.raises(InvalidIdNumber, match="最后一位"):
        check_id_number(IdKind.RESIDENT, wrong, TODAY)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("62040219560101", "18 位，现在是 14 位"),
        ("62040219560101001A", "只能有数字"),
        (resident("62040219561301001"), "出生日期不存在"),
        (resident("62040220270101001"), "还没到"),
        ("", "现在是 0 位"),
    ],
)
def test_a_wrong_number_is_told_by_what_is_wrong(number: str, told: str) -> None:
    with pytest.raises(InvalidIdNumber, match=told) as refused:
        check_id_number(IdKind.RESIDENT, number, TODAY)
    assert refused.value.code == "invalid_id_number"


def test_other_documents_need_only_be_plain() -> None:
    assert check_id_number(IdKind.PASSPORT, "e 12345678", TODAY) == "E12345678"
    with pytest.raises(InvalidIdNumber):
        check_id_number(IdKind.PASSPORT, "号码", TODAY)


def test_a_credit_code_is_checked_by_its_last_character() -> None:
    assert check_credit_code("91350100m000100y43") == "91350100M000100Y43"
    with pytest.raises(InvalidCreditCode, match="最后一位"):
        check_credit_code("91350100M000100Y44")


@pytest.mark.parametrize("code", ["", "9135", "91350100M000100O43"])
def test_a_malformed_credit_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidCreditCode):
        check_credit_code(code)
