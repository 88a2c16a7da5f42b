"""Rounds of kill -9 at a random moment, while kiosks and clerks press over HTTP."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from pathlib import Path

from crashing import CrashingHall, Press, Printed, broken, call, case, issue
from test_transport import network_printer

KIOSK_CLIENTS, CLERK_CLIENTS = 8, 2
#: Of a clerk's presses so many take a case in.
CASES = 0.2
#: The moment of the kill, in seconds after the hall has answered for the first time in its round.
MOMENTS = (0.05, 0.6)


@dataclass(frozen=True)
class Rounds:
    """What the rounds left behind."""

    broken: list[str]
    kills: int
    presses: int
    #: Seconds from each kill to the first press answered by the next process, its start included.
    back_after: list[float]


def run_rounds(folder: Path, seed: int, kills: int) -> Rounds:
    """Kill the hall so many times under load, and look at everything afterwards."""
    printed, chance = Printed(), random.Random(seed)
    with network_printer(printed.peer()) as printer:
        crashed = CrashingHall(folder, printer, CLERK_CLIENTS)
        stopping, failures = threading.Event(), list[Exception]()

        def client(place: int) -> None:
            mine = random.Random(seed + place)
            try:
                while not stopping.is_set():
                    crashed.insist(_press(place, mine))
            except Exception as failure:  # noqa: BLE001  raised again, all together, when all have ended
                failures.append(failure)

        threads = [
            threading.Thread(target=client, args=(place,))
            for place in range(1, KIOSK_CLIENTS + CLERK_CLIENTS + 1)
        ]
        for thread in threads:
            thread.start()
        for _ in range(kills):
            crashed.answered.wait(30)
            stopping.wait(chance.uniform(*MOMENTS))
            crashed.kill()
        crashed.answered.wait(30)
        stopping.set()
        for thread in threads:
            thread.join()
        if failures:
            raise ExceptionGroup("clients failed", failures)
        crashed.settle()
    return Rounds(list(broken(crashed, printed)), kills, len(crashed.presses), crashed.back_after)


def _press(place: int, chance: random.Random) -> Press:
    """The next press of a client: the first ones are kiosks, the others clerks."""
    counter = place - KIOSK_CLIENTS
    if counter < 1:
        return issue(chance)
    return case(counter) if chance.random() < CASES else call(counter)
