"""A Flask application with everything that all its pages share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from flask import Flask, Response

from shared.web.api import PREFIX, Api
from shared.web.openapi import describe, problem_codes
from shared.web.principals import csrf_token
from shared.web.problems import install_problems
from shared.web.security import install_headers


def new_flask(largest_body: int, build: str = "") -> Flask:
    """An application with the shared templates and styles, headers and problems.

    Every page names the ``build`` it belongs to, and tells it when it opens its line to the hall; a page that
    belongs to no hall has none.
    """
    app = Flask("shared.web", static_folder="static", template_folder="templates")
    # One byte more than allowed reaches the reader of bodies, whose answer has the hall's own words.
    app.config.update(MAX_CONTENT_LENGTH=largest_body + 1, MAX_FORM_MEMORY_SIZE=64 * 1024)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["build"] = build
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_headers(app)
    install_problems(app)
    return app


def publish_description(app: Flask, apis: Sequence[Api], version: str) -> None:
    """Serve the description of the API and the list of its problem codes."""
    operations = [operation for api in apis for operation in api.operations]
    made: dict[str, bytes] = {}

    def once(name: str, make: Any) -> Response:
        if name not in made:
            made[name] = msgspec.json.encode(make())
        return Response(made[name], content_type="application/json; charset=utf-8")

    @app.get(f"{PREFIX}/openapi.json")
    def openapi() -> Response:
        return once("openapi", lambda: describe(operations, version))

    @app.get(f"{PREFIX}/problems")
    def problems() -> Response:
        return once("problems", lambda: {"items": problem_codes(), "next": None})
