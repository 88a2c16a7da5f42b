"""Building boards from the database, and what walls tell back of the calls."""

from __future__ import annotations

from datetime import datetime

from shared.actions.outlook import Line
from shared.domain.board import (
    SOON,
    Board,
    BoardCounter,
    BoardSeries,
    BoardTicket,
)
from shared.domain.events import CallShown, CallSounded
from shared.store.unit_of_work import UnitOfWork
from shared.store.waiting_line import Scope


def build_board(uow: UnitOfWork, floor: int | None, line: Line | None = None) -> Board:
    """The whole board of a floor, or of the hall when ``floor`` is None; boards may share one ``line``.

    Raises:
        UnknownFloor: the hall has no such floor.
    """
    line = line or Line(uow)
    if floor is not None:
        line.site.floor(floor)
    hall = uow.hall
    return Board(
        epoch=hall.epoch,
        version=hall.version,
        at=uow.at,
        floor=floor,
        calls=uow.recent_calls(floor),
        waiting=_waiting(line, floor),
        soon=_soon(uow, line, floor),
        counters=board_counters(line, floor),
        notice=hall.notice,
        lift_works=hall.lift_works,
        seconds=uow.seconds,
        quiet_until=line.quiet_until,
    )


def board_counters(line: Line, floor: int | None) -> list[BoardCounter]:
    """The counters of a floor, or of the hall, as boards and signs show them."""
    present = {ticket.counter: BoardTicket(ticket.number, str(ticket.state)) for ticket in line.at_counters}
    return [
        BoardCounter(
            counter.number,
            counter.floor,
            str(counter.state),
            present.get(counter.number),
            quiet=line.is_quiet(counter.number),
        )
        for counter in line.counters
        if floor in (None, counter.floor)
    ]


def call_shown(uow: UnitOfWork, call_id: int) -> None:
    """A wall has shown a call; only the first time is kept."""
    _confirm(uow, call_id, "shown_at", uow.at)
    uow.record(CallShown(call_id))


def call_sounded(uow: UnitOfWork, call_id: int) -> None:
    """A wall has spoken a call; only the first time is kept."""
    _confirm(uow, call_id, "sounded_at", uow.at)
    uow.record(CallSounded(call_id))


def _confirm(uow: UnitOfWork, call_id: int, what: str, at: datetime) -> None:
    call = uow.tickets.call(call_id)
    if call is not None and getattr(call, what) is None:
        setattr(call, what, at)


def _waiting(line: Line, floor: int | None) -> list[BoardSeries]:
    rows = []
    for letter in line.series_letters():
        count, wait = line.series_wait(letter, floor)
        after = line.called_after(wait) if line.takes_numbers else None
        rows.append(BoardSeries(letter, count, wait, after))
    return rows


def _soon(uow: UnitOfWork, line: Line, floor: int | None) -> list[str]:
    first = uow.line.first(Scope(floor=floor), SOON)
    return [ticket.number for ticket in line.discipline.order(first, uow.seconds)[:SOON]]
