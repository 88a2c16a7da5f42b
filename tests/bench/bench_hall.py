"""Speed of a running hall, each figure beside a floor taken in the same run; asserts only what is correct."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from clicking import PRESSES, allow_many_sockets, click, pss
from conftest import ID_NUMBER, Demo, start_demo, stop_demo
from floors import SMALLEST_BOARD, Floors, ask_all, bare_slip, start_bare_server, stop_bare_server
from keepalive import API, Clerk, Connection, seat_clerks
from measuring import Figure, Goal, Measured, Size, Table, measure
from old_days import add_old_days
from rush import finish_and_call, running, take_tickets
from walls import Walls

from hardware.escpos_bytes import build
from shared.domain.devices import PrinterSettings
from shared.domain.slip import QrLine, SlipLine, render, ticket_document

KIOSKS = 8
CLERKS = 17
#: Clients at once, how many tickets each of them takes, and what must be reached.
TICKETS = ((1, 300, Goal(p50=5)), (8, 100, Goal(rate=400, p99=50)), (32, 25, Goal(p99=150)))
#: Clerks at once, how many times each of them finishes and calls, and what must be reached.
CALLS = ((4, 100, Goal(p99=20)), (16, 25, Goal(p99=60)))
DISPLAYS = ((50, Goal(p50=30, p99=60)), (200, Goal(p50=60, p99=120)), (1000, Goal(p50=200, p99=300)))
MEMORY_GOAL = {50: 150.0}
START_GOAL_SECONDS = 1.5
GROWTH_GOAL = 1.2
CASES = 30
SLIPS = 300
STARTS = 3
#: A day of a hundred tickets, repeated; both halls are pressed in turns, so that they meet the same machine.
DAY = 100
OLD_DAYS = (1, 1000)
ROUNDS, EACH_ROUND = 6, 40


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Table:
    table = Table("Times in ms; x: how many times its floor")
    request.config.pluginmanager.register(table)
    return table


@pytest.fixture(scope="module")
def hall() -> Iterator[Demo]:
    allow_many_sockets()
    with running("--clerks", str(CLERKS), "--kiosks", str(KIOSKS)) as demo:
        yield demo


@pytest.fixture(scope="module")
def clerks(hall: Demo) -> Iterator[list[Clerk]]:
    with seat_clerks(hall, CLERKS) as seated:
        yield seated


@pytest.fixture(scope="module")
def floors(hall: Demo, tmp_path_factory: pytest.TempPathFactory) -> Floors:
    return Floors(hall.base_url, tmp_path_factory.mktemp("bare"))


def rows(demo: Demo, query: str) -> list[Any]:
    """Read from the hall's own file."""
    database = sqlite3.connect(f"file:{Path(demo.line['data_dir'])}/hall.db?mode=ro", uri=True)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


@pytest.mark.parametrize(("clients", "each", "goal"), TICKETS)
def test_every_ticket_has_a_number_of_its_own_and_none_is_left_out(
    hall: Demo, clerks: list[Clerk], floors: Floors, table: Table, clients: int, each: int, goal: Goal
) -> None:
    floor = floors.press(clients)
    found, numbers = take_tickets([hall], clients, each)
    table.add(Figure(f"ticket issued, {clients} clients", found, "request + commit", floor, goal=goal))
    assert len(set(numbers)) == len(numbers) == clients * each
    for serials in serials_by_series(hall).values():
        assert serials == list(range(1, len(serials) + 1))


def serials_by_series(demo: Demo) -> dict[tuple[str, str], list[int]]:
    """The running numbers of each series and day, in rising order."""
    found: dict[tuple[str, str], list[int]] = {}
    for day, series, serial in rows(demo, "SELECT day, series, serial FROM tickets ORDER BY serial"):
        found.setdefault((day, series), []).append(serial)
    return found


@pytest.mark.parametrize(("at_once", "each", "goal"), CALLS)
def test_every_call_is_answered_to_one_clerk_and_none_is_lost(
    hall: Demo, clerks: list[Clerk], floors: Floors, table: Table, at_once: int, each: int, goal: Goal
) -> None:
    floor = floors.press(at_once)
    take_tickets([hall], KIOSKS, -(-at_once * each // KIOSKS))
    before = calls_in_ledger(hall)
    found, called = finish_and_call(clerks[:at_once], each)
    table.add(Figure(f"finish and call next, {at_once} clerks", found, "request + commit", floor, goal=goal))
    assert len(set(called)) == len(called) == at_once * each
    assert sorted(calls_in_ledger(hall)[len(before) :]) == sorted(called)


def calls_in_ledger(demo: Demo) -> list[str]:
    """The numbers that were called, in the order of the calls."""
    joined = "ledger JOIN tickets ON tickets.id = subject_id"
    of_calls = "WHERE subject = 'ticket' AND verb = 'call' AND tickets.day = (SELECT max(day) FROM tickets)"
    return [number for (number,) in rows(demo, f"SELECT number FROM {joined} {of_calls} ORDER BY seq")]


@pytest.mark.parametrize(("sockets", "goal"), DISPLAYS)
def test_every_wall_gets_every_call(
    hall: Demo, clerks: list[Clerk], table: Table, sockets: int, goal: Goal
) -> None:
    take_tickets([hall], KIOSKS, PRESSES // KIOSKS + 1)
    clerk, wall = clerks[-1], hall.token("display")
    with Connection(hall.base_url, wall) as line:
        board = line.get(f"{API}/board").json
    auth = json.dumps({"token": wall})
    path = f"{API}/counters/{clerk.counter}/call-next"
    with Walls(hall.base_url, sockets, auth) as walls:
        found, missed = click(clerk.connection, path, walls)
        memory = pss(hall.process.pid)
    bare = start_bare_server(board if board["calls"] else SMALLEST_BOARD)
    try:
        with Connection(bare.base_url) as line, Walls(bare.base_url, sockets) as walls:
            floor, floor_missed = click(line, "/press", walls)
            floor_memory = pss(bare.process.pid)
    finally:
        stop_bare_server(bare)
    work, note = f"click to the last of {sockets} displays", f"missed {missed}"
    table.add(Figure(work, found, "bare broadcast", floor, note, goal))
    work, most = f"memory (PSS) with {sockets} displays", MEMORY_GOAL.get(sockets)
    table.add(Size(work, memory, "MiB", "bare broadcast", floor_memory, most))
    assert (missed, floor_missed) == (0, 0)


def a_case_of_15_items() -> dict[str, Any]:
    """The longest event: all its applications, the first of them for two persons."""
    person = {"id_kind": "resident_id", "id_number": ID_NUMBER}
    subjects = [
        {"ref": ref, "role": "employee", "name": name, **person}
        for ref, name in (("a", "李四"), ("b", "王五"))
    ]
    items = [{"ordinal": 2, "subjects": ["a", "b"]}, *({"ordinal": line} for line in range(3, 16))]
    return {
        "service_id": "startup",
        "applicant": {"kind": "person", "name": "张小三", **person},
        "subjects": subjects,
        "items": items,
    }


def test_every_case_is_opened_with_all_its_items(
    hall: Demo, clerks: list[Clerk], floors: Floors, table: Table
) -> None:
    body, numbers = a_case_of_15_items(), list[str]()

    def accept() -> None:
        answer = clerks[0].connection.post(f"{API}/cases", body)
        assert answer.status == 201, answer.body.decode()
        assert len(answer.json["items"]) == 15
        numbers.append(answer.json["case_number"])

    found = measure(accept, CASES)
    table.add(Figure("case of 15 items opened", found, "request + commit", floors.press(1)))
    assert sorted(int(number.partition("-")[2]) for number in numbers) == list(range(1, CASES + 1))


def a_slip() -> dict[str, object]:
    """A ticket's slip with a link of 60 characters."""
    return ticket_document(
        hall="白银区人社局办事大厅",
        number="A012",
        floor=2,
        floor_shape="▲",
        counters=[1, 2, 3, 5, 6],
        ahead=7,
        wait_minutes=(15, 30),
        issued_at=datetime(2026, 11, 23, 9, 41, tzinfo=UTC),
        url="https://hall.example.gov.cn:8443/t/0123456789abcdefghjkmnpqr",
        phone_reachable=True,
        missed_rule="过号不作废：拿本票到取号机或窗口扫一扫，再为您排上。",
    )


def test_a_slip_is_the_same_bytes_every_time_and_holds_its_text(table: Table) -> None:
    printer = PrinterSettings("kiosk-1", "virtual:", encoding="gb18030")
    paper = render(a_slip(), 24)
    text = "\n".join(line.text for line in paper.lines if isinstance(line, SlipLine)).encode("gb18030")
    (link,) = (line.content for line in paper.lines if isinstance(line, QrLine))
    data, bare = build(paper, printer), bare_slip(text, link)
    found = measure(lambda: build(render(a_slip(), 24), printer), SLIPS)
    table.add(
        Figure("slip built", found, "bare printing library", measure(lambda: bare_slip(text, link), SLIPS))
    )
    table.add(Size("slip on the line", len(data), "bytes", "text, code and cut", len(bare)))
    assert build(render(a_slip(), 24), printer) == data
    assert link.encode() in data
    assert all(piece in data for piece in (b"A012", "窗口".encode("gb18030")))


def hall_start() -> float:
    """Seconds from nothing to the first ticket; the hall and its data are made in that time."""
    began = time.perf_counter()
    demo = start_demo("--clerks", "4", "--kiosks", "1")
    try:
        with Connection(demo.base_url, demo.token("kiosk")) as line:
            answer = line.post(f"{API}/tickets", {"service_id": "retirement"})
        assert (answer.status, answer.json["number"]) == (201, "A001")
        return time.perf_counter() - began
    finally:
        stop_demo(demo)


def bare_start() -> float:
    """Seconds from nothing to the first answer of a server without a hall."""
    began = time.perf_counter()
    server = start_bare_server(SMALLEST_BOARD)
    try:
        with Connection(server.base_url) as line:
            assert line.get("/nothing").status == 200
        return time.perf_counter() - began
    finally:
        stop_bare_server(server)


def test_a_new_hall_gives_its_first_number(table: Table) -> None:
    found, floor = sorted(hall_start() for _ in range(STARTS)), sorted(bare_start() for _ in range(STARTS))
    table.add(
        Size(
            "start to the first ticket, 4 clerks",
            found[STARTS // 2],
            "s",
            "bare server's first answer",
            floor[STARTS // 2],
            START_GOAL_SECONDS,
        )
    )


@pytest.fixture
def aged(tmp_path: Path) -> Iterator[dict[int, Demo]]:
    """One hall with a day of old tickets and the same with a thousand such days, both with one clerk."""
    options = ("--clerks", "1", "--kiosks", "1")
    first = start_demo(*options, "--data-dir", str(tmp_path / "young"))
    try:
        take_tickets([first], 1, DAY)
        with seat_clerks(first, 1) as (clerk,):
            finish_and_call([clerk], DAY)
            assert clerk.press("finish").status == 200
            assert clerk.press("sign-off").status == 200
    finally:
        stop_demo(first)
    with ExitStack() as ending:
        halls = {}
        for days in OLD_DAYS:
            folder = tmp_path / f"days-{days}"
            shutil.copytree(tmp_path / "young", folder)
            assert add_old_days(folder, days) == DAY * (days + 1)
            halls[days] = ending.enter_context(running(*options, "--data-dir", str(folder)))
        yield halls


def test_old_tickets_make_nothing_slower(aged: dict[int, Demo], table: Table) -> None:
    few, many = OLD_DAYS
    issued: dict[int, list[float]] = {days: [] for days in OLD_DAYS}
    called: dict[int, list[float]] = {days: [] for days in OLD_DAYS}
    with ExitStack() as seats:
        clerk = {days: seats.enter_context(seat_clerks(demo, 1))[0] for days, demo in aged.items()}
        for _ in range(ROUNDS):
            for days, demo in aged.items():
                issued[days] += take_tickets([demo], 1, EACH_ROUND)[0].spans
                called[days] += finish_and_call([clerk[days]], EACH_ROUND)[0].spans
    for work, spans in (("issue", issued), ("finish and call", called)):
        old, young = (Measured(spans[days], sum(spans[days])) for days in (many, few))
        note = f"{DAY * many:,} old tickets against {DAY * few}"
        table.add(Figure(f"{work}, {DAY * many:,} old tickets", old, f"{DAY * few} old", young))
        table.add(Size(f"{work}, p50 {note}", old.p50 / young.p50, "times", "equal", 1.0, GROWTH_GOAL))
    for demo in aged.values():
        assert len(set(calls_in_ledger(demo))) == len(calls_in_ledger(demo)) > 0


def test_the_driver_can_ask_much_more_than_is_asked_of_the_hall(table: Table) -> None:
    bare = start_bare_server(SMALLEST_BOARD)
    try:
        with ExitStack() as ending:
            lines = [ending.enter_context(Connection(bare.base_url)) for _ in range(KIOSKS)]
            found = ask_all(lines, "/nothing", 500)
    finally:
        stop_bare_server(bare)
    table.add(Figure(f"driver alone, bare server, {KIOSKS} clients", found, "itself", found))
    assert len(found.spans) == KIOSKS * 500


@pytest.mark.parametrize("clients", sorted({many for many, _, _ in (*TICKETS, *CALLS)}))
def test_the_floors_stand_in_the_table_too(floors: Floors, table: Table, clients: int) -> None:
    request, commit = floors.request(clients), floors.commit(clients)
    table.add(Figure(f"request + commit, {clients} at once", floors.press(clients), "bare request", request))
    table.add(Figure(f"bare commit, {clients} at once", commit, "bare request", request))
    assert min(len(request.spans), len(commit.spans)) >= clients
