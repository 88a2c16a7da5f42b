"""The ways to a line of strips: a serial port (RS-485), or a log in which each change is a line of JSON."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from hardware.addresses import read_serial
from hardware.aside import Aside
from hardware.serial_link import SerialLink
from shared.domain.errors import Invalid
from shared.domain.sign import Sign, SignLine
from shared.domain.sign.frame import Frame

log = logging.getLogger("hall.signs")


class UnknownLineAddress(Invalid):
    """A line's address of a kind that this version does not know."""

    code = "unknown_line_address"
    message = "条屏线路的地址不对。能用的是：serial:///dev/ttyUSB0?baud=9600、log:、log:///路径。"


class SignLink(Protocol):
    """An open way to one line. Deadlines are readings of ``time.monotonic()``."""

    def show(self, sign: Sign, text: str, deadline: float) -> None:
        """Let a strip say a text; raises OSError or LinkLost when the line is away."""

    def check(self) -> None:
        """Raise OSError or LinkLost when the line has gone away."""

    def close(self) -> None:
        """Let go."""


def open_line(line: SignLine, aside: Aside, deadline: float) -> SignLink:
    """Open a line.

    Raises:
        UnknownLineAddress, BadFrame, BadSerialAddress: its settings are wrong.
        OSError: the port is away or taken.
    """
    kind, _, rest = line.address.partition(":")
    if kind == "log":
        return LogLink(line, unquote(rest.removeprefix("//")))
    if kind == "serial":
        return SerialSigns(line, aside, deadline)
    raise UnknownLineAddress(address=line.address)


class SerialSigns:
    """Strips on a serial port, each told by frames of its address."""

    def __init__(self, line: SignLine, aside: Aside, deadline: float) -> None:
        self._frame = Frame(line)
        self._gap = line.gap_ms / 1000
        self._link = SerialLink(read_serial(line.address), aside, deadline)
        self._quiet_from = 0.0

    def show(self, sign: Sign, text: str, deadline: float) -> None:
        """Send one frame, after the silence that tells it from the last."""
        # Strips on half a duplex line answer or are still busy: whoever talks without a pause is not heard.
        time.sleep(max(0.0, self._quiet_from + self._gap - time.monotonic()))
        self._link.send(self._frame.bytes_of(sign.address, text), deadline)
        self._quiet_from = time.monotonic()

    def check(self) -> None:
        """Read away what strips may have answered; a port that is gone says so."""
        self._link.receive(time.monotonic())

    def close(self) -> None:
        """Let go of the port, once its adapter has had time to send the last frame."""
        time.sleep(self._gap)
        self._link.close()


class LogLink:
    """A line that is only written down: a line of JSON for each change, in a file or in the program's log."""

    def __init__(self, line: SignLine, path: str) -> None:
        self._line = line
        self._path = Path(path) if path else None
        self._said: dict[int, str] = {}

    def show(self, sign: Sign, text: str, deadline: float) -> None:
        """Write down what is new; what is only said again is not."""
        if self._said.get(sign.counter) == text:
            return
        self._said[sign.counter] = text
        facts = {"line": self._line.name, "counter": sign.counter, "address": sign.address, "text": text}
        if self._path is None:
            log.info("sign", extra=facts)
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": at, **facts}, ensure_ascii=False) + "\n")

    def check(self) -> None:
        """A log is always there."""

    def close(self) -> None:
        """Nothing is held."""
