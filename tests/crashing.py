"""A hall whose processes die again and again, clients that insist on answers, and what must then be true."""

from __future__ import annotations

import random
import signal
import sqlite3
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from conftest import ID_NUMBER
from demos import Demo, DidNotStart, form, start_demo
from test_transport import Peer

from hardware.virtual_printer import VirtualPrinter

#: A database that is only read.
Books = sqlite3.Connection | psycopg.Connection[Any]

LINES = (1, 3, 4, 6)
SERVICES = ("retirement", "unemployment", "hire", "advice")
CASE = {
    "service_id": "retirement",
    "applicant": {"kind": "person", "name": "张小三", "id_kind": "resident_id", "id_number": ID_NUMBER},
    "items": [{"ordinal": ordinal} for ordinal in LINES],
}
PAPER_SECONDS = 20.0


@dataclass(frozen=True)
class Press:
    """One press of somebody, with the key that makes it one however often it is sent."""

    verb: str
    who: str
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


def issue(chance: random.Random) -> Press:
    """A touch at the kiosk."""
    return Press("issue", "kiosk", "/tickets", {"service_id": chance.choice(SERVICES)})


def call(counter: int) -> Press:
    """A clerk ends the present ticket and calls the next."""
    return Press("call", f"clerk{counter}", f"/counters/{counter}/call-next", {"previous": "finish"})


def case(counter: int = 1) -> Press:
    """A clerk takes a case of several items in."""
    return Press("case", f"clerk{counter}", "/cases", CASE)


@dataclass
class Printed:
    """What comes out of the printer that stands beside the hall and outlives its process."""

    slips: list[list[str]] = field(default_factory=list)

    def peer(self) -> Peer:
        """The printer's side of each connection."""

        def serve(link: Any) -> None:
            printer = VirtualPrinter("beside")
            printer.connect()
            try:
                while data := link.recv(4096):
                    answers = printer.receive(data)
                    self.slips += [slip.lines for slip in printer.slips]
                    if printer.slips:
                        printer = VirtualPrinter("beside")
                        printer.connect()
                    if answers:
                        link.sendall(answers)
            finally:
                link.close()

        return serve

    def times(self, number: str) -> int:
        """How many slips came out for a number."""
        return sum(number in (line.strip() for line in lines) for lines in self.slips)


class CrashingHall:
    """A demonstration on one data folder, started anew whenever a process of it has died of SIGKILL.

    In the form of two processes it has two with the same failpoint, and when one dies the other dies with it.
    """

    def __init__(self, folder: Path, printer: str, clerks: int, failpoints: list[str] | None = None) -> None:
        """``failpoints`` are those of the second generation, the third and so on; the first has none."""
        self._url = form.database_of(folder)
        self._options = ["--clerks", str(clerks), "--kiosks", "1", "--printer", printer]
        self._options += ["--data-dir", str(folder)]
        self._failpoints = list(failpoints or [])
        self._guard = threading.Lock()
        # One for all threads and processes: to make one costs more than a press.
        limits = httpx.Limits(max_keepalive_connections=0 if form.is_two else None)
        self._client = httpx.Client(timeout=30, limits=limits)
        self.generation = 0
        self.died_at: list[str] = []
        self.armed: str | None = None
        #: Every answer that came, by key; the same bytes each time.
        self.answers: dict[str, list[httpx.Response]] = {}
        self.presses: dict[str, Press] = {}
        self.killed_at: float | None = None
        #: Set while the present process has answered a press.
        self.answered = threading.Event()
        self.back_after: list[float] = []
        self.demo = self._start()
        self.tokens = {"kiosk": self.demo.token("kiosk")}
        for account in self.demo.accounts:
            if account["role"] == "clerk":
                self.tokens[account["username"]] = self._seat(account)

    def insist(self, press: Press) -> httpx.Response:
        """Send a press with its key until it is answered, through as many deaths as it takes."""
        self.presses[press.key] = press
        while True:
            generation, base_url = self.generation, self.demo.base_url
            try:
                answer = self._client.post(
                    f"{base_url}/api/v1{press.path}",
                    json=press.body,
                    headers={
                        "Authorization": f"Bearer {self.tokens[press.who]}",
                        "Idempotency-Key": press.key,
                    },
                )
            except httpx.TransportError:
                self._recover(generation)
                continue
            self.answers.setdefault(press.key, []).append(answer)
            self._note_answer(generation)
            return answer

    def kill(self) -> None:
        """Kill a process now; whoever notices first starts the next."""
        with self._guard:
            self.killed_at = time.monotonic()
            self.answered.clear()
            self.demo.process.kill()
            self.demo.process.wait(timeout=30)

    def kill_and_restart(self) -> None:
        """Kill the process and start the next at once."""
        generation = self.generation
        self.kill()
        self._recover(generation)

    def settle(self) -> None:
        """Ask every key once more, wait until every slip is told of, and end the process."""
        for press in list(self.presses.values()):
            self.insist(press)
        self.await_papers(PAPER_SECONDS)
        self._client.close()
        self._reap(self.demo)

    def await_papers(self, seconds: float) -> None:
        """Wait until every slip is told of, or the time is up; a death of paper is followed by a new start.

        Of two processes the one that prints may die while the other goes on answering.
        """
        until, generation = time.monotonic() + seconds, self.generation
        while self.pending_papers() and not self._somebody_died() and time.monotonic() < until:
            # Only the database tells of every slip, and that of another process can only be looked at.
            time.sleep(0.01)
        if self._somebody_died():
            self._recover(generation)

    def books(self) -> closing[Books]:
        """The database, only to be read; closed with the block."""
        if form.is_two:
            return closing(psycopg.connect(self._url, autocommit=True))
        return closing(sqlite3.connect(f"file:{self._url.removeprefix('sqlite:///')}?mode=ro", uri=True))

    def pending_papers(self) -> int:
        """How many slips nobody has told of yet."""
        with self.books() as database:
            ((count,),) = database.execute("SELECT count(*) FROM print_jobs WHERE state = 'pending'")
            return int(count)

    def _recover(self, generation: int) -> None:
        with self._guard:
            if generation != self.generation:
                return
            self._await_a_death()
            self._reap(self.demo)
            if self.armed is not None:
                self.died_at.append(self.armed)
            self.demo = self._start()
            self.generation += 1

    def _await_a_death(self) -> None:
        until = time.monotonic() + 30
        while not self._somebody_died():
            assert time.monotonic() < until, "a connection broke although no process died"
            time.sleep(0.001)

    def _somebody_died(self) -> bool:
        return any(part.process.poll() is not None for part in self.demo.processes)

    @staticmethod
    def _reap(demo: Demo) -> None:
        """Let those who are left die with the dead, and let go of all."""
        with demo.ending:
            for part in demo.processes:
                part.process.kill()
                status = part.process.wait(timeout=30)
                assert part.process.stdout is not None
                part.process.stdout.close()
                assert status == -signal.SIGKILL, f"a process ended by itself with {status}"

    def _start(self) -> Demo:
        """Start a generation; one that dies of its failpoint before it serves is followed by the next."""
        while True:
            self.armed = self._failpoints.pop(0) if self._failpoints and self.generation_began else None
            self.generation_began = True
            try:
                environ = {"HALL_FAILPOINT": self.armed} if self.armed else {}
                return start_demo(*self._options, environ=environ)
            except DidNotStart as death:
                if death.status != -signal.SIGKILL:
                    raise
                self.died_at.append(self.armed or "start")

    generation_began = False

    def _seat(self, account: dict[str, Any]) -> str:
        credentials = {name: account[name] for name in ("username", "password")}
        with httpx.Client(base_url=f"{self.demo.base_url}/api/v1") as client:
            token = str(client.post("/session", json=credentials).json()["token"])
            seated = client.post(
                f"/counters/{account['counter']}/sign-on",
                json={},
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
            )
            assert seated.status_code == 200, seated.text
        return token

    def _note_answer(self, generation: int) -> None:
        with self._guard:
            if generation != self.generation or self._somebody_died():
                return
            if self.killed_at is not None:
                self.back_after.append(time.monotonic() - self.killed_at)
                self.killed_at = None
            self.answered.set()


def broken(crashed: CrashingHall, printed: Printed) -> Iterator[str]:
    """What is not as it must be after the deaths: lost, doubled, half-made, out of order or untold."""
    with crashed.books() as database:
        if not form.is_two and database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            yield "the database's file is damaged"
        yield from _broken_answers(crashed)
        yield from _broken_tickets(crashed, database)
        yield from _broken_calls(crashed, database)
        yield from _broken_cases(crashed, database)
        yield from _broken_papers(database, printed)


def _first(crashed: CrashingHall, verb: str) -> list[Any]:
    """The content of the first answer to each key of a verb; nothing for an empty one."""
    firsts = (crashed.answers[key][0] for key, press in crashed.presses.items() if press.verb == verb)
    return [answer.json() for answer in firsts if answer.content]


def _broken_answers(crashed: CrashingHall) -> Iterator[str]:
    for key, answers in crashed.answers.items():
        press = crashed.presses[key]
        if {answer.status_code for answer in answers} not in ({200}, {201}, {204}):
            yield f"{press.verb} was answered {[(a.status_code, a.text[:120]) for a in answers]}"
        if len({answer.content for answer in answers}) != 1:
            yield f"{press.verb}: one key, several answers: {[answer.text[:120] for answer in answers]}"
        if answers[-1].headers.get("Idempotency-Replayed") != "true":
            yield f"{press.verb} was done again when its key was repeated"


def _broken_tickets(crashed: CrashingHall, database: Books) -> Iterator[str]:
    told = [answer["number"] for answer in _first(crashed, "issue")]
    stored = [number for (number,) in database.execute("SELECT number FROM tickets")]
    if sorted(told) != sorted(stored):
        yield f"tickets told of and tickets kept differ: {Counter(told) - Counter(stored)} are lost"
        yield f"and {Counter(stored) - Counter(told)} are too many"
    query = "SELECT day, series, min(serial), max(serial), count(*) FROM tickets GROUP BY day, series"
    for day, series, first, last, count in database.execute(query):
        if (first, last) != (1, count):
            yield f"series {series} of {day} runs from {first} to {last} with {count} tickets"
    query = "SELECT count(*) FROM ledger WHERE subject = 'ticket' AND verb = 'issue'"
    if database.execute(query).fetchall() != [(len(stored),)]:
        yield "the ledger does not know every ticket once"


def _broken_calls(crashed: CrashingHall, database: Books) -> Iterator[str]:
    called = Counter(answer["number"] for answer in _first(crashed, "call"))
    yield from (f"{number} was called {times} times" for number, times in called.items() if times > 1)
    query = (
        "SELECT t.number FROM ledger l JOIN tickets t ON t.id = l.subject_id"
        " WHERE l.subject = 'ticket' AND l.verb = 'call'"
    )
    stored = Counter(number for (number,) in database.execute(query))
    if called != stored:
        yield f"calls told of but not kept: {called - stored}, kept but not told of: {stored - called}"
    query = "SELECT counter, count(*) FROM tickets WHERE state IN ('called', 'serving') GROUP BY counter"
    for counter, count in database.execute(query):
        if count != 1:
            yield f"counter {counter} has {count} tickets"
    query = "SELECT count(*) FROM ledger WHERE subject = 'ticket' AND verb = 'finish'"
    served = database.execute("SELECT count(*) FROM tickets WHERE state = 'served'").fetchall()
    if database.execute(query).fetchall() != served:
        yield "a ticket was finished twice, or half"


def _broken_cases(crashed: CrashingHall, database: Books) -> Iterator[str]:
    told = {answer["case_number"]: len(answer["items"]) for answer in _first(crashed, "case")}
    query = (
        "SELECT c.case_number, count(i.id) FROM cases c LEFT JOIN items i ON i.case_id = c.id"
        " AND i.state = 'dispatched' AND i.office <> '' GROUP BY c.id ORDER BY c.id"
    )
    stored = dict(database.execute(query).fetchall())
    if told != stored:
        yield f"cases told of {told}, kept {stored}"
    yield from (f"case {number} has {items} items" for number, items in stored.items() if items != len(LINES))
    if [int(number[-4:]) for number in stored] != list(range(1, len(stored) + 1)):
        yield f"case numbers have gaps: {list(stored)}"


def _broken_papers(database: Books, printed: Printed) -> Iterator[str]:
    """Every ticket has one slip, told of; on paper it is once when confirmed and never twice."""
    query = (
        "SELECT t.number, count(p.id), max(p.state) FROM tickets t"
        " LEFT JOIN print_jobs p ON p.ticket_id = t.id GROUP BY t.id"
    )
    for number, jobs, state in database.execute(query):
        times = printed.times(number)
        allowed = {"confirmed": {1}, "unconfirmed": {0, 1}, "failed": {0}}.get(state, set())
        if jobs != 1 or times not in allowed:
            yield f"the slip of {number}: {jobs} jobs, {state}, {times} times on paper"
