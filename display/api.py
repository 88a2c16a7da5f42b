"""The API address of boards."""

from __future__ import annotations

from shared.actions.boards import build_board
from shared.domain.account import STAFF_ROLES, Role
from shared.domain.board import Board
from shared.domain.site import UnknownFloor
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall

api = Api("board_api")

READERS = (Role.DISPLAY, Role.SIGN, Role.KIOSK, *STAFF_ROLES)


@api.get(
    "/board",
    "The whole board of a floor, or of the hall",
    roles=READERS,
    answers=Board,
    query={"floor": int},
    errors=(UnknownFloor,),
)
def get_board(uow: UnitOfWork, call: ApiCall) -> Board:
    return build_board(uow, call.query.get("floor"))
