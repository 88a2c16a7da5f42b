"""API addresses of the card reader at a counter: ask for a card, see how far it is, take it once."""

from __future__ import annotations

from shared.actions import card_reading
from shared.actions.card_reading import CardView, ReadingView
from shared.domain.account import Role
from shared.domain.card import NoCardReader, NothingRead, UnknownReading
from shared.domain.counter import CounterNotOpen, NotSignedOn, UnknownCounter
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall

api = Api("cards_api")

CLERKS = (Role.CLERK, Role.DUTY_MANAGER, Role.ADMINISTRATOR)


@api.change(
    "POST",
    "/counters/<int:number>/card",
    "Have the card reader at a counter read a card",
    roles=CLERKS,
    answers=ReadingView,
    status=201,
    errors=(UnknownCounter, CounterNotOpen, NotSignedOn, NoCardReader),
)
def post_card(uow: UnitOfWork, call: ApiCall) -> ReadingView:
    return card_reading.ask_card(uow, call.actor, call.parts["number"])


@api.get(
    "/counters/<int:number>/card/<int:reading>",
    "How far a reading is; nothing of the card",
    roles=CLERKS,
    answers=ReadingView,
    errors=(UnknownReading,),
)
def get_card(uow: UnitOfWork, call: ApiCall) -> ReadingView:
    return card_reading.see_reading(uow, call.actor, call.parts["number"], call.parts["reading"])


@api.change(
    "POST",
    "/counters/<int:number>/card/<int:reading>/take",
    "Take what was read, once; the hall keeps nothing of it",
    roles=CLERKS,
    answers=CardView,
    errors=(UnknownReading, NothingRead, CounterNotOpen, NotSignedOn),
    secret=True,
)
def post_take_card(uow: UnitOfWork, call: ApiCall) -> CardView:
    return card_reading.take_card(uow, call.actor, call.parts["number"], call.parts["reading"])


@api.change(
    "DELETE",
    "/counters/<int:number>/card/<int:reading>",
    "Give a reading up",
    roles=CLERKS,
    answers=None,
    errors=(UnknownReading,),
)
def delete_card(uow: UnitOfWork, call: ApiCall) -> None:
    card_reading.give_up_card(uow, call.actor, call.parts["number"], call.parts["reading"])
