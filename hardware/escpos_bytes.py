"""A slip as ESC/POS bytes: Chinese mode, native QR code, one cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardware.glyphs import FontMissing, raster_line
from shared.domain.devices import PrinterSettings
from shared.domain.errors import Invalid
from shared.domain.slip import QrLine, RuleLine, Slip, SlipLine
from shared.domain.slip.typesetting import clean

if TYPE_CHECKING:
    from escpos.printer import Dummy

DOTS_PER_COLUMN = 24
"""A Chinese character cell at 203 dpi."""

INIT = b"\x1b@"
CHINESE_ON = b"\x1c&"
ALIGN = {"left": b"\x1ba\x00", "center": b"\x1ba\x01", "right": b"\x1ba\x02"}
BOLD = {False: b"\x1bE\x00", True: b"\x1bE\x01"}
SIZE = {1: b"\x1d!\x00", 2: b"\x1d!\x11", 4: b"\x1d!\x33"}

PROFILE = "TM-T20II"
"""A profile with native QR and partial cut; widths are ours, so nothing else of it matters."""

QR_LEVEL_M = 1
QR_CAPACITY_M = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560)
"""Bytes that fit versions 1, 2, ... of a code at level M (ISO/IEC 18004, table 7)."""

QR_LARGEST_MODULE = 6
"""Dots per module: with the usual 33 modules a code of 25 mm, which every phone reads at arm's length."""

QR_QUIET_MODULES = 8


class QrTooLong(Invalid):
    """The content of a QR code does not fit the paper in a size that phones read."""

    code = "qr_too_long"
    message = "二维码内容太长，打不下。"


def build(slip: Slip, settings: PrinterSettings) -> bytes:
    """The bytes of one slip, from the reset of the printer to the cut.

    A line with a character that the printer's font lacks goes as a picture of that line. Raises QrTooLong.
    """
    # The library brings Pillow and more with it (17 MB): only a computer that prints pays for it.
    from escpos.printer import Dummy

    printer = Dummy(profile=PROFILE)
    printer._raw(INIT + CHINESE_ON)
    writer = _Writer(printer, settings.encoding, slip.half_columns * DOTS_PER_COLUMN // 2)
    for line in slip.lines:
        writer.write(line, slip.half_columns)
    writer.style("left", 1, bold=False)
    printer.cut(mode="PART")
    output: bytes = printer.output
    return output


def qr_module_dots(content: str, dots: int) -> int:
    """The size of a module in dots, the largest up to 6 with which the code fits; raises QrTooLong."""
    length = len(content.encode())
    version = next((number for number, room in enumerate(QR_CAPACITY_M, start=1) if length <= room), None)
    if version is None:
        raise QrTooLong(length=length)
    size = min(QR_LARGEST_MODULE, dots // (17 + 4 * version + QR_QUIET_MODULES))
    if size < 3:
        raise QrTooLong(length=length)
    return size


def printable(text: str, encoding: str) -> bytes | None:
    """The text in the printer's own encoding, or None when its font does not hold every character.

    A font said to be GB18030 holds the two-byte characters only; four-byte ones are printed as a picture.
    """
    ascii_or_two = "gbk" if encoding == "gb18030" else encoding
    try:
        text.encode(ascii_or_two)
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


class _Writer:
    """Writes lines and remembers the printer's style, so that only changes cost bytes."""

    def __init__(self, printer: Dummy, encoding: str, dots: int) -> None:
        self._printer = printer
        self._encoding = encoding
        self._dots = dots
        self._align, self._size, self._bold = "left", 1, False

    def write(self, line: SlipLine | QrLine | RuleLine, half_columns: int) -> None:
        if isinstance(line, SlipLine):
            self._write_text(line)
        elif isinstance(line, RuleLine):
            self._write_text(SlipLine("-" * half_columns))
        else:
            self.style("center", 1, bold=False)
            content = clean(line.content)
            size = qr_module_dots(content, self._dots)
            self._printer.qr(content, native=True, size=size, ec=QR_LEVEL_M)

    def style(self, align: str, size: int, *, bold: bool) -> None:
        if align != self._align:
            self._printer._raw(ALIGN[align])
        if size != self._size:
            self._printer._raw(SIZE[size])
        if bold != self._bold:
            self._printer._raw(BOLD[bold])
        self._align, self._size, self._bold = align, size, bold

    def _write_text(self, line: SlipLine) -> None:
        # Indents are part of the layout; control characters are not, wherever the text came from.
        indent = len(line.text) - len(line.text.lstrip(" "))
        text = " " * indent + clean(line.text)
        encoded = printable(text, self._encoding)
        if encoded is None:
            picture = self._picture(SlipLine(text, line.size, line.align, line.bold))
            if picture:
                self.style(line.align, 1, bold=False)
                self._printer._raw(picture)
                return
            encoded = text.encode("gb18030")
        self.style(line.align, line.size, bold=line.bold)
        self._printer._raw(encoded + b"\n")

    def _picture(self, line: SlipLine) -> bytes | None:
        try:
            return raster_line(line.text, line.size, bold=line.bold, dots=self._dots)
        except FontMissing:
            # Most fonts called GB18030 do hold the rare character; four bytes are the next best.
            return None
