"""API addresses of counters: who sits where, and the verbs of a clerk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from shared.actions import calling, counters, moving, undoing
from shared.actions.at_counter import CounterRequest, NoShowTooEarly
from shared.actions.hall_day import NearBreak
from shared.actions.outlook import Line
from shared.actions.views import CounterView, StaffTicketView, counter_view
from shared.domain.account import STAFF_ROLES, Actor, Role
from shared.domain.counter import (
    CounterHasTicket,
    CounterNotOpen,
    CounterTaken,
    NotAtThisCounter,
    NotSignedOn,
    SignedOnElsewhere,
    UnknownCounter,
)
from shared.domain.states import IllegalMove
from shared.domain.ticket import NotWaiting, UnknownTicket
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall

api = Api("counters_api")

CLERKS = (Role.CLERK, Role.DUTY_MANAGER, Role.ADMINISTRATOR)


class SignOnRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A duty manager may take a counter over."""

    take_over: bool = False


class SignOffRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whether the open and held tickets are left to the next clerk."""

    hand_over: bool = False


class PauseRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why a counter pauses."""

    reason: str | None = None


class CallNextRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What becomes of the ticket that is still there."""

    previous: Literal["finish", "no_show"] | None = None


class CallRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The number to call."""

    number: str


class TicketRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The number that is meant."""

    ticket: str


@api.get("/counters", "All counters", roles=STAFF_ROLES, answers=dict)
def get_counters(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    line = Line(uow)
    counters = uow.counters.configured(line.site.profiles_of_counters)
    return {"items": [counter_view(uow, counter, line) for counter in counters], "next": None}


@api.get(
    "/counters/<int:number>",
    "A counter with its ticket and line",
    roles=STAFF_ROLES,
    answers=CounterView,
    errors=(UnknownCounter,),
)
def get_counter(uow: UnitOfWork, call: ApiCall) -> CounterView:
    return counter_view(uow, uow.counters.by_number(call.parts["number"]))


@api.change(
    "POST",
    "/counters/<int:number>/sign-on",
    "Sign on to a counter",
    roles=CLERKS,
    body=SignOnRequest,
    answers=CounterView,
    errors=(UnknownCounter, CounterTaken, SignedOnElsewhere),
)
def post_sign_on(uow: UnitOfWork, call: ApiCall) -> CounterView:
    return counters.sign_on(uow, call.actor, call.parts["number"], take_over=call.body.take_over)


@api.change(
    "POST",
    "/counters/<int:number>/sign-off",
    "Leave a counter",
    roles=CLERKS,
    body=SignOffRequest,
    answers=CounterView,
    errors=(UnknownCounter, CounterHasTicket, NotSignedOn),
)
def post_sign_off(uow: UnitOfWork, call: ApiCall) -> CounterView:
    return counters.sign_off(uow, call.actor, call.parts["number"], hand_over=call.body.hand_over)


@api.change(
    "POST",
    "/counters/<int:number>/pause",
    "Stop calling for a while",
    roles=CLERKS,
    body=PauseRequest,
    answers=CounterView,
    errors=(UnknownCounter, CounterHasTicket, NotSignedOn, IllegalMove),
)
def post_pause(uow: UnitOfWork, call: ApiCall) -> CounterView:
    return counters.pause(uow, call.actor, call.parts["number"], call.body.reason)


@api.change(
    "POST",
    "/counters/<int:number>/reopen",
    "Call again after a pause",
    roles=CLERKS,
    answers=CounterView,
    errors=(UnknownCounter, NotSignedOn, IllegalMove),
)
def post_reopen(uow: UnitOfWork, call: ApiCall) -> CounterView:
    return counters.reopen(uow, call.actor, call.parts["number"])


@api.change(
    "POST",
    "/counters/<int:number>/call-next",
    "End the present ticket and call the next",
    roles=CLERKS,
    body=CallNextRequest,
    answers=StaffTicketView,
    key=True,
    errors=(UnknownCounter, CounterNotOpen, CounterHasTicket, NotSignedOn, NoShowTooEarly, NearBreak),
)
def post_call_next(uow: UnitOfWork, call: ApiCall) -> StaffTicketView | None:
    return calling.call_next(uow, call.actor, call.parts["number"], call.body.previous)


@api.change(
    "POST",
    "/counters/<int:number>/call",
    "Call a chosen number",
    roles=CLERKS,
    body=CallRequest,
    answers=StaffTicketView,
    errors=(
        UnknownCounter,
        UnknownTicket,
        NotWaiting,
        CounterNotOpen,
        CounterHasTicket,
        NotSignedOn,
        NearBreak,
        calling.LiftIsOut,
    ),
)
def post_call(uow: UnitOfWork, call: ApiCall) -> StaffTicketView:
    return calling.call_number(uow, call.actor, call.parts["number"], call.body.number)


@api.change(
    "POST",
    "/counters/<int:number>/undo",
    "Take the last press back",
    roles=CLERKS,
    body=TicketRequest,
    answers=StaffTicketView,
    errors=(
        UnknownTicket,
        undoing.NothingToUndo,
        undoing.UndoTooLate,
        undoing.NotYourPress,
        CounterHasTicket,
    ),
)
def post_undo(uow: UnitOfWork, call: ApiCall) -> StaffTicketView:
    return undoing.undo(uow, call.actor, call.parts["number"], call.body.ticket)


Verb = Callable[[UnitOfWork, Actor, int, CounterRequest], StaffTicketView]

_VERBS: tuple[tuple[str, str, Verb], ...] = (
    ("recall", "Call the present ticket once more", calling.recall),
    ("start", "Begin to serve the present ticket", calling.start),
    ("finish", "End the visit, or this stop of it", calling.finish),
    ("no-show", "Nobody came to the call", calling.no_show),
    ("hold", "Put the present ticket aside", calling.hold),
    ("resume", "Take a held ticket back", calling.resume),
    ("transfer", "Send the ticket elsewhere", moving.transfer),
    ("requeue", "Back into the line", moving.requeue),
    ("next-stop", "End this stop and queue the next", moving.next_stop),
)


def _declare(path: str, summary: str, verb: Verb) -> None:
    def work(uow: UnitOfWork, call: ApiCall) -> StaffTicketView:
        return verb(uow, call.actor, call.parts["number"], call.body)

    work.__name__ = f"post_{path.replace('-', '_')}"
    api.change(
        "POST",
        f"/counters/<int:number>/{path}",
        summary,
        roles=CLERKS,
        body=CounterRequest,
        answers=StaffTicketView,
        errors=(UnknownCounter, UnknownTicket, NotAtThisCounter, NotSignedOn, CounterNotOpen, IllegalMove),
    )(work)


for _path, _summary, _verb in _VERBS:
    _declare(_path, _summary, _verb)
