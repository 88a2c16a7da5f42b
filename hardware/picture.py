"""The picture of a slip that a virtual printer cut, as its dots would stand on paper."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from hardware.glyphs import CELL, draw_text
from hardware.virtual_paper import KEPT_SLIPS, CutSlip, FeedRow, QrRow, RasterRow, Row, TextRow, TextRun
from shared.domain.slip.typesetting import width

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 16
"""White dots around the print, as the edges of the roll."""


@lru_cache(maxsize=KEPT_SLIPS)
def png(slip: CutSlip) -> bytes:
    """The slip as PNG, one dot of the printer a pixel; raises FontMissing."""
    from PIL import Image

    dots = slip.dots
    parts = [part for row in slip.rows for part in _draw(row, dots)]
    height = sum(part.height for _, part in parts)
    paper = Image.new("1", (dots + 2 * MARGIN, height + 2 * MARGIN), 1)
    top = MARGIN
    for align, part in parts:
        paper.paste(part, (MARGIN + _left(align, dots - part.width), top))
        top += part.height
    file = io.BytesIO()
    paper.save(file, "PNG", optimize=True)
    return file.getvalue()


def _left(align: str, spare: int) -> int:
    return {"left": 0, "center": spare // 2, "right": spare}[align]


def _draw(row: Row, dots: int) -> list[tuple[str, Image]]:
    match row:
        case TextRow():
            return [(row.align, line) for line in _draw_line(row, dots)]
        case QrRow():
            return [(row.align, _draw_qr(row))]
        case RasterRow():
            return [(row.align, _draw_raster(row))]
        case FeedRow(feed):
            return [("left", _blank(1, feed))]


def _blank(across: int, down: int) -> Image:
    from PIL import Image

    return Image.new("1", (across, down), 1)


def _draw_line(row: TextRow, dots: int) -> list[Image]:
    """The line, and where it is wider than the paper the lines that the printer makes of it."""
    signs = [(sign, run) for run in row.runs for sign in run.text]
    lines: list[list[Image]] = [[]]
    used = 0
    for sign, run in signs:
        cell = width(sign) * CELL // 2 * run.across
        if used + cell > dots:
            lines.append([])
            used = 0
        lines[-1].append(_draw_sign(sign, run))
        used += cell
    return [_joined(line, row.pitch) for line in lines]


def _draw_sign(sign: str, run: TextRun) -> Image:
    from PIL import ImageChops

    picture = draw_text(sign, run.across, run.down, bold=run.bold)
    if run.underline:
        picture.paste(0, (0, picture.height - 2, picture.width, picture.height))
    return ImageChops.invert(picture) if run.inverse else picture


def _joined(signs: list[Image], pitch: int) -> Image:
    tallest = max((sign.height for sign in signs), default=CELL)
    # As printers feed: a line of larger letters is as high as they are, with nothing added.
    line = _blank(max(1, sum(sign.width for sign in signs)), max(tallest, pitch))
    left = 0
    for sign in signs:
        line.paste(sign, (left, tallest - sign.height))
        left += sign.width
    return line


def _draw_qr(row: QrRow) -> Image:
    import qrcode
    from PIL import Image

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(row.content, optimize=0)
    code.make(fit=True)
    modules = code.get_matrix()
    side = len(modules)
    small = Image.new("1", (side, side), 1)
    small.putdata([0 if dark else 1 for line in modules for dark in line])
    big = small.resize((side * row.module_dots, side * row.module_dots), Image.Resampling.NEAREST)
    framed = _blank(big.width + 8 * row.module_dots, big.height + 4 * row.module_dots)
    framed.paste(big, (4 * row.module_dots, 2 * row.module_dots))
    return framed


def _draw_raster(row: RasterRow) -> Image:
    from PIL import Image, ImageChops

    picture = Image.frombytes("1", (row.row_bytes * 8, row.height), row.bits)
    return ImageChops.invert(picture)
