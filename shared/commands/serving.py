"""``hall serve``, ``hall check`` and ``hall print-test``: running the hall and looking after it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import click
from flask import Flask

from shared.actions.papers import order_slip
from shared.commands.founding import require_founded
from shared.commands.refusals import Told, telling
from shared.commands.wiring import CreateApp, Parts, Start
from shared.domain import failpoints
from shared.domain.account import THE_HALL
from shared.domain.address import PublicAddress
from shared.domain.clock import SystemClock
from shared.domain.devices import ABLE_TO_PRINT, DeviceState, PrinterSettings
from shared.domain.slip import printer_test_document
from shared.store.data_folder import owning
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork
from shared.web.logs import configure_logs
from shared.web.server import serve
from shared.web.settings import Settings, read_settings


def run_server(app: Flask, start: Start, settings: Settings, ready: Callable[[int], None]) -> None:
    """Serve until a signal; background work begins when the port is known and ends with the server."""
    failpoints.arm(settings.failpoint)
    with ExitStack() as ending:

        def begin(port: int) -> None:
            parts: Parts = app.extensions["parts"]
            parts.hall.store.address = settings.address(port)
            ending.callback(parts.stop)
            start(app)
            ready(port)

        serve(app, settings.host, settings.port, begin)


def serve_command(create_app: CreateApp, start: Start) -> click.Command:
    """``hall serve``."""

    @click.command("serve", help="运行大厅。")
    @click.option("--host", default=None, help="监听的地址")
    @click.option("--port", type=click.IntRange(0, 65535), default=None, help="监听的端口")
    @telling
    def command(host: str | None, port: int | None) -> None:
        settings = read_settings()
        settings = replace(
            settings,
            host=host or settings.host,
            port=settings.port if port is None else port,
            async_mode="gevent",
        )
        configure_logs(settings.log_level)
        with owning(settings.database_url):
            require_founded(settings)
            app = create_app(settings, None, None)
            _warn_of_virtual_printers(app)
            run_server(
                app,
                start,
                settings,
                lambda bound: click.echo(f"大厅在运行：{settings.address(bound).base_url}"),
            )

    return command


def _warn_of_virtual_printers(app: Flask) -> None:
    parts: Parts = app.extensions["parts"]
    virtual = [p.name for p in parts.reports.printers() if p.address.startswith("virtual:")]
    if virtual:
        click.echo(f"注意：这些打印机是虚拟的，不出纸：{'、'.join(virtual)}", err=True)


AskPrinter = Callable[[PrinterSettings], tuple[DeviceState, str]]


def check_command(create_app: CreateApp, ask_printer: AskPrinter) -> click.Command:
    """``hall check``."""

    @click.command("check", help="检查设置、数据库、配置和打印机地址。")
    @telling
    def command() -> None:
        settings = read_settings()
        require_founded(settings)
        app = create_app(settings, None, None)
        parts: Parts = app.extensions["parts"]
        configuration = parts.hall.read(lambda uow: uow.configuration())
        click.echo(
            f"数据库：正常。配置 {configuration.number} 号，其中 {len(configuration.site.assumed)} 处是假定。"
        )
        troubles = 0
        for printer in parts.reports.printers():
            state, detail = ask_printer(printer)
            virtual = printer.address.startswith("virtual:")
            told = "虚拟打印机，不出纸：请在 site.toml 里填真的打印机" if virtual else _STATES[state]
            click.echo(f"打印机 {printer.name}：{printer.address}，{printer.columns} 列，{told}。{detail}")
            troubles += virtual or state not in ABLE_TO_PRINT
        address = settings.address()
        told = "手机能打开" if address.phone_reachable else "手机打不开，小票不提手机"
        click.echo(f"二维码地址：{address.base_url}（{told}）")
        if troubles:
            raise Told(f"{troubles} 台打印机现在打不出纸。")

    return command


_STATES = {
    DeviceState.OK: "正常",
    DeviceState.NEAR_END: "纸快用完",
    DeviceState.PAPER_OUT: "没有纸",
    DeviceState.COVER_OPEN: "盖子开着",
    DeviceState.OFFLINE: "连不上",
    DeviceState.UNKNOWN: "连得上，但不回答状态",
}


def print_test_command() -> click.Command:
    """``hall print-test``."""

    @click.command("print-test", help="让运行中的大厅在一台打印机上打一张测试页。")
    @click.argument("printer")
    @telling
    def command(printer: str) -> None:
        settings = read_settings()
        require_founded(settings)
        keyring = load_keyring(settings.data_dir, settings.secret_key)
        store = Store(
            settings.database_url, keyring, SystemClock(), PublicAddress(settings.address().base_url)
        )

        def order(uow: UnitOfWork) -> None:
            known = [known.name for known in uow.configuration().site.printers]
            if printer not in known:
                raise Told(f"没有叫 {printer} 的打印机，有的是：{'、'.join(known)}")
            order_slip(uow, printer, _test_page(uow, printer), THE_HALL)

        store.transact(order)
        click.echo(f"已交给 {printer}。大厅在运行时马上打出来，10 秒后不再打；没有打出来请看 /manage。")

    return command


def _test_page(uow: UnitOfWork, printer: str) -> dict[str, object]:
    return printer_test_document(
        hall=uow.configuration().site.name,
        printer=printer,
        printed_at=uow.now.local,
        url=uow.address.base_url,
    )
