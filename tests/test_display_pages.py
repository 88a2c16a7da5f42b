"""The pages of walls and signs: which exist, what they say before a board came, and the building's guide."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from display.entrance import floor_bands
from shared.domain.configuration import Configuration, parse_configuration
from shared.seed import read_seed

ADDRESSES = ("/display", "/display?floor=1", "/display?floor=2", "/display?floor=3", "/display/counter/3")


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return parse_configuration(read_seed(), 1)


def page(demo: Any, address: str) -> httpx.Response:
    return httpx.get(demo.base_url + address)


def test_the_guide_goes_from_the_top_floor_down_to_the_entrance(configuration: Configuration) -> None:
    bands = floor_bands(configuration)

    assert [(band.floor, band.shape, band.here) for band in bands] == [
        (3, "■", False),
        (2, "▲", False),
        (1, "●", True),
    ]


def test_an_event_stands_on_every_floor_that_the_list_prints_for_it(configuration: Configuration) -> None:
    topics = {band.floor: band.topics for band in floor_bands(configuration)}

    assert "单位招了新员工" in topics[1]
    assert "单位招了新员工" in topics[2]
    assert "亲人因工去世" in topics[3]
    assert "社保卡办理" not in topics[1]
    assert topics[2][0] == "社保卡办理"


def test_a_band_names_the_counters_of_its_floor(configuration: Configuration) -> None:
    counters = {band.floor: set(band.counters) for band in floor_bands(configuration)}

    assert counters == {
        floor.number: {one.number for one in configuration.site.counters if one.floor == floor.number}
        for floor in configuration.site.floors
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_screen_opens_for_a_plain_get_without_cookies(demo: Any, address: str) -> None:
    answer = page(demo, address)

    assert answer.status_code == 200
    assert 'lang="zh-CN"' in answer.text


@pytest.mark.parametrize("address", ["/display?floor=9", "/display?floor=first", "/display/counter/999"])
def test_a_screen_that_the_hall_has_not_is_refused(demo: Any, address: str) -> None:
    assert page(demo, address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_screen_has_neither_inline_script_nor_inline_style(demo: Any, address: str) -> None:
    text = page(demo, address).text

    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", text) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_address_chooses_the_theme(demo: Any, theme: str) -> None:
    assert f'data-theme="{theme}"' in page(demo, f"/display?floor=2&theme={theme}").text


def test_walls_are_dark_unless_told_otherwise(demo: Any) -> None:
    assert 'data-theme="dark"' in page(demo, "/display?floor=2").text
