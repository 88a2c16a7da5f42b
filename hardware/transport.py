"""Printer addresses: which kinds this version knows, and the way to the printer behind one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hardware import addresses
from hardware.addresses import UnknownPrinterAddress, check_address, kind_of
from hardware.agent_desk import AgentDesk, AgentTransport
from hardware.aside import Aside
from hardware.cups_link import CupsLink
from hardware.delivery import Courier, Delivery
from hardware.file_link import FileLink
from hardware.link import Link, VirtualLink
from hardware.status import Condition
from hardware.tcp_link import TcpLink
from hardware.virtual_printer import VirtualPrinters
from shared.domain.devices import PrinterSettings, PrintJob

__all__ = ["UnknownPrinterAddress", "check_address", "open_transport"]


class Transport(Protocol):
    """The way to one printer."""

    def deliver(self, job: PrintJob, deadline: float) -> Delivery:
        """Print one slip there by the deadline (a reading of ``time.monotonic()``).

        Raises HallError when its document cannot be laid out on this printer; nothing was sent then.
        """

    def check(self, deadline: float) -> Condition:
        """Ask for the printer's state."""

    def close(self) -> None:
        """Let go of what is held for further slips; does not wait."""


@dataclass(frozen=True)
class LinkOpener:
    """Opens links by a deadline; ``aside`` is the thread that they share, if they need one."""

    open_link: Callable[[float], Link]
    aside: Aside | None = None

    def __call__(self, deadline: float) -> Link:
        return self.open_link(deadline)

    def close(self) -> None:
        """Let that thread end."""
        if self.aside is not None:
            self.aside.close()


@dataclass(frozen=True)
class Surroundings:
    """What links need beside an address: the server's virtual printers, and what stands in for hardware.

    ``usb_backend`` is what pyusb works on, None for the system's libusb; ``lp`` is the command of CUPS.
    """

    virtual_printers: VirtualPrinters
    usb_backend: Any = None
    lp: str = "lp"


def open_transport(
    settings: PrinterSettings,
    virtual_printers: VirtualPrinters,
    agents: AgentDesk | None = None,
    *,
    usb_backend: Any = None,
    lp: str = "lp",
) -> Transport:
    """The way to the printer of these settings; nothing is connected yet. Raises BadPrinterAddress.

    ``virtual:`` is the virtual printer of the settings' own name, ``virtual:x`` the one named x.
    ``usb_backend`` and ``lp`` stand in for hardware (see Surroundings).
    """
    if settings.agent:
        return AgentTransport(settings, agents)
    open_link = link_opener(settings, Surroundings(virtual_printers, usb_backend, lp))
    return Courier(open_link, settings.process_ids, settings.status, open_link.close)


def link_opener(settings: PrinterSettings, around: Surroundings) -> LinkOpener:
    """What opens links to the printer of these settings. Raises BadPrinterAddress."""
    opener = OPENERS.get(kind_of(settings.address))
    if opener is None:
        raise UnknownPrinterAddress(settings.address, "没有这种打印机")
    return opener(settings, around)


def _virtual(settings: PrinterSettings, around: Surroundings) -> LinkOpener:
    name = addresses.read_virtual(settings.address) or settings.name
    printer = around.virtual_printers.named(name, dots=settings.dots, encoding=settings.encoding)
    return LinkOpener(lambda deadline: VirtualLink(printer))


def _tcp(settings: PrinterSettings, around: Surroundings) -> LinkOpener:
    address, aside = addresses.read_tcp(settings.address), Aside()
    return LinkOpener(lambda deadline: TcpLink(address.host, address.port, aside, deadline), aside)


def _usb(settings: PrinterSettings, around: Surroundings) -> LinkOpener:
    address, aside = addresses.read_usb(settings.address), Aside()

    def open_link(deadline: float) -> Link:
        # Loaded here and not above: a hall without such printers does without the library.
        from hardware.usb_link import UsbLink

        return UsbLink(address, aside, deadline, around.usb_backend)

    return LinkOpener(open_link, aside)


def _serial(settings: PrinterSettings, around: Surroundings) -> LinkOpener:
    address, aside = addresses.read_serial(settings.address), Aside()

    def open_link(deadline: float) -> Link:
        from hardware.serial_link import SerialLink

        return SerialLink(address, aside, deadline)

    return LinkOpener(open_link, aside)


def _cups(settings: PrinterSettings, around: Surroundings) -> LinkOpener:
    queue = addresses.read_cups(settings.address)
    return LinkOpener(lambda deadline: CupsLink(queue, around.lp))


def _file(settings: PrinterSettings, around: Surroundings) -> LinkOpener:
    path = addresses.read_file(settings.address)
    return LinkOpener(lambda deadline: FileLink(path))


OPENERS: dict[str, Callable[[PrinterSettings, Surroundings], LinkOpener]] = {
    "virtual": _virtual,
    "tcp": _tcp,
    "usb": _usb,
    "serial": _serial,
    "cups": _cups,
    "file": _file,
}
"""A further kind of printer is a module with a Link, a reader in addresses, and one line here."""
