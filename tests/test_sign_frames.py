"""Strips' frames byte for byte, checksums by published vectors, words by width, mistakes by line."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import shared.seed
from shared.domain.board import BoardCounter, BoardTicket, face_of
from shared.domain.clock import SHANGHAI
from shared.domain.configuration import DamagedFiles
from shared.domain.sign import SignFace, SignLine, SignState
from shared.domain.sign.checksum import CHECKSUMS
from shared.domain.sign.frame import BadFrame, Frame
from shared.domain.sign.words import columns, encoded, text_of
from shared.seed import read_seed

LINE = SignLine("floor-2", "log:", frame="3A {address} {length} {text} {sum} 0A", checksum="sum8")
#: 暂停 in GB2312.
PAUSED = "D4 DD CD A3"


def framed(address: int, text: str, **changes: Any) -> str:
    """A frame in hex digits."""
    return Frame(replace(LINE, **changes)).bytes_of(address, text).hex(" ").upper()


# Frames


def test_a_frame_has_its_literals_fields_and_the_sum_of_what_it_covers() -> None:
    # 04 + 04 + D4 + DD + CD + A3 = 329
    assert framed(4, "暂停", over="address..text") == f"3A 04 04 {PAUSED} 29 0A"
    assert framed(4, "暂停", over="start..text") == f"3A 04 04 {PAUSED} 63 0A"


def test_a_maker_that_wants_no_delimiters_gets_address_data_and_sum() -> None:
    changes = {"frame": "{address} {text:pad} {sum}", "over": "start..text", "width": 6}
    assert framed(0x11, "A012", **changes) == "11 41 30 31 32 20 20 " + f"{(0x11 + 0xD4 + 0x40) & 0xFF:02X}"


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ("{address:hex2} {text}", "30 41 41"),
        ("{address:dec3} {text}", "30 31 30 41"),
        ("{address:u16be} {text}", "00 0A 41"),
        ("{address:u16le} {text}", "0A 00 41"),
        ("'ID' AA55 {text:hex}", "49 44 AA 55 34 31"),
        ("{text:pad,hex} 0D", "34 31 32 30 32 30 32 30 0D"),
        ("{address} {text} {address}", "0A 41 0A"),
    ],
)
def test_numbers_and_text_have_binary_and_ascii_forms(frame: str, told: str) -> None:
    assert framed(10, "A", frame=frame, checksum="none", width=4) == told


@pytest.mark.parametrize(
    ("length", "told"), [("text", "04"), ("address..text", "05"), ("text + 2", "06"), ("text..end", "06")]
)
def test_the_length_counts_what_the_setting_says(length: str, told: str) -> None:
    frame = "3A {length} {address} {text} {sum} 0A"
    assert framed(4, "暂停", frame=frame, length=length, over="address..text").split()[1] == told


@pytest.mark.parametrize(
    ("settings", "address", "text", "told"),
    [
        ({"over": "address..text"}, 4, "暂停", f"3A 04 04 {PAUSED} 29 0A"),
        (
            {"frame": "{address} {text:pad} {sum}", "over": "start..text"},
            17,
            "A012",
            "11 41 30 31 32 20 20 20 20 65",
        ),
        (
            {
                "frame": "{address} 10 0000 0004 08 {text:pad} {sum:u16le}",
                "checksum": "crc16-modbus",
                "over": "start..text",
            },
            17,
            "A012",
            "11 10 00 00 00 04 08 41 30 31 32 20 20 20 20 7C 7E",
        ),
    ],
)
def test_the_examples_of_the_guide_are_what_is_sent(
    settings: dict[str, Any], address: int, text: str, told: str
) -> None:
    assert framed(address, text, **settings) == told


def test_bytes_between_the_delimiters_are_escaped_and_the_delimiters_are_not() -> None:
    changes = {"frame": "7E {address} {text} 7E", "checksum": "none", "escape": "7D xor 20 for 7D 7E"}
    assert framed(0x7E, "A}", **changes) == "7E 7D 5E 41 7D 5D 7E"
    doubled = {"frame": "10 02 {address} {text} 10 03", "checksum": "none", "escape": "10 double"}
    assert framed(0x10, "A", **doubled) == "10 02 10 10 41 10 03"


def test_a_character_that_the_strip_cannot_say_becomes_a_mark_and_the_rest_is_said() -> None:
    assert encoded("请𠮷A012", "gb2312") == "请〓A012".encode("gb2312")
    assert encoded("请A1", "ascii") == b"?A1"


# Checksums


@pytest.mark.parametrize(
    ("name", "of_123456789"),
    [("sum8", 0xDD), ("neg8", 0x23), ("xor8", 0x31), ("sum16", 0x01DD), ("crc16-modbus", 0x4B37)],
)
def test_a_checksum_gives_its_check_value(name: str, of_123456789: int) -> None:
    assert CHECKSUMS[name](b"123456789") == of_123456789


def test_modbus_sends_the_low_byte_of_its_checksum_first_where_the_frame_says_so() -> None:
    changes = {"frame": "{text} {sum:u16le}", "checksum": "crc16-modbus", "over": "start..text"}
    assert framed(1, "123456789", **changes).endswith("37 4B")


# Words


def face(state: str, number: str | None = None, until: str | None = None) -> SignFace:
    return SignFace(3, 2, SignState(state), number, until)


@pytest.mark.parametrize(
    ("told", "by_width"),
    [
        (face("calling", "A012"), {17: "请A012号到3号窗口", 14: "请A012到本窗口", 8: "请A012号", 6: "A012"}),
        (face("serving", "A012"), {14: "正在办理A012号", 12: "正在办理A012", 8: "办理A012", 7: "A012"}),
        (face("free"), {11: "3号窗口空闲", 10: "空闲", 4: "空闲"}),
        (face("paused"), {11: "3号窗口暂停", 8: "暂停服务", 4: "暂停"}),
        (face("break", until="14:32"), {20: "午休，14:32接着叫号", 11: "午休到14:32", 8: "午休"}),
        (face("closed"), {18: "3号窗口现在没有开", 10: "现在没有开", 8: "没有开"}),
    ],
)
def test_a_strip_says_the_fullest_words_that_fit(told: SignFace, by_width: dict[int, str]) -> None:
    for width, words in by_width.items():
        assert text_of(told, width) == words
        assert columns(text_of(told, width)) <= width


def test_what_no_words_fit_is_cut_between_characters() -> None:
    assert text_of(face("free"), 3) == "空"
    assert text_of(face("calling", "A012"), 4) == "A012"


def test_no_words_of_a_strip_need_the_mark() -> None:
    for state in SignState:
        for width in range(4, 30):
            text = text_of(face(state, "A012", "14:32"), width)
            assert encoded(text, "gb2312").decode("gb2312") == text


@pytest.mark.parametrize(
    ("state", "ticket", "quiet", "told"),
    [
        ("open", BoardTicket("A012", "called"), True, face("calling", "A012")),
        ("paused", BoardTicket("A012", "serving"), False, face("serving", "A012")),
        ("closed", BoardTicket("A012", "called"), False, face("closed")),
        ("closed", None, True, face("break", until="14:32")),
        ("paused", None, False, face("paused")),
        ("open", None, False, face("free")),
    ],
)
def test_a_sign_tells_of_its_counter_what_the_board_tells(
    state: str, ticket: BoardTicket | None, quiet: bool, told: SignFace
) -> None:
    until = datetime(2026, 9, 18, 14, 32, tzinfo=SHANGHAI)
    assert face_of(BoardCounter(3, 2, state, ticket, quiet), until) == told


# Mistakes


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"frame": "3A {address} 0A", "checksum": "none"}, "frame", "没有 {text}"),
        ({"frame": "3G {text} {sum}"}, "frame", "3G 不是十六进制"),
        ({"frame": "3A {adress} {text} {sum}"}, "frame", "没有字段 {adress}"),
        ({"frame": "3A {address:02X} {text} {sum}"}, "frame", "没有写法 02X"),
        ({"frame": "3A {text} {text} {sum}"}, "frame", "text 写了两次"),
        ({"frame": "3A {text} {sum} }"}, "frame", "看不懂"),
        ({"frame": "3A {text} 0A"}, "checksum", "却没有 {sum}"),
        ({"checksum": "none"}, "checksum", "要写明 checksum"),
        ({"checksum": "crc8"}, "checksum", "没有校验 crc8"),
        ({"checksum": "crc16-modbus"}, "frame", "放不下"),
        ({"over": "text..address"}, "over", "前后颠倒"),
        ({"over": "start..end"}, "over", "把自己也算了进去"),
        ({"over": "header..text"}, "over", "不在帧里"),
        ({"length": "text-1"}, "length", "text+2"),
        ({"escape": "7D"}, "escape", "10 double"),
        ({"escape": "7D xor 20 for 7E"}, "escape", "自己也算进去"),
        ({"encoding": "big5"}, "encoding", "没有编码 big5"),
    ],
)
def test_a_frame_that_cannot_be_is_refused_by_the_setting_it_stands_in(
    changes: dict[str, Any], key: str, words: str
) -> None:
    with pytest.raises(BadFrame) as refusal:
        Frame(replace(LINE, **{"over": "address..text", **changes}))
    assert refusal.value.key == key
    assert words in refusal.value.text


SIGNS = """
[[sign_lines]]
name = "floor-2"
address = "{address}"
frame = "{frame}"
checksum = "sum8"
over = "address..text"

[[signs]]
counter = {counter}
line = "{line}"
address = {at}
"""
GOOD = {
    "address": "serial:///dev/ttyUSB0?baud=9600",
    "frame": "3A {address} {length} {text} {sum} 0A",
    "counter": 4,
    "line": "floor-2",
    "at": 4,
}


def seed_with(folder: Path, **changes: Any) -> Path:
    """The shipped hall with one line of strips."""
    shipped = Path(shared.seed.__file__).parent / "site.toml"
    shutil.copy(shipped, folder)
    with (folder / "site.toml").open("a", encoding="utf-8") as file:
        file.write(SIGNS.format(**{**GOOD, **changes}))
    return folder


def test_lines_and_strips_of_the_site_are_read(tmp_path: Path) -> None:
    site = read_seed(seed_with(tmp_path))["site"]
    assert site["sign_lines"][0]["frame"] == GOOD["frame"]
    assert site["signs"] == [{"counter": 4, "line": "floor-2", "address": 4}]


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"frame": "3A {address} {text} 0A"}, "checksum = ", "却没有 {sum}"),
        ({"frame": "3A {adr} {text} {sum}"}, "frame = ", "没有字段 {adr}"),
        ({"address": "ttyUSB0"}, "address = ", "条屏线路的地址"),
        ({"counter": 99}, "counter = 99", "没有这个窗口：99"),
        ({"line": "floor-9"}, "line = ", "没有这条线路：floor-9"),
        ({"at": 300}, "address = 300", "300 放不进 {address:u8}"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    tmp_path: Path, changes: dict[str, Any], key: str, words: str
) -> None:
    folder = seed_with(tmp_path, **changes)
    with pytest.raises(DamagedFiles) as refusal:
        read_seed(folder)
    (problem,) = refusal.value.problems
    assert (problem.file, words in problem.text) == ("site.toml", True)
    lines = (folder / "site.toml").read_text(encoding="utf-8").splitlines()
    assert re.match(re.escape(key), lines[problem.line - 1])
