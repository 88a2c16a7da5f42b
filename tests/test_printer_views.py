"""Printers as the manager sees them: how they are set up, how they fare, and a test page on demand."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import House, Web
from slips import LONG_AGO
from test_issuing import take
from test_troubles import equip_with_line
from test_troubles import shipped as shipped

from shared.actions.devices import StoreReports
from shared.domain.devices import DeviceState, PaperReport, PaperState
from shared.domain.paper import KioskPaper, PrinterRow
from shared.store.unit_of_work import UnitOfWork


def overview(web: Web) -> dict[str, Any]:
    return dict(web.get("/overview", "manager").get_json())


def printer(web: Web, name: str) -> dict[str, Any]:
    return dict(next(printer for printer in overview(web)["printers"] if printer["name"] == name))


def end_next(reports: StoreReports, name: str, state: PaperState) -> None:
    (job,) = reports.exchange("here", [], {name: 1}, LONG_AGO)
    reports.exchange("here", [PaperReport(job.id, state, "")], {}, LONG_AGO)


def test_a_printer_tells_who_prints_on_it_and_who_stands_in_for_whom(web: Web, shipped: House) -> None:
    one, two = printer(web, "counters-1"), printer(web, "counters-2")
    assert (one["counters"], one["kiosks"], one["stand_ins"]) == ([1, 2, 3], [], ["counters-2"])
    assert one["stands_in_for"] == ["kiosk-1"]
    assert set(two["stands_in_for"]) == {"counters-1", "counters-3", "kiosk-2"}
    assert printer(web, "kiosk-1")["kiosks"] == ["kiosk-1"]


def test_a_printer_tells_how_it_is_set_up_and_since_when_it_is_as_it_is(
    web: Web, reports: StoreReports
) -> None:
    told = printer(web, "kiosk-1")
    assert (told["kind"], told["dots"], told["encoding"], told["mode"]) == ("virtual", 576, "gb18030", "text")
    assert (told["state"], told["since"]) == ("unknown", None)
    reports.device("kiosk-1", DeviceState.PAPER_OUT, "")
    told = printer(web, "kiosk-1")
    assert (told["state"], told["since"] is not None) == ("paper_out", True)


def test_a_printer_that_should_answer_and_does_not_is_silent_and_one_that_nobody_has_asked_is_not(
    web: Web, reports: StoreReports
) -> None:
    assert printer(web, "kiosk-1")["silent"] is False
    reports.device("kiosk-1", DeviceState.UNKNOWN, "")
    assert printer(web, "kiosk-1")["silent"] is True


def test_slips_of_today_are_counted_for_each_printer_and_test_pages_are_none(
    web: Web, house: House, reports: StoreReports
) -> None:
    reports.lease(["kiosk-1"], "here")
    for state in (PaperState.CONFIRMED, PaperState.CONFIRMED, PaperState.UNCONFIRMED):
        take(house)
        end_next(reports, "kiosk-1", state)
    take(house)
    assert web.post("/printers/kiosk-1/test", "manager").status_code == 202
    assert printer(web, "kiosk-1")["slips"] == {"pending": 1, "confirmed": 2, "unconfirmed": 1, "failed": 0}
    assert printer(web, "kiosk-2")["slips"] == dict.fromkeys(PaperState, 0)


def test_a_test_page_comes_out_where_it_was_ordered_and_its_result_is_shown(
    web: Web, reports: StoreReports
) -> None:
    # The printer is this test's: the application prints nothing on it by itself.
    reports.lease(["kiosk-2"], "here")
    answer = web.post("/printers/kiosk-2/test", "admin")
    assert (answer.status_code, answer.get_json()) == (202, {"printer": "kiosk-2", "state": "pending"})
    assert printer(web, "kiosk-2")["test_state"] == "pending"
    end_next(reports, "kiosk-2", PaperState.CONFIRMED)
    told = printer(web, "kiosk-2")
    assert (told["test_state"], told["tested_at"] is not None) == ("confirmed", True)
    assert printer(web, "kiosk-1")["tested_at"] is None


@pytest.mark.parametrize("who", ["anna", "guide", "chen", "kiosk-1"])
def test_only_who_is_responsible_for_the_hall_orders_test_pages(web: Web, who: str) -> None:
    assert web.post("/printers/kiosk-1/test", who).status_code == 403


def test_a_printer_that_the_hall_does_not_have_prints_no_test_page(web: Web) -> None:
    assert web.post("/printers/nowhere/test", "admin").get_json()["code"] == "unknown_printer"


def test_lines_of_counter_signs_stand_beside_the_printers(web: Web, house: House) -> None:
    equip_with_line(house, "east")
    (told,) = overview(web)["sign_lines"]
    assert (told["name"], told["kind"], told["counters"], told["state"]) == ("east", "log", [3], "unknown")
    line = PrinterRow(name="line:east", state=DeviceState.OFFLINE, detail="没有回话")
    house.store.transact(lambda uow: uow.add(line))
    (told,) = overview(web)["sign_lines"]
    assert (told["state"], told["detail"]) == ("offline", "没有回话")
    assert "line:east" not in [one["name"] for one in overview(web)["printers"]]


def test_a_kiosk_tells_its_printer_and_since_when_it_works_without_paper(web: Web, house: House) -> None:
    def kiosk(name: str) -> dict[str, Any]:
        return dict(
            next(one for one in web.get("/devices", "manager").get_json()["items"] if one["name"] == name)
        )

    assert (kiosk("kiosk-1")["printer"], kiosk("kiosk-1")["paperless_since"]) == ("kiosk-1", None)

    def without_paper(uow: UnitOfWork) -> None:
        uow.add(KioskPaper(name="kiosk-1", failures=3, paperless_since=uow.at))

    house.store.transact(without_paper)
    assert kiosk("kiosk-1")["paperless_since"] is not None
    assert kiosk("kiosk-2")["paperless_since"] is None
