"""The API's own description (OpenAPI 3.1), made from the addresses as they are declared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from shared.domain.errors import HallError
from shared.web.api import PREFIX, Operation
from shared.web.errors import (
    Csrf,
    InvalidBody,
    KeyRequired,
    KeyReused,
    MalformedJson,
    NotJson,
    NotSignedIn,
    TooLarge,
    UnknownParameter,
    all_refusals,
    status_of_class,
)

_PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


class ProblemDetails(msgspec.Struct):
    """RFC 9457 problem details with a stable code."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def describe(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """The whole document."""
    types: list[Any] = [ProblemDetails]
    for operation in operations:
        types += [kind for kind in (operation.body, operation.answer) if _has_schema(kind)]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = PREFIX + _PART.sub(r"{\g<name>}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Baiyin one-thing hall", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "x-problem-codes": problem_codes(),
    }


def problem_codes() -> list[dict[str, Any]]:
    """Every stable code with its status and what it says."""
    return [
        {"code": kind.code, "status": status_of_class(kind), "message": kind.message}
        for kind in all_refusals()
    ]


def _has_schema(kind: Any) -> bool:
    return kind is not None and kind is not dict


def _operation(operation: Operation, by_type: dict[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _answer(operation, by_type), **_problems(operation)},
    }
    if operation.roles is not None:
        described["security"] = [{"bearer": []}]
        described["x-roles"] = sorted(operation.roles)
    if operation.body is not None and operation.method != "GET":
        schema = by_type.get(operation.body, {"type": "object"})
        described["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {
            "name": match["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if match["kind"] == "int" else "string"},
        }
        for match in _PART.finditer(operation.path)
    ]
    for name, kind in operation.query.items():
        schema = {"type": "integer" if kind is int else "string"}
        found.append({"name": name, "in": "query", "required": False, "schema": schema})
    if operation.method == "POST":
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": bool(operation.key),
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            }
        )
    return found


def _answer(operation: Operation, by_type: dict[Any, Any]) -> dict[str, Any]:
    if operation.answer is None:
        return {"description": "done"}
    schema = by_type.get(operation.answer, {"type": "object"})
    return {"description": "done", "content": {"application/json": {"schema": schema}}}


def _problems(operation: Operation) -> dict[str, Any]:
    kinds: list[type[HallError]] = [UnknownParameter, *operation.errors]
    if operation.method != "GET":
        kinds += [MalformedJson, InvalidBody, NotJson, TooLarge, KeyReused, Csrf]
    if operation.key:
        kinds.append(KeyRequired)
    if operation.roles is not None:
        kinds.append(NotSignedIn)
    by_status: dict[int, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(status_of_class(kind), []).append(kind.code)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {
        str(status): {"description": ", ".join(sorted(set(codes))), "content": content}
        for status, codes in sorted(by_status.items())
    }
