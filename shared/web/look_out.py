"""The look-out of a process: it hears from the database what other processes have done, and tells it here.

Nothing is taken from a message: a wake-up only says that it is worth looking. Without one the look-out
looks every second. What is found is published to this process's own listeners, as if it had happened here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from flask_socketio import SocketIO

from shared.actions.slip_ends import place_of
from shared.domain.clock import real_now
from shared.domain.devices import DeviceState, PaperState
from shared.domain.events import (
    BoardChanged,
    CallShown,
    CallSounded,
    CardAsked,
    CasesChanged,
    DeviceChanged,
    DeviceEnded,
    Event,
    PaperChanged,
    SignInEnded,
    SlipOrdered,
    TroubleChanged,
)
from shared.store.changes import JobEnd, JobSign, MoveSign, Signs, TroubleSign
from shared.store.trail import Trail
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import Hall

log = logging.getLogger(__name__)

#: How often a process looks when nobody wakes it, and the least time between two looks.
LOOK_SECONDS = 1.0
GATHER_SECONDS = 0.05
#: So many of the latest rows are looked at when the process starts, and so many of the latest calls always.
_RECENT = 100
#: So many unfinished print jobs are watched; the oldest beyond that are left to the pages that read them.
_MOST_JOBS = 500

_ENDS_OF_SIGN_INS = frozenset({"sign_out", "change"})
_ENDS_OF_DEVICES = frozenset({"renew", "revoke"})


class Bell(Protocol):
    """What wakes the other processes, and is woken by them."""

    def start(self, wake: threading.Event) -> None: ...

    def ring(self) -> None: ...

    def belong_to(self, epoch: str) -> None: ...


class Recent:
    """The latest things that were noted, for as many as it holds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._things: OrderedDict[Hashable, None] = OrderedDict()

    def add(self, thing: Hashable) -> None:
        with self._guard:
            self._things[thing] = None
            self._things.move_to_end(thing)
            while len(self._things) > self._most:
                self._things.popitem(last=False)

    def __contains__(self, thing: Hashable) -> bool:
        with self._guard:
            return thing in self._things


@dataclass(frozen=True, slots=True)
class _CallMarks:
    """The newest call, and how many above ``after`` were shown and sounded."""

    after: int = 0
    newest: int = 0
    shown: int = 0
    sounded: int = 0


@dataclass
class News:
    """What one look has read, all of one moment."""

    signs: Signs
    printers: dict[str, DeviceState]
    troubles: dict[tuple[str, str], TroubleSign]
    moves: list[MoveSign] = field(default_factory=list)
    jobs: list[JobSign] = field(default_factory=list)
    ends: list[JobEnd] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[int, bool, bool]] = field(default_factory=list)
    sign_ins: list[int] = field(default_factory=list)
    offices: list[str] = field(default_factory=list)


class LookOut:
    """Publishes here what was committed elsewhere."""

    def __init__(self, hall: Hall, socketio: SocketIO, bell: Bell | None = None) -> None:
        self._hall = hall
        self._socketio = socketio
        self._bell = bell
        self._wake = threading.Event()
        self._signs: Signs | None = None
        self._version = -1
        self._moves = Trail()
        self._jobs = Trail()
        self._waiting: dict[int, str] = {}
        self._calls = _CallMarks()
        self._printers: dict[str, DeviceState] = {}
        self._troubles: dict[tuple[str, str], TroubleSign] = {}
        #: Troubles that this process itself has noted since it began to read.
        self._noted: set[tuple[str, str]] = set()
        self._own = Recent(4096)
        self._told = Recent(4096)
        self._strange: frozenset[str] = frozenset()
        self._begun_after = 0
        self._warned = False
        self._listen()

    def start(self) -> None:
        """Begin to look."""
        if self._bell is not None:
            self._bell.start(self._wake)
        self._socketio.start_background_task(self._run)

    def look(self) -> None:
        """Look once and publish what is new; the first look only takes notice of what is there."""
        self._noted.clear()
        news = self._hall.read(self._read)
        if self._signs is None or self._signs.epoch != news.signs.epoch:
            self._begin(news.signs)
            self._take(self._hall.read(self._read))
            self._hall.store.listeners.publish([BoardChanged(self._version)])
        else:
            self._hall.store.listeners.publish(self._take(news))

    def _run(self) -> None:
        failing = False
        while True:
            try:
                self._wake.clear()
                self.look()
                failing = False
            except Exception:
                # Walls that hear nothing say so by themselves; the next look comes in a second.
                if not failing:
                    log.exception("the look-out cannot read the database")
                failing = True
            self._socketio.sleep(GATHER_SECONDS)
            self._wake.wait(LOOK_SECONDS)

    # -- what happens in this process is known already ------------------------------------------------

    def _listen(self) -> None:
        listeners = self._hall.store.listeners
        listeners.on_commit(self._committed)
        listeners.on(BoardChanged, self._note_version)
        listeners.on(DeviceChanged, lambda event: self._printers.update({event.name: event.state}))
        listeners.on(TroubleChanged, self._note_trouble)
        listeners.on(PaperChanged, lambda event: self._told.add(("paper", event.job_id)))
        listeners.on(SlipOrdered, lambda event: self._told.add(("order", event.job_id)))
        listeners.on(CallShown, lambda event: self._told.add(("shown", event.call_id)))
        listeners.on(CallSounded, lambda event: self._told.add(("sounded", event.call_id)))

    def _committed(self, press: str) -> None:
        self._own.add(press)
        if self._bell is not None:
            self._bell.ring()

    def _note_version(self, event: BoardChanged) -> None:
        self._version = max(self._version, event.version)

    def _note_trouble(self, event: TroubleChanged) -> None:
        about = (event.device, event.kind)
        self._noted.add(about)
        if event.begun:
            self._troubles[about] = TroubleSign(event.seen, event.times)
        else:
            self._troubles.pop(about, None)

    # -- reading -------------------------------------------------------------------------------------

    def _begin(self, signs: Signs) -> None:
        """Start from the present: of older rows only those are watched that may still be on their way."""
        self._begun_after = signs.move
        self._signs = signs
        self._version = signs.version
        self._moves = Trail(max(0, signs.move - _RECENT))
        self._jobs = Trail(max(0, signs.job - _RECENT))
        self._waiting = {}
        self._calls = _CallMarks(after=max(0, signs.call - _RECENT))
        if self._bell is not None:
            self._bell.belong_to(signs.epoch)

    def _read(self, uow: UnitOfWork) -> News:
        changes = uow.changes
        before = self._signs
        news = News(changes.signs(self._calls.after), changes.printers(), changes.troubles())
        if before is None or before.epoch != news.signs.epoch:
            return news
        if news.signs.move > self._moves.after or self._moves.missing:
            news.moves = changes.moves(self._moves)
            self._read_subjects(uow, news)
        if news.signs.job > self._jobs.after or self._jobs.missing or self._waiting:
            news.jobs = changes.jobs(self._jobs, self._waiting)
            ended = [job.id for job in news.jobs if job.state is not PaperState.PENDING]
            untold = [job_id for job_id in ended if ("paper", job_id) not in self._told]
            news.ends = changes.ends_of(untold) if untold else []
            stand_ins = {end.stand_in for end in news.ends if end.stand_in}
            news.places = {name: place_of(uow.configuration(), name) for name in stand_ins}
        known = (self._calls.newest, self._calls.shown, self._calls.sounded)
        if (news.signs.call, news.signs.shown, news.signs.sounded) != known:
            news.calls = changes.calls(self._calls.after)
        return news

    def _read_subjects(self, uow: UnitOfWork, news: News) -> None:
        """What stands behind the moves: offices of cases, sign-ins of accounts."""
        foreign = self._foreign(news.moves)
        cases = {move.subject_id for move in foreign if move.subject == "case"}
        items = {move.subject_id for move in foreign if move.subject == "item"}
        accounts = {
            move.subject_id
            for move in foreign
            if move.subject == "account" and move.verb in _ENDS_OF_SIGN_INS
        }
        if cases or items:
            news.offices = uow.changes.offices(cases, items)
        if accounts:
            news.sign_ins = uow.changes.ended_sign_ins(accounts, real_now())

    def _foreign(self, moves: Iterable[MoveSign]) -> list[MoveSign]:
        return [move for move in moves if move.press not in self._own]

    # -- taking notice -------------------------------------------------------------------------------

    def _take(self, news: News) -> list[Event]:
        """Remember what was read; the events of it that nobody here has heard of."""
        now = time.monotonic()
        events: list[Event] = []
        if news.signs.version > self._version:
            events.append(BoardChanged(news.signs.version))
        self._warn_of_others(news.moves)
        events += self._of_moves(news)
        events += self._of_jobs(news)
        events += self._of_calls(news)
        # Told again at each look while one waits: an agent may have come meanwhile.
        events += [CardAsked()] if news.signs.cards else []
        for name, state in news.printers.items():
            if self._printers.get(name) is not state:
                events.append(DeviceChanged(name, state))
        self._printers = dict(news.printers)
        events += self._of_troubles(news)
        self._moves.see([move.seq for move in news.moves], now)
        self._jobs.see([job.id for job in news.jobs], now)
        self._signs = news.signs
        return events

    def _warn_of_others(self, moves: Iterable[MoveSign]) -> None:
        """Say once that other processes move tickets of this hall and nothing wakes this one.

        A press counts when it is strange at two looks: at the first it may be our own, not yet noted.
        """
        if self._bell is not None or self._warned:
            return
        if any(press not in self._own for press in self._strange):
            self._warned = True
            log.warning(
                "other processes serve this hall too: without HALL_MESSAGE_QUEUE each learns of the others' "
                "work within seconds only"
            )
        # What was written before this process began may be the work of one that has ended.
        fresh = [move for move in self._foreign(moves) if move.seq > self._begun_after]
        self._strange = frozenset(move.press for move in fresh if move.subject == "ticket")

    def _of_moves(self, news: News) -> list[Event]:
        events: list[Event] = [SignInEnded(sign_in_id) for sign_in_id in news.sign_ins]
        events += [
            DeviceEnded(move.subject_id)
            for move in self._foreign(news.moves)
            if move.subject == "device" and move.verb in _ENDS_OF_DEVICES
        ]
        if news.offices:
            events.append(CasesChanged(tuple(news.offices)))
        return events

    def _of_jobs(self, news: News) -> list[Event]:
        events: list[Event] = [
            SlipOrdered(job.printer, job.id)
            for job in news.jobs
            if job.state is PaperState.PENDING and self._is_news("order", job.id)
        ]
        events += [
            PaperChanged(
                end.id,
                end.number,
                end.ticket_id,
                end.case_number,
                end.state,
                end.device,
                news.places.get(end.stand_in or ""),
            )
            for end in news.ends
            if self._is_news("paper", end.id)
        ]
        waiting = {**self._waiting, **{job.id: job.printer for job in news.jobs}}
        for job in news.jobs:
            if job.state is not PaperState.PENDING:
                del waiting[job.id]
        self._waiting = dict(sorted(waiting.items())[-_MOST_JOBS:])
        return events

    def _of_troubles(self, news: News) -> list[Event]:
        before, found = self._troubles, dict(news.troubles)
        for about in list(self._noted):
            # What was read may be older than what was noted; the next look sees both.
            found.pop(about, None)
            if about in before:
                found[about] = before[about]
        self._troubles = found
        events: list[Event] = [
            TroubleChanged(device, kind, begun=True, seen=sign.seen, times=sign.times)
            for (device, kind), sign in found.items()
            if before.get((device, kind)) != sign
        ]
        gone = before.keys() - found.keys()
        return events + [TroubleChanged(device, kind, begun=False) for device, kind in sorted(gone)]

    def _of_calls(self, news: News) -> list[Event]:
        events: list[Event] = []
        for call_id, shown, sounded in news.calls:
            if shown and self._is_news("shown", call_id):
                events.append(CallShown(call_id))
            if sounded and self._is_news("sounded", call_id):
                events.append(CallSounded(call_id))
        if news.calls:
            after = max(0, news.signs.call - _RECENT)
            kept = [call for call in news.calls if call[0] > after]
            self._calls = _CallMarks(
                after, news.signs.call, sum(call[1] for call in kept), sum(call[2] for call in kept)
            )
        return events

    def _is_news(self, what: str, row_id: int) -> bool:
        """Whether nobody here has heard of it; from now on somebody has."""
        if (what, row_id) in self._told:
            return False
        self._told.add((what, row_id))
        return True
