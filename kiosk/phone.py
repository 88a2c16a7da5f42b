"""The page behind a slip's QR code: the place in line freely, the case after four characters."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import qrcode
from flask import Blueprint, Response, make_response, redirect, render_template, request
from qrcode.image.svg import SvgPathImage
from werkzeug.wrappers import Response as BaseResponse

from kiosk.api import WRONG_TOKENS_PER_MINUTE
from kiosk.phone_words import ItemWords, Standing, case_words, counter_words, item_words, standing, wait_words
from shared.actions import issuing
from shared.actions.case_views import CaseView, case_view
from shared.actions.casework import cases_of_token, unlocked_cases
from shared.actions.views import TicketView, ticket_view
from shared.domain.account import Actor, Role
from shared.domain.case import Case
from shared.domain.errors import HallError
from shared.domain.masking import last_four, mask_name
from shared.domain.ticket import TicketState, UnknownTicket, read_token
from shared.store.keyring import token_hash
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import remote_address
from shared.web.context import current_hall
from shared.web.errors import TooManyPresses

COOKIE = "hall_unlock"
#: The cookie opens a case on this browser for so long.
COOKIE_SECONDS = 180 * 86_400
#: Two heirs may share a phone; more applicants than this on one ticket unlock one after another.
_MOST_UNLOCKS = 4
WRONG_LAST4 = 10
WRONG_LAST4_WINDOW = 600.0
#: Without scripts the page loads itself anew this often, while there is something to wait for.
REFRESH_SECONDS = 15
_MOVING = frozenset({"waiting", "called", "serving", "held", "no_show"})


@dataclass(frozen=True, slots=True)
class CasePart:
    """A case as its applicant reads it on the phone."""

    number: str
    title: str
    applicant: str
    summary: str
    items: Sequence[ItemWords]


@dataclass(frozen=True, slots=True)
class PhonePage:
    """All that the page shows; ``locked`` counts the cases that the four characters would open."""

    hall: str
    token: str
    ticket: TicketView | None
    standing: Standing | None
    floor_shape: str
    place: str
    cases: Sequence[CasePart]
    locked: int
    back_places: int
    rating: bool
    at: str
    queued_at: str = ""
    wait: str = ""
    phone: str = ""
    foot: str = ""

    @property
    def refresh(self) -> int:
        """Seconds until the page loads itself anew, 0 for never; a form is not pulled away."""
        moving = self.ticket is not None and self.ticket.state in _MOVING
        return REFRESH_SECONDS if moving and not self.locked else 0


def create_blueprint() -> Blueprint:
    """``/t/<token>``, what its forms send, and the code as a picture."""
    blueprint = Blueprint("phone", __name__, url_prefix="/t", template_folder="templates")

    @blueprint.after_request
    def hide_address(response: Response) -> Response:
        # The address is the key to the ticket: no other site may learn it.
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @blueprint.get("/<token>")
    def ticket_page(token: str) -> str:
        return _render(token)

    @blueprint.post("/<token>")
    def ticket_form(token: str) -> BaseResponse:
        if "last4" in request.form:
            return _unlock(token, request.form["last4"][:8])
        return _act(token, request.form.get("action", ""))

    @blueprint.get("/<token>/qr.svg")
    def code_picture(token: str) -> Response:
        address = current_hall().read(lambda uow: uow.address.ticket_page(_known(uow, token)))
        return Response(qr_svg(address), content_type="image/svg+xml")

    return blueprint


def qr_svg(content: str) -> bytes:
    """A QR code as one SVG path with the quiet zone of four modules, error correction M."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(content)
    written = io.BytesIO()
    code.make_image(image_factory=SvgPathImage).save(written)
    return written.getvalue()


def unlock_mark(token: str, last4: str) -> str:
    """What the cookie keeps of the four characters: a signature, from which they cannot be read."""
    return current_hall().sign("unlock", f"{token} {last4.strip().upper()}")


def unlock(token: str, last4: str) -> str | None:
    """The cookie's new value when the four characters open a case of this token, else None.

    Raises:
        UnknownTicket: no such token.
        TooManyPresses: ten wrong ones for this token within ten minutes.
    """
    hall = current_hall()
    row = token_hash(token.lower())
    hall.limits.check("unlock", row, WRONG_LAST4, WRONG_LAST4_WINDOW)
    opened = hall.read(lambda uow: [_known(uow, token), *unlocked_cases(uow, token, last4)])
    if len(opened) == 1:
        hall.limits.count("unlock", row)
        return None
    former = [mark for mark in _marks() if mark]
    return ".".join(dict.fromkeys([unlock_mark(read_token(token), last4), *former][:_MOST_UNLOCKS]))


def set_unlock_cookie(response: BaseResponse, token: str, value: str) -> None:
    """Keep an unlock on this browser, for this token's pages only."""
    response.set_cookie(
        COOKIE,
        value,
        max_age=COOKIE_SECONDS,
        path=f"/t/{read_token(token)}",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )


def _unlock(token: str, last4: str) -> BaseResponse:
    try:
        value = unlock(token, last4)
    except TooManyPresses as refusal:
        return _page_with_problem(token, refusal.text, 429)
    if value is None:
        return _page_with_problem(token, "对不上，请看证件号码的最后四位，再输一次。", 403)
    response = redirect(f"/t/{read_token(token)}", code=303)
    set_unlock_cookie(response, token, value)
    return response


def _act(token: str, action: str) -> BaseResponse:
    """Do what a button of the page asks; a refusal is told on the page, a press twice changes nothing."""
    work = _ACTIONS.get(action)
    if work is None:
        return redirect(f"/t/{token}", code=303)
    try:
        current_hall().transact(lambda uow: work(uow, token))
    except UnknownTicket:
        raise
    except HallError as refusal:
        return _page_with_problem(token, refusal.text, 409)
    return redirect(f"/t/{read_token(token)}", code=303)


def _postpone(uow: UnitOfWork, token: str) -> None:
    ticket = issuing.find_ticket(uow, token)
    # The form says from which place it was sent, so that a form sent twice steps back once.
    if request.form.get("queued_at") == ticket.queued_at.isoformat():
        issuing.postpone(uow, _holder(token), ticket)


def _cancel(uow: UnitOfWork, token: str) -> None:
    ticket = issuing.find_ticket(uow, token)
    if ticket.state is not TicketState.CANCELLED:
        issuing.cancel(uow, _holder(token), ticket)


def _reinstate(uow: UnitOfWork, token: str) -> None:
    ticket = issuing.find_ticket(uow, token)
    if ticket.state is TicketState.NO_SHOW:
        issuing.reinstate(uow, _holder(token), ticket)


def _rate(uow: UnitOfWork, token: str) -> None:
    level = request.form.get("level", "")
    ticket = issuing.find_ticket(uow, token)
    issuing.rate(uow, _holder(token), ticket, int(level) if level.isdecimal() and len(level) == 1 else 0)


_ACTIONS = {"postpone": _postpone, "cancel": _cancel, "reinstate": _reinstate, "rate": _rate}


def _holder(token: str) -> Actor:
    return Actor(principal=f"holder:{token_hash(token.lower())[:24]}", role=Role.HOLDER)


def _render(token: str, problem: str | None = None) -> str:
    page = current_hall().read(lambda uow: _page(uow, token))
    return render_template("kiosk/phone.html", page=page, problem=problem)


def _page_with_problem(token: str, problem: str, status: int) -> BaseResponse:
    return make_response(_render(token, problem), status)


def _known(uow: UnitOfWork, token: str) -> str:
    """The token as it is written, once it is known to be one.

    Raises:
        UnknownTicket: it is not; wrong ones are counted by address, and too many are refused.
    """
    limits, where = current_hall().limits, remote_address()
    limits.check("token", where, WRONG_TOKENS_PER_MINUTE, 60)
    try:
        cases_of_token(uow, token)
    except UnknownTicket:
        limits.count("token", where)
        raise
    return read_token(token)


def _page(uow: UnitOfWork, token: str) -> PhonePage:
    plain = _known(uow, token)
    site = uow.configuration().site
    cases = cases_of_token(uow, plain)
    open_cases = [case for case in cases if _is_open(plain, case)]
    common: dict[str, Any] = {
        "hall": site.name,
        "token": plain,
        "cases": [_case_part(uow, case) for case in open_cases],
        "locked": len(cases) - len(open_cases),
        "back_places": site.back_places,
        "at": f"{uow.now.local:%H:%M}",
        "phone": site.phone,
        "foot": site.wording.get("foot_note", ""),
    }
    if any(case.token == plain for case in cases):
        return PhonePage(ticket=None, standing=None, floor_shape="", place="", rating=False, **common)
    ticket = issuing.find_ticket(uow, plain)
    view = ticket_view(uow, ticket)
    return PhonePage(
        ticket=view,
        standing=standing(view),
        floor_shape=next((floor.shape for floor in site.floors if floor.number == view.floor), ""),
        place=counter_words(view.counters),
        rating=ticket.state is TicketState.SERVED and uow.tickets.rating_of(ticket.id) is None,
        queued_at=ticket.queued_at.isoformat(),
        wait=wait_words(view.wait_seconds),
        **common,
    )


def _is_open(token: str, case: Case) -> bool:
    return unlock_mark(token, last_four(case.applicant.id_number)) in _marks()


def _marks() -> list[str]:
    return request.cookies.get(COOKIE, "").split(".")


def _case_part(uow: UnitOfWork, case: Case) -> CasePart:
    view: CaseView = case_view(uow, case)
    reasons = uow.configuration().site.reasons
    applicant = case.applicant
    return CasePart(
        number=view.case_number,
        title=view.service_name,
        applicant=mask_name(applicant.name) if applicant.kind == "person" else applicant.name,
        summary=case_words(view),
        items=[item_words(item, _reason_text(reasons, item.reason)) for item in view.items],
    )


def _reason_text(reasons: Any, reason: str | None) -> str | None:
    """Words of the hall's public reasons; what staff wrote by hand is shown as written."""
    if reason is None:
        return None
    for known in (known for purpose in ("suspend", "refuse", "missing_paper") for known in reasons.of(purpose)):
        if known.code == reason:
            return str(known.text)
    return reason
