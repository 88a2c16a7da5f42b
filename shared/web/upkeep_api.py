"""API addresses by which staff look after devices: what is wrong with them, and test pages of printers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.actions.trouble_views import TroubleView, trouble_for, troubles_for
from shared.actions.troubles import see_trouble
from shared.actions.trying_printers import OrderedPage, UnknownPrinter, order_test_page
from shared.domain.account import STAFF_ROLES, Role
from shared.domain.clock import real_now
from shared.domain.trouble import UnknownTrouble
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall
from shared.web.errors import UnknownParameter

api = Api("upkeep_api")

#: So far back troubles are listed when not only the open ones are asked for.
_LISTED = timedelta(days=1)


@api.get(
    "/troubles",
    "What is wrong with devices, as far as it concerns whoever asks; without open=true also of the last day",
    roles=STAFF_ROLES,
    answers=dict,
    query={"open": str},
)
def get_troubles(uow: UnitOfWork, call: ApiCall) -> dict[str, Any]:
    wanted = call.query.get("open", "false")
    if wanted not in ("true", "false"):
        raise UnknownParameter("参数 open 不对。", parameter="open")
    found = uow.troubles.open() if wanted == "true" else uow.troubles.since(real_now() - _LISTED)
    return {"items": troubles_for(uow, call.actor, found), "next": None}


@api.change(
    "POST",
    "/troubles/<int:trouble_id>/seen",
    "Say that one knows of it: nobody is told of it any more",
    roles=STAFF_ROLES - {Role.AUDITOR},
    answers=TroubleView,
    errors=(UnknownTrouble,),
)
def post_trouble_seen(uow: UnitOfWork, call: ApiCall) -> TroubleView:
    trouble = uow.troubles.by_id(call.parts["trouble_id"])
    # Whom it does not concern is refused below, and nothing of this is kept.
    see_trouble(uow, call.actor, trouble)
    return trouble_for(uow, call.actor, trouble)


@api.change(
    "POST",
    "/printers/<name>/test",
    "Print a test page",
    roles=(Role.DUTY_MANAGER, Role.ADMINISTRATOR),
    answers=OrderedPage,
    status=202,
    errors=(UnknownPrinter,),
)
def post_printer_test(uow: UnitOfWork, call: ApiCall) -> OrderedPage:
    return order_test_page(uow, call.actor, call.parts["name"])
