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
        ({1: 0x12, 2: 0x12, 4: 0x12}, DeviceState.OK),
        ({1: 0x12, 2: 0x12, 4: 0x1E}, DeviceState.NEAR_END),
        ({1: 0x1A, 2: 0x12, 4: 0x12}, DeviceState.OFFLINE),
        ({1: 0x1A, 2: 0x16, 4: 0x72}, DeviceState.COVER_OPEN),
        ({1: 0x1A, 2: 0x32, 4: 0x12}, DeviceState.PAPER_OUT),
        ({1: 0x1A, 2: 0x52, 4: 0x12}, DeviceState.OFFLINE),
        ({4: 0x72}, DeviceState.PAPER_OUT),
        ({1: 0x12, 2: 0x12, 3: 0x1A, 4: 0x12}, DeviceState.OFFLINE),
        ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}, DeviceState.OK),
    ],
)
def test_status_bits_are_read_as_the_tables_say(answers: dict[int, int], state: DeviceState) -> None:
    assert read_condition(answers).state is state


def test_a_process_id_is_read_in_pieces_and_between_status_bytes() -> None:
    answers = Answers()
    for piece in (b"\x12\x37", b"\x2200", b"42\x00\x16"):
        answers.feed(piece)
    assert answers.process_ids == {b"0042"}
    assert [answers.take_status(), answers.take_status(), answers.take_status()] == [0x12, 0x16, None]
