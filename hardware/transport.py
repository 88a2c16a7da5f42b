"""Printer addresses: which kinds this version knows, and the way to the printer behind one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from hardware.delivery import Courier, Delivery
from hardware.link import Link, VirtualLink
from hardware.status import Condition
from hardware.tcp_link import TcpLink
from hardware.virtual_printer import VirtualPrinters
from shared.domain.devices import PrinterSettings
from shared.domain.errors import Invalid

RAW_PORT = 9100
KINDS = "virtual:、tcp://主机:9100"


class UnknownPrinterAddress(Invalid):
    """A printer address of a kind that this version does not know, or an incomplete one."""

    code = "unknown_printer_address"
    message = f"打印机地址不对。这个版本能用的是：{KINDS}。"


class Transport(Protocol):
    """The way to one printer."""

    def send(self, data: bytes, deadline: float) -> Delivery:
        """Bring one slip there by the deadline (a reading of ``time.monotonic()``)."""

    def check(self, deadline: float) -> Condition:
        """Ask for the printer's state."""


LinkOpener = Callable[[float], Link]


def open_transport(settings: PrinterSettings, virtual_printers: VirtualPrinters) -> Transport:
    """The way to the printer of these settings; nothing is connected yet. Raises UnknownPrinterAddress.

    ``virtual:`` is the virtual printer of the settings' own name, ``virtual:x`` the one named x.
    """
    kind = settings.address.partition(":")[0]
    opener = OPENERS.get(kind)
    if opener is None:
        raise UnknownPrinterAddress(address=settings.address)
    return Courier(opener(settings, virtual_printers), settings.process_ids)


def check_address(address: str) -> None:
    """Refuse an address of an unknown kind, or an incomplete one; raises UnknownPrinterAddress."""
    open_transport(PrinterSettings("check", address), VirtualPrinters())


def _virtual(settings: PrinterSettings, virtual_printers: VirtualPrinters) -> LinkOpener:
    name = settings.address.partition(":")[2].strip("/") or settings.name
    printer = virtual_printers.named(name, settings.columns)
    return lambda deadline: VirtualLink(printer)


def _tcp(settings: PrinterSettings, virtual_printers: VirtualPrinters) -> LinkOpener:
    try:
        parts = urlsplit(settings.address)
        host, port = parts.hostname, parts.port or RAW_PORT
    except ValueError as error:
        raise UnknownPrinterAddress(address=settings.address) from error
    if not host or parts.path.strip("/"):
        raise UnknownPrinterAddress(address=settings.address)
    return lambda deadline: TcpLink(host, port, deadline)


OPENERS: dict[str, Callable[[PrinterSettings, VirtualPrinters], LinkOpener]] = {
    "virtual": _virtual,
    "tcp": _tcp,
}
"""A further kind of printer is a module with a Link and one line here."""
