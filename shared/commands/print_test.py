"""``hall print-test``: a test page through the running hall, or straight to a printer being set up."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import click

from shared.actions.papers import order_slip
from shared.commands.founding import require_founded
from shared.commands.refusals import Told, telling
from shared.domain.account import THE_HALL
from shared.domain.adapting import one_printer
from shared.domain.address import PublicAddress
from shared.domain.clock import SystemClock
from shared.domain.devices import PaperState, PrinterSettings
from shared.domain.slip import printer_test_document
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork
from shared.web.settings import Settings, read_settings

WAIT_SECONDS = 15.0
"""Longer than a slip may wait and print; whoever runs the hall has told of it by then."""

LOOK_SECONDS = 0.2
UNCONFIRMED_STATUS = 3

PrintNow = Callable[[PrinterSettings, Mapping[str, object]], tuple[PaperState, str]]
"""Print a document straight on a printer: what became of it, and why. Raises HallError."""

_ENDS = {
    PaperState.CONFIRMED: "打出来了，打印机已确认。",
    PaperState.UNCONFIRMED: "发给打印机了，但没有确认打完：请到打印机前看一看。",
    PaperState.FAILED: "没有打出来。",
    PaperState.PENDING: "没有人来打：大厅没有在运行。先运行 hall serve，或用 --direct 直接打。",
}


def print_test_command(print_now: PrintNow) -> click.Command:
    """``hall print-test``."""

    @click.command(
        "print-test",
        help="打一张测试页，并说打出来没有：0 打出来了，3 没有确认，1 没有打出来。"
        "平常由运行中的大厅来打；--direct 直接打到一台打印机或一个地址，不用大厅。",
    )
    @click.argument("printer")
    @click.option("--direct", is_flag=True, help="直接打；PRINTER 也可以是地址，如 tcp://10.0.0.9:9100")
    @click.option("--dots", type=int, default=None, help="直接打时的纸宽（点），如 576、384")
    @click.option(
        "--encoding",
        type=click.Choice(["gb18030", "gbk", "gb2312", "utf-8"]),
        default=None,
        help="直接打时的编码",
    )
    @click.option("--mode", type=click.Choice(["text", "raster"]), default=None, help="直接打时的方式")
    @telling
    def command(printer: str, direct: bool, **options: Any) -> None:
        changes = {name: value for name, value in options.items() if value is not None}
        if changes and not direct:
            raise Told("纸宽、编码和方式只和 --direct 一起用；平常按 site.toml。")
        state, detail = _directly(printer, changes, print_now) if direct else _by_the_hall(printer)
        click.echo(_ENDS[state] + detail, err=state is not PaperState.CONFIRMED)
        if state is not PaperState.CONFIRMED:
            sys.exit(UNCONFIRMED_STATUS if state is PaperState.UNCONFIRMED else 1)

    return command


def _by_the_hall(printer: str) -> tuple[PaperState, str]:
    """Order the page and wait until the running hall tells what became of it."""
    settings = read_settings()
    require_founded(settings)
    store = _store(settings)

    def order(uow: UnitOfWork) -> int:
        site = uow.configuration().site
        known = _configured(uow, printer)
        page = _page(known, site.name, uow.now.local, uow.address.base_url)
        return order_slip(uow, printer, page, THE_HALL)

    try:
        job = store.transact(order)
        click.echo(f"已交给 {printer}，等它打完……", err=True)
        until = time.monotonic() + WAIT_SECONDS
        while True:
            state, detail = store.read(lambda uow: uow.papers.outcome(job))
            if state is not PaperState.PENDING or time.monotonic() > until:
                return state, detail
            time.sleep(LOOK_SECONDS)
    finally:
        store.close()


def _directly(printer: str, changes: Mapping[str, Any], print_now: PrintNow) -> tuple[PaperState, str]:
    """Print the page from here, on a configured printer or at an address."""
    settings = read_settings()
    now = SystemClock().now().local
    if ":" in printer:
        where, hall, url = PrinterSettings("test", printer), "（直接打印）", settings.address().base_url
    else:
        require_founded(settings)
        store = _store(settings)
        try:
            where, hall = store.read(lambda uow: (_configured(uow, printer), uow.configuration().site.name))
        finally:
            store.close()
        url = settings.address().base_url
    if where.address.startswith("virtual:"):
        raise Told("虚拟打印机只在运行中的大厅里，不能直接打。")
    where = replace(where, **changes)
    return print_now(where, _page(where, hall, now, url))


def _store(settings: Settings) -> Store:
    keyring = load_keyring(settings.data_dir, settings.secret_key)
    address = PublicAddress(settings.address().base_url)
    adapt = one_printer(settings.printer) if settings.printer else None
    return Store(settings.database_url, keyring, SystemClock(), address, adapt)


def _configured(uow: UnitOfWork, printer: str) -> PrinterSettings:
    site = uow.configuration().site
    settings = site.printer(printer)
    if settings is None:
        raise Told(f"没有叫 {printer} 的打印机，有的是：{'、'.join(known.name for known in site.printers)}")
    return settings


def _page(printer: PrinterSettings, hall: str, printed_at: Any, url: str) -> dict[str, object]:
    return printer_test_document(
        hall=hall,
        printer=printer.name,
        connection=printer.address.partition(":")[0],
        dots=printer.dots,
        encoding=printer.encoding,
        mode=printer.mode,
        qr=printer.qr,
        cutter=printer.cutter,
        printed_at=printed_at,
        url=url,
    )
