"""The pages of the staff: the counter console, and the office and manager pages beside it."""

from __future__ import annotations

from flask import Blueprint, render_template

from counter import manage, notice, office
from counter.console_data import console_data
from counter.notice import DESK_ROLES
from shared.web.context import current_hall
from shared.web.principals import current_principal, staff_page


def create_blueprint() -> Blueprint:
    """The console at ``/counter``, the offices' inbox at ``/office``, the manager's page at ``/manage``."""
    blueprint = Blueprint(
        "counter",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/counter/static",
    )

    @blueprint.get("/counter", strict_slashes=False)
    @staff_page(*DESK_ROLES)
    def console() -> str:
        hall = current_hall()
        data = hall.read(lambda uow: console_data(uow.configuration()))
        return render_template("counter/console.html", data=data, role=current_principal().role)

    notice.register(blueprint)
    office.register(blueprint)
    manage.register(blueprint)
    return blueprint
