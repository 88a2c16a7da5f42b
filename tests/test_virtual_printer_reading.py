"""What a virtual printer reads: characters by its own ROM, other programs' commands, every byte explained."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp
from escpos.printer import Dummy
from PIL import Image

from hardware.escpos_bytes import build
from hardware.picture import png
from hardware.virtual_annotation import annotate
from hardware.virtual_paper import CutSlip, FeedRow, RasterRow, TextRow, TextRun
from hardware.virtual_printer import VirtualPrinter
from shared.domain.devices import PrinterSettings
from shared.domain.slip import QrLine, RuleLine, Slip, SlipLine

CUT = b"\x1dV\x01"
CHINESE = b"\x1b@\x1c&"
URL = "https://hall.example.gov.cn/t/0123456789abcdefghjkmnpqrs"
EVERYTHING = Slip(
    24,
    (
        SlipLine("A012", 4, "center", bold=True),
        SlipLine("请到 2楼▲ 等候", 2),
        RuleLine(),
        SlipLine("𠮷祥 café 㐂"),
        QrLine(URL),
    ),
)


def printed(data: bytes, **shape: Any) -> CutSlip:
    printer = VirtualPrinter("test", **shape)
    printer.connect()
    printer.receive(data)
    return printer.slips[-1]


def picture(slip: CutSlip) -> Image.Image:
    return Image.open(io.BytesIO(png(slip))).convert("L")


@pytest.mark.parametrize(
    ("rom", "sent", "text", "shown"),
    [
        ("gb18030", "gb18030", "窗口㐂𠮷é", "窗口㐂𠮷é"),
        ("gbk", "gbk", "窗口喆镕", "窗口喆镕"),
        ("gb2312", "gb2312", "窗口", "窗口"),
        ("utf-8", "utf-8", "窗口𠮷é", "窗口𠮷é"),
        ("gb2312", "gbk", "口镕喆口", "口〓〓口"),
        ("gbk", "utf-8", "取号", "鍙栧彿"),
        ("gbk", "gb18030", "口𠮷口", "口〓4〓5口"),
        ("utf-8", "gbk", "口", "〓〓"),
    ],
)
def test_characters_are_read_by_the_printers_own_rom(rom: str, sent: str, text: str, shown: str) -> None:
    assert printed(CHINESE + text.encode(sent) + b"\n" + CUT, encoding=rom).lines == [shown]


@pytest.mark.parametrize("rom", ["gb18030", "gbk", "gb2312", "utf-8"])
def test_a_character_that_comes_in_pieces_is_read_whole(rom: str) -> None:
    printer = VirtualPrinter("test", encoding=rom)
    printer.connect()
    for byte in CHINESE + "窗口".encode(rom) + b"\n" + CUT:
        printer.receive(bytes([byte]))
    assert printer.slips[0].lines == ["窗口"]


@pytest.mark.parametrize("rom", ["gb18030", "gbk", "gb2312", "utf-8"])
def test_a_broken_character_holds_up_nothing_after_it(rom: str) -> None:
    for broken in (b"\x81", b"\xff", b"\x81\x30\x81", b"\xe5\x8f"):
        assert printed(CHINESE + broken + b"\nA\n" + CUT, encoding=rom).lines[-1] == "A"


def test_what_the_hall_sends_with_a_wrong_encoding_is_wrong_on_the_paper() -> None:
    slip = Slip(24, (SlipLine("取号"),))
    data = build(slip, PrinterSettings("kiosk-1", "virtual:", encoding="utf-8"))
    assert printed(data, encoding="gb18030").lines == ["σÅûσÅ╖"]
    assert printed(data, encoding="utf-8").lines == ["取号"]


@pytest.mark.parametrize("dots", [576, 512, 384])
def test_the_picture_is_as_wide_as_the_dots_of_the_paper(dots: int) -> None:
    assert picture(printed(b"A\n" + CUT, dots=dots)).width == dots + 32


def test_a_long_line_goes_on_in_the_next_as_far_as_the_dots_reach() -> None:
    wide, narrow = (
        picture(printed(CHINESE + "号".encode("gbk") * 21 + b"\n" + CUT, dots=d)) for d in (512, 384)
    )
    assert (wide.height, narrow.height) == (32 + 30, 32 + 60)


def test_a_tall_picture_and_long_feeds_are_as_long_on_the_paper() -> None:
    tall = b"\x1dv0\x00\x01\x00\x10\x27" + b"\xff" * 10_000
    slip = printed(b"\x1b@" + tall + b"\x1bJ\xff" + b"\x1bd\x02" + CUT)
    assert picture(slip).height == 32 + 10_000 + 255 + 60


def test_paper_that_is_fed_and_not_cut_hangs_out_until_it_is_torn_off() -> None:
    printer = VirtualPrinter("test")
    printer.connect()
    printer.receive(b"A\n\x1bd\x06")
    printer.disconnect()
    printer.connect()
    printer.receive(b"B\n\x1bd\x06")
    assert printer.slips == ()
    assert printer.hanging is not None
    assert printer.hanging.lines == ["A", "B"]
    torn = printer.tear_off()
    assert [torn] == list(printer.slips)
    assert printer.hanging is None


def test_a_line_without_its_end_is_not_on_the_paper_yet() -> None:
    printer = VirtualPrinter("test")
    printer.connect()
    printer.receive(b"A\nB")
    assert printer.hanging is not None
    assert printer.hanging.lines == ["A"]


@pytest.mark.parametrize("mode", ["text", "raster"])
@pytest.mark.parametrize("qr", ["native", "raster"])
@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312", "utf-8"])
def test_nothing_in_a_slip_of_ours_is_unknown(mode: str, qr: str, encoding: str) -> None:
    for cutter in (True, False):
        settings = PrinterSettings("k", "virtual:", mode=mode, qr=qr, encoding=encoding, cutter=cutter)
        printer = VirtualPrinter("test", encoding=encoding)
        printer.connect()
        printer.receive(build(EVERYTHING, settings))
        slip = printer.slips[-1] if cutter else printer.tear_off()
        assert slip is not None
        assert slip.unknown == ()
        assert not printer.confused
        assert [code.text for code in zxingcpp.read_barcodes(picture(slip))] == [URL]


def by_library(write: Callable[[Any], None]) -> CutSlip:
    """What python-escpos itself sends for ``write`` and a cut."""
    library = Dummy(profile="TM-T20II")
    write(library)
    library.cut()
    return printed(library.output)


def test_text_of_the_escpos_library_is_read() -> None:
    slip = by_library(lambda library: library.text("Hello é\n"))
    assert (slip.lines, slip.unknown) == (["Hello é"], ())


def test_chinese_of_the_escpos_library_is_read_once_chinese_mode_is_on() -> None:
    def write(library: Any) -> None:
        library._raw(b"\x1c&")
        library.text("取号\n")

    assert by_library(write).lines == ["取号"]


def test_styles_of_the_escpos_library_are_known() -> None:
    def write(library: Any) -> None:
        library.set(
            bold=True,
            underline=1,
            custom_size=True,
            width=2,
            height=3,
            align="center",
            invert=True,
            smooth=True,
        )
        library.set(density=3, flip=True, font="b")
        library.line_spacing(60)
        library.text("A\n")
        library.set_with_default()
        library.line_spacing()
        library.text("B\n")

    slip = by_library(write)
    assert slip.unknown == ()
    first, second = [row for row in slip.rows if isinstance(row, TextRow)]
    assert (first.align, first.pitch) == ("center", 60)
    assert first.runs == (TextRun("A", 2, 3, bold=True, underline=True, inverse=True),)
    assert (second.align, second.pitch) == ("left", 30)
    assert second.runs == (TextRun("B", 1, 1, bold=False),)


@pytest.mark.parametrize("native", [True, False])
def test_a_code_of_the_escpos_library_is_read_by_a_scanner(native: bool) -> None:
    slip = by_library(lambda library: library.qr(URL, native=native, size=6))
    assert slip.unknown == ()
    assert [code.text for code in zxingcpp.read_barcodes(picture(slip))] == [URL]


@pytest.mark.parametrize("way", ["bitImageRaster", "graphics", "bitImageColumn"])
def test_a_picture_of_the_escpos_library_has_its_dots_in_every_way_of_sending(way: str) -> None:
    image = Image.new("1", (101, 48), 1)
    image.paste(0, (10, 5, 40, 30))
    slip = by_library(lambda library: library.image(image, impl=way))
    assert slip.unknown == ()
    rows = [row for row in slip.rows if isinstance(row, RasterRow)]
    bits = b"".join(row.bits for row in rows)
    assert all(isinstance(row, RasterRow | FeedRow) for row in slip.rows)
    assert sum(row.height for row in rows) == 48
    assert sum(byte.bit_count() for byte in bits) == 30 * 25
    assert b"".join(b"%d" % (bits[5 * 13 + byte] > 0) for byte in range(13)) == b"0111100000000"


def test_cuts_of_the_escpos_library_are_cuts() -> None:
    def write(library: Any) -> None:
        library.text("A\n")
        library.cut(mode="PART")
        library.text("B\n")
        library.cut(feed=False)
        library.text("C\n")

    library = Dummy(profile="TM-T20II")
    write(library)
    library.cut()
    printer = VirtualPrinter("test")
    printer.connect()
    printer.receive(library.output)
    assert [slip.lines for slip in printer.slips] == [["A"], ["B"], ["C"]]
    assert [isinstance(slip.rows[-1], FeedRow) for slip in printer.slips] == [True, False, True]


def test_every_byte_of_a_slip_is_explained_once_and_in_order() -> None:
    slip = printed(build(EVERYTHING, PrinterSettings("kiosk-1", "virtual:")))
    notes = annotate(slip)
    assert b"".join(note.raw for note in notes) == slip.data
    assert [note.offset for note in notes] == [
        sum(len(note.raw) for note in notes[:place]) for place in range(len(notes))
    ]
    said = [(note.name, note.meaning) for note in notes]
    for wanted in (
        ("ESC @", "初始化"),
        ("FS &", "汉字模式开"),
        ("GS !", "字号 4×4"),
        ("ESC E", "加粗开"),
        ("文字", "“A012”"),
        ("GS (", f"二维码内容 {URL}"),
        ("GS (", "打印二维码"),
        ("GS V", "半切"),
    ):
        assert wanted in said
    assert any(name == "GS v 0" and meaning.startswith("光栅图") for name, meaning in said)


def test_what_is_unknown_is_marked_so_and_what_is_long_is_cut_short_in_hex() -> None:
    slip = printed(b"\x1b@\x1bp\n\x1dv0\x00\x48\x00\x18\x00" + bytes(72 * 24) + CUT)
    notes = {note.name: note for note in annotate(slip)}
    assert (notes["ESC p"].kind, notes["ESC p"].meaning) == ("unknown", "不认识的指令")
    assert notes["GS v 0"].meaning == "光栅图 576×24 点"
    assert notes["GS v 0"].hex.endswith("… 共 1736 字节")


def test_text_that_came_byte_by_byte_is_one_line_of_the_explanation() -> None:
    printer = VirtualPrinter("test")
    printer.connect()
    for byte in b"\x1b@hello\n" + CUT:
        printer.receive(bytes([byte]))
    assert [note.meaning for note in annotate(printer.slips[0])] == ["初始化", "“hello”", "换行", "半切"]
