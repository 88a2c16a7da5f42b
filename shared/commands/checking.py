"""``hall check``: the settings, the database and every printer, with what each printer answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import click

from shared.commands.founding import require_founded
from shared.commands.refusals import Told, telling
from shared.commands.wiring import CreateApp, Parts
from shared.domain.devices import ABLE_TO_PRINT, DeviceState, PrinterSettings
from shared.domain.errors import HallError
from shared.domain.sign import SignLine
from shared.domain.site import Site
from shared.web.settings import read_settings

AskPrinter = Callable[[PrinterSettings], tuple[DeviceState, Sequence[tuple[str, str]]]]
"""What a printer answers now: its state, and the answers as (label, words)."""

WIDTH = 80
MOST_NAMED = 12
_LABEL_WIDTH = 12
_ENCODINGS = {"gb18030": "GB18030", "gbk": "GBK", "gb2312": "GB2312", "utf-8": "UTF-8"}
_MODES = {"text": "文字", "raster": "整张图形"}
_CODES = {"native": "二维码由打印机画", "raster": "二维码按图形打"}


def check_command(create_app: CreateApp, ask_printer: AskPrinter) -> click.Command:
    """``hall check``."""

    @click.command("check", help="检查设置、数据库、配置，并问每台打印机。")
    @telling
    def command() -> None:
        settings = read_settings()
        require_founded(settings)
        app = create_app(settings, None, None)
        parts: Parts = app.extensions["parts"]
        configuration = parts.hall.read(lambda uow: uow.configuration())
        site = configuration.site
        click.echo(f"数据库：正常。配置 {configuration.number} 号，其中 {len(site.assumed)} 处是假定。")
        address = settings.address()
        told = "手机能打开" if address.phone_reachable else "手机打不开，小票不提手机"
        click.echo(f"二维码地址：{address.base_url}（{told}）")
        troubles = sum(not _tell(site, printer, ask_printer) for printer in site.printers)
        alone = [words for printer, stand_in, words in places(site) if printer and not stand_in]
        if alone:
            click.echo()
            _line("没有备用", "；".join(alone))
        for line in site.sign_lines:
            _tell_signs(site, line)
        if troubles:
            raise Told(f"{troubles} 台打印机现在打不出纸。")

    return command


def _tell(site: Site, printer: PrinterSettings, ask_printer: AskPrinter) -> bool:
    """Print a block about one printer; whether it can give paper."""
    click.echo(f"\n打印机 {printer.name}" + (f"（{printer.place}）" if printer.place else ""))
    _line("地址", printer.address)
    _line("用在", "；".join(_uses(site, printer.name)) or "没有地方用它")
    _line("纸", "，".join(_paper(printer)))
    if printer.address.startswith("virtual:"):
        _line("状态", "虚拟打印机，不出纸：请在 site.toml 里填真的打印机")
        return False
    if printer.agent:
        _line("状态", f"由打印代理 {printer.agent} 看管：运行中的大厅才知道，见 /manage")
        return True
    try:
        state, answers = ask_printer(printer)
    except HallError as refusal:
        state, answers = DeviceState.OFFLINE, [("状态", refusal.text)]
    for label, words in answers:
        _line(label, words)
    return state in ABLE_TO_PRINT


def _tell_signs(site: Site, line: SignLine) -> None:
    """Print a block about one line of strips; strips answer nothing, so they are not asked."""
    click.echo(f"\n条屏线路 {line.name}")
    _line("地址", line.address)
    _line(
        "条屏",
        "；".join(f"{sign.counter}号窗口 地址 {sign.address}" for sign in site.signs_of(line.name)) or "没有",
    )
    _line("试一试", f"停下大厅，再运行 hall sign-test {line.name}")


def _paper(printer: PrinterSettings) -> Iterator[str]:
    yield f"{printer.dots} 点、{printer.columns} 个汉字"
    yield _ENCODINGS.get(printer.encoding, printer.encoding)
    yield _MODES.get(printer.mode, printer.mode)
    yield _CODES.get(printer.qr, printer.qr)
    yield "有切刀" if printer.cutter else "没有切刀"


def _uses(site: Site, name: str) -> Iterator[str]:
    for printer, stand_in, words in places(site):
        if printer == name:
            yield f"{words}（备用 {stand_in}）" if stand_in else words
        elif stand_in == name:
            yield f"备用于{words}"


def places(site: Site) -> list[tuple[str | None, str | None, str]]:
    """Where slips are ordered: (printer, stand-in, words); counters and offices that share them as one."""
    found: list[tuple[str | None, str | None, str, str]] = [
        *((kiosk.printer, kiosk.stand_in, "取号机", kiosk.name) for kiosk in site.kiosks),
        *((counter.printer, counter.stand_in, "窗口", str(counter.number)) for counter in site.counters),
        *((desk.printer, desk.stand_in, "股室", desk.office) for desk in site.desks),
    ]
    together: dict[tuple[str | None, str | None, str], list[str]] = {}
    for printer, stand_in, kind, name in found:
        together.setdefault((printer, stand_in, kind), []).append(name)
    return [(printer, stand_in, _named(kind, names)) for (printer, stand_in, kind), names in together.items()]


def _named(kind: str, names: Sequence[str]) -> str:
    """A few by name, many by number."""
    return f"{kind} {'、'.join(names)}" if len(names) <= MOST_NAMED else f"{len(names)} 个{kind}"


def _line(label: str, words: str) -> None:
    """One label with its words, in lines that fit a terminal."""
    head = "  " + label + " " * (_LABEL_WIDTH - _width(label))
    for line in _wrapped(words, WIDTH - _LABEL_WIDTH - 2):
        click.echo(head + line)
        head = " " * (_LABEL_WIDTH + 2)


def _wrapped(words: str, room: int) -> Iterator[str]:
    """Lines of so many columns, broken behind a mark where there is one, else wherever they are full."""
    line = ""
    for part in re.findall(r"[^、，；：]*[、，；：]?", words):
        if line and _width(line + part) > room:
            yield line
            line = ""
        for character in part:
            if _width(line + character) > room:
                yield line
                line = ""
            line += character
    yield line


def _width(text: str) -> int:
    """Columns of a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
