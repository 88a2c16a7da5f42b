"""A hard day: kiosks and clerks press at random over HTTP, then every book and every order must be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demos import Demo, one_demo, two_demos
from keepalive import kiosk_tokens, seat_clerks
from random_clerk import RandomClerk
from random_pressing import Day, RandomKiosk, Span
from servers import PostgresqlServer

from shared.commands.verify import read_and_verify
from shared.store.history import open_history

#: What the hall itself adds to the books while people press: what was put back for a counter is freed.
OF_THE_HALL = frozenset({"free", "begin_day"})


@dataclass(frozen=True)
class Plan:
    """How many press how much; the same seed makes the same choices, how they meet is up to the machine."""

    clerks: int
    kiosks: int
    tickets: int
    seed: int

    @property
    def options(self) -> list[str]:
        """The demonstration that has so many."""
        return ["--clerks", str(self.clerks), "--kiosks", str(self.kiosks)]


@dataclass
class Findings:
    """What is wrong after a day, by what was looked at."""

    answers: list[str]
    books: list[str]
    order: list[str]
    presses: list[str]
    states: Counter[str] = field(default_factory=Counter)

    @property
    def all(self) -> list[str]:
        return [*self.answers, *self.books, *self.order, *self.presses]


@contextmanager
def one_server(plan: Plan, folder: Path) -> Iterator[tuple[Demo, str]]:
    """A hall on SQLite, and the address of its books."""
    with one_demo(*plan.options, "--data-dir", str(folder)) as demo:
        yield demo, f"sqlite:///{folder}/hall.db"


@contextmanager
def two_servers(
    plan: Plan, folder: Path, postgresql: PostgresqlServer, redis_url: str
) -> Iterator[tuple[Demo, str]]:
    """A hall on PostgreSQL with two servers behind one address, and the address of its books."""
    options = ("--message-queue", redis_url, *plan.options)
    with postgresql.database() as url, two_demos(folder, url, *options) as demo:
        yield demo, url


def live(plan: Plan, hall: Demo) -> Day:
    """All press at once; afterwards one after the other serves the rest."""
    day = Day(plan.tickets, plan.clerks)
    with seat_clerks(hall, plan.clerks) as seated, ExitStack() as opened:
        day.note_done("sign_on", plan.clerks)
        kiosks = [
            opened.enter_context(closing(RandomKiosk(day, hall.base_url, token, plan.seed + place)))
            for place, token in enumerate(kiosk_tokens(hall))
        ]
        clerks = [
            opened.enter_context(closing(RandomClerk(day, hall.base_url, clerk, plan.seed - clerk.counter)))
            for clerk in seated
        ]
        works = [*(kiosk.work for kiosk in kiosks), *(clerk.work for clerk in clerks)]
        with ThreadPoolExecutor(len(works)) as crew:
            for working in [crew.submit(_work, day, work) for work in works]:
                working.result()
        for clerk in clerks:
            clerk.serve_the_rest()
    return day


def _work(day: Day, work: Callable[[], None]) -> None:
    try:
        work()
    except BaseException:
        # The others must not wait for tickets that never come.
        day.all_issued.set()
        raise


def look_into(day: Day, url: str) -> Findings:
    """Compare what was answered with the books at this address, which must be sound themselves."""
    verbs, states, numbers = _read(url)
    found = Findings(
        answers=list(day.wrong),
        books=[f"{breach.invariant} {breach.detail}" for breach in read_and_verify(url)],
        order=list(broken_order(day)),
        presses=[
            f"{verb}: {day.done[verb]} answered, {verbs[verb]} in the ledger"
            for verb in sorted((day.done.keys() | verbs.keys()) - OF_THE_HALL)
            if day.done[verb] != verbs[verb]
        ],
        states=states,
    )
    if sorted(numbers) != sorted(day.issued):
        found.presses.append("the numbers that were answered are not those that lie there")
    if sum(states.values()) != day.tickets or set(states) - {"served", "no_show", "cancelled"}:
        found.presses.append(f"of {day.tickets} tickets the states are {dict(states)}")
    return found


def _read(url: str) -> tuple[Counter[str], Counter[str], list[str]]:
    """How often each verb stands in the ledger, how many tickets are in each state, and all numbers."""
    with open_history(url) as history:
        days = [history.day(day) for day in history.days()]
        verbs = Counter(move.verb for move in history.counter_moves())
    tickets = [ticket for day in days for ticket in day.tickets]
    verbs.update(move.verb for day in days for move in day.moves)
    return verbs, Counter(ticket.state for ticket in tickets), [ticket.number for ticket in tickets]


def broken_order(day: Day) -> Iterator[str]:
    """Whoever was answered before another asked stands before him: numbers in a series, and calls."""
    for letter, given in day.given.items():
        # Numbers on paper were written before anybody pressed.
        if letter != "H":
            yield from (f"{letter}: {told}" for told in _out_of_order(given))
    yield from (f"calls: {told}" for told in _out_of_order(day.calls))


def _out_of_order(spans: Iterable[Span]) -> Iterator[str]:
    latest: Span | None = None
    for span in sorted(spans):
        if latest is not None and span.ended < latest.begun:
            yield f"{span.place} was answered before {latest.place} was asked for"
        if latest is None or span.begun > latest.begun:
            latest = span
