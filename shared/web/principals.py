"""Who asks: staff by sign-in, devices by token, the holder of a ticket by nothing but its code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import g, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from shared.actions.enrolling import device_of_token
from shared.actions.signing_in import living_sign_in
from shared.domain.account import DEVICE_ROLES, STAFF_ROLES, Actor, Role
from shared.domain.errors import Forbidden
from shared.store.keyring import DEVICE_TOKEN, SIGN_IN_TOKEN, token_hash
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.errors import Csrf, NotSignedIn
from shared.web.known_principals import Principal as Principal

View = TypeVar("View", bound=Callable[..., Any])

STAFF_COOKIE = "hall_staff"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
#: Another name that leads here belongs to another site, whose pages must not get the demo's devices.
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def holder(token: str) -> Actor:
    """Whoever holds the token of a ticket; known by nothing but a hash of it."""
    return Actor(principal=f"holder:{token_hash(token.lower())[:24]}", role=Role.HOLDER)


def cookie_name(role: str) -> str:
    """The cookie in which a page of this role keeps its token."""
    return STAFF_COOKIE if role in STAFF_ROLES else f"hall_{role}"


def csrf_token_of(token: str) -> str:
    """The proof that a page of ours sends a request that only a cookie accompanies."""
    return current_hall().sign("csrf", token_hash(token))


def csrf_token() -> str:
    """For templates: the proof of whoever opened this page, empty for nobody."""
    principal: Principal | None = g.get("principal")
    return csrf_token_of(principal.token) if principal else ""


def principal_of_token(token: str) -> Principal | None:
    """Who a token belongs to: a living sign-in, or a device that was not revoked.

    What another process ended is honoured within half a second, what this one ended at once.
    """
    if not token.startswith((DEVICE_TOKEN, SIGN_IN_TOKEN)) or len(token) > 100:
        return None
    hall = current_hall()

    def find(uow: UnitOfWork) -> Principal | None:
        if token.startswith(DEVICE_TOKEN):
            device = device_of_token(uow, token)
            return Principal(device, token) if device else None
        living = living_sign_in(uow, token)
        return Principal(living.actor, token, living.sign_in_id, living.expires_at) if living else None

    return hall.principals.of(token, lambda: hall.read(find))


def find_principal(roles: Collection[Role] | None = None) -> Principal | None:
    """Who sends this API request, or None.

    A Bearer token speaks for itself. Among cookies the one counts whose proof (``X-CSRF-Token``) the page
    has sent; without a proof, cookies open only GETs.

    Raises:
        Csrf: a cookie without its proof asks for a change.
        NotSignedIn: the Bearer token is not, or no longer, valid.
    """
    bearer = _bearer()
    if bearer is not None:
        principal = principal_of_token(bearer)
        if principal is None:
            raise NotSignedIn("登录已失效，请重新登录。")
        return principal
    proof = request.headers.get("X-CSRF-Token", "")
    for token in _cookie_tokens():
        if proof and _is_proof(token, proof):
            return principal_of_token(token)
    if request.method not in _SAFE_METHODS:
        if any(principal_of_token(token) for token in _cookie_tokens()):
            raise Csrf
        return None
    for token in _cookie_tokens():
        principal = principal_of_token(token)
        if principal is not None and (roles is None or principal.role in roles):
            return principal
    return None


def proven_role() -> Role | None:
    """The role of whoever proves it with a Bearer token or a page's proof; others are simply unknown."""
    bearer = _bearer()
    proof = request.headers.get("X-CSRF-Token", "")
    tokens = [bearer] if bearer else [t for t in _cookie_tokens() if proof and _is_proof(t, proof)]
    principals = (principal_of_token(token) for token in tokens)
    return next((principal.role for principal in principals if principal), None)


def require(roles: Collection[Role]) -> Principal:
    """Whoever sends this request, if one of these roles.

    Raises:
        NotSignedIn: nobody.
        Forbidden: another role.
        Csrf: a cookie without its proof.
    """
    principal = find_principal(roles)
    if principal is None:
        raise NotSignedIn
    if principal.role not in roles:
        raise Forbidden
    return principal


def current_principal() -> Principal:
    """Whoever opened this page.

    Raises:
        NotSignedIn: nobody.
    """
    principal: Principal | None = g.get("principal")
    if principal is None:
        raise NotSignedIn
    return principal


def staff_page(*roles: Role) -> Callable[[View], View]:
    """A page for staff of these roles; to anybody else it shows the sign-in form (with 200)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            token = request.cookies.get(STAFF_COOKIE, "")
            principal = principal_of_token(token) if token else None
            if principal is None or principal.role not in roles:
                problem = "这个账号不能打开这一页，请换一个账号登录。" if principal else None
                return render_template("sign_in.html", next=request.full_path.rstrip("?"), problem=problem)
            g.principal = principal
            return view(*args, **kwargs)

        return cast(View, guarded)

    return decorate


def staff_guard(*roles: Role, open_in_demo: bool = False) -> Callable[[], Any]:
    """A check before every request of a blueprint: None lets it pass, else the sign-in page."""

    def guard() -> Any:
        hall = current_hall()
        if open_in_demo and hall.settings.demo and is_loopback():
            return None
        token = request.cookies.get(STAFF_COOKIE, "")
        principal = principal_of_token(token) if token else None
        if principal is None or principal.role not in roles:
            return render_template("sign_in.html", next=request.path, problem=None)
        g.principal = principal
        return None

    return guard


def staff_proof(*roles: Role, open_in_demo: bool = False) -> Callable[[], Any]:
    """A check before every change of a blueprint: a Bearer token, or a sign-in with its page's proof.

    Raises NotSignedIn, Forbidden or Csrf.
    """

    def guard() -> Any:
        if open_in_demo and current_hall().settings.demo and is_loopback():
            refuse_other_sites()
        else:
            require(roles)
        return None

    return guard


def refuse_other_sites() -> None:
    """Let pass what a page or program of this machine asks; another site's page raises Forbidden.

    A page that leads its own name to this machine shows itself by the name, one that asks across by its
    origin.
    """
    origin = request.headers.get("Origin")
    own_name = urlsplit(f"//{request.host}").hostname in _LOOPBACK_NAMES
    if not own_name or origin not in (None, f"{request.scheme}://{request.host}"):
        raise Forbidden


def device_page(role: Role) -> Callable[[View], View]:
    """A page of a device; in the demo a browser on this machine is given the demo's device."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            name = cookie_name(role)
            token = request.cookies.get(name, "")
            principal = principal_of_token(token) if token else None
            if principal is None or principal.role is not role:
                principal = _demo_principal(role)
                if principal is None:
                    return render_template("enrol.html", role=str(role), problem=None)
            g.principal = principal
            response = make_response(view(*args, **kwargs))
            if principal.token != token:
                set_token_cookie(response, name, principal.token)
            return response

        return cast(View, guarded)

    return decorate


def set_token_cookie(response: BaseResponse, name: str, token: str) -> None:
    """Keep a token where scripts cannot read it and other sites cannot send it."""
    response.set_cookie(
        name,
        token,
        max_age=400 * 86_400,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
        path="/",
    )


def is_loopback() -> bool:
    """Whether the request comes from this machine, without a proxy in between."""
    return request.remote_addr in _LOOPBACK and not request.environ.get("hall.forwarded")


def _demo_principal(role: Role) -> Principal | None:
    token = current_hall().demo_tokens.get(str(role))
    own_name = urlsplit(f"//{request.host}").hostname in _LOOPBACK_NAMES
    return principal_of_token(token) if token and own_name and is_loopback() else None


def _is_proof(token: str, proof: str) -> bool:
    return current_hall().is_signed("csrf", token_hash(token), proof)


def _bearer() -> str | None:
    header = request.headers.get("Authorization", "")
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _cookie_tokens() -> Iterator[str]:
    for name in (STAFF_COOKIE, *(f"hall_{role}" for role in sorted(DEVICE_ROLES))):
        token = request.cookies.get(name)
        if token:
            yield token
