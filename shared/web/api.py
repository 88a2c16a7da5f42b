"""How an API address is declared: parse, one action, render, with its description for OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, request

from shared.domain.account import Actor, Role
from shared.domain.errors import HallError
from shared.store.unit_of_work import UnitOfWork
from shared.web.bodies import read_body, read_query
from shared.web.conditional import answer_if_changed
from shared.web.context import current_hall
from shared.web.errors import Csrf, NotSignedIn
from shared.web.presses import JSON, answer, encode, press_once
from shared.web.principals import Principal, find_principal, holder, require

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """What a view is given: who asks, what the body and the query say, the parts of the address."""

    actor: Actor
    principal: Principal | None
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Any] = field(default_factory=dict)
    #: What was done before the transaction, because it must not be repeated with it.
    prepared: Any = None


Prepare = Callable[["ApiCall"], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API, as OpenAPI describes it."""

    method: str
    path: str
    summary: str
    status: int
    roles: frozenset[Role] | None
    body: type | None
    answer: Any
    query: Mapping[str, type]
    key: bool | None
    errors: tuple[type[HallError], ...]
    prepare: Prepare | None = None
    secret: bool = False
    mark: Callable[[UnitOfWork, ApiCall], Hashable | None] | None = None


Work = Callable[[UnitOfWork, ApiCall], Any]


class Api:
    """The API addresses of one surface, as a blueprint under /api/v1."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name, __name__, url_prefix=PREFIX)
        self.operations: list[Operation] = []

    def get(
        self,
        path: str,
        summary: str,
        *,
        roles: Collection[Role] | None,
        answers: Any,
        query: Mapping[str, type] | None = None,
        errors: tuple[type[HallError], ...] = (),
        mark: Callable[[UnitOfWork, ApiCall], Hashable | None] | None = None,
    ) -> Callable[[Work], Work]:
        """Declare a GET: ``roles`` None opens it to everybody; the work runs on a snapshot.

        With a ``mark`` the answer has a tag and is not sent again to a client that holds it; while the mark
        of an address is what it was, the work is not even done. A mark of None lets it be done every time.
        """
        operation = Operation(
            "GET", path, summary, 200, _roles(roles), None, answers, query or {}, None, errors, mark=mark
        )
        return self._add(operation, _answer_get)

    def change(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        roles: Collection[Role] | None,
        answers: Any,
        body: type | None = None,
        status: int = 200,
        key: bool = False,
        errors: tuple[type[HallError], ...] = (),
        prepare: Prepare | None = None,
        secret: bool = False,
    ) -> Callable[[Work], Work]:
        """Declare a POST, PATCH or DELETE: the work runs in a transaction, once for each key.

        ``key`` says whether an Idempotency-Key is required; it is honoured on every POST, except where the
        answer is a ``secret``. ``prepare`` runs once, before the transaction, which may be tried again.
        """
        operation = Operation(
            method, path, summary, status, _roles(roles), body, answers, {}, key, errors, prepare, secret
        )
        return self._add(operation, _answer_change)

    def _add(
        self, operation: Operation, respond: Callable[[Operation, Work, dict[str, Any]], Response]
    ) -> Callable[[Work], Work]:
        def decorate(work: Work) -> Work:
            def view(**parts: Any) -> Response:
                return respond(operation, work, parts)

            self.operations.append(operation)
            self.blueprint.add_url_rule(
                operation.path, work.__name__, view, methods=[operation.method], strict_slashes=False
            )
            return work

        return decorate


def _roles(roles: Collection[Role] | None) -> frozenset[Role] | None:
    return None if roles is None else frozenset(roles)


def _answer_get(operation: Operation, work: Work, parts: dict[str, Any]) -> Response:
    principal = _principal(operation)
    call = ApiCall(_actor(principal, parts), principal, query=read_query(operation.query), parts=parts)
    mark = operation.mark
    if mark is None:
        return answer(200, current_hall().read(lambda uow: encode(work(uow, call))))

    def make(uow: UnitOfWork) -> Callable[[], bytes]:
        body = encode(work(uow, call))
        return lambda: body

    return answer_if_changed(lambda uow: mark(uow, call), make, JSON)


def _answer_change(operation: Operation, work: Work, parts: dict[str, Any]) -> Response:
    principal = _principal(operation)
    read_query({})
    body: Any
    body, raw = read_body(operation.body or dict)
    call = ApiCall(_actor(principal, parts), principal, body=body, parts=parts)
    if operation.prepare is not None:
        call = replace(call, prepared=operation.prepare(call))
    return press_once(
        call.actor.principal,
        lambda uow: work(uow, call),
        status=operation.status,
        required=bool(operation.key),
        body=raw,
        kept=not operation.secret,
    )


def _principal(operation: Operation) -> Principal | None:
    if operation.roles is not None:
        return require(operation.roles)
    try:
        return find_principal()
    except (NotSignedIn, Csrf):
        # What everybody may do needs no proof: a stale token or a bare cookie adds nothing to it.
        return None


def _actor(principal: Principal | None, parts: Mapping[str, Any]) -> Actor:
    """Who acts; without a sign-in it is the holder of the token in the address."""
    if principal is not None:
        return principal.actor
    return holder(str(parts.get("token", "")))


def remote_address() -> str:
    """The address a request comes from, after trusted proxies have been believed."""
    return request.remote_addr or "unknown"
