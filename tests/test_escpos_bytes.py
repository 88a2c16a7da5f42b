"""The bytes of a slip: small, in the printer's own encoding, and without anything that could command it."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from hardware import decoder
from hardware.decoder import Command, Decoder
from hardware.encodings import TWO_BYTE_READER, UTF8_READER
from hardware.escpos_bytes import QrTooLong, build, qr_module_dots
from hardware.fonts import FontMissing, Fonts
from hardware.picture import png
from hardware.virtual_printer import VirtualPrinter
from shared.domain.devices import PrinterSettings
from shared.domain.slip import QrLine, RuleLine, Slip, SlipLine, render, ticket_document

URL_OF_60 = "https://hall.example.gov.cn:8443/t/0123456789abcdefghjkmnpqr"


def settings(encoding: str = "gb18030", **others: Any) -> PrinterSettings:
    return PrinterSettings("kiosk-1", "virtual:", encoding=encoding, **others)


def a_ticket(hall: str = "白银区人社局办事大厅") -> dict[str, object]:
    return ticket_document(
        hall=hall,
        number="A012",
        floor=2,
        floor_shape="▲",
        counters=[1, 2, 3, 5, 6],
        ahead=7,
        wait_minutes=(15, 30),
        issued_at=datetime(2026, 11, 23, 9, 41, tzinfo=UTC),
        url=URL_OF_60,
        phone_reachable=True,
        missed_rule="过号不作废：拿本票到取号机或窗口扫一扫，再为您排上。",
    )


def commands(data: bytes) -> list[Command]:
    return [command for command, _ in Decoder().feed(data)]


def one_line(text: str, encoding: str = "gb18030") -> bytes:
    return build(Slip(24, (SlipLine(text),)), settings(encoding))


@pytest.mark.parametrize("columns", [24, 16])
def test_a_ticket_with_a_link_of_60_characters_is_under_600_bytes(columns: int) -> None:
    assert len(URL_OF_60) == 60
    assert len(build(render(a_ticket(), columns), settings())) < 600


def test_a_slip_begins_with_a_reset_and_chinese_mode_and_ends_with_one_cut() -> None:
    data = build(render(a_ticket(), 24), settings())
    assert data.startswith(b"\x1b@\x1c&")
    found = commands(data)
    assert found[-1] == decoder.Cut()
    assert found.count(decoder.Cut()) == 1


def test_the_number_is_printed_at_four_times_and_the_size_returns_to_normal() -> None:
    found = commands(build(render(a_ticket(), 24), settings()))
    number = found.index(decoder.Text("A012"))
    assert decoder.SetSize(4, 4) in found[:number]
    sizes = [command for command in found if isinstance(command, decoder.SetSize)]
    assert sizes == [decoder.SetSize(4, 4), decoder.SetSize(2, 2), decoder.SetSize(1, 1)]


def test_chinese_goes_as_two_bytes_a_character() -> None:
    assert "前面 7 人".encode("gb18030") in one_line("前面 7 人")


@pytest.mark.parametrize("text", ["：", "〇", "１２", "café 请", "▲●■～"])
def test_no_text_turns_into_question_marks(text: str) -> None:
    found = commands(one_line(text))
    assert not any(isinstance(command, decoder.Text) and "?" in command.text for command in found)


def test_the_code_is_drawn_by_the_printer_in_model_2_and_level_m() -> None:
    found = commands(build(render(a_ticket(), 24), settings()))
    drawn = [command for command in found if isinstance(command, decoder.QrSetting | decoder.QrContent)]
    assert drawn == [
        decoder.QrSetting(65, ord("2")),
        decoder.QrSetting(67, 6),
        decoder.QrSetting(69, ord("1")),
        decoder.QrContent(URL_OF_60),
    ]
    assert decoder.QrPrint() in found


@pytest.mark.parametrize(
    ("length", "dots", "size"),
    [(60, 576, 6), (60, 504, 6), (60, 384, 6), (300, 576, 6), (300, 504, 6), (300, 384, 4)],
)
def test_a_code_is_as_large_as_the_paper_allows(length: int, dots: int, size: int) -> None:
    assert qr_module_dots("x" * length, dots) == size


@pytest.mark.parametrize("length", [2000, 561])
def test_a_code_that_no_phone_could_read_is_refused(length: int) -> None:
    with pytest.raises(QrTooLong):
        qr_module_dots("x" * length, 384)


@pytest.mark.parametrize(
    "bad",
    [
        b"\x1b@",
        b"\x1d!\x77",
        b"\x1dV\x00",
        b"\x10\x04\x01",
        b"\x1bp\x00",
        b"\x1c.",
        b"\x1d(A\x02\x00\x00\x02",
    ],
)
def test_bytes_that_command_a_printer_are_taken_out_of_every_text(bad: bytes) -> None:
    smuggled = bad.decode("latin-1")
    slip = Slip(24, (SlipLine(f"大{smuggled}厅"), QrLine(f"https://a.cn/{smuggled}")))
    found = commands(build(slip, settings()))
    assert not any(isinstance(command, decoder.UnknownCommand | decoder.AskStatus) for command in found)
    assert found.count(decoder.Cut()) == 1
    assert found.count(decoder.Initialise()) == 1
    assert not any(isinstance(command, decoder.SetSize) for command in found)


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0)])
def test_no_control_character_reaches_the_printer(code: int) -> None:
    plain, smuggled = one_line("大厅办事"), one_line(f"大厅{chr(code)}办事")
    assert smuggled.replace(b" ", b"") == plain.replace(b" ", b"")


@pytest.mark.parametrize("text", ["𠮷家", "㐂", "䶮", "ñ"])
def test_a_character_that_the_font_lacks_is_printed_as_a_picture_of_its_line(text: str) -> None:
    found = commands(one_line(text, encoding="gb2312"))
    pictures = [command for command in found if isinstance(command, decoder.Raster)]
    assert len(pictures) == 1
    assert any(pictures[0].bits)
    assert not any(isinstance(command, decoder.Text) for command in found)


def test_a_picture_of_a_line_is_never_wider_than_the_paper() -> None:
    found = commands(build(Slip(16, (SlipLine("䶮" * 40),)), settings()))
    picture = next(command for command in found if isinstance(command, decoder.Raster))
    assert picture.row_bytes * 8 <= 16 * 24


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312", "utf-8"])
def test_text_is_sent_in_the_encoding_of_the_printer(encoding: str) -> None:
    data = one_line("前面 7 人，约等 15～30 分钟", encoding)
    assert "前面 7 人，约等 15～30 分钟\n".encode(encoding) in data


@pytest.mark.parametrize(
    ("encoding", "switch"),
    [
        ("gb18030", TWO_BYTE_READER),
        ("gbk", TWO_BYTE_READER),
        ("gb2312", TWO_BYTE_READER),
        ("utf-8", UTF8_READER),
    ],
)
def test_after_the_reset_a_printer_is_told_how_to_read(encoding: str, switch: bytes) -> None:
    data = one_line("大厅", encoding)
    assert data.startswith(b"\x1b@" + switch + "大厅".encode(encoding))


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312", "utf-8"])
def test_a_printer_with_that_character_memory_prints_every_line(encoding: str) -> None:
    slip = render(a_ticket(), 24)
    virtual = VirtualPrinter("kiosk-1", 24, encoding=encoding)
    virtual.connect()
    virtual.receive(build(slip, settings(encoding)))
    (printed,) = virtual.slips
    assert printed.lines == [line.text for line in slip.lines if isinstance(line, SlipLine)]
    assert printed.unknown == ()


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312", "utf-8"])
@pytest.mark.parametrize("text", ["张𠮷", "㐂", "龙䶮", "café 请"])
def test_a_line_that_the_printer_cannot_say_is_one_picture_and_its_neighbours_stay_text(
    text: str, encoding: str
) -> None:
    data = build(Slip(24, (SlipLine("上"), SlipLine(text), SlipLine("下"))), settings(encoding))
    parts = data.split(b"\x1dv0\x00")
    assert len(parts) == 2
    assert parts[0].endswith("上\n".encode(encoding))
    assert "下\n".encode(encoding) in parts[1]


def test_without_a_font_a_line_is_text_with_a_mark_and_a_slip_of_pictures_is_refused() -> None:
    nothing = Fonts(known={}, listing=list)
    slip = Slip(24, (SlipLine("张𠮷 José"),))
    assert "张〓 Jose\n".encode("gbk") in build(slip, settings(), nothing)
    with pytest.raises(FontMissing):
        build(slip, settings(mode="raster"), nothing)


def test_a_printer_without_a_cutter_feeds_to_the_edge_where_paper_is_torn() -> None:
    with_cutter, without = (
        commands(build(render(a_ticket(), 24), settings(cutter=cutter))) for cutter in (True, False)
    )
    assert decoder.Cut() not in without
    assert without == with_cutter[:-1]
    assert isinstance(without[-1], decoder.Feed)


def test_a_slip_of_pictures_holds_no_text_and_no_code_of_the_printers_own() -> None:
    data = build(render(a_ticket(), 24), settings(mode="raster"))
    assert data.startswith(b"\x1b@")
    assert TWO_BYTE_READER not in data
    kinds = {type(command) for command in commands(data)}
    assert kinds == {decoder.Initialise, decoder.SetAlign, decoder.Raster, decoder.Feed, decoder.Cut}


def paper(document: dict[str, object], printer: PrinterSettings) -> Image.Image:
    """The paper that a virtual printer gives."""
    virtual = VirtualPrinter("kiosk-1", printer.columns)
    virtual.connect()
    virtual.receive(build(render(document, printer.columns), printer))
    (slip,) = virtual.slips
    assert slip.unknown == ()
    return Image.open(io.BytesIO(png(slip))).convert("L")


WAYS = [{"mode": "text"}, {"mode": "text", "qr": "raster"}, {"mode": "raster"}]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way.values()))
@pytest.mark.parametrize("dots", [576, 512, 384])
def test_the_code_is_read_from_the_paper_whoever_draws_it(dots: int, way: dict[str, str]) -> None:
    (code,) = zxingcpp.read_barcodes(paper(a_ticket(), settings(dots=dots, **way)))
    assert code.text == URL_OF_60


@pytest.mark.parametrize("way", WAYS[1:], ids=lambda way: "-".join(way.values()))
@pytest.mark.parametrize("dots", [576, 512, 384])
def test_pictures_look_like_the_text_they_stand_for(dots: int, way: dict[str, str]) -> None:
    def rows_of_ink(picture: Image.Image) -> list[int]:
        width, height = picture.size
        grey = picture.tobytes()
        return [grey[row * width : (row + 1) * width].count(0) for row in range(height)]

    text, drawn = (rows_of_ink(paper(a_ticket(), settings(dots=dots, **one))) for one in (WAYS[0], way))
    end = len(text) - 200
    assert sum(text[end:]) == 0
    assert drawn[:end] == text[:end]


@pytest.mark.parametrize("dots", [576, 512, 384])
def test_no_picture_is_wider_than_the_paper(dots: int) -> None:
    printer = settings(dots=dots, mode="raster")
    found = commands(build(render(a_ticket(hall="大厅" * 40), printer.columns), printer))
    assert max(one.row_bytes for one in found if isinstance(one, decoder.Raster)) * 8 <= dots


def test_a_code_that_says_how_it_is_drawn_is_drawn_so() -> None:
    slip = Slip(24, (QrLine(URL_OF_60, "printer"), QrLine(URL_OF_60, "picture")))
    for code in ("native", "raster"):
        found = commands(build(slip, settings(qr=code)))
        assert found.count(decoder.QrPrint()) == 1
        assert any(isinstance(command, decoder.Raster) for command in found)


def test_a_rule_goes_over_the_whole_width() -> None:
    found = commands(build(Slip(16, (RuleLine(),)), settings()))
    assert decoder.Text("-" * 32) in found


def test_the_printing_library_is_loaded_with_the_first_slip_only() -> None:
    program = (
        "import hardware.spooler, hardware.pages, sys; print('escpos' in sys.modules, 'PIL' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == ["False", "False"]
