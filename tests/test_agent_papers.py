"""What an agent tells of slips that nobody waits for, and what is looked after where it is connected."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from conftest import House, Web
from test_issuing import take
from test_printing import PRINTER, claim, claimed, slip

from shared.actions.agents import note_late_paper, printers_of_agent
from shared.actions.configuring import change_configuration
from shared.actions.devices import StoreReports
from shared.domain.devices import PaperReport, PaperState
from shared.store.unit_of_work import UnitOfWork
from shared.web.agents import AgentsAtHall

AGENT = "kiosk-pc-1"


def hang(house: House, *names: str) -> None:
    """Let these printers hang at the agent, and no others."""

    def change(uow: UnitOfWork) -> None:
        document = uow.configuration_document()
        site = dict(document["site"])
        site["printers"] = [
            {**printer, "address": f"agent:{AGENT}" if printer["name"] in names else "virtual:"}
            for printer in site["printers"]
        ]
        change_configuration(uow, house.actors["admin"], {**document, "site": site}, "test")

    house.store.transact(change)


@pytest.fixture
def one(house: House, reports: StoreReports) -> StoreReports:
    """The reports of an owner that has a printer, which hangs at an agent."""
    hang(house, PRINTER)
    assert house.see(lambda uow: printers_of_agent(uow, AGENT)) == [PRINTER]
    assert reports.lease([PRINTER], "one")
    return reports


def told(house: House, job_id: int, state: PaperState, agent: str = AGENT) -> PaperState:
    """What stands in the record when an agent has told this."""
    report = PaperReport(job_id, state, "")
    house.store.transact(lambda uow: note_late_paper(uow, agent, report))
    return slip(house).state


def test_a_slip_left_unconfirmed_is_confirmed_by_its_agent_also_at_a_new_owner(
    house: House, one: StoreReports
) -> None:
    take(house)
    job = claimed(one)
    one.take([PRINTER], "two")
    assert slip(house).state is PaperState.UNCONFIRMED
    assert told(house, job.id, PaperState.CONFIRMED) is PaperState.CONFIRMED


@pytest.mark.parametrize("state", [PaperState.CONFIRMED, PaperState.UNCONFIRMED])
def test_a_slip_that_another_process_still_waits_for_is_what_its_agent_says(
    house: House, one: StoreReports, state: PaperState
) -> None:
    take(house)
    assert told(house, claimed(one).id, state) is state


@pytest.mark.parametrize("former", [PaperState.CONFIRMED, PaperState.FAILED])
def test_what_is_known_for_certain_no_late_word_changes(
    house: House, one: StoreReports, former: PaperState
) -> None:
    take(house)
    job = claimed(one)
    told(house, job.id, former)
    known = slip(house).state
    assert told(house, job.id, PaperState.UNCONFIRMED) is known
    assert told(house, job.id, PaperState.CONFIRMED) is known


def test_an_agent_with_printers_of_its_own_cannot_tell_of_another_s_slip(
    house: House, one: StoreReports
) -> None:
    def give_the_other_a_printer(uow: UnitOfWork) -> None:
        document = uow.configuration_document()
        site = dict(document["site"])
        site["printers"] = [
            {**printer, "address": "agent:kiosk-pc-2"} if printer["name"] == "kiosk-2" else printer
            for printer in site["printers"]
        ]
        change_configuration(uow, house.actors["admin"], {**document, "site": site}, "test")

    house.store.transact(give_the_other_a_printer)
    assert house.see(lambda uow: printers_of_agent(uow, "kiosk-pc-2")) == ["kiosk-2"]
    take(house)
    assert told(house, claimed(one).id, PaperState.FAILED, "kiosk-pc-2") is PaperState.PENDING


@pytest.mark.parametrize("state", [PaperState.CONFIRMED, PaperState.FAILED])
def test_the_word_of_another_agent_counts_for_nothing(
    house: House, one: StoreReports, state: PaperState
) -> None:
    take(house)
    job = claimed(one)
    assert told(house, job.id, state, "kiosk-pc-2") is PaperState.PENDING
    one.take([PRINTER], "two")
    assert told(house, job.id, state, "kiosk-pc-2") is PaperState.UNCONFIRMED


def test_a_slip_that_was_sent_to_nobody_cannot_be_told_of(house: House, one: StoreReports) -> None:
    take(house)
    assert told(house, 1, PaperState.CONFIRMED) is PaperState.PENDING
    assert [job.id for job in claim(one)] == [1]


# -- what the process at which an agent is connected looks after --------------------------------------


class Printing:
    """Whoever owns printers: keeps what it was asked."""

    def __init__(self) -> None:
        self.taken: list[set[str]] = []
        self.looked: list[set[str]] = []

    def take_over(self, printers: Collection[str]) -> None:
        self.taken.append(set(printers))

    def look(self, printers: Collection[str]) -> None:
        self.looked.append(set(printers))


@pytest.fixture
def printing() -> Printing:
    return Printing()


@pytest.fixture
def at_hall(house: House, web: Web, printing: Printing) -> AgentsAtHall:
    """The agents' side of one process, in which one printer hangs at the agent."""
    hang(house, PRINTER)
    parts = web.app.extensions["parts"]
    return AgentsAtHall(parts.hall, parts.socketio, "/hardware", printing, lambda *_: False)


def test_the_printers_of_an_agent_that_comes_are_taken_over_also_those_it_is_given_later(
    house: House, at_hall: AgentsAtHall, printing: Printing
) -> None:
    at_hall.arrived(AGENT)
    at_hall.care()
    hang(house, PRINTER, "kiosk-2")
    at_hall.care()
    at_hall.care()
    assert printing.taken == [{PRINTER}, {"kiosk-2"}]


def test_an_agent_that_stays_away_has_its_printers_looked_at_once_and_a_short_cut_nobody_s(
    at_hall: AgentsAtHall, printing: Printing
) -> None:
    at_hall.arrived(AGENT)
    at_hall.left(AGENT)
    at_hall.care()
    at_hall.arrived(AGENT)
    at_hall.care()
    assert printing.looked == []
    at_hall.left(AGENT)
    for _ in range(4):
        at_hall.care()
    assert printing.looked == [{PRINTER}]


def test_an_agent_that_leaves_is_asked_again_for_its_own_card_and_no_other_agent_is(
    house: House, web: Web, printing: Printing
) -> None:
    parts = web.app.extensions["parts"]
    asked: list[tuple[str, int]] = []

    def read(device: str, reading: int, seconds: float) -> bool:
        asked.append((device, reading))
        return True

    at_hall = AgentsAtHall(parts.hall, parts.socketio, "/hardware", printing, read)
    waiting = [(1, "desk-pc-1"), (2, "desk-pc-2")]
    at_hall.ask(waiting)
    at_hall.left("desk-pc-1")
    at_hall.ask(waiting)
    assert asked == [("desk-pc-1", 1), ("desk-pc-2", 2), ("desk-pc-1", 1)]
