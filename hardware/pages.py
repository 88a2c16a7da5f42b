"""The virtual printers in a browser: the paper, the bytes explained, what passed, and the faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hardware.glyphs import FontMissing
from hardware.picture import png
from hardware.virtual_annotation import annotate
from hardware.virtual_paper import CutSlip
from hardware.virtual_printer import VirtualPrinter
from hardware.virtual_state import describe_piece, describe_printer, switches_as_data
from shared.domain.errors import HallError, Unknown
from shared.web.application import new_flask
from shared.web.errors import MalformedJson, NotJson, status_of
from shared.web.principals import refuse_other_sites
from shared.web.server import CannotListen, PortTaken, serve

Guard = Callable[[], ResponseReturnValue | None]
LARGEST_BODY = 16 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class UnknownPrinter(Unknown):
    """No virtual printer of that name here."""

    code = "unknown_virtual_printer"
    message = "没有这台虚拟打印机。"


class UnknownSlip(Unknown):
    """No such virtual printer, or the slip was never printed or is thrown away."""

    code = "unknown_slip"
    message = "没有这张小票，或者它已经清掉了。"


class PictureUnavailable(Unknown):
    """This computer has no Chinese font, so slips cannot be drawn."""

    code = "picture_unavailable"
    message = "这台电脑没有中文字体，画不出小票；文字内容在旁边。"


def create_blueprint(
    printers: Mapping[str, VirtualPrinter],
    guard: Guard | None = None,
    guard_changes: Guard | None = None,
    addresses: Mapping[str, Sequence[str]] | None = None,
) -> Blueprint:
    """The page, its data, its pictures and its switches.

    ``guard`` is called before each request that only looks, ``guard_changes`` before every other one: they
    raise to refuse it, or answer in its place (a sign-in page). ``addresses`` are where each printer is
    reached, else it is ``virtual:`` and its name.
    """
    blueprint = Blueprint(
        "hardware",
        __name__,
        url_prefix="/hardware",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    @blueprint.before_request
    def check() -> ResponseReturnValue | None:
        asked = guard if request.method in _SAFE_METHODS else guard_changes or guard
        return asked() if asked is not None else None

    @blueprint.errorhandler(HallError)
    def refuse(error: HallError) -> ResponseReturnValue:
        return _unstored(jsonify(code=error.code, title=error.text, **_details(error))), status_of(error)

    _add_looking(blueprint, printers, addresses or {})
    _add_switching(blueprint, printers)
    return blueprint


def serve_alone(
    printers: Mapping[str, VirtualPrinter],
    addresses: Mapping[str, Sequence[str]],
    port: int,
    ready: Callable[[int], None],
) -> None:
    """Serve the page by itself on this computer alone, without a hall and without sign-in, until SIGINT.

    Raises OSError when the port cannot be listened on.
    """
    try:
        serve(create_alone(printers, addresses), "127.0.0.1", port, ready)
    except (PortTaken, CannotListen) as error:
        raise OSError(str(error)) from error


def create_alone(printers: Mapping[str, VirtualPrinter], addresses: Mapping[str, Sequence[str]]) -> Flask:
    """The application with nothing but the page; it answers under names of this computer only."""
    app = new_flask(LARGEST_BODY, "virtual-printer")
    app.register_blueprint(create_blueprint(printers, refuse_other_sites, addresses=addresses))
    app.add_url_rule("/", view_func=lambda: redirect(url_for("hardware.paper_page")), endpoint="home")
    return app


def _add_looking(
    blueprint: Blueprint,
    printers: Mapping[str, VirtualPrinter],
    addresses: Mapping[str, Sequence[str]],
) -> None:
    @blueprint.get("/printer")
    def paper_page() -> str:
        return render_template("hardware/printer.html", printers=_in_order(printers))

    @blueprint.get("/printer/paper.json")
    def paper_data() -> Response:
        return _unstored(jsonify(slips=describe_all(printers)))

    @blueprint.get("/printer/printers.json")
    def printer_names() -> Response:
        return _unstored(jsonify(printers=_in_order(printers)))

    @blueprint.get("/printer/<name>/state.json")
    def state(name: str) -> Response:
        printer = _printer(printers, name)
        reached = list(addresses.get(name, [f"virtual:{name}"]))
        data = {**describe_printer(printer, reached), **_paper(printer), "printers": sorted(printers)}
        body = json.dumps(data, ensure_ascii=False)
        mark = f"{crc32(body.encode()):08x}"
        # Who has seen this state already is told so in few bytes: the page asks twice a second.
        answer = Response(status=204) if request.args.get("seen") == mark else _json(body)
        answer.headers["X-State"] = mark
        return _unstored(answer)

    @blueprint.get("/printer/<name>/<int:number>.png")
    def picture(name: str, number: int) -> Response:
        slip = _slip(printers, name, number)
        try:
            return _unstored(Response(png(slip), mimetype="image/png"))
        except FontMissing as error:
            raise PictureUnavailable from error

    @blueprint.get("/printer/<name>/<int:number>.bin")
    def raw_bytes(name: str, number: int) -> Response:
        slip = _slip(printers, name, number)
        answer = Response(slip.data, mimetype="application/octet-stream")
        answer.headers["Content-Disposition"] = f'attachment; filename="slip-{number}.bin"'
        return _unstored(answer)

    @blueprint.get("/printer/<name>/<int:number>.json")
    def explained(name: str, number: int) -> Response:
        slip = _slip(printers, name, number)
        notes = [
            {
                "offset": note.offset,
                "hex": note.hex,
                "name": note.name,
                "meaning": note.meaning,
                "kind": note.kind,
            }
            for note in annotate(slip)
        ]
        return _unstored(jsonify(**describe_piece(slip), commands=notes))


def _add_switching(blueprint: Blueprint, printers: Mapping[str, VirtualPrinter]) -> None:
    @blueprint.get("/printer/<name>/faults")
    def switches(name: str) -> Response:
        return _unstored(jsonify(switches_as_data(_printer(printers, name))))

    @blueprint.post("/printer/<name>/faults")
    def turn(name: str) -> Response:
        printer = _printer(printers, name)
        printer.switch(_body())
        return _unstored(jsonify(switches_as_data(printer)))

    @blueprint.post("/printer/<name>/tear")
    def tear(name: str) -> Response:
        _body()
        piece = _printer(printers, name).tear_off()
        return _unstored(jsonify(number=piece.number if piece else None))


def _in_order(printers: Mapping[str, VirtualPrinter]) -> list[str]:
    """The names, whoever printed last first; before that in the order in which they came into being."""
    last = {
        name: max((slip.cut_at for slip in one.slips), default=0.0) for name, one in list(printers.items())
    }
    return sorted(last, key=lambda name: -last[name])


def describe_all(printers: Mapping[str, VirtualPrinter]) -> list[dict[str, Any]]:
    """Every slip of every printer that came out whole, newest first."""
    slips = [(name, slip) for name, printer in list(printers.items()) for slip in printer.slips]
    slips.sort(key=lambda named: named[1].cut_at, reverse=True)
    return [_describe(name, slip) for name, slip in slips]


def _paper(printer: VirtualPrinter) -> dict[str, Any]:
    """All paper of one printer, newest first, what still hangs out before all."""
    pieces = [*printer.pieces, *filter(None, [printer.hanging])]
    return {"pieces": [_describe(printer.name, piece) for piece in reversed(pieces)]}


def _describe(name: str, slip: CutSlip) -> dict[str, Any]:
    # The checksum keeps a page that outlived the server from taking its slip 1 for the new one's.
    mark = f"{crc32(slip.data):08x}"
    return {
        **describe_piece(slip),
        "id": f"{name}-{slip.number}-{mark}",
        "printer": name,
        "picture": url_for("hardware.picture", name=name, number=slip.number, v=mark),
        "bytes": url_for("hardware.raw_bytes", name=name, number=slip.number),
        "explained": url_for("hardware.explained", name=name, number=slip.number, v=mark),
    }


def _printer(printers: Mapping[str, VirtualPrinter], name: str) -> VirtualPrinter:
    if name not in printers:
        raise UnknownPrinter(printer=name)
    return printers[name]


def _slip(printers: Mapping[str, VirtualPrinter], name: str, number: int) -> CutSlip:
    slip = printers[name].slip(number) if name in printers else None
    if slip is None:
        raise UnknownSlip(printer=name, number=number)
    return slip


def _body() -> dict[str, object]:
    if not request.is_json:
        raise NotJson
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise MalformedJson
    return body


def _details(error: HallError) -> dict[str, object]:
    return {name: value for name, value in error.details.items() if name not in ("code", "title")}


def _json(body: str) -> Response:
    return Response(body, content_type="application/json; charset=utf-8")


def _unstored(response: Response) -> Response:
    """Slips may be a person's own papers: no browser keeps them."""
    response.headers["Cache-Control"] = "no-store"
    return response
