"""What a printer answers, read bit by bit."""

from __future__ import annotations

import pytest

from hardware.status import Answers, read_condition
from shared.domain.devices import DeviceState


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({}, DeviceState.UNKNOWN),
        ({1: 0x12}, DeviceState.UNKNOWN),
        ({1: 0x12, 2: 0x12, 4: 0x12}, DeviceState.UNKNOWN),
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x12}, DeviceState.OK),
        ({1: 0x12, 2: 0x12, 4: 0x1E, 3: 0x12}, DeviceState.NEAR_END),
        ({1: 0x1A, 2: 0x12, 4: 0x12, 3: 0x12}, DeviceState.OFFLINE),
        ({1: 0x1A, 2: 0x16, 4: 0x72, 3: 0x12}, DeviceState.COVER_OPEN),
        ({1: 0x1A, 2: 0x32, 4: 0x12, 3: 0x12}, DeviceState.PAPER_OUT),
        ({1: 0x1A, 2: 0x52, 4: 0x12, 3: 0x12}, DeviceState.FAULT),
        ({1: 0x1A, 2: 0x52}, DeviceState.FAULT),
        ({4: 0x72}, DeviceState.PAPER_OUT),
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x1A}, DeviceState.FAULT),
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x16}, DeviceState.FAULT),
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x32}, DeviceState.FAULT),
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x52}, DeviceState.FAULT),
    ],
)
def test_status_bits_are_read_as_the_tables_say(answers: dict[int, int], state: DeviceState) -> None:
    assert read_condition(answers).state is state


@pytest.mark.parametrize(
    ("answers", "tried"),
    [
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x1A}, True),
        ({1: 0x1A, 2: 0x12, 4: 0x12, 3: 0x1A}, False),
        ({1: 0x12, 2: 0x52, 4: 0x12, 3: 0x1A}, False),
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x3A}, False),
        ({1: 0x12, 2: 0x12, 4: 0x12, 3: 0x52}, False),
    ],
)
def test_only_an_on_line_printer_whose_cutter_alone_is_at_fault_is_tried(
    answers: dict[int, int], tried: bool
) -> None:
    assert read_condition(answers).may_print is tried


def test_what_is_neither_status_nor_id_is_noise_but_flow_control_is_not() -> None:
    answers = Answers()
    answers.feed(b"\x11\x13\x12")
    noisy = Answers()
    noisy.feed(b"\x37\x22ABCD\x01")
    assert (answers.noise, noisy.noise) == (False, True)
    assert noisy.process_ids == set()


def test_a_process_id_is_read_in_pieces_and_between_status_bytes() -> None:
    answers = Answers()
    for piece in (b"\x12\x37", b"\x2200", b"42\x00\x16"):
        answers.feed(piece)
    assert answers.process_ids == {b"0042"}
    assert [answers.take_status(), answers.take_status(), answers.take_status()] == [0x12, 0x16, None]
