"""Answers that a client may hold already: each has a tag, and one that still holds is not sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable

from flask import Response, request

from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall

#: Everything an answer was made from, told by one light query; None when it must be made anew.
Mark = Callable[[UnitOfWork], Hashable | None]
#: Reads what the answer needs, and gives what makes its bytes from it when the snapshot is closed.
Make = Callable[[UnitOfWork], Callable[[], bytes]]


def answer_if_changed(mark: Mark, make: Make, content_type: str) -> Response:
    """The answer with its tag, or 304 to a client that holds it.

    While the mark of this address is what it was, that takes one light query; the tag is a hash of address
    and bytes, so that no tag of one address ever fits another.
    """
    hall, address, held = current_hall(), request.path, request.if_none_match
    if held:
        now = hall.read(mark)
        tag = None if now is None else hall.tags.tag(address, now)
        if tag is not None and held.contains_weak(tag):
            return _not_modified(tag)

    def look(uow: UnitOfWork) -> tuple[Hashable | None, Callable[[], bytes]]:
        return mark(uow), make(uow)

    made_from, render = hall.read(look)
    body = render()
    tag = hashlib.blake2b(address.encode() + b"\0" + body, digest_size=16).hexdigest()
    if made_from is not None:
        hall.tags.keep(address, made_from, tag)
    if held.contains_weak(tag):
        return _not_modified(tag)
    response = Response(body, content_type=content_type)
    response.set_etag(tag)
    return response


def _not_modified(tag: str) -> Response:
    response = Response(status=304)
    response.set_etag(tag)
    return response
