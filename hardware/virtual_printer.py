"""A printer without hardware: it reads the same bytes, keeps the paper, and fails on request."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from hardware import decoder
from hardware.decoder import Command, Decoder

KEPT_SLIPS = 50
COLUMNS_80_MM = 24
"""The width of a virtual printer of which nothing else is said."""


class Fault(StrEnum):
    """What can be wrong with a printer.

    ``silent`` prints and answers nothing; ``cutter_jam`` stops at the cutter; ``offline`` and ``refuse``
    let nobody connect.
    """

    PAPER_OUT = "paper_out"
    NEAR_END = "near_end"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    REFUSE = "refuse"
    SILENT = "silent"
    CUTTER_JAM = "cutter_jam"


STOPS_PRINTING = frozenset({Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.CUTTER_JAM})


@dataclass(frozen=True)
class TextRun:
    """Characters of one style within a line."""

    text: str
    across: int
    down: int
    bold: bool


@dataclass(frozen=True)
class TextRow:
    """One printed line."""

    runs: tuple[TextRun, ...]
    align: str

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


@dataclass(frozen=True)
class CutSlip:
    """One slip that came out; ``unknown`` are commands that the printer did not know.

    ``cut_at`` is a reading of ``time.monotonic()`` and orders the slips of several printers.
    """

    number: int
    columns: int
    rows: tuple[Row, ...]
    data: bytes
    unknown: tuple[bytes, ...]
    cut_at: float = field(default_factory=time.monotonic, compare=False)

    @property
    def lines(self) -> list[str]:
        """The printed text, line by line."""
        return [row.text for row in self.rows if isinstance(row, TextRow)]

    @property
    def qr_contents(self) -> list[str]:
        """What the codes on the slip say."""
        return [row.content for row in self.rows if isinstance(row, QrRow)]


@dataclass
class _Pen:
    """The printer's settings and the slip in hand."""

    align: str = "left"
    across: int = 1
    down: int = 1
    bold: bool = False
    qr_dots: int = 3
    qr_content: str = ""
    runs: list[TextRun] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)
    unknown: list[bytes] = field(default_factory=list)


class VirtualPrinter:
    """Keeps the last 50 slips; safe to use from several threads."""

    def __init__(self, name: str, columns: int = COLUMNS_80_MM) -> None:
        self.name = name
        self.columns = columns
        self._lock = threading.Lock()
        self._slips: deque[CutSlip] = deque(maxlen=KEPT_SLIPS)
        self._printed = 0
        self._faults: set[Fault] = set()
        self._runs_out_after: int | None = None
        self._confused = False
        self._decoder = Decoder()
        self._pen = _Pen()

    @property
    def slips(self) -> tuple[CutSlip, ...]:
        """The slips that came out, oldest first."""
        with self._lock:
            return tuple(self._slips)

    @property
    def faults(self) -> frozenset[Fault]:
        """What is wrong now."""
        with self._lock:
            return frozenset(self._faults)

    @property
    def confused(self) -> bool:
        """True when this connection has sent a command that the printer does not know."""
        with self._lock:
            return self._confused

    def slip(self, number: int) -> CutSlip | None:
        """The slip of that number, or None when it never was or is thrown away."""
        return next((slip for slip in self.slips if slip.number == number), None)

    def break_down(self, fault: Fault) -> None:
        """Let a fault appear."""
        with self._lock:
            self._faults.add(fault)

    def repair(self, fault: Fault) -> None:
        """Mend a fault."""
        with self._lock:
            self._faults.discard(fault)
            if fault is Fault.PAPER_OUT:
                self._runs_out_after = None

    def run_out_after(self, size: int) -> None:
        """Let the paper end after ``size`` more bytes of print."""
        with self._lock:
            self._runs_out_after = size

    def connect(self) -> None:
        """Begin a connection: what the last one left unfinished is forgotten.

        Raises ConnectionRefusedError (``refuse``) or TimeoutError (``offline``).
        """
        with self._lock:
            if Fault.REFUSE in self._faults:
                raise ConnectionRefusedError("the virtual printer refuses connections")
            if Fault.OFFLINE in self._faults:
                raise TimeoutError("the virtual printer is switched off")
            self._decoder, self._pen, self._confused = Decoder(), _Pen(), False

    def receive(self, data: bytes) -> bytes:
        """Take bytes, print what they say, and give the printer's answers."""
        with self._lock:
            answers = [self._obey(command, raw) for command, raw in self._decoder.feed(data)]
            return b"" if Fault.SILENT in self._faults else b"".join(answers)

    def _obey(self, command: Command, raw: bytes) -> bytes:
        if isinstance(command, decoder.AskStatus):
            return self._status(command.subject)
        self._use_paper(len(raw))
        if self._faults & STOPS_PRINTING:
            return b""
        if isinstance(command, decoder.AskPrinted):
            return b"" if self._confused else b"\x37\x22" + command.process_id + b"\x00"
        self._pen.data.append(raw)
        self._print(command)
        return b""

    def _use_paper(self, size: int) -> None:
        if self._runs_out_after is not None:
            self._runs_out_after -= size
            if self._runs_out_after <= 0:
                self._faults.add(Fault.PAPER_OUT)

    def _print(self, command: Command) -> None:
        pen = self._pen
        match command:
            case decoder.Text(text):
                self._write(text)
            case decoder.LineEnd():
                self._end_line()
            case decoder.Feed(dots):
                self._end_line(even_empty=False)
                pen.rows.append(FeedRow(dots))
            case decoder.QrPrint():
                pen.rows.append(QrRow(pen.qr_content, pen.qr_dots, pen.align))
            case decoder.Raster(row_bytes, height, bits):
                pen.rows.append(RasterRow(row_bytes, height, bits, pen.align))
            case decoder.Cut():
                self._cut()
            case decoder.UnknownCommand(data):
                pen.unknown.append(data)
                self._confused = True
            case _:
                self._set(command)

    def _write(self, text: str) -> None:
        """Characters of one style are one run, in however many pieces they came."""
        pen = self._pen
        style = (pen.across, pen.down, pen.bold)
        if pen.runs and (pen.runs[-1].across, pen.runs[-1].down, pen.runs[-1].bold) == style:
            text = pen.runs.pop().text + text
        pen.runs.append(TextRun(text, *style))

    def _set(self, command: Command) -> None:
        pen = self._pen
        match command:
            case decoder.SetAlign(align):
                pen.align = align
            case decoder.SetSize(across, down):
                pen.across, pen.down = across, down
            case decoder.SetBold(bold):
                pen.bold = bold
            case decoder.QrSetting(67, dots):
                pen.qr_dots = dots
            case decoder.QrContent(content):
                pen.qr_content = content
            case decoder.Initialise():
                pen.align, pen.across, pen.down, pen.bold = "left", 1, 1, False

    def _end_line(self, *, even_empty: bool = True) -> None:
        if self._pen.runs or even_empty:
            self._pen.rows.append(TextRow(tuple(self._pen.runs), self._pen.align))
        self._pen.runs = []

    def _cut(self) -> None:
        pen = self._pen
        self._end_line(even_empty=False)
        self._printed += 1
        slip = CutSlip(self._printed, self.columns, tuple(pen.rows), b"".join(pen.data), tuple(pen.unknown))
        self._slips.append(slip)
        pen.rows, pen.data, pen.unknown = [], [], []

    def _status(self, subject: int) -> bytes:
        paper_out, cover_open = Fault.PAPER_OUT in self._faults, Fault.COVER_OPEN in self._faults
        bits = 0x12
        if subject == 1 and (paper_out or cover_open):
            bits |= 0x08
        if subject == 2:
            bits |= (0x04 if cover_open else 0) | (0x20 if paper_out else 0)
            bits |= 0x40 if self._confused else 0
        if subject == 3 and Fault.CUTTER_JAM in self._faults:
            bits |= 0x08
        if subject == 4:
            bits |= (0x6C if paper_out else 0) | (0x0C if Fault.NEAR_END in self._faults else 0)
        return bytes([bits])


class VirtualPrinters(dict[str, VirtualPrinter]):
    """The virtual printers of one server by name; one that is asked for comes into being."""

    def named(self, name: str, columns: int = COLUMNS_80_MM) -> VirtualPrinter:
        """The printer of that name, made with that width when it is new."""
        return self.setdefault(name, VirtualPrinter(name, columns))
