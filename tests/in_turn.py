"""Several applications of one hall that answer the requests of one client in turn."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class InTurn:
    """Applications of one hall, as processes behind one address that deals out requests in turn."""

    def __init__(self, *applications: WSGIApplication) -> None:
        self._next = itertools.cycle(applications)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return next(self._next)(environ, start_response)


def client_in_turn(apps: Sequence[Flask]) -> FlaskClient:
    """A client whose requests go to each of the applications in turn."""
    apps[0].wsgi_app = InTurn(*(app.wsgi_app for app in apps))  # type: ignore[method-assign]
    return apps[0].test_client()
