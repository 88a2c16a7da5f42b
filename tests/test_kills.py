"""kill -9 under load: what was answered is kept, what was asked is done once, and the hall comes back."""

from __future__ import annotations

from pathlib import Path

from kill_rounds import run_rounds

SEED = 20_261_124


def test_kills_under_load_lose_nothing_double_nothing_and_leave_nothing_half_made(tmp_path: Path) -> None:
    rounds = run_rounds(tmp_path / "hall", SEED, kills=3)
    assert rounds.broken == []
    assert len(rounds.back_after) == 3
