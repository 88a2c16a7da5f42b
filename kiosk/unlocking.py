"""Opening the cases behind a ticket's code with the last four characters of the applicant's number."""

from __future__ import annotations

import msgspec
from flask import Response, request

from kiosk.api import WRONG_TOKENS_PER_MINUTE
from kiosk.phone_words import case_part
from shared.actions.case_views import case_view
from shared.actions.casework import cases_of_token, unlocked_cases
from shared.domain.account import Role
from shared.domain.case import Case
from shared.domain.errors import Forbidden
from shared.domain.masking import last_four
from shared.domain.ticket import UnknownTicket, read_token
from shared.store.keyring import token_hash
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import remote_address
from shared.web.bodies import read_body
from shared.web.context import current_hall
from shared.web.presses import answer, encode
from shared.web.principals import proven_role

COOKIE = "hall_unlock"
#: The cookie opens a case on this browser for so long.
COOKIE_SECONDS = 180 * 86_400
WRONG_LAST4 = 10
WRONG_LAST4_WINDOW = 600.0
#: Two heirs may share a phone; with more applicants than this on one ticket the oldest unlock is forgotten.
_MOST_UNLOCKS = 4


class WrongLast4(Forbidden):
    """The four characters open no case of this code; whether it has any is not told."""

    code = "wrong_last4"
    message = "对不上，请看证件号码的最后四位，再输一次。"


class UnlockRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The last four characters of the applicant's ID number or credit code."""

    last4: str


def known_token(uow: UnitOfWork, token: str) -> str:
    """The token as it is written, once it is known to be a ticket's or a case's.

    Raises:
        UnknownTicket: it is neither; wrong ones are counted by address.
        TooManyPresses: too many wrong ones came from this address.
    """
    try:
        cases_of_token(uow, token)
    except UnknownTicket:
        current_hall().limits.take("token", remote_address(), WRONG_TOKENS_PER_MINUTE, 60)
        raise
    return read_token(token)


def unlock(token: str, last4: str) -> None:
    """See that the four characters open a case of this token.

    Raises:
        UnknownTicket: no such token.
        WrongLast4: they open none.
        TooManyPresses: ten wrong ones for this token within ten minutes.
    """
    hall = current_hall()
    plain = hall.read(lambda uow: known_token(uow, token))
    row = token_hash(plain)
    hall.limits.check("unlock", row, WRONG_LAST4, WRONG_LAST4_WINDOW)
    if not hall.read(lambda uow: len(unlocked_cases(uow, plain, last4))):
        hall.limits.count("unlock", row)
        raise WrongLast4(field="last4")


def is_unlocked(token: str, case: Case) -> bool:
    """Whether this browser has opened this case before."""
    return _mark(token, last_four(case.applicant.id_number)) in _marks()


def keep_unlock(response: Response, token: str, last4: str) -> None:
    """Keep an unlock on this browser, for this token's pages only."""
    plain = read_token(token)
    marks = list(dict.fromkeys([_mark(plain, last4.strip().upper()), *filter(None, _marks())]))
    response.set_cookie(
        COOKIE,
        ".".join(marks[:_MOST_UNLOCKS]),
        max_age=COOKIE_SECONDS,
        path=f"/t/{plain}",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def answer_unlock(token: str) -> Response:
    """``POST /tickets/{token}/unlock``: the cases, and the cookie unless a kiosk asks, which all share."""
    body, _ = read_body(UnlockRequest)
    unlock(token, body.last4)
    opened = current_hall().read(
        lambda uow: [
            (case_view(uow, case), case_part(uow, case)) for case in unlocked_cases(uow, token, body.last4)
        ]
    )
    told = {"items": [view for view, _ in opened], "words": [part for _, part in opened]}
    response = answer(200, encode(told))
    if proven_role() is not Role.KIOSK:
        keep_unlock(response, token, body.last4)
    return response


def _mark(token: str, last4: str) -> str:
    """What the cookie keeps of the four characters: a signature, from which they cannot be read."""
    return current_hall().sign("unlock", f"{token} {last4}")


def _marks() -> list[str]:
    return request.cookies.get(COOKIE, "").split(".")
