"""What a printer answers to each question, byte by byte, and what that says of its settings."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hardware.link import Link, LinkLost
from hardware.status import (
    COVER_OPEN,
    CUTTER_ERROR,
    ERROR,
    FATAL_ERROR,
    HAS_ERROR,
    IS_OFFLINE,
    NEAR_END,
    NO_PAPER,
    OFFLINE_CAUSE,
    PAPER,
    PAPER_STOPS,
    PASSING_ERROR,
    PRINTER,
    STATUS_MARK,
    STATUS_MASK,
    SUBJECTS,
    Answers,
    printed_request,
    read_condition,
    status_request,
)
from shared.domain.devices import ABLE_TO_PRINT, DeviceState, PrinterSettings

FIRST_ANSWER_SECONDS = 1.0
NEXT_ANSWER_SECONDS = 0.5
SILENT_ANSWER_SECONDS = 0.2
"""So long an answer may take: the first, one after others, and one after silence."""

PRINTED_SECONDS = 1.0
STATUS_LIMIT_SECONDS = 0.15
"""A printer that is slower than this with all four answers counts as silent while the hall runs."""

MOST_SHOWN = 8
"""So many bytes of an answer are shown."""

_PROCESS_ID = b"chk0"
_KIOSK_JAM = 0x04

_MEANINGS: dict[int, tuple[tuple[int, str], ...]] = {
    PRINTER: ((IS_OFFLINE, "离线"), (0x20, "等着恢复联机"), (0x40, "走纸键按着")),
    OFFLINE_CAUSE: (
        (COVER_OPEN, "盖子开着"),
        (0x08, "走纸键按着"),
        (PAPER_STOPS, "没纸，停了"),
        (HAS_ERROR, "有故障"),
    ),
    ERROR: (
        (_KIOSK_JAM, "厂家自定（有的是卡纸）"),
        (CUTTER_ERROR, "切刀故障"),
        (FATAL_ERROR, "要断电的故障"),
        (PASSING_ERROR, "会恢复的故障（打印头过热、电压）"),
    ),
    PAPER: ((NEAR_END, "纸快用完"), (NO_PAPER, "没有纸")),
}
_WELL = {PRINTER: "联机", OFFLINE_CAUSE: "盖子关着，没有停", ERROR: "没有故障", PAPER: "有纸"}


@dataclass(frozen=True)
class Examination:
    """The state of a printer, and what it answered as (label, words), for whoever sets it up."""

    state: DeviceState
    lines: tuple[tuple[str, str], ...]


def examine(settings: PrinterSettings, open_link: Callable[[float], Link], deadline: float) -> Examination:
    """Ask a printer all there is to ask; nothing is printed.

    A printer that answers is held for a moment, a silent one for two seconds; ``deadline`` is a reading of
    ``time.monotonic()``.
    """
    try:
        link = open_link(deadline)
    except OSError as error:
        return Examination(DeviceState.OFFLINE, (("状态", f"连不上：{_why_not(error)}"),))
    try:
        if not link.answers:
            told = "能交给它；这种连接听不到回答，小票只能是“未确认”"
            return Examination(DeviceState.UNKNOWN, (("状态", told),))
        return _Questions(link, settings, deadline).examination()
    except LinkLost as error:
        return Examination(DeviceState.OFFLINE, (("状态", f"问到一半断开了：{error}"),))
    finally:
        link.close()


class _Questions:
    """The questions over one open link."""

    def __init__(self, link: Link, settings: PrinterSettings, deadline: float) -> None:
        self._link = link
        self._settings = settings
        self._deadline = deadline
        self._told: dict[int, int] = {}
        self._raw: dict[int, bytes] = {}

    def examination(self) -> Examination:
        begun = time.monotonic()
        for subject in SUBJECTS:
            self._ask(subject)
        took = time.monotonic() - begun
        condition = read_condition(self._told)
        state = DeviceState.FAULT if self._is_noisy() else condition.state
        lines = [("状态", _STATES[state] + (f"：{condition.detail}" if condition.detail else ""))]
        lines += [(f"DLE EOT {subject}", self._words(subject)) for subject in sorted(SUBJECTS)]
        if len(self._told) == len(SUBJECTS):
            lines.append(("用时", _pace(took)))
        ids = self._asks_ids(state)
        lines.append(("GS ( H", _IDS[ids]))
        lines += [("设置", advice) for advice in advise(self._settings, self._told, took, ids)]
        return Examination(state, tuple(lines))

    def _ask(self, subject: int) -> None:
        later = NEXT_ANSWER_SECONDS if self._told else SILENT_ANSWER_SECONDS
        patience = later if self._raw else FIRST_ANSWER_SECONDS
        self._raw[subject] = b""
        self._link.send(status_request(subject), self._deadline)
        until = min(self._deadline, time.monotonic() + patience)
        while subject not in self._told and time.monotonic() < until:
            heard = self._link.receive(until)
            if not heard:
                return
            self._raw[subject] = (self._raw[subject] + heard)[:MOST_SHOWN]
            found = [byte for byte in heard if byte & STATUS_MASK == STATUS_MARK]
            if found:
                self._told[subject] = found[0]

    def _is_noisy(self) -> bool:
        return any(len(raw) > (subject in self._told) for subject, raw in self._raw.items())

    def _words(self, subject: int) -> str:
        raw = " ".join(f"0x{byte:02x}" for byte in self._raw[subject])
        if subject not in self._told:
            return f"{raw}  读不懂" if raw else "没有回答"
        byte = self._told[subject]
        meant = [words for bits, words in _MEANINGS[subject] if byte & bits]
        return f"{raw}  {'，'.join(meant) or _WELL[subject]}"

    def _asks_ids(self, state: DeviceState) -> bool | None:
        """Whether it answers a process id; None when it was not asked."""
        if state not in ABLE_TO_PRINT or not self._told:
            return None
        answers = Answers()
        self._link.send(printed_request(_PROCESS_ID), self._deadline)
        until = min(self._deadline, time.monotonic() + PRINTED_SECONDS)
        while _PROCESS_ID not in answers.process_ids:
            heard = self._link.receive(until) if time.monotonic() < until else b""
            if not heard:
                return False
            answers.feed(heard)
        return True


def advise(
    settings: PrinterSettings, told: Mapping[int, int], took: float, ids: bool | None
) -> Iterator[str]:
    """What to write into site.toml for a printer that answers so; nothing where that is written already."""
    answers = len(told) == len(SUBJECTS) and took <= STATUS_LIMIT_SECONDS
    if answers and settings.status is False:
        yield "写着 status = false，其实回答状态：可改成 true"
    elif answers and settings.status is None:
        yield "可写 status = true：以后不回答就当作有毛病"
    elif not answers and settings.status is not False:
        yield "不按时回答状态：检查接线，或写 status = false"
    if ids and settings.process_ids is not True:
        yield "可写 process_ids = true：确认打完才算打出来"
    elif ids is False and settings.process_ids is not False:
        yield "不确认打完：请写 process_ids = false，打完看状态"


def _pace(took: float) -> str:
    limit = int(STATUS_LIMIT_SECONDS * 1000)
    told = f"四问共 {round(took * 1000)} 毫秒"
    return told if took <= STATUS_LIMIT_SECONDS else f"{told}，超过 {limit} 毫秒：大厅运行时当作不回答"


def _why_not(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED:
        return "拒绝连接：没开机、端口不对，或正给别人打印（过一会儿再试）"
    if isinstance(error, TimeoutError):
        return "没有回答：没开机、网络不通，或正给别人打印（过一会儿再试）"
    return error.strerror or str(error)


_STATES = {
    DeviceState.OK: "正常",
    DeviceState.NEAR_END: "能打",
    DeviceState.PAPER_OUT: "打不了",
    DeviceState.COVER_OPEN: "打不了",
    DeviceState.FAULT: "有故障",
    DeviceState.OFFLINE: "打不了",
    DeviceState.UNKNOWN: "连得上",
}
_IDS = {True: "回答打完的编号", False: "没有回答", None: "没有问：要先回答状态、能打"}
