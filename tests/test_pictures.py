"""Pictures for printers: every character visible, small, in bands, and harmless in the stream."""

from __future__ import annotations

import itertools

import pytest
import zxingcpp
from PIL import Image, ImageChops

from hardware import decoder
from hardware.decoder import Decoder
from hardware.fonts import DEBIAN, HERE, FontFile, FontMissing, Fonts, list_fonts
from hardware.glyphs import CELL, draw_text
from hardware.raster import BAND_BYTES, BAND_ROWS, PictureTape, qr_picture, without_real_time_commands

WHITE = 255
NO_FONTCONFIG = Fonts(listing=list)
NO_FONTS = Fonts(known={}, listing=list)


def ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    return ImageChops.invert(picture).getbbox()


def white(across: int, down: int) -> Image.Image:
    return Image.new("1", (across, down), WHITE)


def rasters(data: bytes) -> list[decoder.Raster]:
    commands = [command for command, _ in Decoder().feed(data)]
    assert all(isinstance(command, decoder.Raster) for command in commands)
    return [command for command in commands if isinstance(command, decoder.Raster)]


def stacked(data: bytes, across: int) -> Image.Image:
    """The paper as the head leaves it: each picture at the left edge, right below the one before."""
    parts = rasters(data)
    paper = white(across, sum(part.height for part in parts))
    top = 0
    for part in parts:
        size = (part.row_bytes * 8, part.height)
        paper.paste(ImageChops.invert(Image.frombytes("1", size, part.bits)), (0, top))
        top += part.height
    return paper


@pytest.mark.parametrize("sign", ["中", "𠮷", "㐂", "䶮", "é", "A", "▲", "？"])
@pytest.mark.parametrize("bold", [False, True])
def test_a_character_fills_a_cell_of_its_own(sign: str, bold: bool) -> None:
    picture = draw_text(sign, bold=bold)
    assert picture.size == (CELL // 2 if sign in "éA" else CELL, CELL)
    assert ink(picture) is not None


def test_a_rare_character_is_not_the_mark_for_a_missing_one() -> None:
    drawn = {draw_text(sign).tobytes() for sign in ("𠮷", "㐂", "䶮", "\ue000", "\ue001")}
    assert len(drawn) == 5


@pytest.mark.parametrize("sign", ["\ue000", "\ufffe", "\U000f1234"])
def test_a_character_that_no_font_holds_is_a_box_with_its_code_point(sign: str) -> None:
    box = draw_text(sign)
    frame = (1, 1, CELL - 1, CELL - 1)
    assert ink(box) == frame
    inside = box.crop((3, 3, CELL - 3, CELL - 3))
    assert ink(inside) is not None
    assert inside.tobytes() != draw_text("\ue123").crop((3, 3, CELL - 3, CELL - 3)).tobytes()


def test_a_character_that_the_chinese_font_lacks_is_drawn_with_another_font() -> None:
    signs = (chr(start) for font in list_fonts() for start in font.starts)
    sign = next(
        one for one in signs if NO_FONTCONFIG.holding(one, False) is None and HERE.holding(one, False)
    )
    assert draw_text(sign).tobytes() != draw_text(sign, fonts=NO_FONTCONFIG).tobytes()


def test_an_accent_of_its_own_is_set_on_its_letter() -> None:
    assert draw_text("Jose\u0301").tobytes() == draw_text("José").tobytes()


def test_without_debians_font_another_chinese_font_is_found() -> None:
    found = Fonts(known={})
    assert found.chinese(False) != found.chinese(True)
    assert draw_text("中", fonts=found).tobytes() != draw_text("国", fonts=found).tobytes()


def test_a_font_file_that_is_gone_is_not_used() -> None:
    gone = Fonts(known={False: FontFile("/gone.ttc")}, listing=list)
    with pytest.raises(FontMissing):
        gone.chinese(False)
    assert DEBIAN[False].path == Fonts().chinese(False).path


def test_without_any_chinese_font_drawing_is_refused_with_the_package_to_install() -> None:
    with pytest.raises(FontMissing) as refusal:
        draw_text("中", fonts=NO_FONTS)
    assert "fonts-noto-cjk" in refusal.value.text


def test_pictures_stand_one_below_the_other_without_a_seam() -> None:
    above, below = draw_text("白银区", 2, 2), qr_picture("https://a.cn/t/1", 6)
    tape = PictureTape()
    data = tape.picture(above)
    tape.feed(300)
    data += tape.picture(below) + tape.end()
    across = max(above.width, below.width)
    expected = white(across, above.height + 300 + below.height)
    expected.paste(above, (0, 0))
    expected.paste(below, (0, above.height + 300))
    assert stacked(data, across).tobytes() == expected.tobytes()


@pytest.mark.parametrize("module_dots", [3, 4, 5, 6])
def test_a_code_stands_on_the_paper_as_it_was_drawn(module_dots: int) -> None:
    code = qr_picture("https://a.cn/t/1", module_dots)
    printed = stacked(PictureTape().code(code), code.width)
    assert printed.tobytes() == code.tobytes()


@pytest.mark.parametrize(("module_dots", "share"), [(6, 0.3), (4, 0.3), (5, 1.1)])
def test_a_code_of_even_modules_costs_a_quarter(module_dots: int, share: float) -> None:
    code = qr_picture("https://hall.example.gov.cn/t/0123456789abcdefghjkmnpqrs", module_dots)
    assert len(PictureTape().code(code)) < share * len(code.tobytes())


def test_no_command_is_larger_or_taller_than_a_small_head_takes() -> None:
    tall = Image.new("1", (576, 1000), 0)
    narrow = Image.new("1", (8, 1000), 0)
    tape = PictureTape()
    bands = rasters(tape.picture(tall) + tape.picture(narrow))
    assert max(len(band.bits) for band in bands) <= BAND_BYTES
    assert max(band.height for band in bands) <= BAND_ROWS


def test_white_rows_cost_a_byte_and_white_columns_at_the_right_nothing() -> None:
    picture = white(576, 200)
    picture.putpixel((20, 100), 0)
    tape = PictureTape()
    bands = rasters(tape.picture(picture) + tape.end())
    assert [(band.row_bytes, band.height) for band in bands] == [(1, 100), (3, 1), (1, 99)]


@pytest.mark.parametrize("command", [b"\x10\x04", b"\x10\x05", b"\x10\x14"])
def test_no_row_holds_what_a_printer_obeys_while_it_receives(command: bytes) -> None:
    bits = command * 3 + b"\x10" + command + bytes(15)
    picture = ImageChops.invert(Image.frombytes("1", (8, len(bits)), bits))
    printed = PictureTape().picture(picture)
    assert command not in printed
    changed = zip(without_real_time_commands(bits), bits, strict=True)
    assert {new ^ old for new, old in changed} == {0, 0x08}


def test_only_real_time_commands_are_changed_and_only_by_one_dot() -> None:
    changed = {
        pair: without_real_time_commands(bytes(pair))
        for pair in itertools.product(range(256), repeat=2)
        if without_real_time_commands(bytes(pair)) != bytes(pair)
    }
    assert changed == {(16, 4): b"\x10\x0c", (16, 5): b"\x10\x0d", (16, 20): b"\x10\x1c"}


@pytest.mark.parametrize(
    "content", ["https://hall.example.gov.cn/t/0123456789abcdefghjkmnpqrs", "大厅", "x" * 560]
)
@pytest.mark.parametrize("module_dots", [2, 3, 6])
def test_a_drawn_code_says_its_content(content: str, module_dots: int) -> None:
    code = qr_picture(content, module_dots)
    framed = white(code.width + 60, code.height + 60)
    framed.paste(code, (30, 30))
    (read,) = zxingcpp.read_barcodes(framed.convert("L"))
    assert read.text == content
    assert without_real_time_commands(code.tobytes()) == code.tobytes()
