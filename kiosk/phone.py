"""The page behind a slip's QR code: the place in line freely, the case after four characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kiosk.api import holders_mark
from kiosk.phone_words import CasePart, Standing, case_part, counter_words, standing, stepped_back, wait_words
from kiosk.unlocking import answer_unlock, is_unlocked, keep_unlock, known_token, unlock
from shared.actions import holding, issuing
from shared.actions.casework import cases_of_token
from shared.actions.views import TicketView, ticket_view
from shared.domain.errors import HallError
from shared.domain.ticket import Ticket, TicketState, UnknownTicket, read_token
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import PREFIX
from shared.web.conditional import answer_if_changed
from shared.web.context import current_hall
from shared.web.errors import TooManyPresses, status_of
from shared.web.principals import holder
from shared.web.qr import qr_svg

#: Without scripts the page loads itself anew this often, while there is something to wait for.
REFRESH_SECONDS = 15
HTML = "text/html; charset=utf-8"
#: Nobody is asked to rate on the page of a loss.
_LOSSES = frozenset({"unemployment", "retiree-death", "work-death"})
#: Told instead of a step back that would change nothing.
NOBODY_BEHIND = "后面没有人，不用往后排。"
_MOVING = frozenset({"waiting", "called", "serving", "held", "no_show"})


@dataclass(frozen=True, slots=True)
class PhonePage:
    """All that the page shows; ``locked`` counts the cases that the four characters would open.

    ``returns`` says whether whoever missed the call may go back into line without staff.
    """

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
    returns: bool = False
    from_place: str = ""
    wait: str = ""
    phone: str = ""
    foot: str = ""

    @property
    def refresh(self) -> int:
        """Seconds until the page loads itself anew, 0 for never; a form is not pulled away."""
        moving = self.ticket is not None and self.ticket.state in _MOVING
        return REFRESH_SECONDS if moving and not self.locked else 0


def create_blueprint() -> Blueprint:
    """``/t/<token>``, what its forms send, the code as a picture, and the unlock of the API."""
    blueprint = Blueprint("phone", __name__, template_folder="templates")

    @blueprint.after_request
    def hide_address(response: Response) -> Response:
        # The address is the key to the ticket: no other site may learn it.
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @blueprint.get("/t/<token>")
    def ticket_page(token: str) -> Response:
        return answer_if_changed(
            lambda uow: holders_mark(uow, token), lambda uow: _draw(_page(uow, token)), HTML
        )

    @blueprint.post("/t/<token>")
    def ticket_form(token: str) -> BaseResponse:
        if "last4" in request.form:
            return _unlock(token, request.form["last4"][:8])
        return _act(token, request.form.get("action", ""))

    @blueprint.get("/t/<token>/qr.svg")
    def code_picture(token: str) -> Response:
        address = current_hall().read(lambda uow: uow.address.ticket_page(known_token(uow, token)))
        return Response(qr_svg(address), content_type="image/svg+xml")

    @blueprint.post(f"{PREFIX}/tickets/<token>/unlock")
    def ticket_unlock(token: str) -> Response:
        return answer_unlock(token)

    return blueprint


def _unlock(token: str, last4: str) -> BaseResponse:
    try:
        unlock(token, last4)
    except UnknownTicket:
        raise
    except HallError as refusal:
        return _page_with_problem(token, refusal)
    response = make_response(redirect(f"/t/{read_token(token)}", code=303))
    keep_unlock(response, token, last4)
    return response


def _act(token: str, action: str) -> BaseResponse:
    """Do what a button of the page asks; a refusal, or what an action answers, is told on the page.

    A press twice changes nothing.
    """
    work = _ACTIONS.get(action)
    if work is None:
        return redirect(request.path, code=303)
    try:
        told = current_hall().transact(lambda uow: work(uow, token))
    except UnknownTicket:
        raise
    except HallError as refusal:
        return _page_with_problem(token, refusal)
    if told:
        return make_response(_render(token, told=told))
    return redirect(f"/t/{read_token(token)}", code=303)


def _postpone(uow: UnitOfWork, token: str) -> str:
    ticket = issuing.find_ticket(uow, token)
    # The form says from which place it was sent, so that a form sent twice steps back once.
    if request.form.get("from_place") != place_mark(ticket):
        return ""
    before = ticket_view(uow, ticket).ahead
    places = holding.postpone(uow, holder(token), ticket).ahead - before
    return stepped_back(places) if places > 0 else NOBODY_BEHIND


def place_mark(ticket: Ticket) -> str:
    """Changes whenever the ticket's place in line is moved."""
    return f"{ticket.queued_seconds!r} {ticket.place!r}"


def _cancel(uow: UnitOfWork, token: str) -> str:
    ticket = issuing.find_ticket(uow, token)
    if ticket.state is not TicketState.CANCELLED:
        holding.cancel(uow, holder(token), ticket)
    return ""


def _reinstate(uow: UnitOfWork, token: str) -> str:
    ticket = issuing.find_ticket(uow, token)
    if ticket.state is TicketState.NO_SHOW:
        holding.reinstate(uow, holder(token), ticket)
    return ""


def _rate(uow: UnitOfWork, token: str) -> str:
    level = request.form.get("level", "")
    ticket = issuing.find_ticket(uow, token)
    holding.rate(uow, holder(token), ticket, int(level) if level.isdecimal() and len(level) == 1 else 0)
    return ""


_ACTIONS = {"postpone": _postpone, "cancel": _cancel, "reinstate": _reinstate, "rate": _rate}


def _render(token: str, problem: str = "", told: str = "") -> str:
    page = current_hall().read(lambda uow: _page(uow, token))
    return render_template("kiosk/phone.html", page=page, problem=problem, told=told)


def _draw(page: PhonePage) -> Callable[[], bytes]:
    return lambda: render_template("kiosk/phone.html", page=page).encode()


def _page_with_problem(token: str, refusal: HallError) -> BaseResponse:
    response = make_response(_render(token, refusal.text), status_of(refusal))
    if isinstance(refusal, TooManyPresses):
        response.headers["Retry-After"] = str(refusal.details.get("retry_after", 1))
    return response


def _page(uow: UnitOfWork, token: str) -> PhonePage:
    plain = known_token(uow, token)
    site = uow.configuration().site
    cases = cases_of_token(uow, plain)
    open_cases = [case for case in cases if is_unlocked(plain, case)]
    common: dict[str, Any] = {
        "hall": site.name,
        "token": plain,
        "cases": [case_part(uow, case) for case in open_cases],
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
    returns = site.no_show.back == "places" and not ticket.reinstated
    there = view.counter_floor or view.floor
    return PhonePage(
        ticket=view,
        standing=standing(view, returns=returns, attended=_is_attended(uow, view)),
        floor_shape=next((floor.shape for floor in site.floors if floor.number == there), ""),
        place=counter_words(view.counters),
        rating=_may_rate(uow, ticket),
        returns=returns,
        from_place=place_mark(ticket),
        wait=wait_words(view.wait_seconds, view.called_after),
        **common,
    )


def _is_attended(uow: UnitOfWork, ticket: TicketView) -> bool:
    return ticket.counter is None or uow.counters.by_number(ticket.counter).account_id is not None


def _may_rate(uow: UnitOfWork, ticket: Ticket) -> bool:
    served = ticket.state is TicketState.SERVED and ticket.service_id not in _LOSSES
    return served and uow.tickets.rating_of(ticket.id) is None
