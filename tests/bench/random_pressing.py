"""Kiosks and clerks that press at random, repeat their keys, and note what the hall answered."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from keepalive import API, Answer, Clerk, Connection

SERVICES = ("retirement", "unemployment", "social-card", "hire", "work-death", "advice")
FLOORS = (1, 2, 3)
IDLE_SECONDS = 0.05
#: Of ten presses one is repeated after its answer, and one is sent twice at the same instant.
REPEATED, DOUBLED = 0.1, 0.1


@dataclass
class Day:
    """What all who press know together."""

    tickets: int
    counters: int
    guard: threading.Lock = field(default_factory=threading.Lock)
    all_issued: threading.Event = field(default_factory=threading.Event)
    issued: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    #: Verbs that were answered as done, to be compared with the ledger.
    done: Counter[str] = field(default_factory=Counter)
    #: Presses that were refused, as (verb, code): two clerks wanted one number.
    refused: Counter[str] = field(default_factory=Counter)
    replays: int = 0
    wrong: list[str] = field(default_factory=list)
    spans: list[float] = field(default_factory=list)
    begun: int = 0

    def begin_ticket(self) -> bool:
        """Whether one more ticket is to be taken."""
        with self.guard:
            self.begun += 1
            return self.begun <= self.tickets

    def note_issued(self, number: str) -> None:
        with self.guard:
            self.issued.append(number)
            if len(self.issued) == self.tickets:
                self.all_issued.set()

    def note_done(self, *verbs: str) -> None:
        with self.guard:
            self.done.update(verbs)

    def note_missed(self, number: str) -> None:
        with self.guard:
            self.missed.append(number)

    def take_missed(self, chance: random.Random) -> str | None:
        """A number that missed its call; nobody else gets it from here."""
        with self.guard:
            return self.missed.pop(chance.randrange(len(self.missed))) if self.missed else None

    def note_refused(self, verb: str, answer: Answer) -> None:
        with self.guard:
            self.refused[f"{verb}: {answer.code}"] += 1


class Presser:
    """Presses through two connections of one principal, so that a key can be sent twice at once."""

    def __init__(self, day: Day, base_url: str, token: str, seed: int) -> None:
        self.day = day
        self.chance = random.Random(seed)
        self._lines = (Connection(base_url, token), Connection(base_url, token))

    def close(self) -> None:
        for line in self._lines:
            line.close()

    def press(self, path: str, body: dict[str, Any], *refusals: str) -> Answer:
        """One press, sometimes with its key repeated; ``refusals`` are the codes that may answer it."""
        key, way = uuid.uuid4().hex, self.chance.random()
        began = time.perf_counter()
        if refusals or way >= REPEATED + DOUBLED:
            answer = self._lines[0].post(path, body, key)
        elif way >= DOUBLED:
            answer = self._compare(
                path, self._lines[0].post(path, body, key), self._lines[1].post(path, body, key)
            )
        else:
            for line in self._lines:
                line.send("POST", path, body, key)
            answer = self._compare(path, *(line.receive() for line in self._lines))
        self.day.spans.append(time.perf_counter() - began)
        if answer.status >= 300 and answer.code not in refusals:
            self.day.wrong.append(f"{path} {body}: {answer.status} {answer.body.decode()[:200]}")
        return answer

    def _compare(self, path: str, one: Answer, other: Answer) -> Answer:
        """The answers to one key are the same bytes, and exactly one of them is the first."""
        same = (one.status, one.body) == (other.status, other.body)
        if not same or one.replayed == other.replayed:
            self.day.wrong.append(f"{path}: one key, answers {one.body.decode()} and {other.body.decode()}")
        with self.day.guard:
            self.day.replays += 1
        return one


class RandomKiosk(Presser):
    """Takes tickets until the day has enough."""

    def work(self) -> None:
        while self.day.begin_ticket():
            answer = self.press(f"{API}/tickets", {"service_id": self.chance.choice(SERVICES)})
            self.day.note_issued(answer.json["number"])
            self.day.note_done("issue")


class RandomClerk(Presser):
    """Does at random whatever the state table allows with the ticket at the counter."""

    def __init__(self, day: Day, base_url: str, clerk: Clerk, seed: int) -> None:
        super().__init__(day, base_url, clerk.token, seed)
        self._counter = clerk.counter
        self._number: str | None = None
        self._state = ""
        self._held: list[str] = []

    def work(self) -> None:
        """Press until every ticket is issued, nobody waits and nothing is held here."""
        while True:
            if self._number is not None:
                self._handle()
            elif self._held and self.chance.random() < 0.3:
                self._resume()
            elif self.chance.random() < 0.1:
                self._call_chosen()
            elif self.chance.random() < 0.1:
                self._reinstate()
            elif not self.call_next() and not self._wait_for_more():
                return

    def call_next(self, previous: str | None = None) -> bool:
        """End the present ticket, if there is one, and call; False when nobody waits."""
        answer = self._verb("call-next", {"previous": previous} if previous else {})
        if previous is not None:
            self._left(previous)
        if answer.status != 200:
            return False
        self._arrived(answer, "call")
        return True

    def serve_the_rest(self) -> None:
        """Finish and call until nobody waits."""
        while self.call_next("finish" if self._number is not None else None):
            pass

    def _handle(self) -> None:
        called = self._state == "called"
        ways: list[tuple[float, Callable[[], object]]] = [
            (5.0, lambda: self.call_next("finish")),
            (1.5, lambda: self._end("finish", "finish")),
        ]
        ways += [(0.8, self._hold), (0.6, self._transfer), (0.3, lambda: self._end("requeue", "requeue"))]
        if called:
            ways += [(2.0, self._start), (0.7, lambda: self._stay("recall")), (0.5, self._no_show)]
            ways += [(0.7, lambda: self.call_next("no_show"))]
        if self._held:
            ways += [(0.4, self._resume)]
        weights = [weight for weight, _ in ways]
        self.chance.choices([way for _, way in ways], weights)[0]()

    def _wait_for_more(self) -> bool:
        """Whether the day goes on for this clerk."""
        if self._held:
            self._resume()
            return True
        return not self.day.all_issued.wait(IDLE_SECONDS)

    def _verb(self, verb: str, body: dict[str, Any], *refusals: str) -> Answer:
        return self.press(f"{API}/counters/{self._counter}/{verb}", body, *refusals)

    def _arrived(self, answer: Answer, verb: str) -> None:
        self._number, self._state = answer.json["number"], "called"
        self.day.note_done(verb)

    def _left(self, verb: str) -> None:
        number, self._number = self._number, None
        assert number is not None
        self.day.note_done(verb)
        if verb == "no_show":
            self.day.note_missed(number)

    def _stay(self, verb: str) -> None:
        self._verb(verb, {"ticket": self._number})
        self.day.note_done(verb)

    def _start(self) -> None:
        self._stay("start")
        self._state = "serving"

    def _end(self, verb: str, in_ledger: str, **target: Any) -> None:
        self._verb(verb, {"ticket": self._number, **target})
        self._left(in_ledger)

    def _no_show(self) -> None:
        self._end("no-show", "no_show")

    def _hold(self) -> None:
        assert self._number is not None
        self._held.append(self._number)
        self._end("hold", "hold")

    def _transfer(self) -> None:
        targets: list[dict[str, Any]] = [
            {"service_id": self.chance.choice(SERVICES)},
            {"counter": self.chance.randint(1, self.day.counters)},
            {"floor": self.chance.choice(FLOORS)},
        ]
        self._end("transfer", "transfer", **self.chance.choice(targets))

    def _resume(self) -> None:
        """Take a held ticket back; at a busy counter it becomes the next instead."""
        answer = self._verb("resume", {"ticket": self._held.pop(0)})
        if self._number is None:
            self._arrived(answer, "resume")
        else:
            self.day.note_done("requeue")

    def _call_chosen(self) -> None:
        """Call one of the latest numbers, which others may want at the same time."""
        latest = self.day.issued[-8:]
        if latest:
            answer = self._verb("call", {"number": self.chance.choice(latest)}, "not_waiting")
            if answer.status == 200:
                self._arrived(answer, "call")
            else:
                self.day.note_refused("call", answer)

    def _reinstate(self) -> None:
        number = self.day.take_missed(self.chance)
        if number is not None:
            answer = self.press(f"{API}/tickets/{number}/reinstate", {}, "illegal_move")
            if answer.status == 200:
                self.day.note_done("reinstate")
            else:
                self.day.note_refused("reinstate", answer)
