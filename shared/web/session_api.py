"""Signing in and out over the API and over the sign-in form."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from shared.actions.enrolling import enrol
from shared.actions.signing_in import SignedIn, begin_sign_in, end_sign_in, find_password_hash, password_fits
from shared.domain.account import STAFF_ROLES, Role, WrongEnrolCode, WrongPassword
from shared.store.keyring import token_hash
from shared.store.unit_of_work import UnitOfWork
from shared.web.api import Api, ApiCall, remote_address
from shared.web.context import current_hall
from shared.web.errors import Csrf, TooManyPresses, status_of
from shared.web.principals import STAFF_COOKIE, cookie_name, principal_of_token, set_token_cookie

api = Api("session_api")
sign_in_pages = Blueprint("sign_in", __name__)

#: Wrong passwords for one account from one address, and from one address over all accounts.
WRONG_PER_ACCOUNT = 10
WRONG_PER_ADDRESS = 100
WRONG_WINDOW = 600.0
#: Wrong enrolment codes from one address.
WRONG_CODES = 20
#: Where each role begins its day.
HOME = {
    Role.CLERK: "/counter",
    Role.GUIDE: "/counter",
    Role.OFFICE: "/office",
    Role.DUTY_MANAGER: "/manage",
    Role.ADMINISTRATOR: "/manage",
    Role.AUDITOR: "/manage",
}


#: The screens of the hall, for whoever opens its address without a path.
SCREENS = (
    ("/kiosk", "取号机", "群众取号"),
    ("/counter", "窗口", "叫号、受理"),
    ("/office", "股室", "办理转来的事项"),
    ("/manage", "值班", "看大厅、管账号和设备"),
    ("/display", "入口大屏", "哪件事在几楼"),
    ("/display?floor=2", "楼层叫号屏", "地址里写楼层"),
)


class SignInRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Name and password of an account."""

    username: str
    password: str


def sign_in(username: str, password: str) -> SignedIn:
    """Compare the password and begin a sign-in; the slow comparison runs outside any transaction.

    Raises:
        WrongPassword: the name or the password is wrong; which of them is not told.
        TooManyPresses: too many wrong ones from this address.
    """
    hall, where = current_hall(), remote_address()
    row = f"{where} {username.strip()[:64].lower()}"
    hall.limits.check("password", row, WRONG_PER_ACCOUNT, WRONG_WINDOW)
    hall.limits.check("password", where, WRONG_PER_ADDRESS, WRONG_WINDOW)
    stored = hall.read(lambda uow: find_password_hash(uow, username))
    if stored is None or not password_fits(stored, password):
        if stored is None:
            password_fits(None, password)
        hall.limits.count("password", row)
        hall.limits.count("password", where)
        raise WrongPassword
    return hall.transact(lambda uow: begin_sign_in(uow, username, stored))


@api.change(
    "POST",
    "/session",
    "Sign in; the token is in the answer only",
    roles=None,
    body=SignInRequest,
    answers=SignedIn,
    errors=(WrongPassword, TooManyPresses),
    prepare=lambda call: sign_in(call.body.username, call.body.password),
    secret=True,
)
def post_session(uow: UnitOfWork, call: ApiCall) -> SignedIn:
    signed_in: SignedIn = call.prepared
    return signed_in


@api.change("DELETE", "/session", "Sign out", roles=STAFF_ROLES, answers=None)
def delete_session(uow: UnitOfWork, call: ApiCall) -> None:
    if call.principal is not None and call.principal.sign_in_id is not None:
        end_sign_in(uow, call.actor, call.principal.sign_in_id)


@sign_in_pages.get("/")
def index_page() -> str:
    """Where to go from the bare address."""
    return render_template("index.html", screens=SCREENS)


@sign_in_pages.route("/sign-in", methods=["GET", "POST"])
def sign_in_page() -> BaseResponse | str:
    """The sign-in form; a browser gets its token as a cookie that scripts cannot read."""
    target = _local_path(request.values.get("next", ""))
    if request.method == "GET":
        return render_template("sign_in.html", next=target, problem=None)
    _require_same_site()
    try:
        signed_in = sign_in(request.form.get("username", "")[:64], request.form.get("password", "")[:256])
    except (WrongPassword, TooManyPresses) as refusal:
        page = render_template("sign_in.html", next=target, problem=refusal.text)
        return Response(page, status=status_of(refusal))
    response = redirect(target or HOME[Role(signed_in.role)], code=303)
    set_token_cookie(response, STAFF_COOKIE, signed_in.token)
    return response


@sign_in_pages.post("/sign-out")
def sign_out_page() -> BaseResponse:
    """Sign out from a page's form, which carries the page's proof."""
    hall = current_hall()
    principal = principal_of_token(request.cookies.get(STAFF_COOKIE, ""))
    if principal is not None and principal.sign_in_id is not None:
        from_page = request.form.get("csrf_token", "")
        if not hall.is_signed("csrf", token_hash(principal.token), from_page):
            raise Csrf
        sign_in_id = principal.sign_in_id
        hall.transact(lambda uow: end_sign_in(uow, principal.actor, sign_in_id))
    response = redirect("/sign-in", code=303)
    response.delete_cookie(STAFF_COOKIE)
    return response


@sign_in_pages.post("/enrol")
def enrol_page() -> BaseResponse | str:
    """Exchange the code of a device for its token, which the page keeps as a cookie."""
    _require_same_site()
    hall, where = current_hall(), remote_address()
    target = _local_path(request.form.get("next", "")) or "/kiosk"
    try:
        hall.limits.check("enrol", where, WRONG_CODES, WRONG_WINDOW)
        token, device = hall.transact(lambda uow: enrol(uow, request.form.get("code", "")[:32]))
    except (WrongEnrolCode, TooManyPresses) as refusal:
        hall.limits.count("enrol", where)
        page = render_template("enrol.html", role="", next=target, problem=refusal.text)
        return Response(page, status=status_of(refusal))
    response = redirect(target, code=303)
    set_token_cookie(response, cookie_name(device.role), token)
    return response


def _require_same_site() -> None:
    """A form of another site must not sign anybody in."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Csrf


def _local_path(text: str) -> str:
    """A path of this site, or nothing: never another site, however it is written."""
    parts = urlsplit(text)
    local = (
        text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    return text if local and "\\" not in text and text.isprintable() else ""
