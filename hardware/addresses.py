"""Printer addresses as they are written in settings: what each kind must say, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from shared.domain.errors import Invalid

RAW_PORT = 9100
BAUD_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
FLOWS = ("none", "dtr", "rts", "xonxoff")
EXAMPLES = {
    "virtual": "virtual:",
    "tcp": "tcp://10.0.0.9:9100",
    "usb": "usb://04b8:0202",
    "serial": "serial:///dev/ttyS0?baud=38400",
    "cups": "cups://ticket",
    "file": "file:///dev/usb/lp0",
    "agent": "agent:kiosk-pc-1",
}


class BadPrinterAddress(Invalid):
    """A printer address with a mistake; ``details`` name the address."""

    code = "bad_printer_address"
    kind: ClassVar[str] = ""

    def __init__(self, address: str, what: str) -> None:
        self.what = what
        example = f"例如 {EXAMPLES[self.kind]}" if self.kind else f"能用的是：{'、'.join(EXAMPLES.values())}"
        super().__init__(f"打印机地址不对：{address or '（空）'}，{what}。{example}。", address=address)


class UnknownPrinterAddress(BadPrinterAddress):
    """An address of a kind that this version does not know."""

    code = "unknown_printer_address"


class BadTcpAddress(BadPrinterAddress):
    """A network printer without a host, or with an odd port or something behind it."""

    code = "bad_tcp_address"
    kind = "tcp"


class BadUsbAddress(BadPrinterAddress):
    """A USB printer without the two numbers of its maker and its model."""

    code = "bad_usb_address"
    kind = "usb"


class BadSerialAddress(BadPrinterAddress):
    """A serial port without a path, or with a setting that no port has."""

    code = "bad_serial_address"
    kind = "serial"


class BadCupsAddress(BadPrinterAddress):
    """A print queue without a name, or with one that CUPS does not allow."""

    code = "bad_cups_address"
    kind = "cups"


class BadFileAddress(BadPrinterAddress):
    """A device file without a whole path."""

    code = "bad_file_address"
    kind = "file"


class BadAgentAddress(BadPrinterAddress):
    """A printer at an agent without the agent's name."""

    code = "bad_agent_address"
    kind = "agent"


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A printer on the network."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """A USB printer by the numbers of its maker and model; ``serial`` is None where it is not named."""

    vendor: int
    product: int
    serial: str | None


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial port and how it is set; ``flow`` is ``none``, ``dtr``, ``rts`` or ``xonxoff``."""

    path: str
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop: int = 1
    flow: str = "none"


def kind_of(address: str) -> str:
    """The kind of an address: what stands before the first colon."""
    return address.partition(":")[0]


def read_virtual(address: str) -> str:
    """The name of a virtual printer; empty where the printer's own name counts."""
    return address.partition(":")[2].strip("/")


def read_tcp(address: str) -> TcpAddress:
    """Host and port, 9100 where none is given. Raises BadTcpAddress."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadTcpAddress(address, "端口要是 1 到 65535 的数") from error
    if not address.startswith("tcp://") or not host:
        raise BadTcpAddress(address, "缺少主机名或 IP 地址")
    if port == 0:
        raise BadTcpAddress(address, "端口要是 1 到 65535 的数")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise BadTcpAddress(address, "主机和端口以外不能再写别的")
    return TcpAddress(host, port or RAW_PORT)


def read_usb(address: str) -> UsbAddress:
    """The numbers of maker and model, and the serial number if it is named. Raises BadUsbAddress."""
    numbers, _, serial = _after_slashes(address).partition("/")
    found = re.fullmatch(r"([0-9a-f]{4}):([0-9a-f]{4})", numbers, re.IGNORECASE)
    if found is None:
        raise BadUsbAddress(address, "厂商号和产品号要是两个四位十六进制数，中间用冒号，见 lsusb")
    if "/" in serial:
        raise BadUsbAddress(address, "序列号里不能有斜线")
    return UsbAddress(int(found[1], 16), int(found[2], 16), unquote(serial) or None)


def read_serial(address: str) -> SerialAddress:
    """The port and its settings. Raises BadSerialAddress."""
    path, _, query = _after_slashes(address).partition("?")
    if not _is_whole_path(path):
        raise BadSerialAddress(address, "缺少串口的完整路径")
    port: dict[str, int | str] = {}
    for setting in query.split("&") if query else ():
        name, equals, value = setting.partition("=")
        if name not in _SERIAL_SETTINGS:
            raise BadSerialAddress(address, f"不认识 {name}，能写的是 {'、'.join(_SERIAL_SETTINGS)}")
        if not equals or name in port:
            raise BadSerialAddress(address, f"{name} 写了两次" if equals else f"{name} 后面缺少等号和值")
        what, allowed = _SERIAL_SETTINGS[name]
        if value.upper() not in allowed:
            raise BadSerialAddress(address, f"{what} {name} 只能是 {'、'.join(allowed).lower()}")
        port[name] = allowed[value.upper()]
    return SerialAddress(unquote(path), **port)  # type: ignore[arg-type]


def read_cups(address: str) -> str:
    """The name of the queue. Raises BadCupsAddress."""
    name = unquote(_after_slashes(address))
    if not name or re.search(r"[\s/#\x00-\x1f\x7f]", name) or name.startswith("-"):
        raise BadCupsAddress(address, "要写打印队列的名字，里面没有空格、斜线和井号，见 lpstat -p")
    return name


def read_file(address: str) -> str:
    """The path of the device file. Raises BadFileAddress."""
    path = _after_slashes(address)
    if not _is_whole_path(path):
        raise BadFileAddress(address, "缺少完整的路径")
    return unquote(path)


def read_agent(address: str) -> tuple[str, str]:
    """The device of the agent, and the printer's name there if it has several. Raises BadAgentAddress."""
    device, slash, printer = address.partition(":")[2].partition("/")
    if not device or device != device.strip():
        raise BadAgentAddress(address, "缺少代理设备的名字，见 hall device list")
    if slash and (not printer or "/" in printer):
        raise BadAgentAddress(address, "斜线后面要写一台打印机的名字")
    return device, printer


def check_address(address: str) -> None:
    """Refuse an address of an unknown kind, or a mistaken one; raises BadPrinterAddress."""
    reader = READERS.get(kind_of(address))
    if reader is None or ":" not in address:
        raise UnknownPrinterAddress(address, "没有这种打印机")
    reader(address)


def _after_slashes(address: str) -> str:
    """What follows the two slashes; nothing where they are missing."""
    return address.partition("://")[2]


def _is_whole_path(path: str) -> bool:
    return path.startswith("/") and not path.endswith("/") and "\x00" not in unquote(path)


def _choices(*values: int | str) -> dict[str, int | str]:
    """What may be written, in capitals, and what it means."""
    return {str(value).upper(): value for value in values}


_SERIAL_SETTINGS: dict[str, tuple[str, dict[str, int | str]]] = {
    "baud": ("波特率", _choices(*BAUD_RATES)),
    "bits": ("数据位", _choices(7, 8)),
    "parity": ("校验", _choices("N", "E", "O")),
    "stop": ("停止位", _choices(1, 2)),
    "flow": ("流控", _choices(*FLOWS)),
}

READERS: dict[str, Callable[[str], object]] = {
    "virtual": read_virtual,
    "tcp": read_tcp,
    "usb": read_usb,
    "serial": read_serial,
    "cups": read_cups,
    "file": read_file,
    "agent": read_agent,
}
