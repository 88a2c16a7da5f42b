"""Printers that are never heard: device files and print queues. Nothing is asked, and nothing is promised."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from hardware.cups_link import CupsLink
from hardware.delivery import Delivery
from hardware.file_link import FileLink
from hardware.link import LinkLost
from hardware.transport import open_transport
from hardware.virtual_printer import VirtualPrinters
from shared.domain.devices import DeviceState, PaperState, PrinterSettings

SLIP = b"\x1b@\x1c&" + "前面 7 人\n".encode("gb18030") * 20 + b"\x1bd\x06\x1dV\x01"
LONG_SECONDS = 30.0


def within(seconds: float) -> float:
    return time.monotonic() + seconds


def sent(address: str, lp: str = "lp", seconds: float = LONG_SECONDS) -> Delivery:
    settings = PrinterSettings("kiosk-1", address)
    transport = open_transport(settings, VirtualPrinters(), lp=lp)
    return transport.send(SLIP, within(seconds))  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    """A command ``lp`` that writes down what it is told and what it is given."""
    lp = tmp_path / "lp"
    lp.write_text(
        f'#!/bin/sh\necho "$@" >>{tmp_path}/words\ncat >>{tmp_path}/taken\n'
        'echo "request id is ticket-12 (0 file(s))"\n'
    )
    lp.chmod(0o755)
    return lp


def test_a_slip_for_a_file_is_unconfirmed_at_once_and_written_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "slips"
    begun = time.monotonic()
    first, second = sent(f"file://{file}"), sent(f"file://{file}")
    assert time.monotonic() - begun < LONG_SECONDS / 2
    assert {(one.state, one.device) for one in (first, second)} == {
        (PaperState.UNCONFIRMED, DeviceState.UNKNOWN)
    }
    assert file.read_bytes() == SLIP + SLIP


def test_a_file_of_slips_is_for_its_owner_alone(tmp_path: Path) -> None:
    sent(f"file://{tmp_path}/slips")
    assert stat.S_IMODE((tmp_path / "slips").stat().st_mode) == 0o600


def test_no_file_is_made_in_the_place_of_a_device_that_is_away() -> None:
    delivery = sent("file:///dev/usb-printer-that-is-not-there")
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert not Path("/dev/usb-printer-that-is-not-there").exists()


def test_a_pipe_that_nobody_reads_is_a_printer_that_is_away(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp0")
    assert sent(f"file://{tmp_path}/lp0").state is PaperState.FAILED


def test_a_device_file_that_takes_nothing_more_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp0")
    reader = os.open(tmp_path / "lp0", os.O_RDONLY | os.O_NONBLOCK)
    link = FileLink(str(tmp_path / "lp0"))
    with pytest.raises(LinkLost) as lost:
        link.send(b"\x00" * 1_000_000, within(0.3))
    assert 0 < lost.value.sent < 1_000_000
    link.reset()
    os.close(reader)


def test_a_device_file_that_closes_in_the_middle_is_unconfirmed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp0")
    reader = os.open(tmp_path / "lp0", os.O_RDONLY | os.O_NONBLOCK)
    link = FileLink(str(tmp_path / "lp0"))
    link.send(SLIP, within(LONG_SECONDS))
    os.close(reader)
    with pytest.raises(LinkLost):
        link.send(SLIP, within(LONG_SECONDS))
    link.close()


def test_a_full_device_says_so() -> None:
    delivery = sent("file:///dev/full")
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert "space" in delivery.detail


def test_a_slip_for_a_queue_is_handed_over_as_it_is_and_unconfirmed_at_once(
    tmp_path: Path, queue: Path
) -> None:
    delivery = sent("cups://ticket", str(queue))
    assert (delivery.state, delivery.device) == (PaperState.UNCONFIRMED, DeviceState.UNKNOWN)
    assert (tmp_path / "taken").read_bytes() == SLIP
    assert (tmp_path / "words").read_text().split() == [
        *("-d", "ticket"),
        *("-o", "raw"),
    ]


@pytest.mark.parametrize("given_up", [False, True])
def test_a_job_that_the_queue_holds_too_long_or_that_is_given_up_is_taken_back(
    tmp_path: Path, queue: Path, given_up: bool
) -> None:
    os.mkfifo(tmp_path / "cancelled")
    cancel = tmp_path / "cancel"
    cancel.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/cancelled\n')
    cancel.chmod(0o755)
    link = CupsLink("ticket", str(queue), str(cancel), patience=LONG_SECONDS if given_up else 0.05)
    link.send(SLIP, within(LONG_SECONDS))
    begun = time.monotonic()
    if given_up:
        link.reset()
    else:
        link.close()
    assert (tmp_path / "cancelled").read_text().split() == ["ticket-12"]
    assert time.monotonic() - begun < LONG_SECONDS / 2


def test_a_command_that_is_killed_may_have_handed_the_slip_over(queue: Path) -> None:
    queue.write_text("#!/bin/sh\ncat >/dev/null\nkill -9 $$\n")
    assert sent("cups://ticket", str(queue)).state is PaperState.UNCONFIRMED


def test_a_queue_that_refuses_fails_the_slip_with_its_own_words(queue: Path) -> None:
    queue.write_text("#!/bin/sh\necho 'lp: The printer or class does not exist.' >&2\nexit 1\n")
    delivery = sent("cups://ticket", str(queue))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert "does not exist" in delivery.detail


def test_a_queue_that_never_answers_is_ended_at_the_deadline_with_all_its_children(
    tmp_path: Path, queue: Path
) -> None:
    queue.write_text(f"#!/bin/sh\ncat >/dev/null\nsleep 1000 &\necho $! >{tmp_path}/child\nwait\n")
    link = CupsLink("ticket", str(queue))
    with pytest.raises(LinkLost) as lost:
        link.send(SLIP, within(1))
    assert lost.value.sent == len(SLIP)
    child = int((tmp_path / "child").read_text())
    ended = threading.Event()
    for _ in range(1000):
        if not running(child):
            ended.set()
            break
        ended.wait(0.01)
    assert ended.is_set()


def test_a_computer_without_cups_says_what_is_missing(tmp_path: Path) -> None:
    delivery = sent("cups://ticket", str(tmp_path / "lp"))
    assert (delivery.state, delivery.device) == (PaperState.FAILED, DeviceState.OFFLINE)
    assert "cups-client" in delivery.detail


def running(process: int) -> bool:
    """Whether a process runs; one that has ended but was not yet fetched does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
