"""Printer addresses: what each kind says, and a clear word for each mistake."""

from __future__ import annotations

import pytest

from hardware.addresses import (
    BadPrinterAddress,
    SerialAddress,
    TcpAddress,
    UsbAddress,
    check_address,
    read_cups,
    read_file,
    read_serial,
    read_tcp,
    read_usb,
)
from hardware.transport import open_transport
from hardware.virtual_printer import VirtualPrinters
from shared.domain.devices import PrinterSettings


@pytest.mark.parametrize(
    "address",
    [
        *("virtual:", "virtual:hall"),
        *("tcp://10.0.0.9", "tcp://printer-1:9100", "tcp://[fd00::9]:9100"),
        *("usb://04b8:0202", "usb://0FE6:811E/X7A0012"),
        *(
            "serial:///dev/ttyS0",
            "serial:///dev/serial/by-id/usb-1?baud=115200&parity=E&bits=7&stop=2&flow=rts",
        ),
        *("cups://ticket", "file:///dev/usb/lp0", "agent:kiosk-pc-1", "agent:kiosk-pc-1/58"),
    ],
)
def test_an_address_of_a_known_kind_is_taken(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    ("address", "code", "word"),
    [
        ("", "unknown_printer_address", "（空）"),
        ("lpt1", "unknown_printer_address", "没有这种打印机"),
        ("virtual", "unknown_printer_address", "没有这种打印机"),
        ("TCP://10.0.0.9", "unknown_printer_address", "没有这种打印机"),
        ("pigeon:post", "unknown_printer_address", "virtual:、tcp://"),
        ("tcp://", "bad_tcp_address", "主机"),
        ("tcp:10.0.0.9", "bad_tcp_address", "主机"),
        ("tcp://host:port", "bad_tcp_address", "端口"),
        ("tcp://host:0", "bad_tcp_address", "端口"),
        ("tcp://host:70000", "bad_tcp_address", "端口"),
        ("tcp://host:9100/x", "bad_tcp_address", "不能再写别的"),
        ("usb://", "bad_usb_address", "lsusb"),
        ("usb://4b8:202", "bad_usb_address", "四位十六进制"),
        ("usb://04b8:020g", "bad_usb_address", "四位十六进制"),
        ("usb:04b8:0202", "bad_usb_address", "四位十六进制"),
        ("usb://04b8:0202/a/b", "bad_usb_address", "序列号"),
        ("serial://", "bad_serial_address", "路径"),
        ("serial:///", "bad_serial_address", "路径"),
        ("serial://ttyS0", "bad_serial_address", "路径"),
        ("serial:///dev/ttyS0?baud=12345", "bad_serial_address", "波特率"),
        ("serial:///dev/ttyS0?baud=", "bad_serial_address", "波特率"),
        ("serial:///dev/ttyS0?speed=9600", "bad_serial_address", "不认识 speed"),
        ("serial:///dev/ttyS0?parity=even", "bad_serial_address", "校验"),
        ("serial:///dev/ttyS0?bits=9", "bad_serial_address", "数据位"),
        ("serial:///dev/ttyS0?stop=3", "bad_serial_address", "停止位"),
        ("serial:///dev/ttyS0?flow=dsr", "bad_serial_address", "dtr、rts、xonxoff"),
        ("serial:///dev/ttyS0?baud=9600&baud=9600", "bad_serial_address", "两次"),
        ("serial:///dev/ttyS0?baud", "bad_serial_address", "等号"),
        ("cups://", "bad_cups_address", "名字"),
        ("cups://office/two", "bad_cups_address", "名字"),
        ("cups://-o", "bad_cups_address", "名字"),
        ("cups://two%20words", "bad_cups_address", "名字"),
        ("file://", "bad_file_address", "路径"),
        ("file://tmp/slips", "bad_file_address", "路径"),
        ("file:///tmp/", "bad_file_address", "路径"),
        ("agent:", "bad_agent_address", "名字"),
        ("agent://kiosk", "bad_agent_address", "名字"),
        ("agent:kiosk/", "bad_agent_address", "斜线后面"),
    ],
)
def test_each_mistake_has_a_stable_code_and_says_what_is_wrong(address: str, code: str, word: str) -> None:
    with pytest.raises(BadPrinterAddress) as refusal:
        check_address(address)
    assert refusal.value.code == code
    assert word in refusal.value.text
    assert "例如" in refusal.value.text or "能用的是" in refusal.value.text
    assert refusal.value.details == {"address": address}


def test_an_address_says_where_and_how() -> None:
    assert read_tcp("tcp://printer-1") == TcpAddress("printer-1", 9100)
    assert read_usb("usb://04B8:0e15") == UsbAddress(0x04B8, 0x0E15, None)
    assert read_usb("usb://04b8:0e15/J5%20A") == UsbAddress(0x04B8, 0x0E15, "J5 A")
    assert read_serial("serial:///dev/ttyS0") == SerialAddress("/dev/ttyS0", 9600, 8, "N", 1, "none")
    assert read_serial("serial:///dev/ttyUSB0?baud=38400&parity=e&flow=dtr") == SerialAddress(
        "/dev/ttyUSB0", 38400, 8, "E", 1, "dtr"
    )
    assert read_cups("cups://票据") == "票据"
    assert read_file("file:///dev/usb/lp0") == "/dev/usb/lp0"


def test_a_printer_of_a_mistaken_address_is_not_opened() -> None:
    with pytest.raises(BadPrinterAddress):
        open_transport(PrinterSettings("kiosk-1", "usb://printer"), VirtualPrinters())
