"""Whatever stands in a document, the printer gets our own commands, and between them exactly its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import test_case_slips
import test_slip
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hardware.escpos_bytes import build
from hardware.fonts import Fonts
from shared.domain.devices import PrinterSettings
from shared.domain.slip import QrLine, RuleLine, Slip, SlipLine, render
from shared.domain.slip.typesetting import clean, width

#: Every command that we send, and nothing else; a picture's rows and a code's content are measured by it.
OURS = re.compile(
    rb"(?P<plain>\x1b@|\x1c&|\x1c\(C\x02\x000\x02"
    rb"|\x1ba[\x00-\x02]|\x1bE[\x00\x01]|\x1d!(?:\x00|\x11|\x33)|\x1bJ\x06|\x1bd\x06|\x1dV\x01"
    rb"|\x1d\(k\x04\x001A2\x00|\x1d\(k\x03\x001C[\x03-\x06]|\x1d\(k\x03\x001E1|\x1d\(k\x03\x001Q0)"
    rb"|\x1d\(k(?P<length>[\x04-\xff][\x00-\x02])1P0|\x1dv0[\x00\x03](?P<across>..)(?P<down>..)"
    rb"|(?P<text>[\x20-\x7e\x80-\xff]*)\n",
    re.DOTALL,
)
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")

#: Bytes of C0 and C1, marks that turn text around, line separators, halves of pairs, private use, and letters
#: of our own commands.
NASTY = (
    "\x00\x04\x05\x0a\x0d\x10\x14\x18\x1b\x1c\x1d\x7f\x80\x85\x9b\xa0\xad"
    "\u0301\u200b\u200f\u202e\u2028\u2029\u2066"
    "\ud800\udfff\ue000\ufeff\ufffd\ufffe\U000e0041\U0010ffff?@!aEvVk(&C"
)
TEXTS = st.text(
    st.one_of(
        st.sampled_from(NASTY),
        st.characters(exclude_categories=()),
        st.sampled_from("白银区办事大厅：，。é𠮷㐂䶮 0aA~$"),
    ),
    max_size=40,
)

DOCUMENTS = [*test_slip.DOCUMENTS, *test_case_slips.DOCUMENTS]
NOT_TEXT = {"format", "kind"}
A_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d")

KINDS = [
    PrinterSettings("k", "virtual:", dots=dots, encoding=encoding, mode=mode, qr=qr, cutter=cutter)
    for dots, encoding, mode, qr, cutter in [
        (576, "gb18030", "text", "native", True),
        (384, "gbk", "text", "native", False),
        (512, "gb2312", "text", "raster", True),
        (576, "utf-8", "text", "native", True),
        (384, "gb18030", "raster", "raster", False),
    ]
]
#: Without fontconfig: which other fonts a computer has is no part of the rule.
FONTS = Fonts(listing=list)
NO_FONTS = Fonts(known={}, listing=list)


@dataclass
class Read:
    """What a stream of our own commands says: lines of text, contents of codes, and how many pictures."""

    texts: list[str]
    codes: list[str]
    pictures: int


def read(data: bytes, encoding: str) -> Read:
    """Read the stream strictly: a byte that is not part of a command of ours, or of a text, is an error."""
    found = Read([], [], 0)
    at = 0
    while at < len(data):
        command = OURS.match(data, at)
        assert command, data[at : at + 20]
        at = command.end()
        if command["text"] is not None:
            found.texts.append(command["text"].decode("gbk" if encoding == "gb2312" else encoding))
        elif command["length"] is not None:
            end = at + int.from_bytes(command["length"], "little") - 3
            found.codes.append(data[at:end].decode())
            assert not re.search(rb"[\x00-\x1f\x7f]", data[at:end])
            at = end
        elif command["across"] is not None:
            found.pictures += 1
            at += int.from_bytes(command["across"], "little") * int.from_bytes(command["down"], "little")
    assert at == len(data)
    assert not REAL_TIME.search(data)
    return found


def with_texts(document: Mapping[str, object], draw: st.DrawFn) -> dict[str, object]:
    """The document with any text in every field that holds one."""
    return {name: value if name in NOT_TEXT else _replaced(value, draw) for name, value in document.items()}


def _replaced(value: Any, draw: st.DrawFn) -> Any:
    if isinstance(value, str):
        return value if A_DAY.match(value) else draw(TEXTS)
    return [_replaced(one, draw) for one in value] if isinstance(value, list) else value


@st.composite
def hostile_documents(draw: st.DrawFn) -> dict[str, object]:
    return with_texts(draw(st.sampled_from(DOCUMENTS)), draw)


def texts_of(slip: Slip) -> Iterator[str]:
    for line in slip.lines:
        if isinstance(line, SlipLine):
            yield line.text
        elif isinstance(line, RuleLine):
            yield "-" * slip.half_columns


def plain(text: str) -> str:
    return text.rstrip(" ")


@pytest.mark.parametrize("printer", KINDS, ids=lambda kind: f"{kind.mode}-{kind.encoding}")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=hostile_documents())
def test_every_document_is_our_commands_and_its_own_text(
    printer: PrinterSettings, document: dict[str, object]
) -> None:
    slip = render(document, printer.columns)
    assert [text for text in texts_of(slip) if width(text) > slip.half_columns] == []
    found = read(build(slip, printer, FONTS), printer.encoding)
    codes = [line for line in slip.lines if isinstance(line, QrLine) and clean(line.content)]
    drawn = [line for line in codes if line.drawn_by == "picture"]
    expected = [] if printer.mode == "raster" else [plain(text) for text in texts_of(slip)]
    lines = iter(expected)
    # What is text stands in its order and whole; what is missing between is a picture.
    assert [text for text in found.texts if not any(plain(text) == line for line in lines)] == []
    assert found.pictures >= len(expected) - len(found.texts) + len(drawn)
    if printer.qr == "native" and printer.mode == "text":
        assert found.codes == [clean(line.content) for line in codes if line not in drawn]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312", "utf-8"])
@settings(max_examples=300, deadline=None)
@given(text=TEXTS, code=TEXTS)
@example(text="大厅\x1b@\x1dV\x00办事", code="https://a.cn/\x10\x04\x01")
@example(text="\ud800\x00", code="")
def test_a_text_is_never_a_question_mark_that_nobody_wrote(encoding: str, text: str, code: str) -> None:
    slip = Slip(24, (SlipLine(text), QrLine(code)))
    printer = PrinterSettings("k", "virtual:", encoding=encoding)
    for fonts in (FONTS, NO_FONTS):
        found = read(build(slip, printer, fonts), encoding)
        assert "".join(found.texts).count("?") <= text.count("?")


def test_a_strict_reader_would_see_a_smuggled_command() -> None:
    with pytest.raises(AssertionError):
        read(b"\x1b@\x1c&\x1bp\x00\n", "gbk")
    with pytest.raises(AssertionError):
        read(b"\x1b@" + "大厅\x07".encode("gbk") + b"\n", "gbk")
