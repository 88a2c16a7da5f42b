"""``hall agent``: a computer with a printer or card reader of its own, while the server stands elsewhere.

Also ``python -m hardware.agent_command``. Nothing of the hall is loaded but ``hardware`` and the modules of
``shared.domain`` that devices share.
"""

from __future__ import annotations

import json
import logging
import random
import re
import signal
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import click

from hardware.addresses import kind_of
from hardware.agent import Agent
from hardware.agent_link import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, WrongFormat
from hardware.agent_state import (
    AgentRefused,
    Enrolment,
    HallAway,
    default_folder,
    enrol,
    load_enrolment,
    owning_folder,
    plain_address,
)
from hardware.card_reader import open_card_reader
from hardware.transport import Transport, check_address, open_transport
from hardware.virtual_printer import VirtualPrinters
from shared.domain.clock import SystemClock
from shared.domain.devices import AGENT, PrinterSettings
from shared.domain.errors import HallError

log = logging.getLogger(__name__)

REFUSED = 77
"""The exit status when only a person can help; the service is then not started again (``EX_NOPERM``)."""

ONLY_PRINTER = "main"
_NAMED = re.compile(r"([\w.-]+)=(.+)")
_OF_RECORDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One line of JSON for each record, like the server's own logs."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _OF_RECORDS},
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def agent_command() -> click.Command:
    """``hall agent``."""

    @click.command("agent", help="把这台电脑上的打印机和读卡器接到别处的大厅。")
    @click.option("--server", required=True, help="大厅的地址，例如 http://192.168.1.10:8000")
    @click.option(
        "--code",
        default=None,
        envvar="HALL_AGENT_CODE",
        show_envvar=True,
        help="登记码，只在第一次启动时要",
    )
    @click.option("--printer", "printers", multiple=True, help="例如 usb://04b8:0202；几台时写 名称=地址")
    @click.option("--card-reader", default=None, help="例如 serial:///dev/ttyUSB0，或厂商模块 模块:名称")
    @click.option("--state-dir", type=click.Path(file_okay=False, path_type=Path), default=None)
    @click.option("--log-level", type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"]), default="INFO")
    def command(
        server: str,
        code: str | None,
        printers: tuple[str, ...],
        card_reader: str | None,
        state_dir: Path | None,
        log_level: str,
    ) -> None:
        _configure_logs(log_level)
        try:
            named = read_printers(printers)
            if not named and card_reader is None:
                raise AgentRefused("这台电脑上接了什么？请写 --printer 或 --card-reader。")
            if any(kind_of(address) == "virtual" for _, address in named):
                click.echo("注意：虚拟打印机不出纸。", err=True)
            reader = open_card_reader(card_reader) if card_reader else None
            folder = state_dir or default_folder()
            with owning_folder(folder):
                enrolment = _enrolled(folder, plain_address(server), code)
                agent = Agent(enrolment, named, _open_printer, SystemClock(), version(), reader)
                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, lambda *_: agent.stop())
                agent.run()
        except AgentRefused as refusal:
            _end(str(refusal), REFUSED)
        except HallError as refusal:
            _end(refusal.text, REFUSED)
        except WrongFormat as wrong:
            _end(str(wrong), 1)

    return command


def run_agent_command(arguments: Sequence[str]) -> None:
    """Run the agent and end the program."""
    agent_command().main(args=list(arguments), prog_name="hall agent")


def read_printers(told: Sequence[str]) -> list[tuple[str, str]]:
    """The printers of this computer as (name, address), the first one serving slips that name none.

    Raises:
        UnknownPrinterAddress: an address that no driver knows, or that of another agent.
        AgentRefused: two printers with one name.
    """
    named = []
    for text in told:
        match = _NAMED.fullmatch(text)
        # In serial:///dev/ttyS0?baud=9600 what stands before the sign is no name.
        name, address = (match[1], match[2]) if match else (ONLY_PRINTER, text)
        if kind_of(address) == AGENT:
            raise AgentRefused(f"{address} 是另一个打印代理；这里要写接在这台电脑上的打印机。")
        check_address(address)
        named.append((name, address))
    if len({name for name, _ in named}) < len(named):
        raise AgentRefused("有几台打印机时要各有名称：--printer 名称=地址。")
    return named


def version() -> str:
    """The program's version; a bare copy of the files has none."""
    try:
        return metadata.version("baiyin-hall")
    except metadata.PackageNotFoundError:
        return ""


def _open_printer(printer: PrinterSettings) -> Transport:
    return open_transport(printer, VirtualPrinters())


def _enrolled(folder: Path, server: str, code: str | None) -> Enrolment:
    """What is kept, or a new enrolment, for which the hall is asked until it answers."""
    known = load_enrolment(folder, server, code)
    if known is not None:
        return known
    if code is None:
        raise AgentRefused("这台电脑还没有登记：请把管理员给的登记码写进 HALL_AGENT_CODE，或用 --code。")
    told = False
    while True:
        try:
            return enrol(folder, server, code)
        except HallAway as away:
            if not told:
                log.warning("the hall cannot be reached, trying on", extra={"reason": str(away)[:200]})
            told = True
            time.sleep(random.uniform(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS))


def _configure_logs(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler])
    # The socket library writes whole messages down when it is asked to; a card must not be among them.
    for name in ("socketio", "engineio", "websocket"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _end(told: str, status: int) -> None:
    click.echo(told, err=True)
    sys.exit(status)


if __name__ == "__main__":
    run_agent_command(sys.argv[1:])
