"""The works of a virtual printer: receive buffer, faults, print head, answers; not safe to share."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from hardware import escpos_commands as escpos
from hardware.decoder import Decoder
from hardware.escpos_commands import Command
from hardware.virtual_faults import STOPS_PRINTING, WORDS, Fault, Figures, read_changes
from hardware.virtual_log import VisitLog
from hardware.virtual_paper import PrintHead
from hardware.virtual_status import Shape, auto_status, paper_byte, real_time_byte, spell

RECEIVE_BUFFER = 4096
"""Bytes that a printer takes while it cannot print; then it stops reading."""

REAL_TIME = re.compile(rb"\x10\x04[\x01-\x04]|\x10\x05[\x01\x02]|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
"""Obeyed on arrival wherever they stand, even inside a picture, which then goes on with the same bytes."""

_LONGEST_REAL_TIME = 10
_CLEARED = b"\x37\x25\x00"


class Engine:
    """Takes bytes, prints what is due, and keeps the answers that are under way.

    ``broken_off``: this connection is to be reset by the printer. ``confused``: it has sent a command that
    the printer does not know.
    """

    def __init__(self, dots: int, encoding: str, log: VisitLog) -> None:
        self.encoding = encoding
        self.log = log
        self.head = PrintHead(dots, log.now)
        self.faults: set[Fault] = set()
        self.figures = Figures()
        self.jammed = False
        self.connected = False
        self._noise = random.Random(self.figures.seed)
        self._buffer = b""
        self._decoder = Decoder(encoding)
        self._held: tuple[Command, bytes] | None = None
        self._worn = 0
        self._paced_at = time.monotonic()
        self.begin()

    def begin(self) -> None:
        """Nothing is known of a new connection yet."""
        self.confused = self.broken_off = self._uncut = False
        self._counted = self._watched = 0
        self._tail = b""
        self._answers: list[tuple[float, bytes]] = []

    @property
    def stopped(self) -> bool:
        """Whether nothing can be printed now."""
        return self.jammed or bool(self.faults & STOPS_PRINTING)

    @property
    def room(self) -> int:
        """How many bytes the receive buffer takes."""
        return max(0, RECEIVE_BUFFER - len(self._buffer))

    @property
    def waiting(self) -> int:
        """Bytes that were taken and are not printed."""
        return len(self._buffer) + self._decoder.waiting

    @property
    def half_command(self) -> int:
        """Bytes of a command whose rest has not come."""
        return 0 if self._buffer or self.stopped else self._decoder.waiting

    @property
    def shape(self) -> Shape:
        """What the sensors see."""
        return Shape(
            paper_out=Fault.PAPER_OUT in self.faults,
            near_end=Fault.NEAR_END in self.faults,
            cover_open=Fault.COVER_OPEN in self.faults,
            offline=Fault.OFFLINE in self.faults,
            jammed=self.jammed,
            cutter_error=Fault.CUTTER_ERROR in self.faults,
            confused=self.confused,
        )

    def switch(self, wanted: Mapping[str, object]) -> None:
        """Turn switches (see ``read_changes``); raises UnknownFault, then none is turned."""
        before, changes = self.shape, read_changes(wanted, self.figures)
        begun, ended = changes.begun - self.faults, changes.ended & self.faults
        if changes.figures.seed != self.figures.seed or Fault.GARBAGE in begun:
            self._noise = random.Random(changes.figures.seed)
        self.figures = changes.figures
        self.faults = (self.faults | begun) - ended
        for fault in sorted(begun | ended):
            how = "出故障" if fault in begun else "排除故障"
            self.log.note(f"{how}：{WORDS[fault].label}", "trouble" if fault in begun else "plain")
        self.jammed = self.jammed and Fault.CUTTER_JAM in self.faults
        if Fault.POWER_OFF in begun:
            self.throw_away()
            self.broken_off, self._answers = self.connected, []
        self._paced_at = time.monotonic()
        self._tell_change(before)

    def throw_away(self) -> None:
        """Forget what is not printed; what is hangs apart from what comes next."""
        self._buffer, self._decoder, self._held = b"", Decoder(self.encoding), None
        self._worn = 0
        self.head.leave()

    def accept(self, data: bytes) -> int:
        """Take bytes, obey at once what is real-time, and print; fewer are taken before a reset of ours."""
        data = self._up_to_reset(data)
        if not data:
            return 0
        if not self._buffer:
            self._paced_at = time.monotonic()
        seen, done = self._tail + data, 0
        urgent = [found for found in REAL_TIME.finditer(seen) if found.end() > len(self._tail)]
        of_print = len(data) - sum(min(len(found[0]), len(data)) for found in urgent)
        self.log.received(len(data), max(0, of_print))
        for found in urgent:
            end = found.end() - len(self._tail)
            if end > done:
                # What came before is printed first, so that the answer knows of it.
                self._print(data[done:end])
                self._obey_at_once(found[0])
                done = end
        self._print(data[done:])
        # The start of a real-time command may wait here for its rest; a whole one is never seen twice.
        self._tail = seen[-(_LONGEST_REAL_TIME - 1) :]
        return len(data)

    def _print(self, data: bytes) -> None:
        self._buffer += data
        self.go_on()

    def go_on(self) -> None:
        """Print what is due by now."""
        while True:
            self._obey_whole()
            self._wear()
            size = 0 if self.stopped else self._due()
            if size == 0:
                return
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            self._decoder.push(piece)
            self._worn += size

    def answers(self) -> bytes:
        """The answers that are due; each is given once."""
        now = time.monotonic()
        due = b"".join(answer for at, answer in self._answers if at <= now)
        self._answers = [(at, answer) for at, answer in self._answers if at > now]
        return due

    def next_event(self) -> float | None:
        """Seconds until an answer falls due or the next bytes are printed; None: nothing will by itself."""
        times = [at - time.monotonic() for at, _ in self._answers]
        if self._buffer and not self.stopped and Fault.SLOW in self.faults:
            times.append(max(0.02, 1 / self.figures.bytes_per_second))
        return max(0.005, min(times)) if times else None

    def _up_to_reset(self, data: bytes) -> bytes:
        """The bytes before the printer resets the connection by itself; real-time ones do not count."""
        if Fault.RESET not in self.faults:
            self._counted += len(data)
            return data
        at = 0
        while at < len(data):
            real_time = REAL_TIME.match(data, at)
            if real_time is None and self._counted >= self.figures.reset_after:
                self.broken_off = True
                return data[:at]
            self._counted += real_time is None
            at = real_time.end() if real_time else at + 1
        return data

    def _obey_at_once(self, command: bytes) -> None:
        subject = command[2]
        if command[1] == 0x04:
            sent = self._answer(bytes((real_time_byte(subject, self.shape),)))
            told = spell(subject, sent[0]) if sent else "没有回答"
            self.log.note(f"问状态 {subject} → {told}", "answer")
        elif command[1] == 0x14 or (subject == 2 and self.shape.says_offline):
            self.throw_away()
            self.log.note("清空了缓冲区", "trouble")
            if command[1] == 0x14:
                self._answer(_CLEARED)

    def _obey_whole(self) -> None:
        while not self.stopped:
            taken = self._held or self._decoder.next()
            if taken is None:
                return
            self._held = None
            self._obey(*taken)

    def _wear(self) -> None:
        """Count down to the end of the paper; what the last bytes made whole is still printed."""
        after, worn, self._worn = self.figures.paper_out_after, self._worn, 0
        if after is None or worn == 0:
            return
        left = after - worn
        self.figures = replace(self.figures, paper_out_after=left if left > 0 else None)
        if left <= 0:
            before = self.shape
            self.faults.add(Fault.PAPER_OUT)
            self.log.note("纸用完了", "trouble")
            self._tell_change(before)

    def _due(self) -> int:
        """How many bytes of the buffer are printed next."""
        size = len(self._buffer)
        if self.figures.paper_out_after is not None:
            size = min(size, self.figures.paper_out_after)
        if Fault.SLOW not in self.faults:
            return size
        rate = self.figures.bytes_per_second
        allowed = min(size, int((time.monotonic() - self._paced_at) * rate))
        self._paced_at += allowed / rate
        return allowed

    def _obey(self, command: Command, raw: bytes) -> None:
        match command:
            case escpos.AskStatus() | escpos.RealTime():
                self._worn -= len(raw)
                return
            case escpos.AskPrinted(process_id):
                self._confirm(process_id)
                return
            case escpos.Cut():
                self._cut(command, raw)
                return
            case escpos.AskPaper(subject):
                self._answer(bytes((paper_byte(self.shape) if subject == 1 else 0,)))
            case escpos.SetAutoStatus(watched):
                self._watched = watched
                if watched:
                    self._answer(auto_status(self.shape))
            case escpos.UnknownCommand(data):
                self.confused = True
                self.log.note(f"不认识的指令 {data[:8].hex(' ').upper()}", "trouble")
        self.head.print(command, raw)

    def _cut(self, command: escpos.Cut, raw: bytes) -> None:
        if Fault.CUTTER_JAM in self.faults:
            before = self.shape
            # The cut is made when the cutter is free again.
            self.jammed, self._held = True, (command, raw)
            self.log.note("切纸时切刀卡住，停机", "trouble")
            self._tell_change(before)
        elif Fault.CUTTER_ERROR in self.faults:
            self._uncut = True
            self.log.note("切刀没有动，纸没有切断", "trouble")
        else:
            self._uncut = False
            slip = self.head.cut(command, raw)
            self.log.note(f"切下第 {slip.number} 张（{len(slip.data)} 字节）", "paper")

    def _confirm(self, process_id: bytes) -> None:
        asked = f"问打完没有（编号 {process_id.decode('ascii', 'replace')}）"
        if self.confused or self._uncut:
            self.log.note(f"{asked} → 没有回答：出错了", "trouble")
        elif Fault.LOST_CONFIRMATION in self.faults:
            self.log.note(f"{asked} → 打完了，回执丢失", "trouble")
        else:
            late = self.figures.late_seconds if Fault.LATE_CONFIRMATION in self.faults else 0.0
            sent = self._answer(b"\x37\x22" + process_id + b"\x00", late)
            when = f"，{late:g} 秒后才答" if late else ""
            self.log.note(f"{asked} → {'打完了' + when if sent else '没有回答'}", "answer")

    def _answer(self, answer: bytes, late: float = 0.0) -> bytes:
        """Put an answer on its way; what is really sent, nothing when the printer is silent."""
        if Fault.SILENT in self.faults:
            return b""
        if Fault.GARBAGE in self.faults:
            answer = self._noise.randbytes(len(answer))
        self._answers.append((time.monotonic() + late, answer))
        return answer

    def _tell_change(self, before: Shape) -> None:
        """Tell what changed to whoever asked to be told (GS a)."""
        if self._watched and self.connected and self.shape != before:
            self._answer(auto_status(self.shape))


def labels(faults: Collection[Fault]) -> list[str]:
    """The names of faults for people."""
    return [WORDS[fault].label for fault in Fault if fault in faults]
