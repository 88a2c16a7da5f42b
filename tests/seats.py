"""A clerk at the console in a real browser, in a hall that runs in a process of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from conftest import ID_NUMBER, Demo, start_demo, stop_demo
from playwright.sync_api import Page, ViewportSize, expect

SIZE: ViewportSize = {"width": 1366, "height": 768}
PATIENCE_SECONDS = 30.0


@dataclass
class Seat:
    """A clerk's browser at a hall of its own, and the hall's API beside it."""

    page: Page
    demo: Demo
    username: str
    token: str

    def call(self, method: str, path: str, body: Any = None, *, kiosk: bool = False) -> Any:
        """Ask the hall as this clerk, or as the kiosk."""
        token = self.demo.token("kiosk") if kiosk else self.token
        answer = httpx.request(
            method,
            f"{self.demo.base_url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
            timeout=PATIENCE_SECONDS,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def take_number(self, service: str, **more: Any) -> dict[str, Any]:
        """A person takes a number at the kiosk."""
        return dict(self.call("POST", "/tickets", {"service_id": service, **more}, kiosk=True))

    def sign_in(self) -> None:
        """Open the page and sign in with the keyboard."""
        account = self.demo.account(username=self.username)
        self.page.goto(f"{self.demo.base_url}/counter")
        self.page.fill('input[name="username"]', account["username"])
        self.page.fill('input[name="password"]', account["password"])
        self.page.keyboard.press("Enter")

    def sign_on(self) -> None:
        """Sign in and sign on; the first free counter is proposed."""
        self.sign_in()
        expect(self.page.locator("button.seat.free:focus")).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#keys")).to_be_visible()

    def call_next(self, number: str) -> None:
        """Press F2 at an empty counter."""
        self.page.keyboard.press("F2")
        expect(self.page.locator(".person-number")).to_have_text(number)

    def serve(self, service: str, **more: Any) -> dict[str, Any]:
        """Sign on, and begin to serve a person who just took a number."""
        ticket = self.take_number(service, **more)
        self.sign_on()
        self.call_next(ticket["number"])
        expect(self.page.locator(".item").first).to_be_visible()
        self.page.keyboard.press("F4")
        expect(self.page.locator(".person")).to_contain_text("办理中")
        return ticket

    def fill_person(self, name: str = "张小三", number: str = ID_NUMBER) -> None:
        """Write the applicant."""
        self.page.get_by_label("姓名").first.fill(name)
        self.page.get_by_label("证件号码").first.fill(number)

    def key(self, label: str) -> Any:
        """A key of the foot."""
        return self.page.locator(".foot-key").filter(has_text=label)


def bearer_of(demo: Demo, account: dict[str, Any]) -> str:
    """A sign-in of its own for an account."""
    answer = httpx.post(
        f"{demo.base_url}/api/v1/session",
        json={"username": account["username"], "password": account["password"]},
        timeout=PATIENCE_SECONDS,
    )
    return str(answer.json()["token"])


@pytest.fixture(scope="module")
def counters() -> Iterator[Demo]:
    running = start_demo("--clerks", "12", "--kiosks", "1")
    yield running
    stop_demo(running)


@pytest.fixture
def seat(page: Page, counters: Demo) -> Iterator[Seat]:
    """A clerk who has not signed on, in a hall where nobody waits; afterwards the counter is left empty."""
    page.set_viewport_size(SIZE)
    account = counters.account(username="clerk1")
    seat = Seat(page, counters, account["username"], bearer_of(counters, account))
    yield seat
    leave_empty(seat)


def leave_empty(seat: Seat) -> None:
    """Nobody waits any more, nothing is held, and the clerk has left."""
    number = seat.call("GET", "/me")["counter"] or 1
    seat.call("POST", f"/counters/{number}/sign-on", {})
    if seat.call("GET", f"/counters/{number}")["state"] == "paused":
        seat.call("POST", f"/counters/{number}/reopen", {})
    for held in seat.call("GET", f"/counters/{number}")["held"]:
        seat.call("POST", f"/counters/{number}/requeue", {"ticket": held["number"]})
    while seat.call("POST", f"/counters/{number}/call-next", {"previous": "finish"}):
        pass
    seat.call("POST", f"/counters/{number}/sign-off", {})
