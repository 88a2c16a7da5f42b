"""The virtual printers' paper in a browser, slip by slip, with what the bytes said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

from flask import Blueprint, Response, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from hardware.glyphs import FontMissing
from hardware.picture import png
from hardware.virtual_printer import CutSlip, VirtualPrinter
from shared.domain.errors import Unknown


class UnknownSlip(Unknown):
    """No such virtual printer, or the slip was never printed or is thrown away."""

    code = "unknown_slip"
    message = "没有这张小票，或者它已经清掉了。"


class PictureUnavailable(Unknown):
    """This computer has no Chinese font, so slips cannot be drawn."""

    code = "picture_unavailable"
    message = "这台电脑没有中文字体，画不出小票；文字内容在旁边。"


def create_blueprint(
    printers: Mapping[str, VirtualPrinter], guard: Callable[[], ResponseReturnValue | None] | None = None
) -> Blueprint:
    """The page, its data and its pictures.

    ``guard`` is called before each request: it raises to refuse it, or answers in its place (a sign-in page).
    """
    blueprint = Blueprint(
        "hardware",
        __name__,
        url_prefix="/hardware",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    if guard is not None:
        blueprint.before_request(guard)

    @blueprint.get("/printer")
    def paper_page() -> str:
        return render_template("hardware/printer.html", slips=describe_all(printers))

    @blueprint.get("/printer/paper.json")
    def paper_data() -> Response:
        return _unstored(jsonify(slips=describe_all(printers)))

    @blueprint.get("/printer/<name>/<int:number>.png")
    def picture(name: str, number: int) -> Response:
        slip = printers[name].slip(number) if name in printers else None
        if slip is None:
            raise UnknownSlip(printer=name, number=number)
        try:
            return _unstored(Response(png(slip), mimetype="image/png"))
        except FontMissing as error:
            raise PictureUnavailable from error

    return blueprint


def describe_all(printers: Mapping[str, VirtualPrinter]) -> list[dict[str, Any]]:
    """Every slip of every printer, newest first."""
    slips = [(name, slip) for name, printer in list(printers.items()) for slip in printer.slips]
    slips.sort(key=lambda named: named[1].cut_at, reverse=True)
    return [_describe(name, slip) for name, slip in slips]


def _describe(name: str, slip: CutSlip) -> dict[str, Any]:
    # The checksum keeps a page that outlived the server from taking its slip 1 for the new one's.
    mark = f"{crc32(slip.data):08x}"
    return {
        "id": f"{name}-{slip.number}-{mark}",
        "printer": name,
        "number": slip.number,
        "columns": slip.columns,
        "size": len(slip.data),
        "lines": slip.lines,
        "qr_contents": slip.qr_contents,
        "unknown": [data.hex(" ") for data in slip.unknown],
        "picture": url_for("hardware.picture", name=name, number=slip.number, v=mark),
    }


def _unstored(response: Response) -> Response:
    """Slips may be a person's own papers: no browser keeps them."""
    response.headers["Cache-Control"] = "no-store"
    return response
