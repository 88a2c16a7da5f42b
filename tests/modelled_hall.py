"""The real hall and its model side by side: every press goes to both, and they must agree."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString, Protocol, TypeVar

import psycopg
from conftest import CastTemplate, settings_for
from hall_model import AT_COUNTER, OPEN, Model, Ticket
from in_turn import client_in_turn
from werkzeug.test import TestResponse

import hall
from shared.actions.hall_day import note_standstill
from shared.commands.verify import read_and_verify
from shared.domain.clock import FixedClock, ManualClock, Moment

Choice = TypeVar("Choice")

CLERKS = ("anna", "bo", "manager")
#: The floors of the six counters of the demonstration.
FLOORS = {1: 1, 2: 2, 3: 2, 4: 2, 5: 3, 6: 3}
DESKS = (3, 4, 5)
SERVICES = {"retirement": "A", "social-card": "A", "1.10.1": "S", "advice": "Q"}
OUTAGE_SECONDS = 300
SPANS = (0, 1, 1, 2, 3, 3, 5, 11, 11, 30, 30, 60, 60, 120, 300, 600)
NIGHT_SECONDS = 60_000
DRIFTS = (timedelta(0), timedelta(hours=2), timedelta(hours=-2))


class Chance(Protocol):
    """Where choices come from: hypothesis, which can shrink them, or a seed."""

    def pick(self, choices: Sequence[Choice]) -> Choice: ...

    def often(self, times: int) -> bool:
        """True but once in so many times."""
        ...


class Seeded:
    """Choices from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return self._random.choice(choices)

    def often(self, times: int) -> bool:
        return self._random.randrange(times) > 0


class ModelledHall:
    """One hall in a folder of its own, pressed through its whole API, and the model beside it."""

    def __init__(
        self, folder: Path, cast: CastTemplate, database_url: str | None = None, processes: int = 1
    ) -> None:
        """``database_url`` is a copy of the template on PostgreSQL; without one it is the folder's file.

        Presses go to ``processes`` applications in turn.
        """
        template, people = cast
        shutil.copytree(template.data_dir, folder)
        self._folder = folder
        self._tokens = {name: token for name, (_, token) in people.items()}
        self._settings = settings_for(folder, **({"database_url": database_url} if database_url else {}))
        self._processes = processes
        #: What is let go when the hall is closed.
        self.ending = ExitStack()
        self.model = Model(FLOORS)
        self.clock: ManualClock = FixedClock()
        self._drift = timedelta(0)
        self._alive: tuple[float, Moment] | None = None
        self.era = 0
        self._keys = 0
        self._version = 0
        self.presses: Counter[str] = Counter()
        self._open()
        self._books: sqlite3.Connection | psycopg.Connection[Any]
        if database_url:
            self._books = psycopg.connect(database_url, autocommit=True)
        else:
            self._books = sqlite3.connect(f"file:{folder}/hall.db?mode=ro", uri=True, isolation_level=None)

    def close(self) -> None:
        """Compare everything once more, and let go."""
        with self.ending:
            self.agree()
            self._books.close()
            self._shut()
            self.verify()

    def _open(self) -> None:
        self._apps = [hall.create_app(self._settings, self.clock) for _ in range(self._processes)]
        self._client = client_in_turn(self._apps)

    def _shut(self) -> None:
        for app in self._apps:
            app.extensions["parts"].stop()

    @property
    def is_staffed(self) -> bool:
        """Whether somebody sits at a counter."""
        return any(counter.clerk is not None for counter in self.model.counters.values())

    # Time and process ------------------------------------------------------------------------------

    def wait(self, chance: Chance) -> None:
        """Time passes."""
        self._pass(chance.pick(SPANS))

    def sleep(self, chance: Chance) -> None:
        """A night passes, in which nobody closes the hall."""
        self._pass(NIGHT_SECONDS + chance.pick(SPANS))

    def _pass(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.model.seconds += seconds

    def set_clock(self, chance: Chance) -> None:
        """Somebody sets the clock wrong by two hours, or right again; no time passes."""
        drift = chance.pick(DRIFTS)
        self.clock.jump(drift - self._drift)
        self._drift = drift

    def set_lift(self, chance: Chance) -> None:
        """The manager says that the lift is out, or works again."""
        works = chance.pick((True, True, False))

        def effect(found: dict[str, Any]) -> None:
            self.model.lift_works = works

        self.press(chance, "/hall/lift", "manager", {"works": works}, set, effect)

    def restart(self, chance: Chance) -> None:
        """Every process ends and others begin on the same books, perhaps after the machine was off."""
        self._shut()
        gap, rebooted = chance.pick((0, 7, 900)), chance.pick((False, True))
        self.clock.advance(gap)
        if rebooted:
            self.clock = ManualClock(self.clock.now().at)
        self._open()
        self.era += 1
        self._revive()

    def _revive(self) -> None:
        """What a server does when it starts: a long standstill is left out of waits."""
        if self._alive is None:
            return
        seconds, alive = self._alive
        now = self.clock.now()
        same = now.boot == alive.boot
        stood = now.elapsed - alive.elapsed if same else max(0.0, (now.at - alive.at).total_seconds())
        self.model.seconds = seconds + (0.0 if stood > OUTAGE_SECONDS else stood)
        outage = self._apps[0].extensions["parts"].hall.transact(note_standstill)
        if outage is not None:
            assert stood > OUTAGE_SECONDS, f"noted after {stood} s"
            waiting = {
                ticket.number
                for ticket in self.model.some(
                    lambda t: t.state in ("waiting", *AT_COUNTER) and t.day == alive.day
                )
            }
            _agree(set(outage.numbers), waiting)
        self._alive = self.model.seconds, now

    # Pressing --------------------------------------------------------------------------------------

    def press(
        self,
        chance: Chance,
        path: str,
        who: str | None,
        body: dict[str, Any],
        refusals: Callable[[], set[str]],
        effect: Callable[[dict[str, Any]], object],
    ) -> None:
        """One press, sometimes sent again under its key, of which the model knows refusals and effect."""
        self._keys += 1
        key = f"key-{self._keys}"
        take_back = self.model.turn(self.clock.now().local.date())
        refused = refusals()
        answer = self.post(path, who, body, key)
        told = f"{path} {body} by {who}: {answer.status_code} {answer.get_data(as_text=True)[:300]}"
        verb, found = path.rsplit("/", 1)[-1], answer.get_json(silent=True) or {}
        if refused:
            assert answer.status_code >= 400, f"{told}, expected {refused}"
            assert found["code"] in refused, f"{told}, expected {refused}"
            self.presses[f"{verb} {found['code']}"] += 1
            take_back()
        else:
            assert answer.status_code < 300, told
            self.presses[verb] += 1
            self._alive = self.model.seconds, self.clock.now()
            effect(found)
            if not chance.often(5):
                self._send_again(path, who, body, key, answer)
        self.agree()

    def _send_again(
        self, path: str, who: str | None, body: dict[str, Any], key: str, first: TestResponse
    ) -> None:
        again = self.post(path, who, body, key)
        assert again.headers.get("Idempotency-Replayed") == "true", path
        assert (again.status_code, again.data) == (first.status_code, first.data), path
        self.presses["sent again"] += 1

    def post(self, path: str, who: str | None, body: dict[str, Any], key: str) -> TestResponse:
        headers = {"Idempotency-Key": key}
        if who is not None:
            headers["Authorization"] = f"Bearer {self._tokens[who]}"
        return self._client.post(f"/api/v1{path}", json=body, headers=headers)

    # What is chosen --------------------------------------------------------------------------------

    def desk(self, chance: Chance) -> tuple[str, int]:
        """A clerk and a counter: mostly where the clerk sits."""
        seated = [(one.clerk, one.number) for one in self.model.counters.values() if one.clerk is not None]
        if seated and chance.often(10):
            return chance.pick(seated)
        return chance.pick(CLERKS), chance.pick(DESKS)

    def named(self, chance: Chance, counter: int) -> str | None:
        """The number a clerk believes to see: the right one, none, one of those held, or a wrong one."""
        present = self.model.present(counter)
        held = sorted(t.number for t in self.model.some(lambda t: t.state == "held" and t.counter == counter))
        right = present.number if present else None
        return chance.pick((right, right, right, None, *held[:1], "A999"))

    def some_ticket(self, chance: Chance, *states: str) -> Ticket | None:
        """One of the latest tickets of all days, in one of these states if there is one."""
        latest = self.model.tickets[-30:]
        fitting = [ticket for ticket in latest if ticket.state in (states or OPEN)]
        if fitting and chance.often(8):
            latest = fitting
        return chance.pick(latest) if latest else None

    # Agreement -------------------------------------------------------------------------------------

    def same(self, found: dict[str, Any], ticket: Ticket) -> None:
        """An answer tells the ticket as the model has it."""
        names = ["number", "state", "stop", "service_id"]
        expected: list[Any] = [ticket.number, ticket.state, ticket.stop, ticket.service]
        if ticket.state in AT_COUNTER:
            names, expected = [*names, "counter", "calls"], [*expected, ticket.counter, ticket.calls]
        told = [found[name] for name in names]
        assert told == expected, f"answered {told}, expected {expected}"

    def agree(self) -> None:
        """What lies in the database is what the model has; the version never falls."""
        ((version, day),) = self._read("SELECT version, service_day FROM hall")
        assert version >= self._version, f"version {self._version} fell to {version}"
        self._version = version
        if self.model.begun is None:
            return
        assert str(day) == self.model.begun.isoformat(), f"day {day}, expected {self.model.begun}"
        columns = "number, state, counter, for_counter, stop, passed"
        rows = self._read(
            f"SELECT {columns} FROM tickets WHERE state NOT IN ('served', 'cancelled', 'expired')"
        )
        open_now = self.model.some(lambda ticket: ticket.state in OPEN)
        expected = {(t.number, t.state, t.counter, t.for_counter, t.stop, t.passed) for t in open_now}
        _agree(set(rows), expected)
        desks = self._read("SELECT number, state FROM counters")
        _agree(set(desks), {(counter.number, counter.state) for counter in self.model.counters.values()})

    def _read(self, query: LiteralString) -> list[Any]:
        return self._books.execute(query).fetchall()

    def verify(self) -> None:
        """The books are sound."""
        broken = read_and_verify(self._settings.database_url)
        assert not broken, broken


def _agree(stored: set[Any], expected: set[Any]) -> None:
    assert stored == expected, f"stored {stored - expected}, expected {expected - stored}"
