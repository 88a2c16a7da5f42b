"""Headers of every answer, and whom to believe about where a request comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request

from shared.web.settings import Settings

_CSP = (
    "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_FORWARDED = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED")
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def install_headers(app: Flask) -> None:
    """Send the same careful headers with every answer; a view that set one keeps its own."""

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.endpoint != "static" and "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store" if not _is_file() else "no-cache"
        return response


class TrustedProxies:
    """Believes ``X-Forwarded-*`` only from proxies that the settings name."""

    def __init__(self, wsgi: Wsgi, proxies: Collection[str]) -> None:
        self._wsgi = wsgi
        self._proxies = frozenset(proxies)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("REMOTE_ADDR") in self._proxies:
            self._believe(environ)
        else:
            for name in [name for name in environ if name.startswith(_FORWARDED)]:
                environ["hall.forwarded"] = True
                del environ[name]
        return self._wsgi(environ, start_response)

    def _believe(self, environ: dict[str, Any]) -> None:
        clients = [
            part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
        ]
        # Only the last address was written by the trusted proxy; those before it are the client's word.
        if clients:
            environ["REMOTE_ADDR"] = clients[-1]
        if environ.get("HTTP_X_FORWARDED_PROTO") in ("http", "https"):
            environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"]
        if environ.get("HTTP_X_FORWARDED_HOST"):
            environ["HTTP_HOST"] = environ["HTTP_X_FORWARDED_HOST"]
        environ["hall.forwarded"] = True


def origin_rule(settings: Settings) -> Callable[..., bool]:
    """Which origins may open a socket: the page's own address and that of ``HALL_BASE_URL``."""
    base = urlsplit(settings.base_url) if settings.base_url else None
    public = f"{base.scheme}://{base.netloc}" if base else None

    def allowed(origin: str, environ: dict[str, Any]) -> bool:
        own = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}"
        return origin in (own, public)

    return allowed


def _is_file() -> bool:
    return request.endpoint is not None and request.endpoint.endswith(".static")
