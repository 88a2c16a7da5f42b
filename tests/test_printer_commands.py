"""``hall check`` and ``hall print-test``: what printers answer, what it means, and what became of a page."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import start_demo, stop_demo
from test_demo import ROOT, run
from test_transport import network_printer, speaking, without_process_ids

from hardware.virtual_printer import Fault, VirtualPrinter

Checked = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The surroundings of a founded hall."""
    environ = {"HALL_DATA_DIR": str(tmp_path_factory.mktemp("hall"))}
    assert run("init", environ=dict(environ), cwd=Path(environ["HALL_DATA_DIR"])).returncode == 0
    return environ


@pytest.fixture
def hall(founded: Mapping[str, str], tmp_path: Path) -> Callable[..., Checked]:
    """Run a command in that hall, with ``printer`` as its only printer."""

    def command(*words: str, printer: str = "") -> Checked:
        environ = {**founded, **({"HALL_PRINTER": printer} if printer else {})}
        return run(*words, environ=environ, cwd=tmp_path)

    return command


def block(checked: Checked) -> dict[str, str]:
    """The lines about the only printer, by label."""
    lines = checked.stdout.partition("打印机 default")[2].splitlines()[1:]
    return {line[2:14].strip(): line[14:].strip() for line in lines if line.startswith("  ")}


def answers_of(
    hall: Callable[..., Checked],
    printer: VirtualPrinter,
    change: Callable[[bytes], bytes] = lambda answers: answers,
) -> Checked:
    with network_printer(speaking(printer, change)) as address:
        return hall("check", printer=address)


def test_check_tells_byte_by_byte_what_a_printer_answers_and_prints_nothing(
    hall: Callable[..., Checked],
) -> None:
    printer = VirtualPrinter("network")
    checked = answers_of(hall, printer)
    told = " ".join(checked.stdout.split())
    assert checked.returncode == 0
    for words in ("DLE EOT 1 0x12 联机", "DLE EOT 2 0x12 盖子关着", "DLE EOT 3 0x12 没有故障"):
        assert words in told
    assert "DLE EOT 4 0x12 有纸" in told
    assert "GS ( H 回答打完的编号" in told
    assert "可写 process_ids = true" in told
    assert printer.slips == ()


def test_check_fails_for_a_printer_without_paper_and_names_the_bits(hall: Callable[..., Checked]) -> None:
    printer = VirtualPrinter("network")
    printer.break_down(Fault.PAPER_OUT)
    checked = answers_of(hall, printer)
    told = " ".join(checked.stdout.split())
    assert checked.returncode == 1
    assert "状态 打不了：打印机没纸了" in told
    assert "没纸，停了" in told
    assert "1 台打印机现在打不出纸" in checked.stderr


def test_check_says_what_to_set_for_a_printer_that_never_answers(hall: Callable[..., Checked]) -> None:
    printer = VirtualPrinter("network")
    printer.break_down(Fault.SILENT)
    checked = answers_of(hall, printer)
    told = " ".join(checked.stdout.split())
    assert checked.returncode == 0
    assert told.count("没有回答") >= 4
    assert "status = false" in told


def test_check_says_what_to_set_for_a_printer_without_process_ids(hall: Callable[..., Checked]) -> None:
    checked = answers_of(hall, VirtualPrinter("network"), without_process_ids)
    assert "请写 process_ids = false" in checked.stdout


def test_check_shows_an_answer_that_no_printer_gives(hall: Callable[..., Checked]) -> None:
    checked = answers_of(hall, VirtualPrinter("network"), lambda answers: b"\xff" * len(answers))
    assert checked.returncode == 1
    assert "0xff  读不懂" in checked.stdout
    assert "有故障" in checked.stdout


def test_check_says_that_a_printer_that_refuses_may_be_printing(hall: Callable[..., Checked]) -> None:
    with network_printer(speaking(VirtualPrinter("network"))) as address:
        pass
    checked = hall("check", printer=address)
    assert checked.returncode == 1
    assert "正给别人打印" in "".join(checked.stdout.split())


def test_check_asks_nothing_of_a_file(hall: Callable[..., Checked], tmp_path: Path) -> None:
    checked = hall("check", printer=f"file://{tmp_path}/slips")
    assert checked.returncode == 0
    assert "听不到回答" in checked.stdout
    assert (tmp_path / "slips").read_bytes() == b""


def test_check_says_that_only_a_running_hall_can_ask_an_agent(hall: Callable[..., Checked]) -> None:
    checked = hall("check", printer="agent:kiosk-pc-1")
    assert checked.returncode == 0
    assert "由打印代理kiosk-pc-1看管" in "".join(checked.stdout.split())


def test_check_names_every_printer_with_its_places_and_stand_ins_within_80_columns(
    hall: Callable[..., Checked],
) -> None:
    checked = hall("check")
    told = "".join(checked.stdout.split())
    assert "取号机kiosk-1（备用counters-1）" in told
    assert "备用于取号机kiosk-1" in told
    assert "576点、24个汉字，GB18030，文字" in told
    assert max(columns(line) for line in checked.stdout.splitlines()) <= 80


def test_check_names_the_places_without_a_stand_in(hall: Callable[..., Checked]) -> None:
    checked = hall("check", printer="tcp://127.0.0.1:9")
    assert "没有备用" in checked.stdout


@pytest.mark.parametrize("address", ["usb://printer", "serial://ttyS0", "pigeon:post"])
def test_a_hall_with_a_mistaken_address_is_not_founded(tmp_path: Path, address: str) -> None:
    site = (ROOT / "shared/seed/site.toml").read_text(encoding="utf-8")
    (tmp_path / "site.toml").write_text(site.replace('"virtual:"', f'"{address}"'), encoding="utf-8")
    environ = {"HALL_DATA_DIR": str(tmp_path / "data")}
    founded = run("init", "--seed", str(tmp_path), environ=environ, cwd=tmp_path)
    assert founded.returncode == 1
    assert founded.stderr.count("打印机地址不对") == site.count('"virtual:"')
    assert "kiosk-1：" in founded.stderr
    assert not (tmp_path / "data").exists()
    environ["HALL_PRINTER"] = address
    assert "HALL_PRINTER：" in run("init", environ=environ, cwd=tmp_path).stderr


def test_a_page_printed_straight_says_whether_it_came_out(hall: Callable[..., Checked]) -> None:
    printer = VirtualPrinter("network")
    with network_printer(speaking(printer)) as address:
        printed = hall("print-test", "--direct", address, "--dots", "384")
        printer.break_down(Fault.COVER_OPEN)
        failed = hall("print-test", "--direct", address)
    assert printed.returncode == 0
    assert "打出来了" in printed.stdout
    assert (failed.returncode, len(printer.slips)) == (1, 1)
    assert "盖子开着" in failed.stderr


def test_a_page_for_a_printer_that_never_answers_is_unconfirmed(
    hall: Callable[..., Checked], tmp_path: Path
) -> None:
    printed = hall("print-test", "--direct", f"file://{tmp_path}/slips")
    assert printed.returncode == 3
    assert "没有确认" in printed.stderr
    assert (tmp_path / "slips").stat().st_size > 300


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("print-test", "nowhere"), "没有叫 nowhere 的打印机"),
        (("print-test", "--direct", "usb://printer"), "bad_usb_address"),
        (("print-test", "--direct", "kiosk-1"), "虚拟打印机"),
        (("print-test", "kiosk-1", "--dots", "384"), "--direct"),
    ],
)
def test_a_page_that_cannot_be_printed_is_refused_in_one_line(
    hall: Callable[..., Checked], words: tuple[str, ...], told: str
) -> None:
    refused = hall(*words)
    assert refused.returncode == 1
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.one_process("about the data folder of one hall")
def test_the_running_hall_prints_the_page_and_the_command_waits_for_its_word(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    demo = start_demo("--clerks", "1", "--kiosks", "1", "--data-dir", str(folder))
    try:
        printed = run("print-test", "kiosk-1", environ={"HALL_DATA_DIR": str(folder)}, cwd=tmp_path)
    finally:
        stop_demo(demo)
    assert printed.returncode == 0, printed.stderr
    assert "打出来了" in printed.stdout


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
