"""Once per press: the answer to a key is stored in the transaction that made it, and replayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Response, request

from shared.domain.hall import Press
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.errors import InvalidKey, KeyRequired, KeyReused

Work = Callable[[UnitOfWork], Any]
NO_CONTENT = 204


def answer(status: int, payload: bytes, *, replayed: bool = False) -> Response:
    """A JSON answer; an empty one has status 204."""
    if not payload:
        response = Response(status=NO_CONTENT)
    else:
        response = Response(payload, status=status, content_type="application/json; charset=utf-8")
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def encode(value: Any) -> bytes:
    """The bytes of an answer; nothing for None."""
    return b"" if value is None else msgspec.json.encode(value)


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
    route = f"{request.method} {request.path}"[:120]
    body_hash = hall.keyring.body_hash(body)

    def run(uow: UnitOfWork) -> tuple[int, bytes, bool]:
        known = uow.presses.find(principal, route, key)
        if known is not None:
            if known.body_hash != body_hash:
                raise KeyReused
            return known.status, known.answer, True
        payload = encode(work(uow))
        stored = Press(
            principal=principal,
            route=route,
            key=key,
            body_hash=body_hash,
            status=status if payload else NO_CONTENT,
            answer=payload,
            pressed_at=uow.at,
        )
        uow.add(stored)
        return stored.status, payload, False

    stored_status, payload, replayed = hall.transact(run)
    return answer(stored_status, payload, replayed=replayed)


def _key(required: bool) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if required:
            raise KeyRequired
        return None
    if not 1 <= len(key) <= 128 or not all("!" <= character <= "~" for character in key):
        raise InvalidKey
    return key
