"""Long walks: many seeds press at random on the hall and its model, which must agree at every step.

SOAK_SEEDS (50) and SOAK_STEPS (10000) set how far; SOAK_SECONDS ends it earlier, and the report says where.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from conftest import CastTemplate
from measuring import Report
from modelled_hall import ModelledHall
from modelled_steps import walk

SEEDS = int(os.environ.get("SOAK_SEEDS", "50"))
STEPS = int(os.environ.get("SOAK_STEPS", "10000"))
SECONDS = float(os.environ.get("SOAK_SECONDS", "inf"))
FIRST_SEED = 1000


def over(deadline: float) -> bool:
    """Whether the time is up."""
    return time.time() > deadline


def walk_alone(folder: Path, cast: CastTemplate, seed: int, until: Callable[[], bool]) -> Counter[str]:
    """A walk through a hall of its own, in whichever process this is called."""
    return walk(ModelledHall(folder, cast), seed, STEPS, until)


def test_many_seeds_agree_with_the_model_at_every_step(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: CastTemplate
) -> None:
    until: Callable[[], bool] = partial(over, time.time() + SECONDS)
    began = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        walks: list[Future[Counter[str]]] = [
            pool.submit(walk_alone, tmp_path / str(seed), sqlite_template, seed, until)
            for seed in range(FIRST_SEED, FIRST_SEED + SEEDS)
        ]
        found = [walked.result() for walked in walks]
    pressed = sum(found, Counter())
    steps, whole = pressed.pop("steps", 0), sum(one["steps"] == STEPS for one in found)
    reached = f"{steps} of {SEEDS * STEPS} steps, {whole} of {SEEDS} seeds to their end"
    lines = [
        f"{reached}, {time.perf_counter() - began:.0f} s",
        "answers: " + ", ".join(f"{what} {count}" for what, count in sorted(pressed.items())),
    ]
    request.config.pluginmanager.register(Report("Walks beside the model", lines))
    assert whole == SEEDS or float("inf") > SECONDS
    assert steps > 0
