"""Pressing at random: keys are repeated, and what the hall answered is noted, and when."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from keepalive import API, PATIENCE_SECONDS, Answer, Connection

SERVICES = ("retirement", "unemployment", "social-card", "hire", "work-death", "advice")
#: Of ten presses one is repeated after its answer, and one is sent twice at the same instant.
REPEATED, DOUBLED = 0.1, 0.1


class Span(NamedTuple):
    """When a press was begun and answered, and the number by which its place in the order is known."""

    place: int
    begun: float
    ended: float


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
    #: By series, when each number was asked for and given.
    given: dict[str, list[Span]] = field(default_factory=dict)
    #: When each call was asked for and answered, by its id on the walls.
    calls: list[Span] = field(default_factory=list)
    begun: int = 0
    hands: Iterator[int] = field(default_factory=lambda: count(1))

    def begin_ticket(self) -> bool:
        """Whether one more ticket is to be taken."""
        with self.guard:
            self.begun += 1
            return self.begun <= self.tickets

    def note_issued(self, number: str, begun: float) -> None:
        span = Span(int(number[1:]), begun, time.perf_counter())
        with self.guard:
            self.done["issue"] += 1
            self.given.setdefault(number[0], []).append(span)
            self.issued.append(number)
            if len(self.issued) == self.tickets:
                self.all_issued.set()

    def note_call(self, call: int, begun: float) -> None:
        span = Span(call, begun, time.perf_counter())
        with self.guard:
            self.calls.append(span)

    def note_done(self, verb: str, times: int = 1) -> None:
        with self.guard:
            self.done[verb] += times

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
    """Presses as one principal through two connections, which may lead to two servers of the hall."""

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
        self.begun = time.perf_counter()
        if refusals or way >= REPEATED + DOUBLED:
            answer = self._insist(self.chance.choice(self._lines), path, body, key)
        elif way >= DOUBLED:
            one, other = (self._insist(line, path, body, key) for line in self._lines)
            answer = self._compare(path, one, other)
        else:
            for line in self._lines:
                line.send("POST", path, body, key)
            firsts = [(line, line.receive()) for line in self._lines]
            one, other = (self._insist(line, path, body, key, first) for line, first in firsts)
            answer = self._compare(path, one, other)
        self.day.spans.append(time.perf_counter() - self.begun)
        if answer.status >= 300 and answer.code not in refusals:
            self.day.wrong.append(f"{path} {body}: {answer.status} {answer.body.decode()[:200]}")
        return answer

    def _insist(
        self, line: Connection, path: str, body: dict[str, Any], key: str, first: Answer | None = None
    ) -> Answer:
        """The answer; a database that is held for seconds is a refusal, and the key is sent again."""
        until = time.monotonic() + PATIENCE_SECONDS
        answer = first or line.post(path, body, key)
        while answer.status == 503 and answer.code == "store_unavailable" and time.monotonic() < until:
            answer = line.post(path, body, key)
        return answer

    def take_ticket(self, body: dict[str, Any]) -> str:
        """Take a number and note when."""
        answer = self.press(f"{API}/tickets", body)
        number = str(answer.json["number"])
        self.day.note_issued(number, self.begun)
        return number

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
            self.take_ticket({"service_id": self.chance.choice(SERVICES)})
