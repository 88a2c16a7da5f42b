"""A link to a printer on USB, found anew for each slip by the numbers of its maker and model."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import usb.core
import usb.util

from hardware.addresses import UsbAddress
from hardware.aside import Aside, Stuck
from hardware.link import LinkLost, LinkTaken, when_free

OPEN_SECONDS = 1.0
RESET_MILLISECONDS = 1000
SLICE_SECONDS = 0.25
"""The library is not left alone longer than this with one transfer."""

PIECE = 4096
LONGEST_ANSWER = 512
BETWEEN_EMPTY_ANSWERS = 0.01
"""Some printers answer with nothing as fast as they are asked."""

LEAST_LISTENING_SECONDS = 0.005
"""A few frames of the bus."""

PRINTER_CLASS = 7
VENDOR_CLASS = 0xFF
SOFT_RESET = 2
TO_CLASS_INTERFACE = 0x21


@dataclass(frozen=True)
class _Claimed:
    """A device of which we hold the printing interface; ``answering`` is None for one that only listens."""

    device: Any
    interface: int
    printing: int
    answering: int | None


class UsbLink:
    """One claimed printer. Every call of the library is made aside, since it blocks."""

    def __init__(self, address: UsbAddress, aside: Aside, deadline: float, backend: Any = None) -> None:
        """Find and claim the printer; one that another program has is waited for, for a second.

        Raises OSError when it is away, stays taken, or cannot be told from another.

        ``backend`` is what pyusb is to work on, None for the system's libusb.
        """
        self._aside = aside
        until = min(deadline, time.monotonic() + OPEN_SECONDS)
        claim = partial(_claimed, address, backend)
        self._claimed = when_free(lambda: aside.call(claim, until, late=_released), until)

    @property
    def answers(self) -> bool:
        """Whether the printer has a way back at all."""
        return self._claimed.answering is not None

    def send(self, data: bytes, deadline: float) -> None:
        """Send all bytes, counting what each transfer took; raises LinkLost as every link does."""
        sent = 0
        while sent < len(data):
            if time.monotonic() > deadline:
                raise LinkLost("the deadline has passed", sent)
            end, piece = _slice(deadline), data[sent : sent + PIECE]
            try:
                sent += self._aside.call(partial(self._write, piece, end), end)
            except usb.core.USBTimeoutError:
                continue
            except Stuck as error:
                raise LinkLost(_told(error), sent + len(piece), stuck=True) from error
            except OSError as error:
                raise LinkLost(_told(error), sent) from error

    def receive(self, deadline: float) -> bytes:
        """The next bytes, or none at the deadline; raises LinkLost when the printer is gone.

        What has come already is heard also when the deadline is now.
        """
        deadline = max(deadline, time.monotonic() + LEAST_LISTENING_SECONDS)
        while self.answers and time.monotonic() < deadline:
            end = _slice(deadline)
            try:
                heard = self._aside.call(partial(self._read, end), end)
            except usb.core.USBTimeoutError:
                continue
            except OSError as error:
                raise LinkLost(_told(error)) from error
            if heard:
                return heard
            time.sleep(BETWEEN_EMPTY_ANSWERS)
        return b""

    def close(self) -> None:
        """Let the printer go; it keeps what it has."""
        self._aside.post(lambda: _released(self._claimed))

    def reset(self) -> None:
        """Have the printer throw away what it holds, and let it go."""
        self._aside.post(lambda: _emptied(self._claimed))

    def _write(self, piece: bytes, end: float) -> int:
        return int(self._claimed.device.write(self._claimed.printing, piece, _milliseconds(end)))

    def _read(self, end: float) -> bytes:
        return bytes(self._claimed.device.read(self._claimed.answering, LONGEST_ANSWER, _milliseconds(end)))


def _claimed(address: UsbAddress, backend: Any) -> _Claimed:
    try:
        device = _found(address, backend)
        try:
            return _claim(device)
        except BaseException:
            usb.util.dispose_resources(device)
            raise
    except usb.core.USBError as error:
        kind = LinkTaken if error.errno == errno.EBUSY else OSError
        raise kind(_told(error)) from error


def _found(address: UsbAddress, backend: Any) -> Any:
    """The one device of this address that is plugged in now. Raises OSError."""
    try:
        devices = usb.core.find(
            find_all=True, backend=backend, idVendor=address.vendor, idProduct=address.product
        )
    except usb.core.NoBackendError as error:
        raise OSError("这台电脑上没有 libusb（Debian 的 libusb-1.0-0）") from error
    devices = [device for device in devices if address.serial in (None, _serial_of(device, address))]
    if not devices:
        raise OSError("没有插上，或没有通电")
    if len(devices) > 1:
        raise OSError("插着几台同样的打印机：请在地址里写序列号")
    return devices[0]


def _serial_of(device: Any, address: UsbAddress) -> str | None:
    """The serial number, where the address names one; asking opens the device."""
    if address.serial is None or not device.iSerialNumber:
        return None
    try:
        return str(usb.util.get_string(device, device.iSerialNumber))
    except ValueError:
        # It has no language to say it in.
        return None
    finally:
        usb.util.dispose_resources(device)


def _claim(device: Any) -> _Claimed:
    try:
        configuration = device.get_active_configuration()
    except usb.core.USBError as error:
        if error.errno in (errno.EACCES, errno.ENODEV):
            raise
        device.set_configuration()
        configuration = device.get_active_configuration()
    for interface in _printing_interfaces(configuration):
        way_out = _bulk(interface, usb.util.ENDPOINT_OUT)
        if way_out is not None:
            _free(device, interface.bInterfaceNumber)
            usb.util.claim_interface(device, interface.bInterfaceNumber)
            if interface.bAlternateSetting:
                device.set_interface_altsetting(interface.bInterfaceNumber, interface.bAlternateSetting)
            way_back = _bulk(interface, usb.util.ENDPOINT_IN)
            return _Claimed(device, interface.bInterfaceNumber, way_out, way_back)
    raise OSError("这个 USB 设备不是打印机")


def _printing_interfaces(configuration: Any) -> Iterator[Any]:
    """Those of the class of printers first, those with which one can talk before those that only listen."""
    for kind in (PRINTER_CLASS, VENDOR_CLASS):
        known = [interface for interface in configuration if interface.bInterfaceClass == kind]
        yield from sorted(known, key=lambda one: _bulk(one, usb.util.ENDPOINT_IN) is None)


def _bulk(interface: Any, direction: int) -> int | None:
    """The address of the interface's first bulk endpoint in that direction."""
    for endpoint in interface:
        bulk = usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        if bulk and usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction:
            return int(endpoint.bEndpointAddress)
    return None


def _free(device: Any, interface: int) -> None:
    """Take the interface from the kernel's own driver (usblp), which holds it from the moment of plugging."""
    try:
        if device.is_kernel_driver_active(interface):
            device.detach_kernel_driver(interface)
    except NotImplementedError:
        # This system has no such driver.
        pass


def _released(claimed: _Claimed) -> None:
    usb.util.dispose_resources(claimed.device)


def _emptied(claimed: _Claimed) -> None:
    """Ask the printer to empty its buffers; one that does not know how is reset as a device."""
    device = claimed.device
    try:
        _try_in_turn(
            lambda: device.ctrl_transfer(
                TO_CLASS_INTERFACE, SOFT_RESET, 0, claimed.interface, None, RESET_MILLISECONDS
            ),
            device.reset,
        )
    finally:
        usb.util.dispose_resources(device)


def _try_in_turn(*ways: Callable[[], object]) -> None:
    """The first way that works; a device that is gone needs none."""
    for way in ways:
        try:
            way()
        except usb.core.USBError as error:
            if error.errno == errno.ENODEV:
                return
        else:
            return


def _slice(deadline: float) -> float:
    return min(deadline, time.monotonic() + SLICE_SECONDS)


def _milliseconds(end: float) -> int:
    """What is left, never nothing: a timeout of zero would mean "for ever"."""
    return max(1, int((end - time.monotonic()) * 1000))


def _told(error: OSError) -> str:
    if isinstance(error, Stuck):
        return str(error)
    words = {
        errno.ENODEV: "拔掉了，或断电了",
        errno.EACCES: "没有权限，见 docs/printers.md 的 udev 规则",
        errno.EBUSY: "别的程序正占着它",
        errno.EPIPE: "打印机拒收（stall）",
    }
    return words.get(error.errno or 0, error.strerror or str(error))
