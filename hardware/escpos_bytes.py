"""A slip as ESC/POS bytes: text in the printer's own encoding or pictures, a QR code, one cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardware.encodings import SWITCH, nearest, printable
from hardware.fonts import HERE, FontMissing, Fonts
from hardware.glyphs import draw_text
from hardware.raster import QR_MARGIN_MODULES, PictureTape, line_gap, line_picture, qr_picture
from shared.domain.devices import PrinterSettings
from shared.domain.errors import Invalid
from shared.domain.slip import QrLine, RuleLine, Slip, SlipLine
from shared.domain.slip.typesetting import clean

if TYPE_CHECKING:
    from escpos.printer import Dummy
    from PIL.Image import Image

DOTS_PER_COLUMN = 24
"""A Chinese character cell at 203 dpi."""

INIT = b"\x1b@"
ALIGN = {"left": b"\x1ba\x00", "center": b"\x1ba\x01", "right": b"\x1ba\x02"}
BOLD = {False: b"\x1bE\x00", True: b"\x1bE\x01"}
SIZE = {1: b"\x1d!\x00", 2: b"\x1d!\x11", 4: b"\x1d!\x33"}

TEAR_OFF_LINES = 6
"""Fed where there is no cutter, so that the last line is past the edge at which people tear."""

PROFILE = "TM-T20II"
"""A profile with native QR and partial cut; widths are ours, so nothing else of it matters."""

QR_LEVEL_M = 1
QR_CAPACITY_M = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560)
"""Bytes that fit versions 1, 2, ... of a code at level M (ISO/IEC 18004, table 7)."""

QR_LARGEST_MODULE = 6
"""Dots per module: with the usual 33 modules a code of 25 mm, which every phone reads at arm's length."""

QR_SMALLEST_MODULE = 3
QR_QUIET_MODULES = 8


class QrTooLong(Invalid):
    """The content of a QR code does not fit the paper in a size that phones read."""

    code = "qr_too_long"
    message = "二维码内容太长，打不下。"


def build(slip: Slip, settings: PrinterSettings, fonts: Fonts = HERE) -> bytes:
    """The bytes of one slip, from the reset of the printer to the cut, as the printer's settings ask.

    In text mode a line with a character that the printer's memory lacks goes as a picture of that line; on a
    computer without a Chinese font 〓 stands for the character. Raises QrTooLong, and FontMissing when the
    whole slip is to be a picture on such a computer.
    """
    # The library brings Pillow and more with it (17 MB): only a computer that prints pays for it.
    from escpos.printer import Dummy

    printer = Dummy(profile=PROFILE)
    drawn = settings.mode == "raster"
    printer._raw(INIT if drawn else INIT + SWITCH[settings.encoding])
    writer = (_Drawer if drawn else _Writer)(printer, slip, settings, fonts)
    for line in slip.lines:
        writer.write(line)
    writer.end()
    if settings.cutter:
        printer.cut(mode="PART")
    else:
        printer.print_and_feed(TEAR_OFF_LINES)
    output: bytes = printer.output
    return output


def qr_module_dots(content: str, dots: int) -> int:
    """The size of a module in dots, the largest up to 6 with which the code fits; raises QrTooLong."""
    length = len(content.encode())
    version = next((number for number, room in enumerate(QR_CAPACITY_M, start=1) if length <= room), None)
    if version is None:
        raise QrTooLong(length=length)
    size = min(QR_LARGEST_MODULE, dots // (17 + 4 * version + QR_QUIET_MODULES))
    if size < QR_SMALLEST_MODULE:
        raise QrTooLong(length=length)
    return size


class _Drawer:
    """Writes lines as pictures; remembers the printer's alignment, so that only changes cost bytes.

    Pictures are placed by ESC a and not by white dots at their left, which would be a third of the bytes; a
    head that heeds ESC a for text only sets them at the left edge, whole.
    """

    def __init__(self, printer: Dummy, slip: Slip, settings: PrinterSettings, fonts: Fonts) -> None:
        self._printer = printer
        self._half_columns = slip.half_columns
        self._dots = slip.columns * DOTS_PER_COLUMN
        self._fonts = fonts
        self._encoding = settings.encoding
        self._native_qr = settings.qr == "native"
        self._tape = PictureTape()
        self._align = "left"

    def write(self, line: SlipLine | QrLine | RuleLine) -> None:
        """One line of the slip."""
        if isinstance(line, QrLine):
            content = clean(line.content)
            if content:
                self._write_qr(line, content, qr_module_dots(content, self._dots))
        elif isinstance(line, RuleLine):
            self._write_text(SlipLine("-" * self._half_columns), "-" * self._half_columns)
        else:
            # Indents are part of the layout; control characters are not, wherever the text came from.
            indent = len(line.text) - len(line.text.lstrip(" "))
            self._write_text(line, " " * indent + clean(line.text))

    def end(self) -> None:
        """Leave the printer as the next command expects it; white rows at the end are not worth sending."""
        self._turn("left")

    def _write_text(self, line: SlipLine, text: str) -> None:
        picture = self._picture(line, text)
        commands = self._tape.picture(picture)
        if commands:
            self._turn(line.align)
            self._printer._raw(commands)
        self._tape.feed(line_gap(picture))

    def _write_qr(self, line: QrLine, content: str, module_dots: int) -> None:
        self._tape.feed(QR_MARGIN_MODULES * module_dots)
        self._turn("center")
        self._printer._raw(self._tape.code(qr_picture(content, module_dots)))
        self._tape.feed(QR_MARGIN_MODULES * module_dots)

    def _picture(self, line: SlipLine, text: str) -> Image:
        picture = draw_text(text, line.size, line.size, bold=line.bold, fonts=self._fonts)
        return picture.crop((0, 0, min(picture.width, self._dots), picture.height))

    def _turn(self, align: str) -> None:
        if align != self._align:
            self._printer._raw(ALIGN[align])
        self._align = align


class _Writer(_Drawer):
    """Writes lines as text where the printer can say them, and remembers its style."""

    def __init__(self, printer: Dummy, slip: Slip, settings: PrinterSettings, fonts: Fonts) -> None:
        super().__init__(printer, slip, settings, fonts)
        self._size, self._bold = 1, False

    def end(self) -> None:
        """Leave the printer as the next command expects it."""
        self._style("left", 1, bold=False)

    def _write_text(self, line: SlipLine, text: str) -> None:
        encoded = printable(text, self._encoding)
        if encoded is None:
            try:
                picture = self._picture(line, text)
            except FontMissing:
                encoded = nearest(text, self._encoding)
            else:
                self._turn(line.align)
                self._printer._raw(line_picture(picture))
                return
        self._style(line.align, line.size, bold=line.bold)
        self._printer._raw(encoded + b"\n")

    def _write_qr(self, line: QrLine, content: str, module_dots: int) -> None:
        if line.drawn_by == "picture" or (line.drawn_by is None and not self._native_qr):
            super()._write_qr(line, content, module_dots)
            self._printer._raw(self._tape.end())
        else:
            self._style("center", 1, bold=False)
            self._printer.qr(content, native=True, size=module_dots, ec=QR_LEVEL_M)

    def _style(self, align: str, size: int, *, bold: bool) -> None:
        self._turn(align)
        if size != self._size:
            self._printer._raw(SIZE[size])
        if bold != self._bold:
            self._printer._raw(BOLD[bold])
        self._size, self._bold = size, bold
