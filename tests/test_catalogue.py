"""The catalogue: every service by its id, what the interface answers, and how damaged files are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.domain.catalogue import UnknownOffice, UnknownService, catalogue_json
from shared.domain.configuration import Configuration, DamagedFiles, parse_configuration
from shared.domain.counter import UnknownCounter
from shared.domain.list_conflicts import find_conflicts
from shared.domain.site import UnknownFloor
from shared.seed import read_seed

SEED = Path(__file__).resolve().parent.parent / "shared" / "seed"
BUNDLE_IDS = [
    *("hire", "terminate", "unemployment", "graduate", "public-institution-hire"),
    *("startup", "retirement", "work-death", "retiree-death", "social-card"),
]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return read_seed()


@pytest.fixture(scope="module")
def configuration(document: dict[str, Any]) -> Configuration:
    return parse_configuration(document, 7)


def test_every_code_of_both_lists_is_a_service_by_its_own_id(configuration: Configuration) -> None:
    catalogue = configuration.catalogue
    codes = {code for bundle in catalogue.bundles for item in bundle.items for code in item.codes}
    codes |= {code for single in catalogue.single_services for code in single.codes}
    assert codes <= set(catalogue.service_ids)
    assert {catalogue.service(code).kind for code in codes} == {"single"}
    assert len(catalogue.services()) == len(set(catalogue.service_ids)) == 10 + len(codes) + 2


def test_bundles_come_first_in_the_order_of_the_list(configuration: Configuration) -> None:
    services = configuration.catalogue.services()
    assert [service.id for service in services[:10]] == BUNDLE_IDS
    assert {service.kind for service in services[:10]} == {"bundle"}
    assert len(configuration.catalogue.single_services) == 25


def test_the_tiles_follow_their_own_order(configuration: Configuration) -> None:
    by_tile = sorted(configuration.catalogue.bundles, key=lambda bundle: bundle.tile)
    assert [bundle.tile for bundle in by_tile] == list(range(1, 11))
    assert [bundle.title for bundle in by_tile][:3] == ["社保卡办理", "我要退休", "我失业了"]
    assert all(len(bundle.title) <= 10 and len(bundle.line) <= 20 for bundle in by_tile)


def test_the_fifth_row_is_one_service_whose_other_codes_are_services_too(
    configuration: Configuration,
) -> None:
    catalogue = configuration.catalogue
    assert catalogue.service("1.7.5").items[0].codes == ("1.7.5", "1.7.6", "1.7.7")
    for code in ("1.7.6", "1.7.7"):
        assert catalogue.service(code).items[0].offices == ("社保股",)
        assert code in [single.id for single in catalogue.other_services]


def test_what_the_list_calls_not_handled_is_not_offered(configuration: Configuration) -> None:
    refused = [service.id for service in configuration.catalogue.services() if not service.offered]
    assert refused == ["2.6.4", "3.5.2"]


def test_a_code_by_itself_has_the_offices_of_all_its_bundles(configuration: Configuration) -> None:
    item = configuration.catalogue.service("3.4.1").items[0]
    assert item.offices == ("人才交流股", "社保中心档案室")
    assert (item.ordinal, item.code) == (1, "3.4.1")


def test_advice_and_the_halls_own_services_lie_outside_the_lists(configuration: Configuration) -> None:
    advice = configuration.catalogue.service("advice")
    assert (advice.kind, advice.items, advice.official) == ("advice", (), False)
    own = configuration.catalogue.service("collect")
    assert (own.kind, own.official, own.items[0].kind) == ("single", False, "service")


def test_an_unknown_service_or_office_is_refused_by_name(configuration: Configuration) -> None:
    with pytest.raises(UnknownService) as service:
        configuration.catalogue.service("9.9.9")
    assert (service.value.code, service.value.details) == ("unknown_service", {"service": "9.9.9"})
    with pytest.raises(UnknownOffice):
        configuration.catalogue.office("未办理")
    assert configuration.catalogue.find("9.9.9") is None


def test_an_office_is_found_by_every_spelling_of_the_lists(configuration: Configuration) -> None:
    name = configuration.catalogue.office_name
    assert name("事业管理股") == "事业单位管理股"
    assert name("区社保中心城乡居民养老保险股") == "社保中心城乡居民基本养老保险股"
    assert name("机关事业单位养老保险股") == "社保中心机关事业单位养老保险股"
    assert name("社保股") != name("社保中心")


def test_every_item_has_a_plain_name_and_an_office_to_act(configuration: Configuration) -> None:
    for service in configuration.catalogue.services():
        for item in service.items:
            assert item.plain_name
            assert all(leaf.plain_name for leaf in item.leaf_items)
            assert item.offices or not service.offered or item.kind == "service"


def test_series_letters_are_neutral(configuration: Configuration) -> None:
    site, catalogue = configuration.site, configuration.catalogue
    letters = {service.id: site.series_of(service) for service in catalogue.services()}
    assert {letters[bundle] for bundle in BUNDLE_IDS} == {"A"}
    assert (letters["1.10.7"], letters["advice"]) == ("S", "Q")
    assert all(service.series == letters[service.id] for service in catalogue.services())
    assert site.services_of_series("Q", catalogue) == ("collect", "advice")


def test_the_interface_answers_the_catalogue_in_its_fixed_shape(configuration: Configuration) -> None:
    answer = catalogue_json(configuration.catalogue)
    assert json.loads(json.dumps(answer, ensure_ascii=False)) == answer
    hire = answer["bundles"][0]
    assert {"id", "seq", "name", "items", "floors", "limit", "lead_offices", "channels"} <= set(hire)
    assert {"ordinal", "code", "name", "kind", "offices", "leaf_items", "limit"} <= set(hire["items"][0])
    assert hire["items"][2]["code"] is None
    assert hire["items"][2]["leaf_items"][0] == {
        "code": "1.6.10",
        "name": "城镇职工基本养老保险关系转移接续申请",
    }
    assert hire["limit"] == {
        "kind": "working_days",
        "working_days": 15,
        "text": "自受理材料起15个工作日内办结",
    }
    keys = ["id", "seq", "codes", "name", "current_limit", "new_limit", "offices", "offered"]
    assert set(keys) <= set(answer["single_services"][0])
    assert len(answer["single_services"]) == 25


def test_a_configuration_document_survives_json_and_keeps_its_number(
    document: dict[str, Any], configuration: Configuration
) -> None:
    again = parse_configuration(json.loads(json.dumps(document, ensure_ascii=False)), 7)
    assert again == configuration
    assert again.number == 7


def test_a_document_of_another_shape_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(DamagedFiles):
        parse_configuration({**document, "format": 2}, 1)
    with pytest.raises(DamagedFiles) as damaged:
        parse_configuration({**document, "site": {"name": 3}}, 1)
    assert damaged.value.code == "damaged_files"


def test_whatever_the_lists_do_not_tell_is_named_as_assumed(configuration: Configuration) -> None:
    assert {"floors", "counters", "hours", "printers", "single_floors", "reasons"} <= set(
        configuration.site.assumed
    )
    assert configuration.site.phone == ""


def test_materials_are_drafts_until_the_hall_has_confirmed_them(configuration: Configuration) -> None:
    materials = configuration.catalogue.materials_of(["1.8.1"])
    assert [(material.name, material.status) for material in materials] == [("身份证或社保卡", "draft")]
    assert configuration.site.materials_note == "请带有效身份证件；其他材料，导办台会告诉您"


def test_the_hall_knows_its_floors_counters_and_printers(configuration: Configuration) -> None:
    site = configuration.site
    assert [floor.shape for floor in site.floors] == ["●", "▲", "■"]
    assert site.counter(4).floor == 2
    assert site.profiles_of_counters[4] == (None, frozenset())
    assert site.takes(4, "hire")
    assert not site.takes(99, "hire")
    kiosk = site.kiosk("kiosk-2")
    assert kiosk is not None
    assert (kiosk.printer, kiosk.stand_in) == ("kiosk-2", "counters-2")
    assert site.kiosk("kiosk-9") is None
    assert site.mean_seconds("social-card") == 360.0
    assert site.mean_seconds(None) == 600.0
    with pytest.raises(UnknownFloor):
        site.floor(9)
    with pytest.raises(UnknownCounter):
        site.counter(99)


def test_reasons_have_codes_and_only_some_may_be_told_to_citizens(configuration: Configuration) -> None:
    reasons = configuration.site.reasons
    assert "step_free" in reasons.codes("needs")
    assert reasons.text("pause", "device_fault") == "设备故障"
    assert [reason.code for reason in reasons.of("pause") if reason.public] == ["device_fault", "system_slow"]
    assert reasons.codes("no such list") == ()


def test_the_contradictions_of_the_lists_are_found_in_the_data(configuration: Configuration) -> None:
    found: dict[str, list[str]] = {}
    for conflict in find_conflicts(configuration):
        found.setdefault(conflict.kind, []).append(conflict.where)
    assert found["several_leads"] == ["unemployment", "graduate", "public-institution-hire", "startup"]
    assert found["offices_differ"] == ["3.4.1", "2.7.3", "1.2.3"]
    assert found["office_without_item"] == ["terminate", "public-institution-hire"]
    assert found["longer"] == ["graduate", "graduate"]
    assert found["branch_longer"] == ["hire", "graduate", "public-institution-hire", "startup", "social-card"]
    assert len(found["only_list2"]) == 9
    assert len(found["only_list1"]) == 39
    assert len(found["no_code"]) == 7
