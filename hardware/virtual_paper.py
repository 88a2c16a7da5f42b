"""The paper of a virtual printer: the strip since the last cut, and the pieces that came off."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from hardware import escpos_commands as escpos
from hardware.decoder import USUAL_PITCH
from hardware.escpos_commands import Command, UnknownCommand
from shared.domain.devices import DOTS_PER_COLUMN

KEPT_SLIPS = 50
LONGEST_STRIP = 1_048_576
"""Bytes of print without a cut after which the strip is torn off, so that none grows for ever."""


@dataclass(frozen=True)
class TextRun:
    """Characters of one style within a line."""

    text: str
    across: int
    down: int
    bold: bool
    underline: bool = False
    inverse: bool = False


@dataclass(frozen=True)
class TextRow:
    """One printed line; ``pitch`` is the least height that it takes, in dots."""

    runs: tuple[TextRun, ...]
    align: str
    pitch: int = USUAL_PITCH

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class QrRow:
    """A QR code as the printer was told to draw it."""

    content: str
    module_dots: int
    align: str


@dataclass(frozen=True)
class RasterRow:
    """A picture."""

    row_bytes: int
    height: int
    bits: bytes
    align: str


@dataclass(frozen=True)
class FeedRow:
    """Empty paper; ``dots`` high."""

    dots: int


Row: TypeAlias = TextRow | QrRow | RasterRow | FeedRow


class Ending(StrEnum):
    """How a piece of paper came off: by the cutter, by hand, after a broken connection, or not yet."""

    CUT = "cut"
    TORN = "torn"
    LEFT = "left"
    HANGING = "hanging"


@dataclass(frozen=True)
class CutSlip:
    """One piece of paper; ``unknown`` are commands that the printer did not know.

    ``at`` is when it came off; ``cut_at``, a reading of ``time.monotonic()``, orders the slips of several
    printers.
    """

    number: int
    dots: int
    rows: tuple[Row, ...]
    data: bytes
    unknown: tuple[bytes, ...]
    at: datetime = field(compare=False)
    ending: Ending = Ending.CUT
    commands: tuple[tuple[Command, bytes], ...] = field(default=(), compare=False, repr=False)
    cut_at: float = field(default_factory=time.monotonic, compare=False)

    @property
    def columns(self) -> int:
        """The width in Chinese characters."""
        return self.dots // DOTS_PER_COLUMN

    @property
    def lines(self) -> list[str]:
        """The printed text, line by line."""
        return [row.text for row in self.rows if isinstance(row, TextRow)]

    @property
    def qr_contents(self) -> list[str]:
        """What the codes on the slip say."""
        return [row.content for row in self.rows if isinstance(row, QrRow)]


@dataclass
class _Style:
    """The settings that ESC @ forgets."""

    align: str = "left"
    across: int = 1
    down: int = 1
    bold: bool = False
    underline: bool = False
    inverse: bool = False
    pitch: int = USUAL_PITCH


@dataclass
class _Strip:
    """The paper since the last cut."""

    rows: list[Row] = field(default_factory=list)
    commands: list[tuple[Command, bytes]] = field(default_factory=list)
    size: int = 0
    printed_at: datetime | None = None


class PrintHead:
    """Prints commands on paper and keeps the last 50 pieces; ``dots`` is the printable width."""

    def __init__(self, dots: int, now: Callable[[], datetime]) -> None:
        self.dots = dots
        self._now = now
        self.pieces: deque[CutSlip] = deque(maxlen=KEPT_SLIPS)
        self._printed = 0
        self._style = _Style()
        self._qr_dots, self._qr_content = 3, ""
        self._graphics: escpos.GraphicsStore | None = None
        self._runs: list[TextRun] = []
        self._picture_in_line = False
        self._strip = _Strip()

    def print(self, command: Command, raw: bytes) -> None:
        """Print a command or keep its setting."""
        self._strip.commands.append((command, raw))
        self._strip.size += len(raw)
        rows = len(self._strip.rows)
        match command:
            case escpos.Text(text):
                self._write(text)
            case escpos.LineEnd():
                self._end_line()
            case escpos.Feed(dots, lines):
                self._feed(dots + lines * self._style.pitch)
            case escpos.QrPrint():
                self._strip.rows.append(QrRow(self._qr_content, self._qr_dots, self._style.align))
            case escpos.Raster(row_bytes, height, bits):
                self._strip.rows.append(RasterRow(row_bytes, height, bits, self._style.align))
            case escpos.BitImage(row_bytes, height, bits):
                self._strip.rows.append(RasterRow(row_bytes, height, bits, self._style.align))
                self._picture_in_line = True
            case escpos.GraphicsPrint():
                self._print_graphics()
            case _:
                self._set(command)
        if len(self._strip.rows) > rows:
            self._strip.printed_at = self._now()
        if self._strip.size > LONGEST_STRIP:
            self.take_off(Ending.TORN)

    def cut(self, command: escpos.Cut, raw: bytes) -> CutSlip:
        """Cut the paper: the piece that came off."""
        self._end_line(even_empty=False)
        if command.feed:
            self._feed(command.feed)
        self._strip.commands.append((command, raw))
        return self.take_off(Ending.CUT)

    def take_off(self, ending: Ending) -> CutSlip:
        """The strip comes off as a piece, with whatever stands on it."""
        self._strip.printed_at = self._now()
        piece = self._piece(self._printed + 1, ending)
        self._printed += 1
        self.pieces.append(piece)
        self._strip, self._runs = _Strip(), []
        return piece

    def leave(self) -> CutSlip | None:
        """Somebody went away in the middle: what was printed hangs apart from what the next one prints."""
        piece = self.take_off(Ending.LEFT) if self._strip.rows else None
        self._strip, self._runs, self._style = _Strip(), [], _Style()
        return piece

    @property
    def hanging(self) -> CutSlip | None:
        """The strip since the last cut, None when nothing stands on it."""
        return self._piece(self._printed + 1, Ending.HANGING) if self._strip.rows else None

    def _piece(self, number: int, ending: Ending) -> CutSlip:
        commands = tuple(self._strip.commands)
        unknown = tuple(command.data for command, _ in commands if isinstance(command, UnknownCommand))
        data = b"".join(raw for _, raw in commands)
        rows, at = tuple(self._strip.rows), self._strip.printed_at or self._now()
        return CutSlip(number, self.dots, rows, data, unknown, at, ending, commands)

    def _write(self, text: str) -> None:
        """Characters of one style are one run, in however many pieces they came."""
        new = self._style
        style = (new.across, new.down, new.bold, new.underline, new.inverse)
        last = self._runs[-1] if self._runs else None
        if last and (last.across, last.down, last.bold, last.underline, last.inverse) == style:
            text = self._runs.pop().text + text
        self._runs.append(TextRun(text, *style))

    def _end_line(self, *, even_empty: bool = True) -> None:
        if self._runs or (even_empty and not self._picture_in_line):
            self._strip.rows.append(TextRow(tuple(self._runs), self._style.align, self._style.pitch))
        self._runs, self._picture_in_line = [], False

    def _feed(self, dots: int) -> None:
        self._end_line(even_empty=False)
        self._strip.rows.append(FeedRow(dots))

    def _print_graphics(self) -> None:
        picture, self._graphics = self._graphics, None
        if picture is not None:
            self._strip.rows.append(
                RasterRow(picture.row_bytes, picture.height, picture.bits, self._style.align)
            )

    def _set(self, command: Command) -> None:
        style = self._style
        match command:
            case escpos.SetAlign(align):
                style.align = align
            case escpos.SetSize(across, down):
                style.across, style.down = across, down
            case escpos.SetBold(bold):
                style.bold = bold
            case escpos.SetUnderline(underline):
                style.underline = underline
            case escpos.SetInverse(inverse):
                style.inverse = inverse
            case escpos.SetMode(across, down, bold, underline):
                style.across, style.down, style.bold, style.underline = across, down, bold, underline
            case escpos.SetPitch(dots):
                style.pitch = dots
            case escpos.QrSetting(67, dots):
                self._qr_dots = dots
            case escpos.QrContent(content):
                self._qr_content = content
            case escpos.GraphicsStore():
                self._graphics = command
            case escpos.Initialise():
                self._style = _Style()
