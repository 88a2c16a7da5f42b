"""The virtual printer: it understands what we send, shows it as a picture, and breaks on request."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, DictLoader
from PIL import Image

from hardware.decoder import Decoder, Text
from hardware.escpos_bytes import build
from hardware.link import LinkLost, VirtualLink
from hardware.pages import create_blueprint
from hardware.picture import png
from hardware.virtual_engine import RECEIVE_BUFFER
from hardware.virtual_paper import KEPT_SLIPS, CutSlip, RasterRow
from hardware.virtual_printer import Fault, VirtualPrinter, VirtualPrinters
from shared.domain.devices import PrinterSettings
from shared.domain.errors import HallError
from shared.domain.slip import Slip, SlipLine, acceptance_document, render, ticket_document

URL = "https://hall.example.gov.cn/t/0123456789abcdefghjkmnpqrs"
ASK_PRINTED = b"\x1d(H\x06\x00000042"
BLOCKS = ("title", "head", "body")
BASE = "".join(f"{{% block {name} %}}{{% endblock %}}" for name in BLOCKS)


def ticket(number: str = "A012") -> dict[str, object]:
    return ticket_document(
        hall="白银区人社局办事大厅",
        number=number,
        floor=2,
        floor_shape="▲",
        counters=[3],
        ahead=7,
        wait_minutes=(15, 30),
        issued_at=datetime(2026, 11, 23, 9, 41, tzinfo=UTC),
        url=URL,
        phone_reachable=False,
        missed_rule="过号不作废：拿本票到取号机或窗口扫一扫，再为您排上。",
    )


def acceptance() -> dict[str, object]:
    return acceptance_document(
        office_name="白银市白银区人力资源和社会保障局",
        short_name="白银区人社局",
        case_number="20261123-0042",
        applicant_masked="张*三",
        id_tail="1234",
        agent_masked=None,
        matter="职工退休（打包一件事）",
        accepted_on=date(2026, 11, 23),
        floor=2,
        counter=3,
        clerk_number="017",
        items=[("职工正常退休（职）申请", "12月14日前")],
        due_on=date(2026, 12, 14),
        working_days=15,
        pickup=None,
        url=URL,
        phone_reachable=False,
    )


def bytes_of(document: dict[str, object], columns: int = 24) -> bytes:
    return build(render(document, columns), PrinterSettings("kiosk-1", "virtual:", dots=columns * 24))


def printed(data: bytes, columns: int = 24) -> CutSlip:
    printer = VirtualPrinter("kiosk-1", columns)
    printer.connect()
    printer.receive(data)
    (slip,) = printer.slips
    return slip


def picture(slip: CutSlip) -> Image.Image:
    return Image.open(io.BytesIO(png(slip))).convert("L")


@pytest.mark.parametrize("columns", [24, 16])
@pytest.mark.parametrize("document", [ticket(), acceptance()], ids=["ticket", "acceptance"])
def test_the_code_on_the_picture_is_read_by_a_scanner(document: dict[str, object], columns: int) -> None:
    found = zxingcpp.read_barcodes(picture(printed(bytes_of(document, columns), columns)))
    assert [code.text for code in found] == [URL]


@pytest.mark.parametrize("columns", [24, 16])
@pytest.mark.parametrize("document", [ticket(), acceptance()], ids=["ticket", "acceptance"])
def test_the_paper_says_what_the_slip_says(document: dict[str, object], columns: int) -> None:
    slip = printed(bytes_of(document, columns), columns)
    wanted = [line.text for line in render(document, columns).lines if isinstance(line, SlipLine)]
    assert [line for line in slip.lines if line.strip("-")] == wanted
    assert slip.qr_contents == [URL]
    assert slip.unknown == ()


@pytest.mark.parametrize(("columns", "dots"), [(24, 576), (16, 384)])
def test_the_picture_is_as_wide_as_the_roll(columns: int, dots: int) -> None:
    assert picture(printed(bytes_of(ticket(), columns), columns)).width == dots + 32


def test_the_number_is_the_largest_thing_on_the_picture() -> None:
    image = picture(printed(bytes_of(ticket())))
    rows = [any(image.getpixel((x, y)) == 0 for x in range(image.width)) for y in range(60, 300)]
    runs = "".join("#" if dark else "." for dark in rows).split(".")
    assert max(len(run) for run in runs) > 60


def test_bytes_that_come_one_by_one_print_the_same_slip() -> None:
    data = bytes_of(ticket())
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    for byte in data:
        printer.receive(bytes([byte]))
    assert printer.slips == (printed(data),)


def test_a_rare_character_stands_on_the_paper_as_a_picture() -> None:
    slip = printed(build(Slip(24, (SlipLine("𠮷祥"),)), PrinterSettings("kiosk-1", "virtual:")))
    (row,) = [row for row in slip.rows if isinstance(row, RasterRow)]
    assert row.height == 24
    assert picture(slip).getextrema() == (0, 255)


@pytest.mark.parametrize("seed", range(40))
def test_no_bytes_at_all_break_the_printer(seed: int) -> None:
    noise = random.Random(seed).randbytes(300)
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    printer.receive(noise)
    printer.connect()
    printer.receive(b"\x1b@A\n\x1dV\x01")
    assert printer.slips[-1].lines == ["A"]


@pytest.mark.parametrize("seed", range(40))
def test_noise_after_chinese_mode_never_breaks_the_printer(seed: int) -> None:
    noise = random.Random(seed).randbytes(80)
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    printer.receive(b"\x1b@\x1c&" + noise + b"\n" * 4)
    assert printer.faults == frozenset()


def test_chinese_is_only_read_after_chinese_mode_is_switched_on() -> None:
    found = [command for command, _ in Decoder().feed("厅\n".encode("gb18030"))]
    assert Text("厅") not in found


def test_a_command_that_no_printer_should_get_is_kept_and_answered_by_an_error() -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    answers = printer.receive(b"\x1b@\x1bp\x00\n\x1dV\x01" + ASK_PRINTED + b"\x10\x04\x02")
    assert printer.slips[0].unknown == (b"\x1bp", b"\x00")
    assert answers == bytes([0x12 | 0x40])


def test_a_whole_slip_is_answered_with_its_process_id() -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    assert printer.receive(bytes_of(ticket()) + ASK_PRINTED) == b"\x37\x220042\x00"


def test_only_the_last_fifty_slips_are_kept() -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    for _ in range(KEPT_SLIPS + 5):
        printer.receive(b"\x1b@1\n\x1dV\x01")
    assert [slip.number for slip in printer.slips] == list(range(6, KEPT_SLIPS + 6))
    assert printer.slip(5) is None


@pytest.mark.parametrize(
    ("fault", "subject", "answer"),
    [
        (Fault.PAPER_OUT, 4, 0x7E),
        (Fault.NEAR_END, 4, 0x1E),
        (Fault.COVER_OPEN, 2, 0x16),
        (Fault.PAPER_OUT, 1, 0x1A),
    ],
)
def test_a_fault_is_told_in_the_status_bits(fault: Fault, subject: int, answer: int) -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    assert printer.receive(bytes((0x10, 4, subject))) == b"\x12"
    printer.break_down(fault)
    assert printer.receive(bytes((0x10, 4, subject))) == bytes([answer])
    printer.repair(fault)
    assert printer.receive(bytes((0x10, 4, subject))) == b"\x12"


@pytest.mark.parametrize("fault", [Fault.PAPER_OUT, Fault.COVER_OPEN])
def test_without_paper_or_with_an_open_cover_nothing_comes_out(fault: Fault) -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.break_down(fault)
    printer.connect()
    assert printer.receive(bytes_of(ticket()) + ASK_PRINTED) == b""
    assert printer.slips == ()


def test_what_a_broken_connection_left_is_not_printed_with_the_next_slip() -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    printer.receive(bytes_of(ticket("A001"))[:60])
    printer.connect()
    printer.receive(bytes_of(ticket("A002")))
    assert [slip.lines[1] for slip in printer.slips] == ["A002"]


@pytest.mark.parametrize(
    ("fault", "error"), [(Fault.REFUSE, ConnectionRefusedError), (Fault.POWER_OFF, TimeoutError)]
)
def test_a_printer_that_is_away_takes_no_connection(fault: Fault, error: type[OSError]) -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.break_down(fault)
    with pytest.raises(error):
        printer.connect()


def linked(fault: Fault, **figures: float) -> tuple[VirtualPrinter, VirtualLink]:
    printer = VirtualPrinter("kiosk-1")
    printer.break_down(fault, **figures)
    return printer, VirtualLink(printer)


def soon(seconds: float = 10.0) -> float:
    return time.monotonic() + seconds


def test_a_link_in_this_program_is_reset_after_so_many_bytes_of_print() -> None:
    printer, link = linked(Fault.RESET, reset_after=50)
    link.send(b"\x10\x04\x01", soon())
    assert link.receive(soon()) == b"\x12"
    with pytest.raises(LinkLost) as lost:
        link.send(bytes_of(ticket()), soon())
    assert lost.value.sent == 50
    link.reset()
    assert printer.slips == ()


def test_a_link_in_this_program_hears_a_late_confirmation_and_a_slow_one() -> None:
    for fault, figures in (
        (Fault.LATE_CONFIRMATION, {"late_seconds": 0.1}),
        (Fault.SLOW, {"bytes_per_second": 9000}),
    ):
        printer, link = linked(fault, **figures)
        link.send(bytes_of(ticket()) + ASK_PRINTED, soon())
        assert link.receive(soon()) == b"\x37\x220042\x00"
        assert len(printer.slips) == 1


def test_a_link_in_this_program_waits_while_the_buffer_is_full_and_tells_how_much_went() -> None:
    printer, link = linked(Fault.PAPER_OUT)
    with pytest.raises(LinkLost) as lost:
        link.send(bytes(8) + b"\n" * 5000, soon(0.05))
    assert lost.value.sent == RECEIVE_BUFFER
    assert printer.waiting == RECEIVE_BUFFER
    link.reset()
    printer.repair(Fault.PAPER_OUT)
    assert (printer.waiting, printer.pieces) == (0, ())


def test_a_link_in_this_program_takes_more_than_the_buffer_holds_while_paper_moves() -> None:
    printer = VirtualPrinter("kiosk-1")
    link = VirtualLink(printer)
    link.send(b"\x1b@" + b"\n" * 20_000 + b"\x1dV\x01", soon())
    assert len(printer.slips) == 1


def test_a_link_in_this_program_to_a_black_hole_hears_nothing() -> None:
    printer, link = linked(Fault.BLACK_HOLE)
    link.send(b"\x10\x04\x01" + bytes_of(ticket()), soon())
    assert link.receive(soon()) == b""
    assert printer.slips == ()


def test_recovery_with_clearing_throws_away_what_waits_at_a_jammed_cutter() -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.break_down(Fault.CUTTER_JAM)
    printer.connect()
    printer.receive(bytes_of(ticket("A001")) + bytes_of(ticket("A002")))
    printer.receive(b"\x10\x05\x02")
    printer.repair(Fault.CUTTER_JAM)
    assert [slip.lines for slip in printer.slips] == []
    printer.receive(bytes_of(ticket("A003")))
    assert [slip.lines[1] for slip in printer.slips] == ["A003"]


def test_recovery_with_clearing_leaves_a_printer_alone_that_is_well() -> None:
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    data = bytes_of(ticket())
    printer.receive(data[:60] + b"\x10\x05\x02" + data[60:])
    assert printer.slips[0].data == data


@pytest.fixture
def printers() -> VirtualPrinters:
    printers = VirtualPrinters()
    printer = printers.named("kiosk-1")
    printer.connect()
    printer.receive(bytes_of(ticket("A001")) + bytes_of(ticket("A002")))
    return printers


@pytest.fixture
def client(printers: VirtualPrinters) -> Iterator[FlaskClient]:
    app = Flask("paper")
    app.register_blueprint(create_blueprint(printers))
    app.jinja_loader = ChoiceLoader([DictLoader({"base.html": BASE})])
    app.register_error_handler(HallError, lambda error: ({"code": error.code}, 404))
    with app.test_client() as client:
        yield client


def test_slips_of_several_printers_stand_in_the_order_of_their_cutting(
    client: FlaskClient, printers: VirtualPrinters
) -> None:
    for name in ("counter-3", "kiosk-1", "counter-3"):
        printer = printers.named(name)
        printer.connect()
        printer.receive(bytes_of(ticket()))
    slips = client.get("/hardware/printer/paper.json").get_json()["slips"]
    assert [slip["printer"] for slip in slips] == ["counter-3", "kiosk-1", "counter-3", "kiosk-1", "kiosk-1"]


def test_the_page_needs_no_inline_script_or_style(client: FlaskClient) -> None:
    text = client.get("/hardware/printer").get_data(as_text=True)
    assert "style=" not in text
    assert "<script>" not in text
    for name in ("paper.js", "paper.css"):
        assert f"/hardware/static/{name}" in text
        with client.get(f"/hardware/static/{name}") as answer:
            assert answer.status_code == 200


def test_the_data_names_a_picture_for_every_slip(client: FlaskClient) -> None:
    slips = client.get("/hardware/printer/paper.json").get_json()["slips"]
    assert [slip["number"] for slip in slips] == [2, 1]
    answer = client.get(slips[0]["picture"])
    assert answer.mimetype == "image/png"
    assert answer.headers["Cache-Control"] == "no-store"
    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.data)).convert("L"))[0].text == URL


@pytest.mark.parametrize("path", ["/hardware/printer/kiosk-1/9.png", "/hardware/printer/nobody/1.png"])
def test_a_slip_that_is_not_there_is_unknown(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_slip")


def test_the_guard_is_asked_before_every_page(printers: VirtualPrinters) -> None:
    app = Flask("paper")
    app.register_blueprint(create_blueprint(printers, guard=lambda: ("请先登录", 403)))
    client = app.test_client()
    paths = ["/hardware/printer", "/hardware/printer/paper.json", "/hardware/printer/kiosk-1/1.png"]
    assert [client.get(path).status_code for path in paths] == [403, 403, 403]
