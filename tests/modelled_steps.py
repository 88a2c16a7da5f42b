"""What may happen in the modelled hall, and how often beside the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from modelled_counters import call_chosen, call_next, resume, send_on, serve, sit, undo
from modelled_hall import Chance, ModelledHall, Seeded
from modelled_tickets import change_as_holder, change_as_staff, come_back, take_number

Step = Callable[[ModelledHall, Chance], None]

STEPS: Sequence[tuple[int, Step]] = (
    (150, take_number),
    (15, come_back),
    (150, call_next),
    (50, call_chosen),
    (130, serve),
    (80, send_on),
    (40, resume),
    (80, undo),
    (60, sit),
    (30, change_as_holder),
    (50, change_as_staff),
    (120, ModelledHall.wait),
    (3, ModelledHall.sleep),
    (8, ModelledHall.set_clock),
    (6, ModelledHall.set_lift),
    (5, ModelledHall.restart),
)

#: After so many steps of a walk its whole books are verified.
VERIFIED_EVERY = 1000


def walk(hall: ModelledHall, seed: int, steps: int, until: Callable[[], bool]) -> Counter[str]:
    """A walk of one seed through a hall, which it closes, until it has its steps or is told to end.

    Answers what was pressed and how it was answered; "steps" counts the steps.
    """
    chance = Seeded(seed)
    every = [step for weight, step in STEPS for _ in range(weight)]
    done: Step | None = None
    try:
        for number in range(steps):
            if until():
                break
            done = chance.pick(every) if hall.is_staffed or not chance.often(3) else sit
            done(hall, chance)
            hall.presses["steps"] += 1
            if number % VERIFIED_EVERY == VERIFIED_EVERY - 1:
                hall.verify()
        hall.close()
    except AssertionError as wrong:
        where = f"seed {seed}, step {hall.presses['steps'] + 1} ({getattr(done, '__name__', '')})"
        raise AssertionError(f"{where}: {wrong}") from wrong
    return hall.presses
