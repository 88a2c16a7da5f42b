"""What a printer answers: real-time status bytes and process ids, read from one stream.

Bits after the DLE EOT tables of ESC/POS printers: in every status byte bits 1 and 4 are set, 0 and 7 are not.
A byte that breaks this is noise, and noise is never taken for "paper is fine".
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.devices import DeviceState

STATUS_MASK, STATUS_MARK = 0x93, 0x12
PRINTED_HEAD = b"\x37\x22"
PRINTED_SIZE = 7
PRINTER, OFFLINE_CAUSE, ERROR, PAPER = 1, 2, 3, 4
SUBJECTS = (PRINTER, OFFLINE_CAUSE, PAPER)
"""What every printer must answer before its paper is believed; ``ERROR`` is asked where it is answered."""


def status_request(subject: int) -> bytes:
    """DLE EOT n, answered at once even when the printer is off-line."""
    return bytes((0x10, 0x04, subject))


def printed_request(process_id: bytes) -> bytes:
    """GS ( H function 48: answered with the id when everything before it has been printed."""
    return b"\x1d(H\x06\x0000" + process_id


class Answers:
    """Sorts the stream of answers into status bytes and process ids."""

    def __init__(self) -> None:
        self._waiting = b""
        self._status_bytes: list[int] = []
        self.process_ids: set[bytes] = set()

    def feed(self, data: bytes) -> None:
        """Take what came; an incomplete process id waits for its rest."""
        self._waiting += data
        while self._waiting:
            if self._waiting[:2] == PRINTED_HEAD or self._waiting == PRINTED_HEAD[:1]:
                if len(self._waiting) < PRINTED_SIZE:
                    return
                self.process_ids.add(self._waiting[2:6])
                self._waiting = self._waiting[PRINTED_SIZE:]
                continue
            byte, self._waiting = self._waiting[0], self._waiting[1:]
            if byte & STATUS_MASK == STATUS_MARK:
                self._status_bytes.append(byte)

    def take_status(self) -> int | None:
        """The oldest status byte not yet taken."""
        return self._status_bytes.pop(0) if self._status_bytes else None


@dataclass(frozen=True)
class Condition:
    """The state of a printer and why, for staff."""

    state: DeviceState
    detail: str


SILENT = Condition(DeviceState.UNKNOWN, "打印机没有回答状态")


def read_condition(answers: dict[int, int]) -> Condition:
    """The state that status bytes by subject tell; what was not answered is unknown, never fine."""
    cause, paper, printer = answers.get(OFFLINE_CAUSE, 0), answers.get(PAPER, 0), answers.get(PRINTER, 0)
    if cause & 0x04:
        return Condition(DeviceState.COVER_OPEN, "打印机盖子开着")
    if cause & 0x20 or paper & 0x60:
        return Condition(DeviceState.PAPER_OUT, "打印机没纸了")
    if cause & 0x40 or answers.get(ERROR, 0) & 0x68:
        return Condition(DeviceState.OFFLINE, "打印机报告故障，可能卡纸")
    if printer & 0x08:
        return Condition(DeviceState.OFFLINE, "打印机离线")
    if not answers.keys() >= set(SUBJECTS):
        return SILENT
    if paper & 0x0C:
        return Condition(DeviceState.NEAR_END, "纸快用完了")
    return Condition(DeviceState.OK, "")
