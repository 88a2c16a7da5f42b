"""Reading what a request carries: JSON bodies and query parameters, with mistakes told at the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from flask import request

from shared.web.errors import InvalidBody, MalformedJson, NotJson, TooLarge, UnknownParameter

LARGEST = 1024 * 1024
Body = TypeVar("Body")

_AT = re.compile(r" - at `(?P<path>[^`]+)`$")
_WORDS = (
    (re.compile(r"^Object missing required field `(?P<name>.+)`$"), "缺少 {name}。"),
    (re.compile(r"^Object contains unknown field `(?P<name>.+)`$"), "不认识 {name}。"),
    (re.compile(r"^Expected `(?P<wanted>.+)`, got `(?P<got>.+)`$"), "应是 {wanted}，收到的是 {got}。"),
)


def read_body(kind: type[Body]) -> tuple[Body, bytes]:
    """The JSON body as ``kind``, and its bytes.

    Raises:
        NotJson: another media type.
        TooLarge: over 1 MiB.
        MalformedJson: no JSON, or not UTF-8.
        InvalidBody: the fields are not right; each with its place.
    """
    if (request.content_length or 0) > LARGEST:
        raise TooLarge
    raw = request.get_data(cache=True)
    if raw and request.mimetype != "application/json":
        raise NotJson
    try:
        return msgspec.json.decode(raw or b"{}", type=kind), raw
    except msgspec.ValidationError as wrong:
        raise _invalid(str(wrong)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedJson from None


def read_query(kinds: Mapping[str, type]) -> dict[str, Any]:
    """The query parameters that are given, converted.

    Raises:
        UnknownParameter: one that is not expected, or not of its kind.
    """
    found: dict[str, Any] = {}
    for name, text in request.args.items():
        if name not in kinds:
            raise UnknownParameter(f"不认识的参数 {name[:40]}。", parameter=name[:40])
        try:
            found[name] = _convert(text, kinds[name])
        except ValueError:
            raise UnknownParameter(f"参数 {name} 不对。", parameter=name) from None
    limit = found.get("limit")
    if limit is not None and not 1 <= limit <= 200:
        raise UnknownParameter("limit 应在 1 到 200 之间。", parameter="limit")
    return found


def _convert(text: str, kind: type) -> Any:
    if kind is int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ValueError(text)
        return int(text)
    if len(text) > 400:
        raise ValueError(text[:20])
    return text


def _invalid(message: str) -> InvalidBody:
    at = _AT.search(message)
    path = at.group("path").removeprefix("$").lstrip(".") if at else ""
    plain = _AT.sub("", message)
    for pattern, words in _WORDS:
        match = pattern.match(plain)
        if match:
            groups = match.groupdict()
            if "name" in groups:
                path = f"{path}.{groups['name']}".lstrip(".")
            plain = words.format(**groups)
            break
    return InvalidBody(errors=[{"field": path, "message": plain}])
