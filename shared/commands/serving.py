"""``hall serve``: running the hall."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import click
from flask import Flask

from shared.commands.founding import require_founded
from shared.commands.refusals import telling
from shared.commands.wiring import CreateApp, Parts, Start
from shared.domain import failpoints
from shared.domain.errors import HallError
from shared.store.data_folder import owning
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


def serve_command(create_app: CreateApp, start: Start, check_address: Callable[[str], None]) -> click.Command:
    """``hall serve``; ``check_address`` refuses a printer's address with a HallError."""

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
            _warn_of_printers(app, check_address)
            run_server(
                app,
                start,
                settings,
                lambda bound: click.echo(f"大厅在运行：{settings.address(bound).base_url}"),
            )

    return command


def _warn_of_printers(app: Flask, check_address: Callable[[str], None]) -> None:
    """A hall with a bad printer serves all the same: numbers without paper are better than none."""
    parts: Parts = app.extensions["parts"]
    printers = parts.reports.printers()
    for printer in printers:
        try:
            check_address(printer.address)
        except HallError as refusal:
            click.echo(f"注意：打印机 {printer.name} 不能用。{refusal.text}（{refusal.code}）", err=True)
    virtual = [printer.name for printer in printers if printer.address.startswith("virtual:")]
    if virtual:
        click.echo(f"注意：这些打印机是虚拟的，不出纸：{'、'.join(virtual)}", err=True)
