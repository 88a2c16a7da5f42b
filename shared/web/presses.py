"""Once per press: the answer to a key is stored in the transaction that made it, and replayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Response, request

from shared.domain.errors import HallError, Unavailable
from shared.domain.failpoints import Failpoint, reach
from shared.store.presses import Answered
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.errors import InvalidKey, KeyRequired, KeyReused

Work = Callable[[UnitOfWork], Any]
NO_CONTENT = 204
JSON = "application/json; charset=utf-8"


def answer(status: int, payload: bytes, *, replayed: bool = False) -> Response:
    """A JSON answer; an empty one has status 204."""
    if not payload:
        response = Response(status=NO_CONTENT)
    else:
        response = Response(payload, status=status, content_type=JSON)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def encode(value: Any) -> bytes:
    """The bytes of an answer; nothing for None."""
    return b"" if value is None else msgspec.json.encode(value)


@dataclass(frozen=True, slots=True)
class _Press:
    """A press that carries a key: who pressed what, with which body."""

    principal: str
    route: str
    key: str
    body_hash: str

    def find(self, uow: UnitOfWork) -> Answered | None:
        """The stored answer to this key."""
        return uow.presses.find(self.principal, self.route, self.key)

    def run(self, uow: UnitOfWork, work: Work, status: int) -> tuple[Answered, bool]:
        """The answer, and whether it had been given before; a new one is stored with the work itself.

        Raises:
            KeyReused: the key was used with another body.
        """
        known = self.find(uow)
        if known is not None:
            if known.body_hash != self.body_hash:
                raise KeyReused
            return known, True
        payload = encode(work(uow))
        reach(Failpoint.PRESS_WORKED)
        answered = Answered(self.body_hash, status if payload else NO_CONTENT, payload)
        uow.flush()
        uow.presses.keep(self.principal, self.route, self.key, answered, uow.at)
        return answered, False


def press_once(
    principal: str, work: Work, *, status: int, required: bool, body: bytes, kept: bool = True
) -> Response:
    """Run ``work`` in a transaction, once for each key of this principal at this address.

    An answer that tells a secret is not ``kept``, so it is not replayed either.

    Raises:
        KeyRequired: no key where one is needed.
        KeyReused: the key was used with another body.
    """
    key = _key(required)
    hall = current_hall()
    if key is None or not kept:
        return answer(status, hall.transact(lambda uow: encode(work(uow))))
    press = _Press(principal, _route(), key, hall.keyring.body_hash(body))
    reach(Failpoint.PRESS_RECEIVED)
    try:
        answered, replayed = hall.store.transact(lambda uow: press.run(uow, work, status), keyed=True)
    except Unavailable:
        raise
    except HallError:
        # Another server may have done this very press while this one waited for the queue's lock.
        known = hall.store.read(press.find)
        if known is None or known.body_hash != press.body_hash:
            raise
        answered, replayed = known, True
    reach(Failpoint.PRESS_BEFORE_ANSWER)
    return answer(answered.status, answered.answer, replayed=replayed)


def _route() -> str:
    return f"{request.method} {request.path}"[:120]


def is_answered(principal: str) -> bool:
    """Whether the press of this request has its answer already."""
    key, route = _key(required=False), _route()
    if key is None:
        return False
    return current_hall().read(lambda uow: uow.presses.find(principal, route, key)) is not None


def _key(required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if required:
            raise KeyRequired
        return None
    if not 1 <= len(key) <= 128 or not all("!" <= character <= "~" for character in key):
        raise InvalidKey
    return key
