"""Which limit rules an item, and when it is due."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.catalogue import Limit
from shared.domain.configuration import Configuration, parse_configuration
from shared.domain.limits import Due, due, rule_limit
from shared.seed import read_seed


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return parse_configuration(read_seed(), 1)


def ruled(
    configuration: Configuration,
    service_id: str,
    code: str,
    conditions: tuple[str, ...] = (),
    leaves: tuple[str, ...] = (),
) -> tuple[str, int | None, str | None]:
    service = configuration.catalogue.service(service_id)
    item = next(item for item in service.items if code in (item.code, *item.codes))
    limit = rule_limit(service, item, leaves, conditions, configuration)
    return limit.kind, limit.working_days, limit.ruled_by


@pytest.mark.parametrize(
    ("service_id", "code", "expected"),
    [
        ("hire", "1.3.1", ("working_days", 15, "bundle")),
        ("hire", "2.4.2", ("working_days", 5, "list2")),
        ("hire", "1.8.8", ("immediate", None, "list2")),
        ("unemployment", "2.4.1", ("working_days", 7, "list2")),
        ("unemployment", "1.8.1", ("immediate", None, "list2")),
        ("startup", "2.5.1", ("working_days", 15, "list2")),
        ("startup", "1.1.1", ("working_days", 20, "bundle")),
        ("retirement", "1.6.1", ("immediate", None, "list2")),
        ("public-institution-hire", "3.3.3", ("working_days", 5, "list2")),
    ],
)
def test_the_shortest_of_the_lists_rules(
    configuration: Configuration, service_id: str, code: str, expected: tuple[str, int | None, str]
) -> None:
    assert ruled(configuration, service_id, code) == expected


@pytest.mark.parametrize(
    ("service_id", "code", "days"),
    [
        ("hire", "1.1.5", 10),
        ("hire", "1.10.1", 10),
        ("startup", "1.1.5", 10),
        ("unemployment", "1.8.3", 10),
        ("1.1.5", "1.1.5", 10),
        ("1.10.1", "1.10.1", 10),
        ("1.8.3", "1.8.3", 10),
        ("1.6.3", "1.6.3", 20),
        ("1.7.21", "1.7.21", 20),
    ],
)
def test_the_law_rules_where_it_is_shorter_than_the_lists(
    configuration: Configuration, service_id: str, code: str, days: int
) -> None:
    assert ruled(configuration, service_id, code) == ("working_days", days, "law")


def test_the_law_loses_where_the_lists_promise_less(configuration: Configuration) -> None:
    assert ruled(configuration, "1.6.1", "1.6.1") == ("immediate", None, "list2")
    assert ruled(configuration, "retirement", "1.6.3") == ("working_days", 15, "bundle")
    assert ruled(configuration, "graduate", "1.1.5") == ("immediate", None, "bundle")


def test_no_law_competes_for_any_other_code(configuration: Configuration) -> None:
    assert {code: limit.working_days for code, limit in configuration.law.items()} == {
        "1.1.5": 10,
        "1.10.1": 10,
        "1.8.1": 10,
        "1.8.3": 10,
        "1.6.1": 20,
        "1.6.3": 20,
        "1.7.21": 20,
    }


@pytest.mark.parametrize(("code", "days"), [("2.4.2", 5), ("2.4.3", 7)])
def test_days_printed_for_an_item_rule_over_an_immediate_bundle(
    configuration: Configuration, code: str, days: int
) -> None:
    assert ruled(configuration, "graduate", code) == ("working_days", days, "list2_over_bundle")


def test_a_card_of_a_batch_takes_its_30_days_also_in_immediate_bundles(configuration: Configuration) -> None:
    for bundle in ("graduate", "social-card"):
        found = ruled(configuration, bundle, "1.10.1", ("batch",))
        assert found == ("working_days", 30, "list2_over_bundle")
        assert ruled(configuration, bundle, "1.10.1") == ("immediate", None, "bundle")


def test_a_condition_competes_only_once_it_is_ticked(configuration: Configuration) -> None:
    assert ruled(configuration, "hire", "2.7.1") == ("working_days", 15, "bundle")
    assert ruled(configuration, "hire", "2.7.1", ("eligible",)) == ("immediate", None, "list2")
    assert ruled(configuration, "hire", "1.10.1", ("batch",)) == ("working_days", 10, "law")
    assert ruled(configuration, "hire", "1.10.1", ("replacement",)) == ("immediate", None, "list2")
    assert ruled(configuration, "2.7.1", "2.7.1") == ("conditional", None, None)
    assert ruled(configuration, "2.7.1", "2.7.1", ("eligible",)) == ("immediate", None, "list2")


def test_the_conditions_stay_with_the_limit_whether_ticked_or_not(configuration: Configuration) -> None:
    service = configuration.catalogue.service("hire")
    item = service.items[7]
    for conditions in ((), ("eligible",)):
        limit = rule_limit(service, item, (), conditions, configuration)
        assert [branch.code for branch in limit.branches] == ["eligible"]


def test_branches_that_all_say_the_same_need_no_condition(configuration: Configuration) -> None:
    assert ruled(configuration, "3.3.2", "3.3.2") == ("working_days", 5, "list2")
    assert ruled(configuration, "3.3.3", "3.3.3") == ("working_days", 5, "list2")


def test_among_equals_the_law_is_named_before_the_second_list_and_that_before_the_bundle(
    configuration: Configuration,
) -> None:
    assert ruled(configuration, "hire", "1.6.10") == ("working_days", 15, "list2")
    assert ruled(configuration, "graduate", "3.4.7") == ("immediate", None, "list2")
    assert ruled(configuration, "graduate", "2.7.1", ("eligible",)) == ("immediate", None, "list2")


def test_an_item_of_several_leaf_items_takes_the_shortest_of_those_chosen(
    configuration: Configuration,
) -> None:
    both = ("1.6.10", "1.6.13")
    assert ruled(configuration, "startup", "1.6.10") == ("working_days", 15, "list2")
    assert ruled(configuration, "startup", "1.6.10", (), both) == ("working_days", 15, "list2")
    assert ruled(configuration, "startup", "1.6.10", (), ("1.6.13",)) == ("working_days", 20, "bundle")


def test_an_unchanged_row_of_the_second_list_keeps_its_current_limit(configuration: Configuration) -> None:
    assert ruled(configuration, "2.4.3", "2.4.3") == ("working_days", 7, "list2")
    assert ruled(configuration, "2.6.1", "2.6.1") == ("none", None, None)
    assert ruled(configuration, "1.7.4", "1.7.4") == ("none", None, None)


def test_the_catalogue_shows_each_item_with_the_limit_that_rules_it_unconditionally(
    configuration: Configuration,
) -> None:
    for service in configuration.catalogue.services():
        for item in service.items:
            assert item.limit == rule_limit(service, item, (), (), configuration)


def due_of(configuration: Configuration, limit: Limit, accepted_on: date | None) -> Due:
    return due(limit, accepted_on, date(2026, 11, 23), configuration.calendar)


def test_a_due_date_is_fixed_once_accepted_and_provisional_before(configuration: Configuration) -> None:
    limit = Limit("working_days", 15, "15个工作日")
    assert due_of(configuration, limit, date(2026, 11, 23)) == Due(date(2026, 12, 14), "fixed")
    assert due_of(configuration, limit, date(2026, 9, 18)) == Due(date(2026, 10, 15), "fixed")
    assert due_of(configuration, limit, None) == Due(date(2026, 12, 14), "provisional")


def test_immediate_means_the_day_of_acceptance_also_on_a_day_off(configuration: Configuration) -> None:
    limit = Limit("immediate", None, "即时办结")
    assert due_of(configuration, limit, date(2026, 10, 3)) == Due(date(2026, 10, 3), "fixed")
    assert due_of(configuration, limit, date(2027, 3, 1)) == Due(date(2027, 3, 1), "fixed")


def test_a_due_date_beyond_the_published_calendar_is_not_told(configuration: Configuration) -> None:
    limit = Limit("working_days", 20, "20个工作日")
    unpublished = Due(None, "calendar_unpublished")
    assert due_of(configuration, limit, date(2026, 12, 4)) == unpublished
    assert due(limit, None, date(2026, 12, 4), configuration.calendar) == unpublished


@pytest.mark.parametrize(
    ("service_id", "code"), [("2.7.2", "2.7.2"), ("2.7.3", "2.7.3"), ("graduate", "2.7.3")]
)
def test_what_is_paid_by_period_or_after_an_event_awaits_it_in_a_bundle_too(
    configuration: Configuration, service_id: str, code: str
) -> None:
    service = configuration.catalogue.service(service_id)
    limit = next(item.limit for item in service.items if item.code == code)
    assert limit.ruled_by == "list2"
    assert due_of(configuration, limit, date(2026, 11, 23)) == Due(None, "awaits_event")


@pytest.mark.parametrize("service_id", ["1.7.4", "2.6.1", "3.4.1", "2.6.4", "2.7.1"])
def test_without_a_printed_limit_nothing_is_due(configuration: Configuration, service_id: str) -> None:
    limit = configuration.catalogue.service(service_id).items[0].limit
    assert due_of(configuration, limit, date(2026, 11, 23)) == Due(None, "none")
    assert limit.ruled_by is None
