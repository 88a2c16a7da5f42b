"""Errors as people and programs get them: a page or RFC 9457 problem details, never a bare 500."""

from __future__ import annotations

import logging

import msgspec
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from shared.domain.errors import HallError, Unavailable
from shared.web.api import PREFIX
from shared.web.errors import TooManyPresses, status_of

log = logging.getLogger(__name__)

_HTTP = {
    400: ("bad_request", "请求不对。"),
    404: ("not_found", "没有这个地址。"),
    405: ("method_not_allowed", "这个地址不能这样用。"),
    408: ("request_timeout", "等得太久，请再试。"),
    413: ("too_large", "内容太大，最多 1 MiB。"),
    415: ("unsupported_media_type", "请用 application/json 发送。"),
}
_FAILED = ("internal_error", "系统出了点问题，没有做任何改动。请再试一次，或找工作人员。")


def install_problems(app: Flask) -> None:
    """Answer every error of the application with a problem."""
    app.register_error_handler(HallError, _on_refusal)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_fault)


def problem(status: int, code: str, title: str, details: dict[str, object] | None = None) -> Response:
    """A problem as JSON for the API, as a calm page for everything else."""
    if request.path.startswith(PREFIX):
        body = {
            "type": f"{PREFIX}/problems#{code}",
            "title": title,
            "status": status,
            "detail": title,
            "code": code,
            **{name: value for name, value in (details or {}).items() if value is not None},
        }
        field = body.pop("field", None)
        if field is not None:
            body["errors"] = [{"field": field, "message": title}]
        return Response(
            msgspec.json.encode(body), status=status, content_type="application/problem+json; charset=utf-8"
        )
    page = render_template("problem.html", status=status, code=code, title=title)
    return Response(page, status=status, content_type="text/html; charset=utf-8")


def _on_refusal(error: HallError) -> Response:
    response = problem(status_of(error), error.code, error.text, dict(error.details))
    if isinstance(error, TooManyPresses | Unavailable):
        response.headers["Retry-After"] = str(error.details.get("retry_after", 1))
    return response


def _on_http(error: HTTPException) -> Response:
    status = error.code or 500
    code, title = _HTTP.get(status, (f"http_{status}", error.name) if status < 500 else _FAILED)
    response = problem(status, code, title)
    if status == 405 and error.response is None:
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(allowed)
    return response


def _on_fault(error: Exception) -> Response:
    log.error("a request failed", exc_info=error, extra={"path": _path()})
    return problem(500, *_FAILED)


def _path() -> str:
    """The address without tokens, since whoever reads a log must not be able to open a ticket."""
    return request.url_rule.rule if request.url_rule else "unknown"
