"""What paper costs: bytes of a slip, time to build it, and seconds on the line; asserts only what is correct.

The way from the touch to the printer, and many slips at one printer, are in ``bench_first_byte``.
"""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import zxingcpp
from floors import bare_slip
from measuring import Figure, Size, Table, measure
from PIL import Image

from hardware.decoder import Decoder, Raster
from hardware.escpos_bytes import build
from hardware.picture import png
from hardware.virtual_printer import VirtualPrinter
from shared.domain.devices import DOTS_OF_PAPER, PrinterSettings
from shared.domain.slip import QrLine, Slip, SlipLine, render, ticket_document

SLIPS = 300
TEXT_GOAL_BYTES = 600
BAUDS = (9_600, 115_200)
BITS_A_BYTE = 10
"""A byte on a serial line with its start and stop bit."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
WAYS: dict[str, dict[str, Any]] = {
    "text, code by the printer": {"mode": "text", "qr": "native"},
    "text, code as a picture": {"mode": "text", "qr": "raster"},
    "all as a picture": {"mode": "raster"},
}


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Table:
    table = Table("Paper; times in ms, x: how many times its floor")
    request.config.pluginmanager.register(table)
    return table


@dataclass(frozen=True)
class Paper:
    """A way to print on a width of paper."""

    name: str
    printer: PrinterSettings

    def slip(self, link: str) -> Slip:
        """A ticket's slip, laid out."""
        return render(a_ticket(link), self.printer.columns)

    def whole_width(self, link: str) -> int:
        """Bytes of the same slip as one picture of the whole width: what it is before anything is saved."""
        printer = replace(self.printer, mode="raster")
        rasters = [
            one for one, _ in Decoder().feed(build(self.slip(link), printer)) if isinstance(one, Raster)
        ]
        return sum(raster.height for raster in rasters) * self.printer.dots // 8


PAPERS = [
    Paper(f"{mm} mm, {name}", replace(PrinterSettings("k", "virtual:", dots=DOTS_OF_PAPER[mm]), **way))
    for mm in (80, 58)
    for name, way in WAYS.items()
]
LINKS = (
    "https://hall.example.gov.cn:8443/t/" + "".join(signs) + "0" * 22
    for signs in itertools.product(ALPHABET, repeat=3)
)


def a_ticket(link: str) -> dict[str, object]:
    return ticket_document(
        hall="白银区人社局办事大厅",
        number="A012",
        floor=2,
        floor_shape="▲",
        counters=[1, 2, 3, 5, 6],
        ahead=7,
        wait_minutes=(15, 30),
        issued_at=datetime(2026, 11, 23, 9, 41, tzinfo=UTC),
        url=link,
        phone_reachable=True,
        missed_rule="过号不作废：拿本票到取号机或窗口扫一扫，再为您排上。",
    )


def plain_text(slip: Slip) -> bytes:
    return "\n".join(line.text for line in slip.lines if isinstance(line, SlipLine)).encode("gb18030")


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_a_slip_is_the_same_bytes_every_time_and_its_code_is_read(paper: Paper, table: Table) -> None:
    link = next(LINKS)
    slip = paper.slip(link)
    data, bare = build(slip, paper.printer), bare_slip(plain_text(slip), link)
    drawn = paper.printer.mode == "raster"
    floor, least = (
        ("whole width, uncropped", paper.whole_width(link)) if drawn else ("text and code", len(bare))
    )
    goal = TEXT_GOAL_BYTES if paper.printer.qr == "native" and not drawn else None
    table.add(Size(f"{paper.name}: ticket", len(data), "bytes", floor, least, goal))
    for baud in BAUDS:
        took, at_least = (len(sent) * BITS_A_BYTE / baud for sent in (data, bare))
        table.add(Size(f"{paper.name}: at {baud} baud", took, "s", "text and code", at_least))
    assert build(slip, paper.printer) == data
    assert read_code(data, paper.printer) == [line.content for line in slip.lines if isinstance(line, QrLine)]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_ticket_is_built_with_a_link_of_its_own(paper: Paper, table: Table) -> None:
    built = []

    def one() -> None:
        built.append(build(paper.slip(next(LINKS)), paper.printer))

    one()
    text = plain_text(paper.slip(next(LINKS)))
    floor = measure(lambda: bare_slip(text, next(LINKS)), SLIPS)
    table.add(Figure(f"{paper.name}: built", measure(one, SLIPS), "bare printing library", floor))
    assert len(set(built)) == len(built)


def read_code(data: bytes, printer: PrinterSettings) -> list[str]:
    """What a phone reads from the paper."""
    virtual = VirtualPrinter(printer.name, printer.columns)
    virtual.connect()
    virtual.receive(data)
    (slip,) = virtual.slips
    picture = Image.open(io.BytesIO(png(slip))).convert("L")
    return [code.text for code in zxingcpp.read_barcodes(picture)]
