"""The card at the counter, with a real browser, agent and hall: it fills fields, and nothing of it stays."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from agents import (
    NAME,
    PATIENCE,
    AgentBeside,
    agent_beside,
    keep_token,
    start_agent,
    until_it_says,
)
from conftest import settings_for
from demos import Demo, form, start_demo, stop_demo, two_demos
from playwright.sync_api import Page, expect
from seats import SIZE, Seat, bearer_of, leave_empty

import hall
from hardware.card_reader import Card, VirtualCardReader
from shared.commands.founding import found
from shared.domain.adapting import demo_hall
from shared.seed import read_seed

#: Names and a number that stand nowhere else in a hall.
CARD = Card("欧阳独秀", "110105194912310062")
DAMAGED = Card("欧阳独秀", "110105194912310061")
DEMO = ("--clerks", "4", "--kiosks", "1")


def found_with_reader(folder: Path, database_url: str) -> None:
    """Found a demonstration's hall in which the first counter has a card reader."""
    document = demo_hall(read_seed(None), 4, 1)
    first, *others = document["site"]["counters"]
    site = {**document["site"], "counters": [{**first, "card_reader": NAME}, *others]}
    found(settings_for(folder, database_url=database_url), {**document, "site": site})


@pytest.fixture(scope="module")
def hall_with_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("hall")
    found_with_reader(folder, form.database_of(folder))
    running = start_demo("--data-dir", str(folder), *DEMO)
    yield running
    stop_demo(running)


@pytest.fixture
def reader(tmp_path: Path) -> VirtualCardReader:
    return VirtualCardReader(tmp_path / "card.json")


@pytest.fixture
def agent(hall_with_reader: Demo, reader: VirtualCardReader) -> Iterator[AgentBeside]:
    token = hall_with_reader.token("agent")
    with agent_beside(hall_with_reader.base_url, token, reader=reader) as beside:
        yield beside


@pytest.fixture
def seat(page: Page, hall_with_reader: Demo) -> Iterator[Seat]:
    """The clerk of the first counter, serving somebody."""
    page.set_viewport_size(SIZE)
    account = hall_with_reader.account(username="clerk1")
    seat = Seat(page, hall_with_reader, account["username"], bearer_of(hall_with_reader, account))
    seat.serve("retirement")
    yield seat
    leave_empty(seat)


def field(seat: Seat, label: str) -> Any:
    """The applicant's field of this name."""
    return seat.page.get_by_label(label).first


def test_a_card_fills_name_and_number_and_the_hall_keeps_it_in_the_case_alone(
    seat: Seat,
    agent: AgentBeside,
    reader: VirtualCardReader,
    hall_with_reader: Demo,
    caplog: pytest.LogCaptureFixture,
) -> None:
    seat.page.locator(".item input").first.check()
    seat.page.get_by_role("button", name="读身份证").click()
    expect(seat.page.locator(".card-told")).to_have_text("请把身份证放在读卡器上")
    reader.put(CARD)
    expect(field(seat, "姓名")).to_have_value(CARD.name)
    expect(field(seat, "证件号码")).to_have_value(CARD.id_number)
    expect(seat.page.locator(".card-told")).to_be_empty()
    assert answers_once(seat)
    seat.page.keyboard.press("Control+Enter")
    expect(seat.page.locator(".case-number")).to_be_visible()
    for word in (CARD.id_number, CARD.name):
        assert word.encode() not in stored(hall_with_reader)
        assert word not in caplog.text


def answers_once(seat: Seat) -> bool:
    """Whether the card is not told a second time."""
    answer = httpx.post(
        f"{seat.demo.base_url}/api/v1/counters/1/card/1/take",
        json={},
        headers={"Authorization": f"Bearer {seat.token}", "Idempotency-Key": uuid.uuid4().hex},
        timeout=PATIENCE,
    )
    return bool(answer.json()["code"] == "nothing_read")


def stored(demo: Demo) -> bytes:
    """All that lies in the hall's folder, the database with its log among it."""
    files = (path for path in Path(demo.line["data_dir"]).rglob("*") if path.is_file())
    return b"\0".join(path.read_bytes() for path in files)


def test_a_reading_can_be_given_up_and_begun_anew(
    seat: Seat, agent: AgentBeside, reader: VirtualCardReader
) -> None:
    seat.page.get_by_role("button", name="读身份证").click()
    seat.page.get_by_role("button", name="不读了").click()
    expect(seat.page.locator(".card-told")).to_be_empty()
    reader.put(CARD)
    expect(field(seat, "姓名")).to_have_value("")
    seat.page.get_by_role("button", name="读身份证").click()
    expect(field(seat, "姓名")).to_have_value(CARD.name)


def test_a_card_that_cannot_be_right_is_left_to_the_clerk(
    seat: Seat, agent: AgentBeside, reader: VirtualCardReader
) -> None:
    reader.put(DAMAGED)
    seat.page.get_by_role("button", name="读身份证").click()
    expect(seat.page.locator(".card-told")).to_contain_text("请手工填写")
    expect(field(seat, "证件号码")).to_have_value("")


def test_every_person_of_a_case_can_be_read(
    seat: Seat, agent: AgentBeside, reader: VirtualCardReader
) -> None:
    seat.page.get_by_role("button", name="＋代办人").click()
    seat.page.get_by_role("button", name="＋涉及的人").click()
    expect(seat.page.get_by_role("button", name="读身份证")).to_have_count(3)
    reader.put(CARD)
    seat.page.get_by_role("button", name="读身份证").last.click()
    expect(seat.page.get_by_label("姓名").last).to_have_value(CARD.name)
    expect(field(seat, "姓名")).to_have_value("")


def test_a_counter_without_a_reader_offers_none(page: Page, hall_with_reader: Demo) -> None:
    page.set_viewport_size(SIZE)
    account = hall_with_reader.account(username="clerk2")
    seat = Seat(page, hall_with_reader, account["username"], bearer_of(hall_with_reader, account))
    seat.call("POST", "/counters/2/sign-on", {})
    ticket = seat.take_number("retirement")
    seat.call("POST", "/counters/2/call", {"number": ticket["number"]})
    seat.sign_in()
    expect(page.locator(".item").first).to_be_visible()
    expect(page.get_by_role("button", name="读身份证")).to_have_count(0)
    leave_empty(seat)


# -- without a browser: logs, and several processes --------------------------------------------------


class Clerk:
    """The clerk of the first counter, over the API."""

    def __init__(self, demo: Demo) -> None:
        self._api = f"{demo.base_url}/api/v1/counters/1"
        self._headers = {"Authorization": f"Bearer {bearer_of(demo, demo.account(username='clerk1'))}"}
        self.call("POST", "/sign-on")

    def call(self, method: str, path: str) -> Any:
        body: dict[str, Any] | None = {} if method == "POST" else None
        answer = httpx.request(method, self._api + path, json=body, headers=self._headers, timeout=PATIENCE)
        assert answer.is_success, answer.text
        return answer.json()

    def read(self) -> dict[str, Any]:
        """Ask for a card, wait for it and take it."""
        reading, pause = self.call("POST", "/card")["id"], threading.Event()
        while (seen := self.call("GET", f"/card/{reading}"))["state"] == "asked":
            pause.wait(0.05)
        assert seen["state"] == "read", seen
        return dict(self.call("POST", f"/card/{reading}/take"))


@pytest.mark.one_process("the log of one server is read")
def test_neither_the_hall_s_log_nor_the_agent_s_most_talkative_one_tells_of_a_card(
    tmp_path: Path, reader: VirtualCardReader
) -> None:
    found_with_reader(tmp_path / "hall", f"sqlite:///{tmp_path}/hall/hall.db")
    reader.put(CARD)
    words = ("--json", "--port", "0", "--data-dir", str(tmp_path / "hall"), *DEMO)
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "hall.py", "demo", *words],
            cwd=Path(hall.__file__).parent,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    demo = Demo(json.loads(process.stdout.readline()), process)
    keep_token(tmp_path, demo.base_url, demo.token("agent"))
    options = ("--card-reader", f"virtual:{tmp_path}/card.json", "--log-level", "DEBUG")
    agent = start_agent(demo.base_url, tmp_path, *options)
    until_it_says(agent, "connected to the hall")
    assert Clerk(demo).read()["id_number"] == CARD.id_number
    agent.terminate()
    _, agent_log = agent.communicate(timeout=PATIENCE)
    stop_demo(demo)
    for word in (CARD.id_number, CARD.name):
        assert word not in agent_log
        assert word not in (tmp_path / "log").read_text()
        assert word.encode() not in stored(demo)


@pytest.mark.one_process("two processes are started here by name")
def test_a_card_asked_for_at_one_process_is_read_by_the_agent_of_another(
    tmp_path: Path, postgresql_url: str, redis_url: str, reader: VirtualCardReader
) -> None:
    found_with_reader(tmp_path, postgresql_url)
    reader.put(CARD)
    words = ("--message-queue", redis_url, *DEMO)
    with two_demos(tmp_path, postgresql_url, *words) as demo:
        here, there = demo.parts
        for asked, at in ((here, there), (there, here)):
            with agent_beside(at.base_url, demo.token("agent"), reader=reader):
                assert Clerk(asked).read()["name"] == CARD.name
