"""What the strips above counters have to say now, line by line, from the hall as boards show it."""

from __future__ import annotations

from shared.actions.boards import board_counters
from shared.actions.outlook import Line
from shared.domain.board import face_of
from shared.domain.sign import LinePlan, SignLine
from shared.domain.site import Site
from shared.store.unit_of_work import UnitOfWork


def plan_signs(uow: UnitOfWork) -> list[LinePlan]:
    """Every line with its strips and their words; nothing is looked up where the hall has no lines."""
    configuration = uow.configuration()
    site = configuration.site
    if not site.sign_lines:
        return []
    line = Line(uow, configuration)
    faces = {counter.number: face_of(counter, line.quiet_until) for counter in board_counters(line, None)}
    return [
        LinePlan(
            one, [(sign, faces[sign.counter]) for sign in site.signs_of(one.name) if sign.counter in faces]
        )
        for one in site.sign_lines
    ]


def line_named(site: Site, name: str) -> SignLine | None:
    """A line by its name; None when the hall has none of that name."""
    return next((line for line in site.sign_lines if line.name == name), None)
