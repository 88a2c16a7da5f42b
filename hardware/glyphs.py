"""Characters drawn as dots, with a font of this computer: what a printer's own font does not hold."""

from __future__ import annotations

import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain.slip.typesetting import width

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

CELL = 24
"""Dots of a Chinese character cell; a Latin letter takes half of it."""

KNOWN_FONTS = {
    False: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    True: "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
}
MONO_SC_FACE = 7
"""Noto Sans Mono CJK SC within the collection: a Latin letter is exactly half as wide as a character."""


class FontMissing(Exception):
    """This computer has no font with Chinese characters."""


@lru_cache(maxsize=16)
def font(size: int, *, bold: bool) -> FreeTypeFont:
    """The font at ``size`` dots; raises FontMissing."""
    from PIL import ImageFont

    path = font_path(bold=bold)
    if path is None:
        raise FontMissing
    face = MONO_SC_FACE if path == KNOWN_FONTS[bold] else 0
    return ImageFont.truetype(path, size, index=face)


@lru_cache(maxsize=2)
def font_path(*, bold: bool) -> str | None:
    """The file of a Chinese font: Debian's Noto Sans CJK, else what fontconfig names, else None."""
    if Path(KNOWN_FONTS[bold]).exists():
        return KNOWN_FONTS[bold]
    matcher = shutil.which("fc-match")
    if matcher is None:
        return None
    style = "bold" if bold else "regular"
    asked = [matcher, "--format=%{lang}\n%{file}", f"sans:lang=zh-cn:style={style}"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=5)
    languages, _, path = answer.stdout.partition("\n")
    return path if "zh-cn" in languages and Path(path).exists() else None


def draw_text(text: str, across: int = 1, down: int = 1, *, bold: bool = False) -> Image:
    """The text as a one-bit picture in cells of 24 dots, multiplied as GS ! does; raises FontMissing."""
    from PIL import Image, ImageDraw

    scale = max(across, down)
    face = font(CELL * scale, bold=bold)
    picture = Image.new("L", (max(1, width(text) * CELL // 2 * scale), CELL * scale), 255)
    draw = ImageDraw.Draw(picture)
    left = 0
    # Each character in its own cell, as the printer sets them, whatever the font's spacing says.
    for sign in text:
        cell = width(sign) * CELL // 2 * scale
        draw.text((left + cell / 2, CELL * scale * 0.86), sign, font=face, fill=0, anchor="ms")
        left += cell
    if across != down:
        picture = picture.resize((picture.width * across // scale, picture.height * down // scale))
    return picture.point(lambda level: 255 if level > 150 else 0).convert("1")


def raster_line(text: str, size: int, *, bold: bool, dots: int) -> bytes:
    """One line of text as a GS v 0 raster command, never wider than ``dots``; raises FontMissing."""
    from PIL import ImageChops

    picture = draw_text(text, size, size, bold=bold)
    picture = picture.crop((0, 0, min(picture.width, dots), picture.height))
    row_bytes = (picture.width + 7) // 8
    bits = ImageChops.invert(picture).tobytes()
    header = b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    return header + bits
