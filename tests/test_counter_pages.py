"""The counter console's page as it is sent, and how it fits its screen."""

from __future__ import annotations

import json
import re

import pytest
from conftest import ID_NUMBER, LAST_FOUR, Web
from seats import SIZE, Seat, counters, seat

from counter.console_data import console_data
from shared.domain.configuration import Configuration, parse_configuration
from shared.seed import read_seed

__all__ = ["counters", "seat"]

#: How large the page is, where its parts end, and how much of the list of lines cannot be seen.
PLACE = """
() => {
  const { scrollWidth: width, scrollHeight: height } = document.documentElement;
  const bottom = (selector) => document.querySelector(selector).getBoundingClientRect().bottom;
  const list = document.querySelector(".form-left");
  const bottoms = [".items", ".keys", ".form-bar"].map(bottom);
  const hidden = Math.max(list.scrollHeight - list.clientHeight, list.scrollWidth - list.clientWidth);
  return { width, height, bottoms, hidden };
}
"""
APPLICANT = {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER}
RETIREMENT = {"service_id": "retirement", "applicant": APPLICANT, "items": [{"ordinal": 1}]}


def open_page(web: Web, address: str, who: str) -> tuple[int, str]:
    """A page as somebody of the cast gets it."""
    web.client.set_cookie("hall_staff", web.house.tokens[who])
    answer = web.client.get(address)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return parse_configuration(read_seed(), 1)


def test_the_page_carries_every_service_that_can_be_taken_in(web: Web, configuration: Configuration) -> None:
    status, page = open_page(web, "/counter", "anna")
    block = re.search(r'<script type="application/json" id="console-data">(.*?)</script>', page, re.DOTALL)
    assert status == 200
    assert block is not None
    services = {service["id"] for service in json.loads(block.group(1))["services"]}
    assert services == set(configuration.catalogue.service_ids)


def test_the_page_has_no_script_style_or_handler_of_its_own(web: Web) -> None:
    _, page = open_page(web, "/counter", "anna")
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert re.search(r"<style|\sstyle=|\son[a-z]+=", page) is None


def test_an_office_account_is_asked_for_another_one(web: Web) -> None:
    status, page = open_page(web, "/counter", "chen")
    assert status == 200
    assert 'name="password"' in page
    assert "console-data" not in page


def test_only_codes_of_the_official_lists_stand_beside_a_service(configuration: Configuration) -> None:
    codes = {service["id"]: service["code"] for service in console_data(configuration)["services"]}
    assert (codes["1.7.4"], codes["1.10.7"]) == ("1.7.4", "1.10.7")
    assert (codes["collect"], codes["advice"], codes["retirement"]) == ("", "", "")
    assert all(re.fullmatch(r"(\d+(\.\d+)+)?", code) for code in codes.values())


def test_an_answer_given_at_the_kiosk_proposes_its_line_and_nothing_else(
    configuration: Configuration,
) -> None:
    answers = console_data(configuration)["answers"]
    assert answers["social-card"]["replace"]["items"] == [5]
    assert answers["social-card"]["unsure"]["items"] == []
    assert answers["work-death"]["not_yet"]["service"] == "1.7.4"


def test_the_notice_names_the_matter_and_masks_the_person(web: Web) -> None:
    case = web.post("/cases", "anna", RETIREMENT).get_json()
    status, page = open_page(web, f"/counter/cases/{case['case_number']}/notice", "anna")
    assert status == 200
    assert "职工退休（打包一件事）" in page
    assert f"张*三（证件尾号 {LAST_FOUR}）" in page
    assert "张小三" not in page
    assert ID_NUMBER not in page


def test_a_case_that_was_only_received_has_no_notice(web: Web) -> None:
    case = web.post("/cases", "anna", {**RETIREMENT, "receive_only": True}).get_json()
    status, page = open_page(web, f"/counter/cases/{case['case_number']}/notice", "anna")
    assert status == 409
    assert "还没有受理" in page


def test_the_notice_of_an_unknown_case_is_not_found(web: Web) -> None:
    status, _ = open_page(web, "/counter/cases/20260918-9999/notice", "anna")
    assert status == 404


def test_the_console_fits_its_screen_with_the_longest_form(seat: Seat) -> None:
    seat.serve("graduate")
    place = seat.page.evaluate(PLACE)
    assert place["width"] <= SIZE["width"]
    assert place["height"] <= SIZE["height"]
    assert max(place["bottoms"]) <= SIZE["height"]
    assert place["hidden"] <= 0


def test_enlarged_twice_the_console_scrolls_downward_only(seat: Seat) -> None:
    seat.serve("graduate")
    seat.page.set_viewport_size({"width": SIZE["width"] // 2, "height": SIZE["height"] // 2})
    assert seat.page.evaluate("document.documentElement.scrollWidth") <= SIZE["width"] // 2
