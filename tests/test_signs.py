"""Lines of strips: what is new is said at once, all of it again, one owner, and a pulled plug is borne."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from conftest import House, settings_for, start_demo, stop_demo
from demos import form
from strip_bus import StripBus
from test_break_pages import Midday

from hardware.aside import Aside
from hardware.memory_reports import MemoryReports
from hardware.sign_links import open_line
from hardware.signs import Signs
from shared.actions.boards import build_board
from shared.actions.configuring import change_configuration
from shared.actions.signs import plan_signs
from shared.commands.founding import found
from shared.domain.adapting import demo_hall
from shared.domain.devices import DeviceState
from shared.domain.sign import LinePlan, Sign, SignFace, SignLine, SignState

FREE, CALLED = "空闲", "请A012号"


def face(counter: int, state: str = "free", number: str | None = None) -> SignFace:
    return SignFace(counter, 2, SignState(state), number)


@dataclass
class Desk:
    """A line on a bus, what its signs have to say, and whoever drives it."""

    bus: StripBus
    line: SignLine
    reports: MemoryReports
    faces: dict[int, SignFace] = field(default_factory=dict)
    ending: ExitStack = field(default_factory=ExitStack)

    def plan(self) -> list[LinePlan]:
        return [LinePlan(self.line, [(Sign(n, self.line.name, n), told) for n, told in self.faces.items()])]

    def drive(self, owner: str = "one") -> Signs:
        """A process that speaks on the line if it may."""
        signs = Signs(self.reports, self.plan, owner)
        self.ending.callback(signs.stop)
        signs.start()
        return signs

    def said(self, state: DeviceState) -> bool:
        """Whether the line's state was told last."""
        return self.reports.await_that(
            lambda: bool(self.reports.told) and self.reports.told[-1][:2] == (self.line.device, state)
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    bus = StripBus(tmp_path / "adapter")
    line = replace(SignLine("floor-2", bus.address, repeat_seconds=3600.0), **StripBus.SETTINGS)
    desk = Desk(bus, line, MemoryReports([]), {3: face(3), 4: face(4)})
    with desk.ending:
        yield desk
    bus.unplug()


def test_every_strip_is_told_its_words_and_the_line_is_well(desk: Desk) -> None:
    desk.drive()
    desk.bus.await_text(3, FREE)
    desk.bus.await_text(4, FREE)
    assert desk.said(DeviceState.OK)


def test_a_change_is_said_to_its_strip_alone(desk: Desk) -> None:
    signs = desk.drive()
    desk.bus.await_text(4, FREE)
    before = len(desk.bus.frames)
    desk.faces[3] = face(3, "calling", "A012")
    signs.wake()
    desk.bus.await_text(3, CALLED)
    assert [frame[1:] for frame in desk.bus.frames[before:]] == [(3, CALLED)]


def test_all_is_said_again_for_strips_that_forgot(desk: Desk) -> None:
    desk.line = replace(desk.line, repeat_seconds=0.2)
    desk.drive()
    desk.bus.await_text(4, FREE)
    desk.bus.shown.clear()
    assert desk.bus.await_that(lambda: set(desk.bus.shown) == {3, 4})


def test_between_two_frames_the_line_is_silent_for_the_gap(desk: Desk) -> None:
    link = open_line(replace(desk.line, gap_ms=200), Aside(), monotonic() + 5)
    link.show(Sign(3, "floor-2", 3), FREE, monotonic() + 5)
    ended = monotonic()
    link.show(Sign(4, "floor-2", 4), FREE, monotonic() + 5)
    assert monotonic() - ended >= 0.19
    link.close()


def test_news_goes_before_what_is_only_said_again(desk: Desk) -> None:
    desk.line = replace(desk.line, gap_ms=60, repeat_seconds=0.1)
    desk.faces = {number: face(number) for number in range(1, 31)}
    signs = desk.drive()
    assert desk.bus.await_that(lambda: len(desk.bus.frames) >= 33)
    desk.faces[30] = face(30, "calling", "A012")
    signs.wake()
    desk.bus.await_text(30, CALLED)
    told = [address for _, address, _ in desk.bus.frames]
    assert told[:30] == list(range(1, 31))
    assert told[-1] == 30
    assert len(told) < 50


def test_a_pulled_adapter_is_told_and_a_plugged_one_says_everything_again(desk: Desk) -> None:
    signs = desk.drive()
    desk.bus.await_text(4, FREE)
    desk.bus.unplug()
    desk.faces[3] = face(3, "calling", "A012")
    signs.wake()
    assert desk.said(DeviceState.OFFLINE)
    desk.bus.plug_in()
    desk.bus.await_text(3, CALLED)
    desk.bus.await_text(4, FREE)
    assert desk.said(DeviceState.OK)


def test_a_silent_line_is_looked_at_so_that_a_pulled_adapter_is_known(desk: Desk) -> None:
    desk.drive()
    desk.bus.await_text(4, FREE)
    assert desk.said(DeviceState.OK)
    desk.bus.unplug()
    assert desk.said(DeviceState.OFFLINE)


def test_a_line_has_one_owner_and_goes_to_the_next_one_with_all_it_has_to_say(desk: Desk) -> None:
    desk.drive("one")
    desk.bus.await_text(4, FREE)
    other = desk.drive("two")
    other.wake()
    desk.faces[3] = face(3, "calling", "A012")
    desk.bus.await_text(3, CALLED)
    assert [text for _, address, text in desk.bus.frames if address == 3] == [FREE, CALLED]
    desk.bus.shown.clear()
    desk.reports.take([desk.line.device], "two")
    assert desk.bus.await_that(lambda: desk.bus.shown == {3: CALLED, 4: FREE})


def test_a_process_that_ends_leaves_its_line_to_the_others(desk: Desk) -> None:
    first = desk.drive("one")
    desk.bus.await_text(4, FREE)
    first.stop()
    assert desk.reports.lease([desk.line.device], "two")


def test_settings_that_cannot_be_are_told_and_not_tried_in_a_hurry(desk: Desk) -> None:
    desk.line = replace(desk.line, frame="{adr}")
    desk.drive()
    assert desk.said(DeviceState.OFFLINE)
    assert "没有字段" in desk.reports.told[-1][2]
    assert len(desk.reports.told) == 1


def test_a_log_gets_one_line_of_json_for_each_change(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "signs.jsonl"
    os.mkfifo(path)
    with open(os.open(path, os.O_RDWR), encoding="utf-8") as log:
        desk.line = SignLine("floor-2", f"log://{path}", repeat_seconds=0.05)
        signs = desk.drive()
        lines = [json.loads(log.readline()) for _ in range(2)]
        desk.faces[3] = face(3, "paused")
        signs.wake()
        lines.append(json.loads(log.readline()))
    told = [(line["line"], line["counter"], line["text"]) for line in lines]
    assert told == [("floor-2", 3, FREE), ("floor-2", 4, FREE), ("floor-2", 3, "暂停服务")]


# In the hall


def with_strips(document: dict[str, Any], bus: StripBus, counters: tuple[int, ...]) -> dict[str, Any]:
    """A hall whose counters have strips; the strip of counter n has the address n."""
    line = {"name": "floor-2", "address": bus.address, **StripBus.SETTINGS}
    signs = [{"counter": number, "line": "floor-2", "address": number} for number in counters]
    return {**document, "site": {**document["site"], "sign_lines": [line], "signs": signs}}


def test_a_hall_without_strips_looks_nothing_up(house: House) -> None:
    assert house.see(plan_signs) == []


def test_strips_say_what_boards_say(house: House, seed: dict[str, Any], tmp_path: Path) -> None:
    document = with_strips(
        dict(demo_hall(seed, counters=6, kiosks=2)), StripBus(tmp_path / "adapter"), (3, 4)
    )
    house.do(change_configuration, "admin", document, "strips")
    (plan,) = house.see(plan_signs)
    board = house.see(lambda uow: build_board(uow, None))
    told = {sign.address: told.state for sign, told in plan.faces}
    assert told == {3: "closed", 4: "closed"}
    assert {counter.state for counter in board.counters} == {"closed"}


@pytest.fixture
def strips(tmp_path: Path, seed: dict[str, Any]) -> Iterator[tuple[Midday, StripBus]]:
    """A hall with real hours, a clock that the test moves, and strips at counters 3 and 4."""
    bus, folder = StripBus(tmp_path / "adapter"), tmp_path / "hall"
    document = dict(demo_hall(seed, counters=6, kiosks=2))
    document = {**document, "site": {**document["site"], "hours": seed["site"]["hours"]}}
    settings = settings_for(folder, database_url=form.database_of(folder))
    found(settings, with_strips(document, bus, (3, 4)))
    options = ("--clerks", "6", "--kiosks", "2", "--clock", "manual", "--at", "2026-09-18T11:40:00+08:00")
    running = start_demo(*options, "--data-dir", str(folder))
    yield Midday(running), bus
    stop_demo(running)
    bus.unplug()


def test_a_running_hall_tells_its_strips_calls_pauses_and_lunch(strips: tuple[Midday, StripBus]) -> None:
    hall, bus = strips
    bus.await_text(3, "没有开")
    hall.press("/counters/3/sign-on")
    bus.await_text(3, "空闲")
    number = hall.take()["number"]
    hall.press("/counters/3/call-next")
    bus.await_text(3, f"请{number}号")
    hall.press("/counters/3/start")
    bus.await_text(3, f"办理{number}")
    hall.press("/counters/3/finish")
    bus.await_text(3, "空闲")
    hall.press("/counters/3/pause", body={"reason": "meal"})
    bus.await_text(3, "暂停服务")
    hall.press("/counters/3/reopen")
    bus.await_text(3, "空闲")
    hall.at("11:56")
    bus.await_text(3, "午休")
    bus.await_text(4, "午休")
    hall.at("14:33")
    bus.await_text(3, "空闲")


# The trial


def hall_command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``hall`` on a data folder."""
    environ = {**os.environ, "HALL_DATA_DIR": str(folder)}
    command = [sys.executable, "hall.py", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environ, check=False)


@pytest.mark.sqlite_file
def test_the_trial_lets_every_strip_say_the_number_of_its_counter(
    tmp_path: Path, seed: dict[str, Any]
) -> None:
    bus, folder = StripBus(tmp_path / "adapter"), tmp_path / "hall"
    document = with_strips(dict(demo_hall(seed, counters=12, kiosks=2)), bus, (4, 12))
    document["site"]["sign_lines"][0]["width"] = 7
    found(settings_for(folder), document)
    trial = hall_command(folder, "sign-test", "floor-2")
    assert trial.returncode == 0, trial.stderr
    bus.await_text(4, "4号窗口")
    bus.await_text(12, "12")
    assert "地址 12：应显示窗口号 12" in trial.stdout
    check = hall_command(folder, "check").stdout
    assert f"条屏线路 floor-2\n  地址        {bus.address[:20]}" in check
    assert "4号窗口 地址 4；12号窗口 地址 12" in check
    unknown = hall_command(folder, "sign-test", "floor-9")
    assert unknown.returncode != 0
    assert "有的是：floor-2" in unknown.stderr
    bus.unplug()
    away = hall_command(folder, "sign-test", "floor-2")
    assert away.returncode != 0
    assert "线路 floor-2 打不开" in away.stderr
