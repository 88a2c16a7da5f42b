"""Refusals that only the web knows, and the HTTP status of every refusal."""

from __future__ import annotations

from typing import ClassVar

from shared.domain.errors import Forbidden, HallError, Invalid, Refused, Unavailable, Unknown


class WebError(HallError):
    """A refusal with an HTTP status of its own."""

    status: ClassVar[int] = 400


class NotSignedIn(WebError):
    status = 401
    code = "not_signed_in"
    message = "请先登录。"


class Csrf(WebError):
    status = 403
    code = "csrf"
    message = "页面太久没动或不是本系统打开的，请刷新后再试。"


class MalformedJson(WebError):
    status = 400
    code = "malformed_json"
    message = "请求的内容不是有效的 JSON。"


class InvalidBody(WebError):
    status = 422
    code = "invalid_body"
    message = "请求的内容不对，请检查标出的地方。"


class UnknownParameter(WebError):
    status = 422
    code = "unknown_parameter"
    message = "地址里有不认识或不对的参数。"


class NotJson(WebError):
    status = 415
    code = "unsupported_media_type"
    message = "请用 application/json 发送。"


class TooLarge(WebError):
    status = 413
    code = "too_large"
    message = "内容太大，最多 1 MiB。"


class KeyRequired(WebError):
    status = 400
    code = "key_required"
    message = "这个操作需要 Idempotency-Key。"


class InvalidKey(WebError):
    status = 422
    code = "invalid_key"
    message = "Idempotency-Key 应是 1 到 128 个可见的 ASCII 字符。"


class KeyReused(WebError):
    status = 422
    code = "key_reused"
    message = "同一个 Idempotency-Key 已用于另一个请求。"


class TooManyPresses(WebError):
    status = 429
    code = "too_many_presses"
    message = "慢慢来，请稍等一会儿再试。"


class ClockNotManual(WebError):
    status = 404
    code = "not_found"
    message = "没有这个地址。"


#: Refusals of the domain that have another status than their kind.
_STATUS_BY_CODE = {"wrong_password": 401, "wrong_enrol_code": 403}
_STATUS_BY_KIND: tuple[tuple[type[HallError], int], ...] = (
    (Unknown, 404),
    (Refused, 409),
    (Invalid, 422),
    (Forbidden, 403),
    (Unavailable, 503),
)


def status_of(error: HallError) -> int:
    """The HTTP status of a refusal."""
    return status_of_class(type(error))


def status_of_class(kind: type[HallError]) -> int:
    """The HTTP status of a kind of refusal."""
    if issubclass(kind, WebError):
        return kind.status
    if kind.code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[kind.code]
    return next((status for base, status in _STATUS_BY_KIND if issubclass(kind, base)), 409)


def all_refusals() -> list[type[HallError]]:
    """Every refusal with a code of its own, by code; this is the published list."""
    found: dict[str, type[HallError]] = {}
    open_kinds: list[type[HallError]] = [HallError]
    while open_kinds:
        kind = open_kinds.pop()
        open_kinds += kind.__subclasses__()
        if "code" in vars(kind):
            found.setdefault(kind.code, kind)
    return [found[code] for code in sorted(found)]
