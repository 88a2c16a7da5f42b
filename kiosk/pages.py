"""The kiosk's page: one page that leads from the tiles to a number, and the content it shows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, render_template

from kiosk.content import kiosk_content
from shared.actions.paperless import paper_of
from shared.domain.account import Role
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.principals import current_principal, device_page, require


def create_blueprint() -> Blueprint:
    """``/kiosk`` and the content that the page fetches again when it comes home."""
    blueprint = Blueprint(
        "kiosk",
        __name__,
        url_prefix="/kiosk",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    @blueprint.get("", strict_slashes=False)
    @device_page(Role.KIOSK)
    def kiosk_page() -> str:
        return render_template("kiosk/kiosk.html", content=content_for(current_principal().name))

    @blueprint.get("/content")
    def kiosk_content_data() -> Response:
        return jsonify(content_for(require((Role.KIOSK,)).name))

    return blueprint


def content_for(kiosk: str) -> dict[str, Any]:
    """The content of one kiosk, by the name of its device, as of now."""
    hall = current_hall()

    def build(uow: UnitOfWork) -> dict[str, Any]:
        content = kiosk_content(uow.configuration(), kiosk, uow.now.local)
        return {
            **content,
            "phone_reachable": uow.address.phone_reachable,
            "lift_works": uow.hall.lift_works,
            "paper": asdict(paper_of(uow, kiosk)),
        }

    return hall.read(build)
