"""A USB bus without hardware: a backend of pyusb whose devices are virtual printers.

Hand it to ``open_transport(..., usb_backend=FakeUsb())`` and plug printers in::

    bus = FakeUsb()
    device = bus.plug(VirtualPrinter("kiosk-1"), serial="X7A0012")
    transport = open_transport(
        PrinterSettings("kiosk-1", "usb://04b8:0202/X7A0012"), VirtualPrinters(), usb_backend=bus
    )

It behaves as libusb does where it matters: calls block the operating system's thread until their timeout, a
device that comes back has a new address and is another device, its kernel driver holds the interface from the
moment of plugging, handles of a device that is gone say so, and a transfer may take less than it was given.
"""

from __future__ import annotations

import array
import ctypes
import errno
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from hardware.virtual_printer import VirtualPrinter

PRINTING, ANSWERING = 0x01, 0x82
SOFT_RESET = 2
_BULK = 2
_STRING = 3
_GET_DESCRIPTOR = 6
_CHINESE = 0x0804
_LOOK_MICROSECONDS = 1000


@dataclass(eq=False)
class FakeDevice:
    """A printer as it was plugged in; all but the address may be changed at any time.

    ``most_per_transfer``: a transfer takes so many bytes at most. ``black_hole``: nothing is taken or
    answered. ``stalled``: transfers are refused. ``pulled_after``: it is unplugged when it has taken so many
    bytes more. ``forbidden``: it may not be opened. ``taken_by_another``: its interface cannot be claimed.
    ``stuck_beyond``: a transfer of more bytes than that is taken and does not come back while this is so.
    ``knows_soft_reset``: False for one that refuses the request of the class.
    """

    printer: VirtualPrinter
    vendor: int
    product: int
    serial: str
    address: int
    interface_class: int = 7
    listens_only: bool = False
    most_per_transfer: int | None = None
    black_hole: bool = False
    stalled: bool = False
    stuck_beyond: int | None = None
    pulled_after: int | None = None
    forbidden: bool = False
    taken_by_another: bool = False
    knows_soft_reset: bool = True
    plugged: bool = True
    kernel_driver: bool = True
    claimed: bool = False
    resets: list[str] = field(default_factory=list)
    answers: bytes = b""


class FakeUsb(usb.backend.IBackend):  # type: ignore[misc]
    """The bus. Its own methods plug and unplug; all others are pyusb's."""

    def __init__(self) -> None:
        super().__init__()
        self.devices: list[FakeDevice] = []
        self.open_handles = 0
        self._addresses = self._opened = 0
        self._changed = threading.Condition()

    def plug(
        self,
        printer: VirtualPrinter,
        vendor: int = 0x04B8,
        product: int = 0x0202,
        serial: str = "",
        **more: Any,
    ) -> FakeDevice:
        """Plug a printer in, at an address that no device had before; ``more`` as in FakeDevice."""
        self._addresses += 1
        printer.connect()
        device = FakeDevice(printer, vendor, product, serial, self._addresses, **more)
        self.devices.append(device)
        return device

    def unplug(self, device: FakeDevice) -> None:
        """Pull a device out; whoever waits for it hears of that."""
        device.plugged = False
        self.devices.remove(device)

    def settled(self, deadline: float) -> bool:
        """Wait until whoever used a device has let it go; False when that is not so by the deadline."""
        with self._changed:
            left = max(0.0, deadline - time.monotonic())
            return self._changed.wait_for(lambda: not self.open_handles, left)

    def asked(self, times: int, deadline: float) -> bool:
        """Wait until devices have been opened so often; False when they have not by the deadline."""
        with self._changed:
            left = max(0.0, deadline - time.monotonic())
            return self._changed.wait_for(lambda: self._opened >= times, left)

    def enumerate_devices(self) -> Iterator[FakeDevice]:
        return iter(tuple(self.devices))

    def get_device_descriptor(self, dev: FakeDevice) -> Any:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev.vendor,
            idProduct=dev.product,
            bcdDevice=0x0100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=1 if dev.serial else 0,
            bNumConfigurations=1,
            address=dev.address,
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=3,
        )

    def get_configuration_descriptor(self, dev: FakeDevice, config: int) -> Any:
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=_only(config, 1),
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: FakeDevice, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=_only(intf, 0),
            bAlternateSetting=_only(alt, 0),
            bNumEndpoints=1 if dev.listens_only else 2,
            bInterfaceClass=dev.interface_class,
            bInterfaceSubClass=1,
            bInterfaceProtocol=1 if dev.listens_only else 2,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(self, dev: FakeDevice, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=(PRINTING, ANSWERING)[ep],
            bmAttributes=_BULK,
            wMaxPacketSize=64,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: FakeDevice) -> FakeDevice:
        _there(dev)
        if dev.forbidden:
            raise usb.core.USBError("Access denied", errno=errno.EACCES)
        with self._changed:
            self.open_handles += 1
            self._opened += 1
            self._changed.notify_all()
        return dev

    def close_device(self, dev_handle: FakeDevice) -> None:
        with self._changed:
            self.open_handles -= 1
            self._changed.notify_all()

    def get_configuration(self, dev_handle: FakeDevice) -> int:
        _there(dev_handle)
        return 1

    def set_configuration(self, dev_handle: FakeDevice, config_value: int) -> None:
        _there(dev_handle)

    def claim_interface(self, dev_handle: FakeDevice, intf: int) -> None:
        _there(dev_handle)
        if dev_handle.kernel_driver or dev_handle.claimed or dev_handle.taken_by_another:
            raise usb.core.USBError("Resource busy", errno=errno.EBUSY)
        dev_handle.claimed = True

    def release_interface(self, dev_handle: FakeDevice, intf: int) -> None:
        dev_handle.claimed = False
        _there(dev_handle)

    def is_kernel_driver_active(self, dev_handle: FakeDevice, intf: int) -> bool:
        _there(dev_handle)
        return dev_handle.kernel_driver

    def detach_kernel_driver(self, dev_handle: FakeDevice, intf: int) -> None:
        _there(dev_handle)
        dev_handle.kernel_driver = False

    def bulk_write(self, dev_handle: FakeDevice, ep: int, intf: int, data: Any, timeout: int) -> int:
        """Take what the device takes; blocks until the timeout (0: for ever) when it takes nothing."""
        _usable(dev_handle)
        if not _await(dev_handle, lambda: not dev_handle.black_hole, timeout):
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT)
        taken = data.tobytes()[: dev_handle.most_per_transfer]
        left = dev_handle.pulled_after
        if left is not None:
            taken = taken[:left]
            dev_handle.pulled_after = left - len(taken)
        dev_handle.answers += dev_handle.printer.receive(taken)
        if dev_handle.pulled_after == 0:
            self.unplug(dev_handle)
            _there(dev_handle)
        while dev_handle.stuck_beyond is not None and len(taken) > dev_handle.stuck_beyond:
            ctypes.CDLL(None).usleep(_LOOK_MICROSECONDS)
        return len(taken)

    def bulk_read(self, dev_handle: FakeDevice, ep: int, intf: int, buff: Any, timeout: int) -> int:
        """Give what the device has answered; blocks until the timeout when there is nothing."""
        _usable(dev_handle)
        if not _await(dev_handle, lambda: bool(dev_handle.answers) and not dev_handle.black_hole, timeout):
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT)
        size = min(len(buff), len(dev_handle.answers))
        buff[:size] = array.array("B", dev_handle.answers[:size])
        dev_handle.answers = dev_handle.answers[size:]
        return size

    def ctrl_transfer(
        self,
        dev_handle: FakeDevice,
        bmRequestType: int,
        bRequest: int,
        wValue: int,
        wIndex: int,
        data: Any,
        timeout: int,
    ) -> int:
        """The device's strings, and the request of the class that empties its buffers."""
        _there(dev_handle)
        if bmRequestType == 0x21 and bRequest == SOFT_RESET:
            if not dev_handle.knows_soft_reset:
                raise usb.core.USBError("Pipe error", errno=errno.EPIPE)
            _forget(dev_handle, "soft")
            return 0
        if bRequest != _GET_DESCRIPTOR or wValue >> 8 != _STRING:
            raise usb.core.USBError("Pipe error", errno=errno.EPIPE)
        text = dev_handle.serial.encode("utf-16-le") if wValue & 0xFF else _CHINESE.to_bytes(2, "little")
        told = bytes((len(text) + 2, _STRING)) + text
        size = min(len(data), len(told))
        data[:size] = array.array("B", told[:size])
        return size

    def reset_device(self, dev_handle: FakeDevice) -> None:
        _there(dev_handle)
        _forget(dev_handle, "device")


def _only(index: int, answer: int) -> int:
    """The device has one of each; asking for the next one ends an enumeration."""
    if index:
        raise IndexError(index)
    return answer


def _there(device: FakeDevice) -> None:
    if not device.plugged:
        raise usb.core.USBError("No such device (it may have been disconnected)", errno=errno.ENODEV)


def _usable(device: FakeDevice) -> None:
    _there(device)
    if not device.claimed:
        raise usb.core.USBError("Resource busy", errno=errno.EBUSY)
    if device.stalled:
        raise usb.core.USBError("Pipe error", errno=errno.EPIPE)


def _forget(device: FakeDevice, how: str) -> None:
    device.resets.append(how)
    device.answers = b""
    device.stalled = False
    device.printer.connect()


def _await(device: FakeDevice, holds: Callable[[], bool], timeout: int) -> bool:
    """Wait as the library does, outside of Python: whoever calls it on an event loop holds the loop up."""
    until = time.monotonic() + timeout / 1000
    while not holds():
        if timeout and time.monotonic() >= until:
            return False
        ctypes.CDLL(None).usleep(_LOOK_MICROSECONDS)
        _there(device)
    return True
