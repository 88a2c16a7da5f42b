"""The whole count of crashes: failpoints, kills under load, and power cuts, each with its report."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import House
from demos import two_demos
from kill_rounds import CLERK_CLIENTS, KIOSK_CLIENTS, run_rounds
from measuring import Report, percentile
from servers import PostgresqlServer
from test_failpoints import die, schedule
from test_power_cuts import suffer
from test_two_processes import SIZE, Clients

from shared.domain.failpoints import Failpoint

SEED = 20_261_124
RESTARTS = 20
RECOVERY_SECONDS = 5.0
DEATHS_EACH = 25
KILLS = 50
CUTS = 1000


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest) -> Report:
    """The report of all crashes of this run."""
    made = Report("Crashes")
    request.config.pluginmanager.register(made)
    return made


@pytest.fixture(autouse=True)
def _timed(request: pytest.FixtureRequest, report: Report) -> Iterator[None]:
    began = time.perf_counter()
    yield
    report.lines[-1] += f", {time.perf_counter() - began:.0f} s"


def test_every_failpoint_is_died_at_again_and_again(tmp_path: Path, report: Report) -> None:
    chance = random.Random(SEED)
    pairs = []
    for name in Failpoint:
        pairs += [pair for pair in schedule(chance, DEATHS_EACH) if pair[0] is name][:DEATHS_EACH]
    chance.shuffle(pairs)
    found, told = die(tmp_path / "hall", chance, pairs)
    report.lines.append(f"{len(Failpoint)} failpoints, {told}, {len(found)} broken")
    assert found == []


def test_kills_under_load_break_nothing(tmp_path: Path, report: Report) -> None:
    rounds = run_rounds(tmp_path / "hall", SEED, KILLS)
    back = sorted(rounds.back_after)
    report.lines.append(
        f"{rounds.kills} kills under {KIOSK_CLIENTS} kiosks and {CLERK_CLIENTS} clerks, {rounds.presses} "
        f"presses, first answer after p50 {percentile(back, 50):.2f} s, worst {back[-1]:.2f} s, "
        f"{len(rounds.broken)} broken"
    )
    assert rounds.broken == []


@pytest.mark.sqlite_file
def test_power_cuts_lose_nothing(house: House, report: Report) -> None:
    outage = suffer(house, CUTS)
    report.lines.append(
        f"{outage.cuts} power cuts, {outage.told.count} facts acknowledged, {outage.lost} lost, "
        f"{sum(outage.found.values())} images broken"
    )
    assert outage.found == {}


@pytest.mark.sqlite_file
def test_power_cuts_would_show_a_database_that_syncs_less(house: House, report: Report) -> None:
    outage = suffer(house, CUTS // 5, synchronous="NORMAL")
    report.lines.append(
        f"{outage.cuts} power cuts with synchronous=NORMAL, {outage.lost} facts found lost "
        f"in {outage.found['acknowledged facts are lost']} images"
    )
    assert outage.lost > 0


def test_a_database_server_that_comes_back_is_used_again_soon(tmp_path: Path, report: Report) -> None:
    server = PostgresqlServer()
    spans = []
    try:
        with server.database() as url, two_demos(tmp_path, url, *SIZE) as demo:
            clients = Clients(demo, 4)
            try:
                for _ in range(RESTARTS):
                    clients.wait_for(20)
                    server.crash()
                    server.start()
                    began = time.perf_counter()
                    clients.wait_for(1)
                    spans.append(time.perf_counter() - began)
            finally:
                clients.stop()
    finally:
        server.destroy()
    again = f"first number after p50 {percentile(spans, 50):.2f} s, worst {max(spans):.2f} s"
    report.lines.append(f"{RESTARTS} crashes of PostgreSQL under two servers, {again}")
    assert max(spans) <= RECOVERY_SECONDS
