"""Trying a printer: a page that shows whether it is set up right."""

from __future__ import annotations

from dataclasses import dataclass

from shared.actions.papers import order_slip
from shared.domain.account import Actor
from shared.domain.errors import Unknown
from shared.domain.slip import printer_test_document
from shared.store.unit_of_work import UnitOfWork


class UnknownPrinter(Unknown):
    code = "unknown_printer"
    message = "没有这台打印机。"


@dataclass(frozen=True, slots=True)
class OrderedPage:
    """A test page that was ordered; what became of it stands with the printer."""

    printer: str
    state: str


def order_test_page(uow: UnitOfWork, actor: Actor, name: str) -> OrderedPage:
    """Order a test page; like any slip it comes out at once or not at all.

    Raises:
        UnknownPrinter: the hall has none of this name.
    """
    site = uow.configuration().site
    printer = site.printer(name)
    if printer is None:
        raise UnknownPrinter(printer=name[:64])
    document = printer_test_document(
        hall=site.name,
        printer=name,
        connection=printer.address.partition(":")[0],
        dots=printer.dots,
        encoding=printer.encoding,
        mode=printer.mode,
        qr=printer.qr,
        cutter=printer.cutter,
        printed_at=uow.now.local,
        url=uow.address.base_url,
    )
    order_slip(uow, name, document, actor)
    return OrderedPage(name, "pending")
