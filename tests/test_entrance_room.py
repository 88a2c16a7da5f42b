"""The entrance wall in a large hall: nothing leaves its box, whether the lift works or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Demo, start_demo, stop_demo
from playwright.sync_api import Page, ViewportSize, expect
from test_display_live import press
from test_office_pages import token

SIZES: list[ViewportSize] = [{"width": 1920, "height": 1080}, {"width": 1080, "height": 1920}]
#: Parts of a band that reach over its border, by name and pixels.
BEYOND = """
() => [...document.querySelectorAll(".band")].flatMap((band) => {
  const frame = band.getBoundingClientRect();
  return [...band.querySelectorAll("li, .band-facts > *, .band-floor > *")].filter((part) => {
    const box = part.getBoundingClientRect();
    const high = box.top < frame.top || box.bottom > frame.bottom;
    const wide = box.left < frame.left || box.right > frame.right;
    return box.height && (high || wide);
  }).map((part) => `${band.dataset.band} ${part.className || part.tagName} ${part.textContent}`);
})
"""


@pytest.fixture(scope="module")
def large() -> Iterator[Demo]:
    """A hall of thirty counters where people wait on each floor and no counter is open."""
    running = start_demo("--clerks", "30", "--kiosks", "1")
    for floor in (1, 2, 3):
        for _ in range(3):
            wish = {"service_id": "retirement", "needs": ["step_free"], "floor": floor}
            press(running, token(running, role="guide"), "/tickets", wish)
    yield running
    stop_demo(running)


@pytest.mark.parametrize("works", [True, False], ids=["lift", "no-lift"])
@pytest.mark.parametrize("size", SIZES, ids=["wide", "upright"])
def test_what_a_band_says_stays_within_it(page: Page, large: Demo, size: ViewportSize, works: bool) -> None:
    press(large, token(large, role="duty_manager"), "/hall/lift", {"works": works})
    page.set_viewport_size(size)
    page.goto(f"{large.base_url}/display")
    for band in page.locator(".band").all():
        expect(band.locator("[data-wait]")).to_have_text("现在还说不准")
        expect(band.locator("[data-now]")).to_be_visible()
    assert page.evaluate(BEYOND) == []
    room = "() => [...document.querySelectorAll('.band')].map((it) => it.clientHeight - it.scrollHeight)"
    assert min(page.evaluate(room)) >= 0
