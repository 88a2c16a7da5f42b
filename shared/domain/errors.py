"""Refusals of the hall: one class per refusal that a screen shows differently, each with a stable code."""

from __future__ import annotations

from typing import Any, ClassVar


class HallError(Exception):
    """A refusal in the user's words.

    ``message`` is Chinese, for people; ``code`` is stable, for programs; ``details`` are facts that a
    program may want beside it (never personal data).
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = "现在不能这样做。"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.text = message or self.message
        self.details = details
        super().__init__(self.text)


class Unknown(HallError):
    """The thing named does not exist (HTTP 404)."""

    code = "unknown"
    message = "没有找到。"


class Refused(HallError):
    """The thing exists, but the state it is in does not allow this (HTTP 409)."""


class Invalid(HallError):
    """What was sent breaks a rule (HTTP 422)."""

    code = "invalid"
    message = "填写的内容不对，请检查。"


class Forbidden(HallError):
    """The person or device may not do this (HTTP 403)."""

    code = "forbidden"
    message = "您的账号没有这个权限。"


class Unavailable(HallError):
    """What the hall needs for it is away just now (HTTP 503)."""
