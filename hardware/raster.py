"""Pictures as GS v 0 commands: small ones, without a seam between them, and safe in a printer's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

BAND_BYTES = 2304
"""The most of one command: a line over 80 mm paper, and little beside the smallest receive buffers (4 KB)."""

WHITE = 255

BAND_ROWS = 255
"""The most rows of one command; some heads look at the lower byte of the height only."""

AS_IT_IS, DOUBLE = 0, 3
"""How GS v 0 prints a dot: as one, or twice as wide and twice as high."""

LINE_ROWS = 30
"""The least height of a line, as printers feed it; a line of larger letters is as high as they are."""

WIDE = [int("".join(dot * 2 for dot in f"{eight:08b}"), 2).to_bytes(2, "big") for eight in range(256)]
"""Eight dots, each twice as wide."""

QR_MARGIN_MODULES = 2
"""Rows of modules left white above and under a code, beside what the lines around it leave."""


class PictureTape:
    """Pictures one below the other; white rows between them cost a byte each instead of a paper's width."""

    def __init__(self) -> None:
        self._white = 0

    def picture(self, picture: Image) -> bytes:
        """The commands that print a one-bit picture; white rows at its end wait for what follows."""
        box = _ink(picture)
        if box is None:
            self._white += picture.height
            return b""
        left_over = picture.height - box[3]
        self._white += box[1]
        inked = picture.crop((0, box[1], min(picture.width, box[2]), box[3]))
        commands = self.end() + _bands(inked)
        self._white = left_over
        return commands

    def code(self, picture: Image) -> bytes:
        """The commands that print a code; one whose modules allow it is sent at half its size and enlarged.

        A quarter of the bytes: the usual code takes 1.4 s of a line of 9,600 baud, and not 5.2.
        """
        small = _resized(picture, (picture.width // 2, picture.height // 2))
        same = _resized(small, picture.size).tobytes() == picture.tobytes()
        return self.end() + (_bands(small, DOUBLE) if same else _bands(picture))

    def feed(self, rows: int) -> None:
        """Leave rows white."""
        self._white += rows

    def end(self) -> bytes:
        """Print the white rows that wait.

        They are pictures of a byte's width and not ESC J, whose unit differs from maker to maker.
        """
        full, rest = divmod(self._white, BAND_ROWS)
        self._white = 0
        heights = [BAND_ROWS] * full + [rest] * bool(rest)
        return b"".join(_command(1, height, bytes(height)) for height in heights)


def line_gap(picture: Image) -> int:
    """White rows under the picture of a line."""
    return max(0, LINE_ROWS - picture.height)


def line_picture(picture: Image) -> bytes:
    """One line of text among lines that the printer sets itself, with the usual gap under it."""
    gap = line_gap(picture)
    return _bands(picture) + (b"\x1bJ" + bytes([gap]) if gap else b"")


def without_real_time_commands(data: bytes) -> bytes:
    """The rows of a picture with no bytes that a printer obeys while it still receives them.

    DLE EOT, DLE ENQ and DLE DC4 are obeyed wherever they stand, also inside a picture (the makers' manuals
    warn of it): the printer would answer a question that nobody asked, which reads as the answer to the next
    one, or throw away what it holds. One dot more beside a dot that is there anyway is not seen.
    """
    if b"\x10" not in data:
        return data
    for second in (0x04, 0x05, 0x14):
        data = data.replace(bytes((0x10, second)), bytes((0x10, second | 0x08)))
    return data


def qr_picture(content: str, module_dots: int) -> Image:
    """The code at level M as a one-bit picture without a margin, ``module_dots`` a module."""
    import qrcode
    from PIL import Image

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(content.encode(), optimize=0)
    code.make(fit=True)
    modules = code.get_matrix()
    side = len(modules)
    small = Image.new("1", (side, side), 1)
    small.putdata([0 if dark else WHITE for line in modules for dark in line])
    return _resized(small, (side * module_dots, side * module_dots))


def _resized(picture: Image, size: tuple[int, int]) -> Image:
    from PIL.Image import Resampling

    return picture.resize(size, Resampling.NEAREST)


def _ink(picture: Image) -> tuple[int, int, int, int] | None:
    from PIL import ImageChops

    return ImageChops.invert(picture).getbbox()


def _bands(picture: Image, mode: int = AS_IT_IS) -> bytes:
    from PIL import ImageChops

    row_bytes = (picture.width + 7) // 8
    bits = ImageChops.invert(picture).tobytes()
    rows = max(1, min(BAND_ROWS, BAND_BYTES // row_bytes))
    return b"".join(
        _command(
            row_bytes,
            min(rows, picture.height - top),
            bits[top * row_bytes : (top + rows) * row_bytes],
            mode,
        )
        for top in range(0, picture.height, rows)
    )


def _command(row_bytes: int, rows: int, bits: bytes, mode: int = AS_IT_IS) -> bytes:
    size = row_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
    return b"\x1dv0" + bytes([mode]) + size + without_real_time_commands(bits)


def enlarged(row_bytes: int, bits: bytes, mode: int) -> tuple[int, bytes]:
    """A picture as GS v 0 prints it in that mode: the bytes of a row, and its rows."""
    if mode & 1:
        row_bytes *= 2
        bits = b"".join(WIDE[eight] for eight in bits)
    if mode & 2:
        rows = (bits[start : start + row_bytes] for start in range(0, len(bits), row_bytes))
        bits = b"".join(row + row for row in rows)
    return row_bytes, bits
