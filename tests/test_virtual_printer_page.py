"""The virtual printer as a shipped tool: its page in a real browser, and who may turn switches."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import serial
from click.testing import CliRunner
from conftest import Web
from demos import Demo
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from hardware.escpos_bytes import build
from hardware.pages import create_alone
from hardware.virtual_command import virtual_printer_command
from hardware.virtual_printer import VirtualPrinter, VirtualPrinters
from shared.domain.devices import PrinterSettings
from shared.domain.slip import QrLine, Slip, SlipLine

ROOT = Path(__file__).resolve().parent.parent
URL = "https://hall.example.gov.cn/t/0123456789abcdefghjkmnpqrs"
ASK_PRINTED = b"\x1d(H\x06\x00000042"
PATIENCE = 10.0


def slip_of(number: str) -> bytes:
    lines = (SlipLine(number, 4, "center", bold=True), SlipLine("前面 7 人"), QrLine(URL))
    return build(Slip(24, lines), PrinterSettings("kiosk-1", "virtual:"))


@dataclass
class Tool:
    """``hall virtual-printer`` as it runs."""

    process: subprocess.Popen[str]
    page: str
    network: tuple[str, int]
    line: str

    @property
    def faults(self) -> str:
        return f"{self.page}/virtual/faults"

    def send(self, data: bytes, answer: int) -> bytes:
        with socket.create_connection(self.network, timeout=PATIENCE) as link:
            link.sendall(data)
            heard = b""
            while len(heard) < answer:
                heard += link.recv(answer)
            return heard


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    link = tmp_path_factory.mktemp("lines") / "printer"
    options = ["--port", "0", "--page-port", "0", "--pty-link", str(link), "--json"]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "hall.py"), "virtual-printer", *options],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    network, line = told["addresses"]
    host, port = network.removeprefix("tcp://").split(":")
    yield Tool(process, told["page"], (host, int(port)), line.removeprefix("serial://"))
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    process.stdout.close()
    assert not link.is_symlink()


@pytest.fixture
def tool(running: Tool) -> Tool:
    httpx.post(running.faults, json={"all_well": True, "seed": 1}).raise_for_status()
    return running


@pytest.fixture
def bench(tool: Tool, page: Page) -> Iterator[Page]:
    page.set_viewport_size({"width": 1366, "height": 768})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(tool.page)
    expect(page.locator("[data-summary]")).to_have_text("● 正常")
    yield page
    assert wrong == []


def test_the_tool_prints_over_network_and_serial_line_and_tells_scripts_its_switches(tool: Tool) -> None:
    assert tool.send(slip_of("A001") + ASK_PRINTED, 7) == b"\x37\x220042\x00"
    with serial.Serial(tool.line, timeout=PATIENCE) as line:
        line.write(b"\x10\x04\x04")
        assert line.read(1) == b"\x12"
    answer = httpx.post(tool.faults, json={"paper_out": True, "reset_after": 9})
    assert answer.status_code == 200
    assert (answer.json()["paper_out"], answer.json()["reset_after"]) == (True, 9)
    assert tool.send(b"\x10\x04\x04", 1) == b"\x7e"
    assert httpx.get(tool.faults).json() == answer.json()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_a_page_elsewhere_turns_no_switch_of_the_tool(
    tool: Tool, headers: dict[str, str], status: int
) -> None:
    everything = {"Content-Type": "application/json", **headers}
    answer = httpx.post(tool.faults, content=b'{"paper_out": true}', headers=everything)
    assert answer.status_code == status
    assert httpx.get(tool.faults).json()["paper_out"] is False


def test_a_name_that_was_led_here_from_elsewhere_reads_no_paper(tool: Tool) -> None:
    assert httpx.get(f"{tool.page}/paper.json", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"no_such": true}', b'{"paper_out": "yes"}'])
def test_wrong_switches_are_refused_in_words(tool: Tool, body: bytes) -> None:
    answer = httpx.post(tool.faults, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["title"]


def test_the_bench_shows_new_paper_and_its_bytes_by_itself(tool: Tool, bench: Page) -> None:
    tool.send(slip_of("B017") + ASK_PRINTED, 7)
    newest = bench.locator(".piece").first
    expect(newest.locator("img")).to_have_attribute("alt", re.compile("B017"))
    expect(newest).to_contain_text("切下")
    assert newest.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 608
    commands = bench.locator("[data-commands]")
    for said in ("ESC @", "初始化", "字号 4×4", "“B017”", f"二维码内容 {URL}", "半切"):
        expect(commands).to_contain_text(said)
    expect(bench.locator("[data-visits]")).to_contain_text("问打完没有（编号 0042） → 打完了")


def test_a_switch_of_the_bench_breaks_the_printer_and_one_button_mends_it(tool: Tool, bench: Page) -> None:
    bench.get_by_role("switch", name="上盖打开").check()
    expect(bench.locator("[data-summary]")).to_have_text("■ 停机：上盖打开")
    assert tool.send(b"\x10\x04\x02", 1) == b"\x16"
    expect(bench.locator("[data-visits]")).to_contain_text("问状态 2 → 脱机原因 16：上盖开着")
    bench.get_by_role("button", name="一切正常").click()
    expect(bench.locator("[data-summary]")).to_have_text("● 正常")
    expect(bench.get_by_role("switch", name="上盖打开")).not_to_be_checked()
    assert tool.send(b"\x10\x04\x02", 1) == b"\x12"


def test_paper_that_ends_in_the_middle_is_seen_hanging_out(tool: Tool, bench: Page) -> None:
    bench.get_by_label("缺纸：字节后").fill("60")
    bench.get_by_label("缺纸：字节后").press("Tab")
    expect(bench.locator("[data-parts]")).to_contain_text("还够 60 字节")
    assert tool.send(slip_of("C003") + b"\x10\x04\x04", 1) == b"\x7e"
    expect(bench.locator(".piece").first).to_contain_text("还没切断")
    expect(bench.locator("[data-summary]")).to_have_text("■ 停机：缺纸")
    bench.get_by_role("button", name="一切正常").click()
    expect(bench.locator(".piece").first).to_contain_text("切下")


def test_an_older_piece_stays_picked_while_new_paper_comes(tool: Tool, bench: Page) -> None:
    for number in ("D001", "D002"):
        tool.send(slip_of(number) + ASK_PRINTED, 7)
    expect(bench.locator("[data-commands]")).to_contain_text("“D002”")
    bench.locator(".piece").nth(1).click()
    expect(bench.locator("[data-commands]")).to_contain_text("“D001”")
    tool.send(slip_of("D003") + ASK_PRINTED, 7)
    expect(bench.locator(".piece").first.locator("img")).to_have_attribute("alt", re.compile("D003"))
    expect(bench.locator("[data-commands]")).to_contain_text("“D001”")
    bench.get_by_role("button", name="回到最新").click()
    expect(bench.locator("[data-commands]")).to_contain_text("“D003”")


def test_unknown_bytes_are_red_on_the_bench(tool: Tool, bench: Page) -> None:
    tool.send(b"\x1b@\x1bpA\n\x1dV\x01\x10\x04\x01", 1)
    unknown = bench.locator("tr[data-kind=unknown]").first
    expect(unknown).to_contain_text("▲ 不认识的指令")
    assert unknown.locator("td").first.evaluate("cell => getComputedStyle(cell).color") == "rgb(179, 38, 30)"
    tool.send(b"\x10\x04\x01", 1)


def test_the_bytes_of_a_piece_are_copied_as_hex_and_downloaded(tool: Tool, bench: Page) -> None:
    data = slip_of("E009")
    tool.send(data + ASK_PRINTED, 7)
    expect(bench.locator("[data-commands]")).to_contain_text("“E009”")
    bench.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench.get_by_role("button", name="复制十六进制").click()
    expect(bench.get_by_role("button", name="已复制")).to_be_visible()
    assert bench.evaluate("navigator.clipboard.readText()") == data.hex(" ").upper()
    with bench.expect_download() as download:
        bench.get_by_role("link", name="下载 .bin").click()
    assert Path(download.value.path()).read_bytes() == data


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_every_switch_is_in_sight_and_nothing_reaches_beyond_the_screen(
    tool: Tool, bench: Page, width: int, height: int
) -> None:
    tool.send(slip_of("F001") + ASK_PRINTED, 7)
    bench.set_viewport_size({"width": width, "height": height})
    expect(bench.locator(".piece img").first).to_be_visible()
    body = bench.locator("body")
    assert body.evaluate("body => [body.scrollWidth, body.scrollHeight]") == [width, height]
    for column in bench.locator(".bench-column").all():
        assert column.evaluate("column => column.scrollWidth - column.clientWidth") == 0
    last = bench.get_by_role("switch", name="中途重置")
    expect(last).to_be_in_viewport(ratio=1)


def test_a_taken_port_is_told_in_words(running: Tool) -> None:
    options = ["--port", str(running.network[1]), "--page-port", "0"]
    ended = CliRunner().invoke(virtual_printer_command(), options)
    assert ended.exit_code == 1
    assert "虚拟打印机起不来" in ended.output


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    printer = VirtualPrinter("kiosk-1")
    printer.connect()
    printer.receive(slip_of("A001"))
    with create_alone({"kiosk-1": printer}, {}).test_client() as client:
        yield client


def test_whoever_printed_last_is_named_first() -> None:
    printers = VirtualPrinters()
    for name in ("kiosk-1", "floor-1", "floor-2"):
        printers.named(name).connect()

    def names() -> list[str]:
        with create_alone(printers, {}).test_client() as client:
            return list(client.get("/hardware/printer/printers.json").get_json()["printers"])

    assert names() == ["kiosk-1", "floor-1", "floor-2"]
    printers["floor-2"].receive(slip_of("A001"))
    assert names() == ["floor-2", "kiosk-1", "floor-1"]


def test_a_page_that_has_seen_the_state_is_told_so_in_few_bytes(client: FlaskClient) -> None:
    path = "/hardware/printer/kiosk-1/state.json"
    first = client.get(path)
    mark = first.headers["X-State"]
    assert client.get(f"{path}?seen={mark}").status_code == 204
    assert client.post("/hardware/printer/kiosk-1/faults", json={"slow": True}).status_code == 200
    assert client.get(f"{path}?seen={mark}").status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/hardware/printer/nobody/state.json", "unknown_virtual_printer"),
        ("/hardware/printer/nobody/faults", "unknown_virtual_printer"),
        ("/hardware/printer/kiosk-1/9.bin", "unknown_slip"),
        ("/hardware/printer/kiosk-1/9.json", "unknown_slip"),
    ],
)
def test_what_is_not_there_is_unknown(client: FlaskClient, path: str, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.get_json()["code"]) == (404, code)


def test_the_raw_bytes_of_a_slip_are_its_bytes(client: FlaskClient) -> None:
    assert client.get("/hardware/printer/kiosk-1/1.bin").data == slip_of("A001")


@pytest.fixture
def path(web: Web) -> str:
    printers: VirtualPrinters = web.app.extensions["parts"].virtual_printers
    printers.named("kiosk-1")
    return "/hardware/printer/kiosk-1/faults"


def turn(web: Web, path: str, **headers: str) -> Any:
    return web.client.post(path, json={"paper_out": True}, headers=headers)


@pytest.mark.one_process
def test_in_a_hall_only_signed_in_managers_turn_switches(web: Web, path: str) -> None:
    tokens = web.house.tokens
    assert turn(web, path).status_code == 401
    assert turn(web, path, Authorization=f"Bearer {tokens['kiosk-1']}").status_code == 403
    web.client.set_cookie("hall_staff", tokens["anna"])
    assert turn(web, path).status_code == 403
    seen = web.client.get("/hardware/printer/kiosk-1/state.json")
    assert not seen.is_json, "a sign-in page: slips hold the codes of tickets"
    web.client.set_cookie("hall_staff", tokens["admin"])
    refused = turn(web, path)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf")
    page = web.client.get("/hardware/printer").get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    assert turn(web, path, **{"X-CSRF-Token": found[1]}).status_code == 200


@pytest.mark.one_process
def test_in_a_hall_nobody_sees_paper_without_signing_in(web: Web, path: str) -> None:
    for place in ("/hardware/printer/kiosk-1/state.json", path, "/hardware/printer/paper.json"):
        answer = web.client.get(place)
        assert "text/html" in answer.content_type
        assert 'name="password"' in answer.get_data(as_text=True)


def first_printer(page: str) -> str:
    """A printer of a hall that may have begun to print only now."""
    for _ in range(int(PATIENCE * 50)):
        names: list[str] = httpx.get(f"{page}/printers.json").json()["printers"]
        if names:
            return names[0]
        time.sleep(0.02)
    raise AssertionError("no virtual printer came into being")


def test_the_demonstration_opens_its_switches_to_this_computer_and_to_no_page_elsewhere(demo: Demo) -> None:
    page = f"{demo.base_url}/hardware/printer"
    name = first_printer(page)
    for headers, status in (({"Origin": "http://evil.example"}, 403), ({}, 200)):
        answer = httpx.post(f"{page}/{name}/faults", json={"all_well": True}, headers=headers)
        assert answer.status_code == status
