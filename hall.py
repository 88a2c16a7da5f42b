"""The roof of the Baiyin one-thing hall: wires everything, and joins the commands into ``hall``."""

from __future__ import annotations

import sys

if sys.argv[1:2] in (["serve"], ["demo"]):
    # Servers run on one event loop; the standard library must be prepared before anything is loaded.
    from gevent import monkey

    monkey.patch_all()
elif sys.argv[1:2] == ["agent"]:
    # An agent runs where nothing else of the hall need be installed, so nothing else is loaded.
    from hardware.agent_command import run_agent_command

    run_agent_command(sys.argv[2:])

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

import click
from flask import Flask
from flask_socketio import SocketIO

import counter.api
import counter.card_api
import counter.case_api
import counter.pages
import counter.sockets
import display.api
import display.pages
import display.sockets
import hardware.pages
import hardware.sockets
import kiosk.api
import kiosk.pages
import kiosk.phone
import kiosk.sockets
from hardware.agent_command import agent_command
from hardware.agent_desk import AgentDesk
from hardware.agent_words import NAMESPACE
from hardware.examining import examine
from hardware.printer_worker import DEADLINE_SECONDS, utc_now
from hardware.sign_trial import try_line
from hardware.signs import Signs
from hardware.spooler import Spooler
from hardware.transport import Surroundings, Transport, check_address, link_opener, open_transport
from hardware.virtual_command import virtual_printer_command
from hardware.virtual_printer import VirtualPrinters
from shared.actions.devices import StoreReports
from shared.actions.signs import plan_signs
from shared.commands.accounts import account_commands
from shared.commands.catalogue import catalogue_group
from shared.commands.checking import check_command
from shared.commands.demo import demo_command
from shared.commands.founding import init_command
from shared.commands.print_test import print_test_command
from shared.commands.serving import serve_command
from shared.commands.sign_test import sign_test_command
from shared.commands.verify import verify_command
from shared.commands.wiring import Parts
from shared.domain.account import Role
from shared.domain.adapting import one_printer
from shared.domain.clock import Clock, SystemClock
from shared.domain.devices import DeviceState, PaperState, PrinterSettings, PrintJob
from shared.domain.events import BoardChanged, SlipOrdered
from shared.domain.owner import new_owner
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.web import hall_api, health, packets, session_api, upkeep_api
from shared.web.agents import AgentsAtHall
from shared.web.application import new_flask, publish_description
from shared.web.bodies import LARGEST
from shared.web.build import build_of
from shared.web.context import Hall, install_hall
from shared.web.look_out import LookOut
from shared.web.message_queue import MessageQueue
from shared.web.press_limits import PressLimits
from shared.web.principals import staff_guard, staff_proof
from shared.web.security import TrustedProxies, origin_rule
from shared.web.settings import Settings
from shared.web.silence import SilenceWatch
from shared.web.socket_limits import SocketLimits
from shared.web.timekeeping import TimeKeeper

VERSION = "0.1.0"
_ROOT = Path(__file__).parent
#: What has pages.
_PAGES = tuple(_ROOT / name for name in ("kiosk", "display", "counter", "hardware", "shared/web"))
#: So long a printer may take to answer ``hall check``.
ANSWER_SECONDS = 5.0
VIRTUAL_PRINTER_ROLES = (Role.DUTY_MANAGER, Role.ADMINISTRATOR)
_APIS = (
    session_api.api,
    hall_api.api,
    upkeep_api.api,
    kiosk.api.api,
    counter.api.api,
    counter.card_api.api,
    counter.case_api.api,
    display.api.api,
)


def create_app(
    settings: Settings, clock: Clock | None = None, demo_tokens: Mapping[str, str] | None = None
) -> Flask:
    """The application of one server process; nothing runs in the background until :func:`start`."""
    clock = clock or SystemClock()
    keyring = load_keyring(settings.data_dir, settings.secret_key)
    adapt = one_printer(settings.printer) if settings.printer else None
    store = Store(settings.database_url, keyring, clock, settings.address(), adapt)
    hall = Hall(
        settings=settings,
        store=store,
        clock=clock,
        limits=PressLimits(on=settings.press_limits),
        demo_tokens=demo_tokens or {},
        build=build_of(VERSION, _PAGES),
    )
    if settings.printer:
        check_address(settings.printer)
    app = new_flask(LARGEST, hall.build)
    install_hall(app.extensions, hall)
    printers = VirtualPrinters()
    _register(app, hall, printers)
    app.extensions["parts"] = _wire(app, hall, printers)
    return app


def start(app: Flask) -> Parts:
    """Begin what runs beside requests: printing and the walls' heartbeat."""
    parts: Parts = app.extensions["parts"]
    parts.start()
    return parts


def _register(app: Flask, hall: Hall, printers: VirtualPrinters) -> None:
    """Every page and every address of the API."""
    for api in _APIS:
        app.register_blueprint(api.blueprint)
    publish_description(app, _APIS, VERSION)
    app.register_blueprint(session_api.sign_in_pages)
    app.register_blueprint(health.health)
    app.register_blueprint(kiosk.pages.create_blueprint())
    app.register_blueprint(kiosk.phone.create_blueprint())
    app.register_blueprint(counter.pages.create_blueprint())
    app.register_blueprint(display.pages.create_blueprint())
    # A slip holds the code that opens its ticket: in a hall it is for those who look after devices.
    guard = staff_guard(*VIRTUAL_PRINTER_ROLES, open_in_demo=True)
    changes = staff_proof(*VIRTUAL_PRINTER_ROLES, open_in_demo=True)
    app.register_blueprint(hardware.pages.create_blueprint(printers, guard, changes))


def _wire(app: Flask, hall: Hall, printers: VirtualPrinters) -> Parts:
    """Sockets and printers, joined to the hall by its events."""
    settings = hall.settings
    socketio = SocketIO(
        app,
        async_mode=settings.async_mode,
        cors_allowed_origins=origin_rule(settings),
        max_http_buffer_size=100_000,
        ping_interval=5,
        ping_timeout=3,
        manage_session=False,
        json=packets,
    )
    if settings.async_mode == "gevent":
        # Loaded here: whatever only describes the application does without gevent.
        from shared.web.links import guard_links

        guard_links(socketio, (*display.sockets.LATEST_WINS, *counter.sockets.LATEST_WINS))
    SocketLimits(socketio)
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    walls = display.sockets.DisplayNamespace(hall, socketio)
    kiosks = kiosk.sockets.KioskNamespace(hall, socketio)
    staff = counter.sockets.CounterNamespace(hall, socketio)
    for namespace in (walls, kiosks, staff):
        socketio.on_namespace(namespace)
    spawn = socketio.start_background_task
    bell = MessageQueue(settings.message_queue, spawn) if settings.message_queue else None
    look_out = LookOut(hall, socketio, bell)
    reports, desk = StoreReports(hall.store), AgentDesk()

    def open_printer(printer: PrinterSettings) -> Transport:
        return open_transport(printer, printers, desk)

    spooler = Spooler(reports, open_printer, new_owner())
    at_hall = AgentsAtHall(hall, socketio, NAMESPACE, spooler, desk.read_card)
    agents = hardware.sockets.AgentsNamespace(socketio, desk, at_hall)
    socketio.on_namespace(agents)
    hall.store.listeners.on(SlipOrdered, lambda event: spooler.wake(event.printer))
    signs = Signs(reports, lambda: hall.read(plan_signs), new_owner())
    hall.store.listeners.on(BoardChanged, lambda _: signs.wake())
    live = (TimeKeeper(hall, socketio), SilenceWatch(hall, socketio), walls, kiosks, agents, look_out, signs)
    return Parts(app, hall, socketio, spooler, reports, live, (signs, walls, staff, at_hall), printers)


def _ask_printer(printer: PrinterSettings) -> tuple[DeviceState, Sequence[tuple[str, str]]]:
    """What a printer answers now: its state, and its answers."""
    if printer.agent:
        condition = open_transport(printer, VirtualPrinters()).check(monotonic())
        return condition.state, [("状态", condition.detail)]
    open_link = link_opener(printer, Surroundings(VirtualPrinters()))
    try:
        examination = examine(printer, open_link, monotonic() + ANSWER_SECONDS)
    finally:
        open_link.close()
    return examination.state, examination.lines


def _print_now(printer: PrinterSettings, document: Mapping[str, object]) -> tuple[PaperState, str]:
    """Print straight from here: what became of it, and why."""
    transport = open_transport(printer, VirtualPrinters())
    job = PrintJob(0, printer, document, utc_now(), attempt=1)
    try:
        delivery = transport.deliver(job, monotonic() + DEADLINE_SECONDS)
    finally:
        transport.close()
    return delivery.state, delivery.detail


def commands() -> click.Group:
    """The command ``hall`` with all its parts."""
    group = click.Group("hall", help="白银区人社局办事大厅：取号、叫号、打包一件事。")
    group.add_command(demo_command(create_app, start))
    group.add_command(serve_command(create_app, start, check_address))
    group.add_command(agent_command())
    group.add_command(init_command(check_address))
    group.add_command(check_command(create_app, _ask_printer))
    group.add_command(print_test_command(_print_now))
    group.add_command(sign_test_command(try_line))
    group.add_command(virtual_printer_command())
    group.add_command(verify_command())
    group.add_command(catalogue_group())
    for command in account_commands():
        group.add_command(command)
    return group


def main() -> None:
    """Run ``hall``."""
    commands().main(prog_name="hall")


if __name__ == "__main__":
    main()
