"""Numbers of persons and units: resident identity numbers and unified social credit codes."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from shared.domain.errors import Invalid

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_OTHER_NUMBER = re.compile(r"[0-9A-Z()\-]{4,30}")


class IdKind(StrEnum):
    """Kinds of identity documents the hall accepts."""

    RESIDENT = "resident_id"
    HMT_PERMIT = "hmt_permit"
    FOREIGN_PERMIT = "foreign_permit"
    PASSPORT = "passport"
    MILITARY = "military"
    OTHER = "other"


class InvalidIdNumber(Invalid):
    code = "invalid_id_number"
    message = "证件号码不对，请核对后再填。"


class InvalidCreditCode(Invalid):
    code = "invalid_uscc"
    message = "统一社会信用代码不对，请核对后再填。"


def check_id_number(kind: IdKind, number: str, today: date) -> str:
    """The number in its normal form (upper case, no blanks).

    A resident number is checked for length, date and check digit only (GB 11643, ISO 7064 MOD 11-2);
    places are not looked up, since codes of places change and old numbers stay valid.

    Raises:
        InvalidIdNumber: the number cannot be of this kind; the message says why.
    """
    plain = re.sub(r"\s", "", number).upper()
    if kind is IdKind.RESIDENT:
        return _check_resident(plain, today)
    if not _OTHER_NUMBER.fullmatch(plain):
        raise InvalidIdNumber("证件号码应是 4 到 30 位数字或字母。", field="id_number")
    return plain


def _check_resident(plain: str, today: date) -> str:
    if len(plain) != 18:
        raise InvalidIdNumber(f"身份证号码应是 18 位，现在是 {len(plain)} 位。", field="id_number")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", plain):
        raise InvalidIdNumber("身份证号码只能有数字，最后一位可以是 X。", field="id_number")
    try:
        born = date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError as wrong:
        raise InvalidIdNumber("身份证号码里的出生日期不存在，请核对。", field="id_number") from wrong
    if born > today:
        raise InvalidIdNumber("身份证号码里的出生日期还没到，请核对。", field="id_number")
    if _CHECK_DIGITS[sum(w * int(d) for w, d in zip(_WEIGHTS, plain, strict=False)) % 11] != plain[17]:
        raise InvalidIdNumber("身份证号码的最后一位对不上，请逐位核对。", field="id_number")
    return plain


def check_credit_code(code: str) -> str:
    """The unified social credit code in its normal form (GB 32100-2015).

    Raises:
        InvalidCreditCode: wrong length, characters or check character.
    """
    plain = re.sub(r"\s", "", code).upper()
    if len(plain) != 18:
        raise InvalidCreditCode(f"统一社会信用代码应是 18 位，现在是 {len(plain)} 位。", field="uscc")
    if any(character not in _CREDIT_ALPHABET for character in plain):
        raise InvalidCreditCode("统一社会信用代码里不会有 I、O、S、V、Z，请核对。", field="uscc")
    total = sum(_CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(plain[:17]))
    if _CREDIT_ALPHABET[(31 - total % 31) % 31] != plain[17]:
        raise InvalidCreditCode("统一社会信用代码的最后一位对不上，请逐位核对。", field="uscc")
    return plain
