"""The pulse that sends boards: stopped it rests, and what could not be sent is due again."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from conftest import Web
from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy import text

from display.sockets import DisplayNamespace
from shared.actions.hall_day import switch_lift
from shared.web.live import Pulse

PATIENCE_SECONDS = 10.0
#: So long something that must not happen is given to happen.
MOMENT_SECONDS = 0.2


def test_whoever_stops_a_pulse_waits_for_its_work_and_none_begins_afterwards() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(PATIENCE_SECONDS)

    pulse = Pulse(SocketIO(Flask("hall"), async_mode="threading"), work)
    pulse.ask()
    assert begun.wait(PATIENCE_SECONDS)
    begun.clear()
    stopping = threading.Thread(target=pulse.stop)
    stopping.start()
    pulse.ask()
    stopping.join(MOMENT_SECONDS)
    assert stopping.is_alive()
    may_end.set()
    stopping.join(PATIENCE_SECONDS)
    assert not stopping.is_alive()
    assert not begun.wait(MOMENT_SECONDS)


class Told(logging.Handler):
    """Notes that a line was written to the log."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.told.set()


def boards_of(client: Any) -> list[dict[str, Any]]:
    """The boards that a wall was sent since it was last asked."""
    received = client.get_received("/display")
    return [event["args"][0] for event in received if event["name"] == "board"]


def test_a_board_that_could_not_be_built_is_sent_at_the_next_turn(web: Web) -> None:
    parts, told = web.app.extensions["parts"], Told()
    walls = next(part for part in parts.live if isinstance(part, DisplayNamespace))
    store = parts.hall.store
    client = parts.socketio.test_client(
        web.app, namespace="/display", auth={"token": web.house.tokens["wall"]}
    )
    assert boards_of(client)
    logging.getLogger("shared.web.live").addHandler(told)
    try:
        with store.writer.begin() as connection:
            connection.execute(text("ALTER TABLE calls RENAME TO calls_away"))
        store.transact(lambda uow: switch_lift(uow, web.house.actors["manager"], works=False))
        assert told.told.wait(PATIENCE_SECONDS)
    finally:
        logging.getLogger("shared.web.live").removeHandler(told)
        with store.writer.begin() as connection:
            connection.execute(text("ALTER TABLE calls_away RENAME TO calls"))
    assert boards_of(client) == []
    walls.start()
    until = time.monotonic() + PATIENCE_SECONDS
    while not (boards := boards_of(client)) and time.monotonic() < until:
        # The library's client has no event for what arrives.
        time.sleep(0.05)
    assert [board["lift_works"] for board in boards] == [False]
