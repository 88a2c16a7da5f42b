"""Readers of identity cards at an agent: the virtual one, serial modules, vendors' kits, and what is told."""

from __future__ import annotations

import os
import pty
import queue
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hardware.agent_card import AgentCardReader
from hardware.card_reader import (
    Card,
    CardReader,
    CardReaderTrouble,
    UnknownCardReader,
    VirtualCardReader,
    open_card_reader,
)
from hardware.sam_reader import (
    DONE,
    FIND,
    FOUND,
    HEAD,
    NO_CARD,
    READ,
    SELECT,
    SamReader,
    frame,
    read_frame,
    read_text,
)

CARD = Card("张小三", "11010519491231002X")
PATIENCE = 20.0


def soon(seconds: float = PATIENCE) -> float:
    return time.monotonic() + seconds


# -- the virtual reader ------------------------------------------------------------------------------


@pytest.fixture
def virtual(tmp_path: Path) -> VirtualCardReader:
    return VirtualCardReader(tmp_path / "card.json")


def test_a_card_on_the_virtual_reader_is_read_until_it_is_taken_away(virtual: VirtualCardReader) -> None:
    virtual.put(CARD)
    assert virtual.read(soon()) == CARD
    virtual.take_away()
    assert virtual.read(soon(0)) is None


def test_a_file_that_holds_no_card_is_trouble(virtual: VirtualCardReader, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text('{"name": "张小三"}')
    with pytest.raises(CardReaderTrouble):
        virtual.read(soon())


def test_nothing_of_a_card_shows_when_it_is_written_to_a_log() -> None:
    assert "张" not in repr(CARD)
    assert "1101" not in repr(CARD)


# -- addresses ---------------------------------------------------------------------------------------


VENDOR = """
from hardware.card_reader import Card

class Reader:
    def read(self, deadline):
        return Card("李四", "11010519491231002X")

    def close(self):
        pass
"""


def test_a_vendor_s_kit_is_a_module_with_a_factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vendor_kit.py").write_text(VENDOR)
    monkeypatch.syspath_prepend(tmp_path)
    card = open_card_reader("vendor_kit:Reader").read(soon())
    assert card is not None
    assert card.name == "李四"
    sys.modules.pop("vendor_kit")


@pytest.mark.parametrize(
    "address",
    ["", "virtual:", "serial:", "serial://host/dev", "serial:///dev/x?baud=fast", "no_such:Reader", "x"],
)
def test_an_address_that_leads_to_no_reader_is_refused(address: str) -> None:
    with pytest.raises(UnknownCardReader):
        open_card_reader(address)


# -- serial modules ----------------------------------------------------------------------------------


def card_text(name: str, number: str, kind: str = "") -> bytes:
    """The 256 bytes of text on a card."""
    fields = ((name, 15), ("女", 1), ("01", 2), ("19491231", 8), ("白银区", 35), (number, 18))
    text = "".join(field.ljust(width) for field, width in fields).ljust(124) + kind
    return text.ljust(128).encode("utf-16-le")


def whole_answer(text: bytes) -> bytes:
    """What a module says to the command that reads: two lengths, the text, the picture."""
    return DONE + len(text).to_bytes(2, "big") + (1024).to_bytes(2, "big") + text + bytes(1024)


class Module:
    """A simulated module at the other end of a serial line."""

    def __init__(self, answers: Mapping[bytes, list[bytes]]) -> None:
        """``answers`` by command, one after the other; the last one again and again."""
        self._answers = {command: list(frames) for command, frames in answers.items()}
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self.address = f"serial://{os.ttyname(theirs)}"
        self._theirs = theirs
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        heard = b""
        while True:
            try:
                heard += os.read(self._ours, 4096)
            except OSError:
                return
            command = read_frame(heard)
            if command is not None:
                heard = b""
                frames = self._answers.get(command, [])
                answer = frames.pop(0) if len(frames) > 1 else (frames or [b""])[0]
                os.write(self._ours, answer)

    def close(self) -> None:
        os.close(self._theirs)
        os.close(self._ours)
        self._thread.join(PATIENCE)


@contextmanager
def module(answers: Mapping[bytes, list[bytes]]) -> Iterator[CardReader]:
    simulated = Module(answers)
    try:
        yield open_card_reader(simulated.address)
    finally:
        simulated.close()


def test_a_module_is_asked_to_find_select_and_read_until_a_card_lies_there() -> None:
    answers = {
        FIND: [frame(NO_CARD), frame(FOUND + bytes(4))],
        SELECT: [frame(DONE + bytes(8))],
        READ: [frame(whole_answer(card_text(CARD.name, CARD.id_number)))],
    }
    with module(answers) as reader:
        assert reader.read(soon()) == CARD


def test_without_a_card_a_module_is_asked_until_the_deadline() -> None:
    with module({FIND: [frame(NO_CARD)]}) as reader:
        assert reader.read(soon(0.5)) is None


def test_a_damaged_answer_is_trouble() -> None:
    damaged = bytearray(frame(FOUND + bytes(4)))
    damaged[-1] ^= 1
    with module({FIND: [bytes(damaged)]}) as reader, pytest.raises(CardReaderTrouble):
        reader.read(soon())


def test_a_silent_module_is_trouble() -> None:
    with module({}) as reader:
        assert isinstance(reader, SamReader)
        reader.answer_seconds = 0.1
        with pytest.raises(CardReaderTrouble):
            reader.read(soon())


def test_a_port_that_is_not_there_is_trouble() -> None:
    with pytest.raises(CardReaderTrouble):
        open_card_reader("serial:///dev/no-such-port").read(soon())


def test_a_frame_is_found_behind_noise_and_only_when_it_is_whole() -> None:
    command = frame(FIND)
    assert command == HEAD + b"\x00\x03\x20\x01\x22"
    assert read_frame(b"\xaa\x00" + command + b"\x00") == FIND
    assert all(read_frame(command[:size]) is None for size in range(len(command)))


def test_a_residence_permit_is_read_as_what_it_is_and_a_foreigner_s_card_is_left_to_the_clerk() -> None:
    permit = read_text(card_text("陈大文", "810000199408230021", "J"))
    assert (permit.name, permit.id_number, permit.id_kind) == ("陈大文", "810000199408230021", "hmt_permit")
    with pytest.raises(CardReaderTrouble):
        read_text(card_text("SMITH", "x", "I"))
    with pytest.raises(CardReaderTrouble):
        read_text(card_text("张", "1")[:200])


# -- what an agent tells -----------------------------------------------------------------------------


class HallOf:
    """The agent's link, as its card reader sees it."""

    def __init__(self) -> None:
        self.told: queue.Queue[tuple[str, Mapping[str, Any]]] = queue.Queue()

    def ask(self, event: str, data: Mapping[str, Any], seconds: float) -> Any:
        self.told.put((event, data))
        return True


@contextmanager
def reading_with(reader: CardReader) -> Iterator[tuple[AgentCardReader, Callable[[], Mapping[str, Any]]]]:
    """An agent's card reader, and what it tells next."""
    hall = HallOf()
    cards = AgentCardReader(reader, hall)
    cards.start()
    yield cards, lambda: hall.told.get(timeout=PATIENCE)[1]
    cards.stop()


class Broken:
    """A vendor's kit that says too much when it fails."""

    def read(self, deadline: float) -> Card | None:
        raise RuntimeError(f"cannot read {CARD.id_number}")

    def close(self) -> None:
        """Nothing is held."""


def test_an_agent_tells_the_card_or_that_there_was_none(virtual: VirtualCardReader) -> None:
    with reading_with(virtual) as (cards, told):
        cards.read(1, 0.1)
        assert told() == {"reading": 1, "problem": "no_card"}
        virtual.put(CARD)
        cards.read(2, PATIENCE)
        card = {"name": CARD.name, "id_number": CARD.id_number, "id_kind": "resident_id"}
        assert told() == {"reading": 2, **card}


def test_a_newer_request_ends_the_one_before_without_a_word(virtual: VirtualCardReader) -> None:
    with reading_with(virtual) as (cards, told):
        cards.read(1, PATIENCE)
        cards.read(2, 0.1)
        assert told() == {"reading": 2, "problem": "no_card"}


def test_a_kit_that_fails_is_told_as_trouble_and_its_words_are_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with reading_with(Broken()) as (cards, told):
        cards.read(1, PATIENCE)
        assert told() == {"reading": 1, "problem": "trouble"}
    assert "RuntimeError" in caplog.text
    assert CARD.id_number not in caplog.text
