"""What a printer answers: real-time status bytes and process ids, read from one stream.

Bits after the DLE EOT tables of ESC/POS printers: in every status byte bits 1 and 4 are set, 0 and 7 are not.
A byte that breaks this is noise, and a printer that talks noise is at fault, never fine.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.devices import DeviceState

STATUS_MASK, STATUS_MARK = 0x93, 0x12
PRINTED_HEAD = b"\x37\x22"
PRINTED_SIZE = 7
FLOW_CONTROL = frozenset((0x11, 0x13))
"""XON and XOFF: serial printers send them of their own accord."""

PRINTER, OFFLINE_CAUSE, ERROR, PAPER = 1, 2, 3, 4
SUBJECTS = (PRINTER, OFFLINE_CAUSE, PAPER, ERROR)
"""What every printer must answer, one by one, before it is believed."""

IS_OFFLINE = 0x08
COVER_OPEN, PAPER_STOPS, HAS_ERROR = 0x04, 0x20, 0x40
MECHANICAL_ERROR, CUTTER_ERROR, FATAL_ERROR, PASSING_ERROR = 0x04, 0x08, 0x20, 0x40
NEAR_END, NO_PAPER = 0x0C, 0x60


def status_request(subject: int) -> bytes:
    """DLE EOT n, answered at once even when the printer is off-line."""
    return bytes((0x10, 0x04, subject))


def printed_request(process_id: bytes) -> bytes:
    """GS ( H function 48: answered with the id when everything before it has been printed."""
    return b"\x1d(H\x06\x0000" + process_id


class Answers:
    """Sorts the stream of answers into status bytes, process ids and noise."""

    def __init__(self) -> None:
        self._waiting = b""
        self._status_bytes: list[int] = []
        self.process_ids: set[bytes] = set()
        self.noise = False

    def feed(self, data: bytes) -> None:
        """Take what came; an incomplete process id waits for its rest."""
        self._waiting += data
        while self._waiting:
            if self._waiting[:2] == PRINTED_HEAD or self._waiting == PRINTED_HEAD[:1]:
                if len(self._waiting) < PRINTED_SIZE:
                    return
                if self._waiting[PRINTED_SIZE - 1] == 0:
                    self.process_ids.add(self._waiting[2:6])
                    self._waiting = self._waiting[PRINTED_SIZE:]
                    continue
            byte, self._waiting = self._waiting[0], self._waiting[1:]
            if byte & STATUS_MASK == STATUS_MARK:
                self._status_bytes.append(byte)
            elif byte not in FLOW_CONTROL:
                self.noise = True

    def take_status(self) -> int | None:
        """The oldest status byte not yet taken."""
        return self._status_bytes.pop(0) if self._status_bytes else None

    def forget(self) -> None:
        """What was heard before a question is no answer to it; ids stay, and the rest of one may come."""
        self._status_bytes, self.noise = [], False


@dataclass(frozen=True)
class Condition:
    """The state of a printer and why, for staff.

    ``may_print``: a fault with which paper may come out all the same (the cutter of an on-line printer).
    ``late``: jobs of which the printer said only now that they were printed.
    """

    state: DeviceState
    detail: str
    may_print: bool = False
    late: tuple[int, ...] = ()


SILENT = Condition(DeviceState.UNKNOWN, "打印机没有回答状态")
NOT_ASKED = Condition(DeviceState.UNKNOWN, "打印机能连上，不回答状态")
TALKS_NOISE = Condition(DeviceState.FAULT, "打印机的回答读不懂，请检查接线和设置")
KEEPS_IDS = Condition(DeviceState.UNKNOWN, "打印机不再确认打完")


def read_condition(answers: dict[int, int]) -> Condition:
    """The state that status bytes by subject tell; what was not answered is unknown, never fine."""
    cause, paper, printer = answers.get(OFFLINE_CAUSE, 0), answers.get(PAPER, 0), answers.get(PRINTER, 0)
    if cause & COVER_OPEN:
        return Condition(DeviceState.COVER_OPEN, "打印机盖子开着")
    if cause & PAPER_STOPS or paper & NO_PAPER:
        return Condition(DeviceState.PAPER_OUT, "打印机没纸了")
    stopped = bool(printer & IS_OFFLINE or cause & HAS_ERROR)
    error = answers.get(ERROR, 0)
    if error & CUTTER_ERROR:
        may_print = not stopped and not error & (MECHANICAL_ERROR | FATAL_ERROR | PASSING_ERROR)
        return Condition(DeviceState.FAULT, "切刀报告故障，可能卡纸", may_print)
    if error & FATAL_ERROR:
        return Condition(DeviceState.FAULT, "打印机报告故障，要断电重启或报修")
    if error & PASSING_ERROR:
        return Condition(DeviceState.FAULT, "打印头过热或电压不稳，稍后会恢复")
    if error & MECHANICAL_ERROR or cause & HAS_ERROR:
        return Condition(DeviceState.FAULT, "打印机报告故障，可能卡纸")
    if stopped:
        return Condition(DeviceState.OFFLINE, "打印机离线")
    if not answers.keys() >= set(SUBJECTS):
        return SILENT
    if paper & NEAR_END:
        return Condition(DeviceState.NEAR_END, "纸快用完了")
    return Condition(DeviceState.OK, "")
