"""What a printer's own characters can say: never a control byte, and never a question mark in their place."""

from __future__ import annotations

import re
import sys

import pytest

from hardware.encodings import nearest, printable
from shared.domain.slip.typesetting import clean, width

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
PRINTED = [sign for sign in EVERY_CHARACTER if clean(sign) == sign and sign]

#: What a byte stream may hold for one character, from the tables of the encodings themselves.
ONE_CHARACTER = {
    "gb18030": rb"[\x20-\x7e]|[\x81-\xfe][\x40-\x7e\x80-\xfe]",
    "gbk": rb"[\x20-\x7e]|[\x81-\xfe][\x40-\x7e\x80-\xfe]",
    "gb2312": rb"[\x20-\x7e]|[\xa1-\xf7][\xa1-\xfe]",
    "utf-8": rb"[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}",
}
ENCODINGS = list(ONE_CHARACTER)

#: A printer reads a pair of GB2312 as GBK does.
READ_AS = {"gb2312": "gbk"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_character_is_said_in_bytes_of_its_encoding_or_not_at_all(encoding: str) -> None:
    allowed = re.compile(ONE_CHARACTER[encoding])
    said = {sign: printable(sign, encoding) for sign in PRINTED}
    assert [sign for sign, data in said.items() if data is not None and not allowed.fullmatch(data)] == []
    read = {sign: data.decode(READ_AS.get(encoding, encoding)) for sign, data in said.items() if data}
    names = {"・": "·", "―": "—"} if encoding == "gb2312" else {}
    assert {sign: back for sign, back in read.items() if back != names.get(sign, sign)} == {}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", ["白银区", "：，。？！（）《》“”‘’、", "—…～￥％·", "●▲■□○△★→", "A012 ~$"])
def test_what_halls_print_every_day_is_said_in_every_encoding(text: str, encoding: str) -> None:
    assert printable(text, encoding) is not None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", ["𠮷", "㐂", "䶮", "José 张三", "བོད", "😀", "\ue000", "\ufffe"])
def test_what_is_not_in_every_printer_of_that_encoding_is_left_to_a_picture(text: str, encoding: str) -> None:
    assert printable(text, encoding) is None


@pytest.mark.parametrize(("text", "held"), [("囍", "gbk"), ("镕", "gbk")])
def test_a_character_outside_gb2312_is_text_for_other_printers_only(text: str, held: str) -> None:
    assert printable(text, held) is not None
    assert printable(text, "gb2312") is None


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("text", "read"),
    [("𠮷家", "〓家"), ("José", "Jose"), ("e\u0301a", "ea"), ("Łódź", "=odz"), ("😀好", "〓好")],
)
def test_without_a_font_a_missing_character_is_a_mark_as_wide_as_itself(
    text: str, read: str, encoding: str
) -> None:
    assert nearest(text, encoding) == read.encode(encoding)
    assert width(read) == width(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_without_a_font_no_character_becomes_a_question_mark(encoding: str) -> None:
    usual = [sign for sign in PRINTED if sign <= "\uffff" and sign != "?"]
    asked = [sign for sign in usual if b"?" in nearest(sign, encoding)]
    assert asked == []
