"""The pages of the hall's screens; what they show comes live over the ``/display`` socket."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from display.entrance import floor_bands
from shared.domain.account import Role
from shared.domain.configuration import Configuration
from shared.domain.errors import Unknown
from shared.domain.sign import WORDS
from shared.web.context import current_hall
from shared.web.principals import device_page

THEMES = ("dark", "light")


class UnknownScreen(Unknown):
    """The hall has no such floor or counter, so there is no screen for it."""

    code = "unknown_screen"
    message = "本厅没有这个楼层或窗口，请检查屏幕的地址。"


def create_blueprint() -> Blueprint:
    """The entrance wall, the wall of a floor and the sign of a counter."""
    blueprint = Blueprint(
        "display",
        __name__,
        url_prefix="/display",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    @blueprint.get("", strict_slashes=False)
    @device_page(Role.DISPLAY)
    def wall() -> str:
        configuration = _configuration()
        wanted = request.args.get("floor")
        if wanted is not None:
            return _floor_wall(configuration, wanted)
        bands = floor_bands(configuration)
        return render_template(
            "display/entrance.html", bands=bands, hall=configuration.site.name, theme=_theme()
        )

    @blueprint.get("/counter/<int:number>")
    @device_page(Role.SIGN)
    def sign(number: int) -> str:
        counters = {counter.number: counter for counter in _configuration().site.counters}
        if number not in counters:
            raise UnknownScreen(counter=number)
        return render_template("display/sign.html", counter=counters[number], words=WORDS, theme=_theme())

    return blueprint


def _configuration() -> Configuration:
    return current_hall().read(lambda uow: uow.configuration())


def _floor_wall(configuration: Configuration, wanted: str) -> str:
    floors = {str(floor.number): floor for floor in configuration.site.floors}
    if wanted not in floors:
        raise UnknownScreen(floor=wanted)
    return render_template("display/floor.html", floor=floors[wanted], theme=_theme())


def _theme() -> str:
    """The theme that the address asks for; a screen is set up once, so a wrong word means the default."""
    wanted = request.args.get("theme", "")
    return wanted if wanted in THEMES else THEMES[0]
