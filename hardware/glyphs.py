"""Characters drawn as dots, with a font of this computer: what a printer's own font does not hold."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from hardware.fonts import HERE, FontMissing, Fonts, face
from shared.domain.slip.typesetting import clusters, width

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["CELL", "FontMissing", "draw_text"]

CELL = 24
"""Dots of a Chinese character cell; a Latin letter takes half of it."""

BASELINE = 0.86
"""Where letters stand, as a share of the cell's height."""

INK = 150
"""Below this level of grey a dot is burnt."""

DIGIT_DOTS = 11


def draw_text(text: str, across: int = 1, down: int = 1, *, bold: bool = False, fonts: Fonts = HERE) -> Image:
    """The text as a one-bit picture in cells of 24 dots, multiplied as GS ! does; raises FontMissing.

    A character that no font holds is a box with its code point.
    """
    from PIL import Image

    scale = max(across, down)
    picture = Image.new("1", (max(1, width(text) * CELL // 2 * scale), CELL * scale), 1)
    left = 0
    # Each character in its own cell, as the printer sets them, whatever the font's spacing says.
    for sign in clusters(text):
        drawn = _cell(fonts, sign, scale, bold)
        picture.paste(drawn, (left, 0))
        left += drawn.width
    if across != down:
        picture = picture.resize((picture.width * across // scale, picture.height * down // scale))
    return picture


@lru_cache(maxsize=2048)
def _cell(fonts: Fonts, sign: str, scale: int, bold: bool) -> Image:
    from PIL import Image, ImageDraw

    across, down = width(sign) * CELL // 2 * scale, CELL * scale
    picture = Image.new("L", (across, down), 255)
    draw = ImageDraw.Draw(picture)
    font = fonts.holding(sign[0], bold)
    if font is None:
        _draw_code_point(picture, fonts, sign[0], scale)
    else:
        draw.text((across / 2, down * BASELINE), sign, font=face(font, down), fill=0, anchor="ms")
    return picture.point(lambda level: 255 if level > INK else 0).convert("1")


def _draw_code_point(picture: Image, fonts: Fonts, sign: str, scale: int) -> None:
    """Two rows of hexadecimal digits in a frame, as screens show what they cannot draw."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(picture)
    frame = (scale, scale, picture.width - 1 - scale, picture.height - 1 - scale)
    draw.rectangle(frame, outline=0, width=scale)
    digits = f"{ord(sign):04X}"
    if picture.width < picture.height:
        return
    half = (len(digits) + 1) // 2
    size = (DIGIT_DOTS if half < 3 else DIGIT_DOTS - 1) * scale
    font = face(fonts.chinese(False), size)
    for row, part in enumerate((digits[:half], digits[half:])):
        place = (picture.width / 2, picture.height * (0.32 + 0.37 * row))
        draw.text(place, part, font=font, fill=0, anchor="mm")
