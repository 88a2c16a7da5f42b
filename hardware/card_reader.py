"""Readers of identity cards: one way to ask them, the virtual one, and the seam for vendors' kits.

A vendor's kit becomes a module of its own with a factory that takes nothing and answers a ``CardReader``;
the agent is told its name, ``--card-reader vendor.module:Reader``. See ``docs/agent.md``.
"""

from __future__ import annotations

import importlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shared.domain.errors import Invalid

POLL_SECONDS = 0.05
"""How often a reader without a signal of its own is asked whether a card lies on it."""

_FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class UnknownCardReader(Invalid):
    code = "unknown_card_reader"
    message = "读卡器地址不对：virtual:文件、serial:///dev/ttyUSB0，或厂商模块 模块名:名称。"


class CardReaderTrouble(Exception):
    """The reader is away or cannot read this card; its text is for staff and tells nothing of the card."""


@dataclass(frozen=True)
class Card:
    """What a form is filled with; nothing of it shows when it is written to a log."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    id_kind: str = "resident_id"


class CardReader(Protocol):
    """A reader of identity cards at this computer."""

    def read(self, deadline: float) -> Card | None:
        """The card that lies there by the deadline (a reading of ``time.monotonic()``); None without one.

        Looks at the clock at least every second. Raises CardReaderTrouble.
        """

    def close(self) -> None:
        """Let go of the reader; it may be read again afterwards."""


class VirtualCardReader:
    """A reader without hardware: a card lies on it while a file is there that holds it as JSON."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, card: Card) -> None:
        """Put a card on the reader."""
        text = json.dumps({"name": card.name, "id_number": card.id_number, "id_kind": card.id_kind})
        fresh = self._path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self._path)

    def take_away(self) -> None:
        """Take the card off the reader."""
        self._path.unlink(missing_ok=True)

    def read(self, deadline: float) -> Card | None:
        """The card in the file, as soon as there is one; raises CardReaderTrouble when it holds none."""
        while not self._path.exists():
            if time.monotonic() >= deadline:
                return None
            time.sleep(POLL_SECONDS)
        try:
            return Card(**json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise CardReaderTrouble("虚拟读卡器的文件里不是一张卡") from None

    def close(self) -> None:
        """Nothing is held."""


def open_card_reader(address: str) -> CardReader:
    """The reader at an address; nothing is connected yet. Raises UnknownCardReader."""
    kind, _, rest = address.partition(":")
    if kind in OPENERS:
        return OPENERS[kind](rest)
    if not _FACTORY.fullmatch(address):
        raise UnknownCardReader(address=address)
    try:
        reader: CardReader = getattr(importlib.import_module(kind), rest)()
    except (ImportError, AttributeError) as missing:
        raise UnknownCardReader(f"厂商模块 {address} 用不了：{missing}", address=address) from missing
    return reader


def _virtual(rest: str) -> CardReader:
    if not rest:
        raise UnknownCardReader(address="virtual:")
    return VirtualCardReader(Path(rest))


def _serial(rest: str) -> CardReader:
    # Loaded here, so that a computer without a serial reader does without pyserial.
    from hardware.sam_reader import open_sam_reader

    return open_sam_reader(rest)


OPENERS: dict[str, Callable[[str], CardReader]] = {"virtual": _virtual, "serial": _serial}
