"""Displays that all come back at once, as after a power cut: each tries until it has its floor's board.

Run as a program: address, token and number of displays are its arguments. It writes one line of JSON with the
second in which each was in, and how often the hall told one to come again.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import http.client
import json
import random
import resource
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import gevent
import websocket
from gevent.event import Event

#: The screens' own times, in seconds, and what they ask for first (shared/web/static/js/hall.js).
ATTEMPT_SECONDS, PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.2, 0.4, 1.0
QUESTION = "/static/js/hall.js"
PATIENCE_SECONDS = 60.0


class Returning:
    """All displays, and when each of them was in."""

    def __init__(self, base_url: str, token: str, count: int) -> None:
        self._host = urlsplit(base_url).netloc
        self._address = base_url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self._auth = json.dumps({"token": token})
        self._began = time.perf_counter()
        self.arrived: list[float] = []
        self.all_arrived = Event()
        self._count = count
        self.turned_away = 0

    def come_in(self) -> None:
        """Try until the board is there, then stay and give signs of life."""
        asking = http.client.HTTPConnection(self._host, timeout=ATTEMPT_SECONDS)
        link, rest = None, PAUSE_SECONDS
        while link is None:
            # As a screen rests between two questions.
            gevent.sleep(rest * random.uniform(0.5, 1.5))
            asked = time.perf_counter()
            is_there = _answers(asking)
            quick = time.perf_counter() - asked < ATTEMPT_SECONDS / 2
            rest = min(rest * 1.5, LONGEST_PAUSE_SECONDS) if quick else PAUSE_SECONDS / 2
            link = self._attempt() if is_there else None
            self.turned_away += link is None
        self.arrived.append(time.perf_counter() - self._began)
        if len(self.arrived) == self._count:
            self.all_arrived.set()
        link.settimeout(PATIENCE_SECONDS)
        while True:
            if link.recv() == "2":
                link.send("3")

    def _attempt(self) -> Any:
        link: Any = None
        try:
            link = websocket.create_connection(self._address, timeout=ATTEMPT_SECONDS)
            link.recv()
            link.send(f"40/display,{self._auth}")
            link.send('42/display,["watch",{"floor":2}]')
            while '"floor":2,"calls"' not in str(link.recv()):
                pass
        except (OSError, websocket.WebSocketException):
            if link is not None:
                link.shutdown()
            return None
        return link


def _answers(asking: http.client.HTTPConnection) -> bool:
    try:
        asking.request("HEAD", QUESTION)
        answer = asking.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        asking.close()
        return False
    return answer.status == http.client.OK


def main() -> None:
    """Let all come and write down when they were in."""
    base_url, token, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    returning = Returning(base_url, token, count)
    displays = [gevent.spawn(returning.come_in) for _ in range(count)]
    returning.all_arrived.wait(PATIENCE_SECONDS)
    print(json.dumps({"arrived": returning.arrived, "turned_away": returning.turned_away}), flush=True)
    gevent.killall(displays)


if __name__ == "__main__":
    main()
