"""Checksums of strips' frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import xor

#: How many bytes a checksum has.
SIZES: Mapping[str, int] = {"sum8": 1, "neg8": 1, "xor8": 1, "sum16": 2, "crc16-modbus": 2}


def sum8(data: bytes) -> int:
    """The low byte of the sum."""
    return sum(data) & 0xFF


def neg8(data: bytes) -> int:
    """What makes the sum zero (two's complement), as in Intel HEX."""
    return -sum(data) & 0xFF


def xor8(data: bytes) -> int:
    """All bytes by exclusive or."""
    return reduce(xor, data, 0)


def sum16(data: bytes) -> int:
    """The low two bytes of the sum."""
    return sum(data) & 0xFFFF


def crc16_modbus(data: bytes) -> int:
    """CRC-16 of Modbus: polynomial 8005 reflected, begun with FFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


CHECKSUMS: Mapping[str, Callable[[bytes], int]] = {
    "sum8": sum8,
    "neg8": neg8,
    "xor8": xor8,
    "sum16": sum16,
    "crc16-modbus": crc16_modbus,
}
