"""A founded hall whose kiosk, counter and office have stand-ins, and the words of its printers' owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conftest import OFFICE, House
from slips import LONG_AGO, OWNER

from shared.actions import holding, issuing
from shared.actions.devices import StoreReports
from shared.actions.issuing import IssueRequest
from shared.actions.slip_view import SlipView
from shared.actions.views import TicketView, ticket_view
from shared.domain.devices import DeviceState, PaperReport, PaperState, PrintJob
from shared.domain.events import PaperChanged, TroubleChanged
from shared.store.keyring import load_keyring
from shared.store.store import Store

KIOSK, COUNTERS, OFFICES = "kiosk-1", "floor-2", "floor-3"
COUNTERS_PLACE = "2楼窗口打印机"


def with_stand_ins(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first kiosk's slips may come out on floor 2, those of its counters and of the offices on others."""
    site = dict(document["site"])
    stand_ins = {KIOSK: COUNTERS, COUNTERS: OFFICES, OFFICES: COUNTERS}
    for places in ("kiosks", "counters"):
        site[places] = [{**place, "stand_in": stand_ins.get(place["printer"])} for place in site[places]]
    site["desks"] = [{"office": OFFICE, "printer": OFFICES, "stand_in": COUNTERS}]
    return {**document, "site": site}


@dataclass
class SlipHall:
    """The hall, whose printers all belong to one owner."""

    house: House
    reports: StoreReports
    papers: list[PaperChanged] = field(default_factory=list)
    troubles: list[TroubleChanged] = field(default_factory=list)

    def take(self, who: str = KIOSK) -> TicketView:
        view: TicketView = self.house.do(issuing.issue, who, IssueRequest(service_id="retirement"))
        return view

    def print_again(self, ticket: TicketView, who: str = KIOSK) -> TicketView:
        found = self.house.see(lambda uow: uow.tickets.by_token(ticket.token).id)
        view: TicketView = self.house.store.transact(
            lambda uow: holding.reprint(uow, self.house.actors[who], uow.tickets.by_id(found))
        )
        return view

    def handed(self, printer: str = KIOSK, room: int = 1) -> list[PrintJob]:
        return list(self.reports.exchange(OWNER, [], {printer: room}, LONG_AGO))

    def ends(self, state: PaperState, printer: str = KIOSK) -> PrintJob:
        """The slip that waits for a printer ends so."""
        (job,) = self.handed(printer)
        self.tell(job, state)
        return job

    def tell(self, job: PrintJob, state: PaperState) -> None:
        self.reports.exchange(OWNER, [PaperReport(job.id, state, "as told")], {}, LONG_AGO)

    def printer_is(self, state: DeviceState, printer: str = KIOSK) -> None:
        self.reports.device(printer, state, "as told")

    def slip(self, ticket: TicketView) -> SlipView:
        """What the ticket's holder is told of the slip now."""
        slip: SlipView = self.house.see(lambda uow: ticket_view(uow, uow.tickets.by_token(ticket.token)).slip)
        return slip

    def open_troubles(self) -> list[tuple[str, str]]:
        troubles: list[tuple[str, str]] = self.house.see(
            lambda uow: [(one.device, one.kind) for one in uow.troubles.open()]
        )
        return troubles


def slip_hall(house: House, *, stand_ins: bool = True) -> SlipHall:
    """That hall over a fresh one; its printers have been leased and have told nothing."""
    if stand_ins:
        settings = house.settings
        keyring = load_keyring(house.folder, None)
        house.store.close()
        house.store = Store(
            settings.database_url, keyring, house.clock, settings.address(), adapt=with_stand_ins
        )
        house.ending.callback(house.store.close)
    hall = SlipHall(house, StoreReports(house.store))
    hall.reports.lease([printer.name for printer in hall.reports.printers()], OWNER)
    house.store.listeners.on(PaperChanged, hall.papers.append)
    house.store.listeners.on(TroubleChanged, hall.troubles.append)
    return hall
