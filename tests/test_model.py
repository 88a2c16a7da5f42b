"""The hall does what the rules say: random presses go to it and to its model, which must agree.

Steps come from hypothesis, which makes a failing run short, and from seeds, which reach further; ``make
soak`` walks much longer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from conftest import CastTemplate, House
from demos import form
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from modelled_counters import call_chosen, call_next, resume, seat, send_on, serve, sit, undo
from modelled_hall import ModelledHall, Seeded
from modelled_steps import Step, walk
from modelled_tickets import change_as_holder, change_as_staff, come_back, take_number
from servers import PostgresqlServer
from test_issuing import take

from shared.actions import calling, counters, moving, undoing
from shared.actions.at_counter import CounterRequest
from shared.actions.hall_day import note_standstill
from shared.actions.issuing import PriorityRequest
from shared.domain.clock import ManualClock
from shared.store.store import Store

Choice = TypeVar("Choice")
NewHall = Callable[[], ModelledHall]
DATA = st.data()
#: The same run every time; what is found stays found.
RUN = settings(
    max_examples=25,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class Drawn:
    """Choices that hypothesis draws, and makes simpler when something fails."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return self._data.draw(st.sampled_from(choices))

    def often(self, times: int) -> bool:
        return self._data.draw(st.integers(0, times - 1)) > 0


class HallMachine(RuleBasedStateMachine):
    """Presses of clerks, kiosks and holders; time, clocks, the lift and the process itself."""

    new_hall: NewHall

    def __init__(self) -> None:
        super().__init__()
        self.hall = type(self).new_hall()

    def teardown(self) -> None:
        self.hall.close()

    @initialize()
    def two_clerks_sit_and_three_people_wait(self) -> None:
        chance = Seeded(0)
        seat(self.hall, chance, "anna", 3)
        seat(self.hall, chance, "bo", 4)
        for _ in range(3):
            take_number(self.hall, chance)


def _add_rule(step: Step) -> None:
    def act(self: HallMachine, data: st.DataObject) -> None:
        step(self.hall, Drawn(data))

    act.__name__ = step.__name__
    setattr(HallMachine, step.__name__, rule(data=DATA)(act))


for _step in (
    *(take_number, come_back, change_as_holder, change_as_staff, sit),
    *(call_next, call_chosen, serve, send_on, resume, undo),
    *(ModelledHall.wait, ModelledHall.sleep, ModelledHall.set_clock, ModelledHall.set_lift),
    ModelledHall.restart,
):
    _add_rule(_step)


@pytest.fixture
def new_hall(tmp_path: Path, request: pytest.FixtureRequest) -> NewHall:
    """Makes a modelled hall in the form of the test."""
    numbers = count()

    def make() -> ModelledHall:
        folder = tmp_path / str(next(numbers))
        if not form.is_two:
            return ModelledHall(folder, request.getfixturevalue("sqlite_template"))
        cast: CastTemplate = request.getfixturevalue("postgresql_template")
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        with ExitStack() as ending:
            url = ending.enter_context(server.database(cast[0].database_url.rpartition("/")[2]))
            made = ModelledHall(folder, cast, url, processes=2)
            made.ending = ending.pop_all()
        return made

    return make


def test_the_hall_and_its_model_agree_whatever_is_pressed(new_hall: NewHall) -> None:
    HallMachine.new_hall = staticmethod(new_hall)
    run_state_machine_as_test(HallMachine, settings=RUN)


@pytest.mark.parametrize("number", [1, 2])
def test_the_hall_and_its_model_agree_over_days(new_hall: NewHall, number: int) -> None:
    done = walk(new_hall(), number, 1000, lambda: False)
    assert done["steps"] == 1000


def test_a_press_is_taken_back_whole_or_not_at_all(house: House) -> None:
    """The ticket that it called has been served since: that must not be lost."""
    house.do(counters.sign_on, "anna", 3)
    first, second = take(house), take(house)
    house.do(calling.call_next, "anna", 3)
    house.do(calling.call_next, "anna", 3, "finish")
    house.do(calling.start, "anna", 3, CounterRequest())
    with pytest.raises(undoing.NothingToUndo):
        house.do(undoing.undo, "anna", 3, first)
    assert house.do(undoing.undo, "anna", 3, second).state == "called"


def test_what_was_put_back_for_a_counter_is_ordered_by_the_discipline_too(house: House) -> None:
    house.do(counters.sign_on, "anna", 3)
    numbers = [take(house) for _ in range(2)]
    house.later(minutes=10)
    numbers += [take(house, who="guide", priority=PriorityRequest("elderly")) for _ in range(2)]
    house.later(minutes=10)
    for number in (numbers[0], numbers[3]):
        house.do(calling.call_number, "anna", 3, number)
        house.do(moving.requeue, "anna", 3, CounterRequest(counter=3))
    assert house.do(calling.call_next, "anna", 3).number == numbers[3]


def test_a_clock_that_is_set_right_after_a_reboot_lengthens_no_wait(house: House) -> None:
    number = take(house)
    house.later(minutes=1)
    clock = ManualClock(house.clock.now().at)
    store = Store(house.settings.database_url, house.store.keyring, clock, house.store.address)
    house.ending.callback(store.close)
    store.transact(note_standstill)
    clock.jump(timedelta(hours=2))
    arrived = store.read(lambda uow: uow.tickets.by_number(number, uow.day).arrived_seconds)
    assert store.transact(lambda uow: uow.waited(arrived)) == 60
