"""What a kiosk shows: every service once, plain words, dates before days, nothing unconfirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from kiosk.content import (
    GROUPS,
    UNIT_BUNDLES,
    code_order,
    group_json,
    group_of,
    home_json,
    kiosk_content,
    limit_words,
    materials_json,
)
from kiosk.finder import FIRST, MOST_QUESTIONS, QUESTIONS, finder_json
from kiosk.online import PLAIN, online_json
from shared.domain.catalogue import ADVICE, Limit, Material
from shared.domain.clock import SHANGHAI
from shared.domain.configuration import Configuration, parse_configuration

NOW = datetime(2026, 11, 23, 9, 41, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def configuration(seed: dict[str, Any]) -> Configuration:
    return parse_configuration(seed, 1)


@pytest.fixture(scope="module")
def content(configuration: Configuration) -> dict[str, Any]:
    return kiosk_content(configuration, "kiosk-2", NOW)


def test_home_has_ten_tiles_each_once(configuration: Configuration) -> None:
    bundles = sorted(configuration.catalogue.bundles, key=lambda bundle: bundle.tile)
    home = home_json(bundles)
    shown = [*home["wide"], *home["personal"], *home["unit"]]
    assert sorted(shown) == sorted(bundle.id for bundle in bundles)
    assert home["wide"] == ["social-card"]
    assert set(home["unit"]) == UNIT_BUNDLES


def test_every_tile_has_a_drawing_of_its_own(
    configuration: Configuration, pytestconfig: pytest.Config
) -> None:
    icons = pytestconfig.rootpath / "shared/web/static/icons"
    drawings = [(icons / f"{bundle.id}.svg").read_text() for bundle in configuration.catalogue.bundles]
    assert len(set(drawings)) == 10


def test_the_two_losses_have_no_copper_stroke(pytestconfig: pytest.Config) -> None:
    icons = pytestconfig.rootpath / "shared/web/static/icons"
    assert "--copper" not in (icons / "retiree-death.svg").read_text()
    assert "--copper" not in (icons / "work-death.svg").read_text()
    assert "--copper" in (icons / "retirement.svg").read_text()


def test_titles_and_lines_keep_the_lengths_that_fit_a_tile(content: dict[str, Any]) -> None:
    tiles = [service for service in content["services"].values() if service["kind"] == "bundle"]
    assert len(tiles) == 10
    assert max(len(tile["title"]) for tile in tiles) <= 10
    assert max(len(tile["line"]) for tile in tiles) <= 20


def test_every_single_service_stands_in_exactly_one_group(configuration: Configuration) -> None:
    catalogue = configuration.catalogue
    singles = [*catalogue.single_services, *catalogue.other_services]
    grouped = [service_id for group in group_json(singles) for service_id in group["services"]]
    assert sorted(grouped) == sorted(single.id for single in singles if single.id != ADVICE)


def test_services_of_the_hall_itself_come_last_and_alone(configuration: Configuration) -> None:
    catalogue = configuration.catalogue
    groups = group_json([*catalogue.single_services, *catalogue.other_services])
    assert groups[-1] == {"title": "", "services": ["collect"]}


def test_no_group_is_longer_than_a_screen(configuration: Configuration) -> None:
    catalogue = configuration.catalogue
    groups = group_json([*catalogue.single_services, *catalogue.other_services])
    assert max(len(group["services"]) for group in groups) <= 12
    assert len(groups) <= 12


def test_the_longest_beginning_of_a_code_decides_its_group() -> None:
    titles = [title for title, _ in GROUPS]
    assert titles[group_of("1.2.3") or 0] == "退休和养老"
    assert titles[group_of("1.7.21") or 0] == "工伤报销和待遇"
    assert titles[group_of("1.7.2") or 0] == "工伤认定和鉴定"
    assert group_of("1.10.1") == 0
    assert group_of("collect") is None


def test_codes_sort_by_their_parts() -> None:
    assert sorted(["1.10.1", "1.2.3", "collect", "1.1.1"], key=code_order) == [
        "1.1.1",
        "1.2.3",
        "1.10.1",
        "collect",
    ]


def test_a_limit_is_a_date_first_and_only_then_days(configuration: Configuration) -> None:
    words = limit_words(Limit("working_days", 15, "15个工作日"), configuration, date(2026, 11, 23))
    assert words["main"] == "12月14日前"
    assert words["detail"].startswith("15 个工作日内办结")


def test_a_limit_beyond_the_calendar_has_no_date(configuration: Configuration) -> None:
    words = limit_words(Limit("working_days", 15, "15个工作日"), configuration, date(2035, 1, 5))
    assert words == {"main": "15 个工作日内办结", "detail": "日历未发布，日期由窗口告诉您"}


@pytest.mark.parametrize(
    ("limit", "main"),
    [
        (Limit("immediate", None, "即时办结"), "当场办结"),
        (Limit("periodic", 10, "按季度发放，季后10个工作日内办结。"), "看情况"),
        (Limit("after_event", 5, "自收到批复后5个工作日内办结。"), "看情况"),
        (Limit("none", None, ""), "请问窗口"),
    ],
)
def test_a_limit_that_gives_no_date_says_so(configuration: Configuration, limit: Limit, main: str) -> None:
    assert limit_words(limit, configuration, NOW.date())["main"] == main


def test_papers_that_nobody_confirmed_are_not_asked_for(content: dict[str, Any]) -> None:
    assert all(service["materials"] == [] for service in content["services"].values())
    assert content["wording"]["materials"].startswith("请带有效身份证件")


def test_confirmed_papers_carry_the_month_of_the_check_and_stand_once() -> None:
    draft = Material("1.1.1", "营业执照")
    confirmed = replace(draft, name="身份证", status="confirmed", confirmed_on=date(2026, 11, 3))
    again = replace(confirmed, code="1.1.5")
    assert materials_json([draft, confirmed, again]) == [
        {"name": "身份证", "note": "", "checked": "2026年11月核对"}
    ]


def test_services_not_offered_are_marked(content: dict[str, Any]) -> None:
    off = {service["id"] for service in content["services"].values() if not service["offered"]}
    assert off == {"2.6.4", "3.5.2"}


def test_the_two_ways_by_phone_stand_side_by_side_in_plain_words(content: dict[str, Any]) -> None:
    online = content["services"]["unemployment"]["online"]
    assert [way["title"] for way in online["ways"]] == [way.title for way in PLAIN["unemployment"].ways]
    assert "两种选一种" in online["remark"]
    assert content["services"]["retirement"]["online"] is None


def test_plain_ways_hold_only_while_the_list_still_says_the_same() -> None:
    changed = online_json("unemployment", "1.到窗口办；2.打电话办。")
    assert changed is not None
    assert [way["title"] for way in changed["ways"]] == ["到窗口办", "打电话办"]


def test_fetching_a_result_is_not_called_advice(content: dict[str, Any]) -> None:
    collect = content["services"]["collect"]
    assert collect["kind"] == "own"
    assert collect["limit"]["main"] == "到窗口就办"
    assert collect["line"] == "带上小票或受理通知书，来拿结果或补交材料"


def test_a_closed_hall_says_so_with_its_next_opening(configuration: Configuration) -> None:
    sunday = kiosk_content(configuration, "kiosk-1", datetime(2026, 11, 22, 10, tzinfo=SHANGHAI))["hours"]
    monday = kiosk_content(configuration, "kiosk-1", NOW)["hours"]
    assert (sunday["open"], sunday["opens_at"]) == (False, "2026-11-23T08:00:00+08:00")
    assert (monday["open"], monday["opens_at"]) == (True, None)


def test_an_employer_reads_of_an_employee_and_not_of_a_relative() -> None:
    unit = finder_json({ADVICE, "work-death"})["questions"]["unit"]["choices"]
    family = finder_json({ADVICE, "work-death"})["questions"]["family"]["choices"]
    assert [one["heading"] for one in unit if one["service"] == "work-death"] == ["员工因工去世"]
    assert [one["heading"] for one in family if one["service"] == "work-death"] == [""]


def test_death_closes_with_condolence_and_all_else_with_farewell(content: dict[str, Any]) -> None:
    sad = {service["id"] for service in content["services"].values() if service["farewell"] == "condolence"}
    assert sad == {"retiree-death", "work-death"}
    assert content["wording"]["condolence"]


def test_a_kiosk_knows_its_floor_by_its_name(configuration: Configuration, content: dict[str, Any]) -> None:
    assert content["here"] == 2
    assert kiosk_content(configuration, "somewhere", NOW)["here"] is None


def test_hours_are_those_of_the_day(configuration: Configuration) -> None:
    working = kiosk_content(configuration, "kiosk-1", NOW)["hours"]
    sunday = kiosk_content(configuration, "kiosk-1", datetime(2026, 11, 22, 10, tzinfo=SHANGHAI))["hours"]
    assert working["works_today"] is True
    assert working["shifts"] == [["08:30", "12:00"], ["14:30", "18:00"]]
    assert sunday["works_today"] is False
    assert sunday["shifts"] == []


def test_every_answer_of_the_finder_leads_to_a_service_or_a_question(configuration: Configuration) -> None:
    questions = {question.id: question for question in QUESTIONS}
    for question in QUESTIONS:
        for choice in question.choices:
            assert (choice.service is None) != (choice.question is None)
            assert choice.question is None or choice.question in questions
            assert choice.service is None or choice.service in configuration.catalogue.service_ids


def test_nobody_is_asked_more_than_three_questions() -> None:
    questions = {question.id: question for question in QUESTIONS}

    def depth(question_id: str) -> int:
        below = [choice.question for choice in questions[question_id].choices if choice.question]
        return 1 + max((depth(one) for one in below), default=0)

    assert depth(FIRST) == MOST_QUESTIONS


def test_the_finder_leaves_out_what_the_lists_do_not_have() -> None:
    shown = finder_json({ADVICE, "hire"})["questions"]
    assert [choice["service"] for choice in shown["unit"]["choices"]] == ["hire"]
