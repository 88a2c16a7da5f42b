"""Dying at any step between request, commit, event, paper and answer: nothing lost, doubled or half-made."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
from crashing import CrashingHall, Press, Printed, broken, call, case, issue
from test_demo import ROOT, run
from test_transport import network_printer

from shared.domain.failpoints import Failpoint, UnknownFailpoint, read_failpoint

SEED = 20_261_124
VERBS = ("issue", "call", "case")
#: The next process first repeats the press of which the last one died, then dies of a fresh one.
SECOND = 2
STATEMENTS = range(8, 40)
PRESSES_UNTIL_DEATH = 40
PAPER_POINTS = [name for name in Failpoint if name.startswith("paper.")]
SLIP_SECONDS = 3.0


def schedule(chance: random.Random, rounds: int) -> list[tuple[Failpoint, str]]:
    """Every failpoint with each verb, ``rounds`` times, in a random order."""
    pairs = list(product(Failpoint, VERBS)) * rounds
    chance.shuffle(pairs)
    return pairs


def setting(chance: random.Random, name: Failpoint) -> str:
    """What to tell a process that is to die at ``name`` of its first fresh press."""
    return f"{name}:{chance.choice(STATEMENTS) if name is Failpoint.PRESS_STATEMENT else SECOND}"


def fresh(verb: str, chance: random.Random) -> Press:
    """A press of this verb with a key of its own."""
    if verb == "issue":
        return issue(chance)
    return call(1) if verb == "call" else case(1)


def die(folder: Path, chance: random.Random, pairs: list[tuple[Failpoint, str]]) -> tuple[list[str], str]:
    """Die once for each pair; answers what is broken afterwards, and a line of report."""
    printed = Printed()
    with network_printer(printed.peer()) as printer:
        crashed = CrashingHall(folder, printer, 1, [setting(chance, name) for name, _ in pairs])
        for _ in range(len(pairs) + 10):
            crashed.insist(issue(chance))
        crashed.kill_and_restart()
        for name, verb in pairs:
            generation = crashed.generation
            for _ in range(PRESSES_UNTIL_DEATH):
                crashed.insist(fresh(verb, chance))
                if name in PAPER_POINTS:
                    # Slips of a rush are fetched together: each must come by alone, so that each is counted.
                    crashed.await_papers(SLIP_SECONDS)
                if crashed.generation > generation:
                    break
        crashed.settle()
    found = list(broken(crashed, printed))
    if len(crashed.died_at) < len(pairs):
        found.append(f"of {len(pairs)} deaths {len(crashed.died_at)} happened")
    return found, f"{len(crashed.died_at)} deaths, {len(crashed.presses)} presses"


def test_nothing_is_lost_doubled_or_half_made_wherever_the_process_dies(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    pairs = schedule(chance, 1)
    first_of_each = [next(pair for pair in pairs if pair[0] is name) for name in Failpoint]
    found, _ = die(tmp_path / "hall", chance, first_of_each)
    assert found == []


@pytest.mark.parametrize("text", ["nowhere", "press.begun:0", "press.begun:x", "press.begun:-1", ":2"])
def test_an_unknown_failpoint_is_refused(text: str) -> None:
    with pytest.raises(UnknownFailpoint, match="HALL_FAILPOINT"):
        read_failpoint(text)


@pytest.mark.parametrize("command", [("serve",), ("demo", "--port", "0")])
def test_a_process_with_an_unknown_failpoint_does_not_start_and_names_those_that_exist(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    environ = {"HALL_DATA_DIR": str(tmp_path), "HALL_FAILPOINT": "nowhere"}
    result = run(*command, environ=environ, cwd=tmp_path)
    assert result.returncode == 1
    assert "没有叫 nowhere 的故障点" in result.stderr
    assert all(name in result.stderr for name in Failpoint)
    assert "Traceback" not in result.stderr


def test_every_failpoint_is_described() -> None:
    described = (ROOT / "docs/crashes.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in described for name in Failpoint)
