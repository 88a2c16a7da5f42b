"""``hall virtual-printer``: a printer without hardware for whoever writes or tests what prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from hardware.character_rom import ENCODINGS
from hardware.pages import serve_alone
from hardware.virtual_listener import RAW_PORT, VirtualListener
from hardware.virtual_printer import VirtualPrinter
from shared.domain.devices import DOTS_OF_PAPER

PAGE_PORT = 9180


def virtual_printer_command() -> click.Command:
    """``hall virtual-printer``."""

    @click.command("virtual-printer", help="不用硬件的打印机：网口、串口都能连，故障随手开关，纸在网页上看。")
    @click.option("--name", default="virtual", show_default=True, help="网页上的名字")
    @click.option("--host", default="127.0.0.1", show_default=True, help="网口听在哪个地址上")
    @click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=RAW_PORT,
        show_default=True,
        help="网口；0 为任意空闲端口",
    )
    @click.option("--pty", is_flag=True, help="也接一个串口（伪终端）")
    @click.option(
        "--pty-link",
        type=click.Path(path_type=Path),
        default=None,
        help="串口，另加一个不变的链接，例如 /tmp/hall-printer",
    )
    @click.option(
        "--page-port",
        type=click.IntRange(0, 65535),
        default=PAGE_PORT,
        show_default=True,
        help="网页的端口，只在本机能开",
    )
    @click.option(
        "--paper-mm", type=click.Choice(["80", "58"]), default="80", show_default=True, help="纸宽（毫米）"
    )
    @click.option("--dots", type=click.IntRange(64, 1024), default=None, help="每行点数，不填按纸宽")
    @click.option(
        "--encoding", type=click.Choice(ENCODINGS), default="gb18030", show_default=True, help="字库的编码"
    )
    @click.option("--json", "as_json", is_flag=True, help="打印一行 JSON，给脚本用")
    def command(**options: Any) -> None:
        _run(**options)

    return command


def _run(
    *,
    name: str,
    host: str,
    port: int,
    pty: bool,
    pty_link: Path | None,
    page_port: int,
    paper_mm: str,
    dots: int | None,
    encoding: str,
    as_json: bool,
) -> None:
    printer = VirtualPrinter(name, dots=dots or DOTS_OF_PAPER[int(paper_mm)], encoding=encoding)
    try:
        with VirtualListener(printer, host=host, port=port, pty=pty, pty_link=pty_link) as listener:
            addresses = listener.addresses

            def tell(real_page_port: int) -> None:
                page = f"http://127.0.0.1:{real_page_port}/hardware/printer"
                _tell(printer, addresses, page, as_json=as_json)

            serve_alone({name: printer}, {name: addresses}, page_port, tell)
    except OSError as error:
        raise click.ClickException(f"虚拟打印机起不来：{error}") from error


def _tell(printer: VirtualPrinter, addresses: list[str], page: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"name": printer.name, "addresses": addresses, "page": page}))
        return
    click.echo(f"虚拟打印机 {printer.name}：{printer.dots} 点，字库 {printer.encoding}")
    for address in addresses:
        click.echo(f"  打印机地址  {address}")
    click.echo(f"  网页        {page}")
    click.echo("按 Ctrl-C 结束。")
