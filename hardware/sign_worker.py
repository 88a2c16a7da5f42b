"""One line's worker: tells each strip what is new at once, and everything again now and then."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from hardware.aside import Aside
from hardware.link import LinkLost
from hardware.sign_links import SignLink
from shared.domain.devices import DeviceReports, DeviceState
from shared.domain.errors import HallError
from shared.domain.sign import LinePlan, Sign, SignLine
from shared.domain.sign.words import text_of

log = logging.getLogger(__name__)

OPEN_SECONDS = 2.0
SHOW_SECONDS = 1.0
AGAIN_SECONDS = 2.0
"""How often a line that is away is tried."""

CARE_SECONDS = 5.0
"""How often a line on which nothing is said is looked at."""

OpenLine = Callable[[SignLine, Aside, float], SignLink]


class SignWorker:
    """One line's thread."""

    def __init__(self, line: SignLine, reports: DeviceReports, open_line: OpenLine) -> None:
        self._line = line
        self._reports = reports
        self._open_line = open_line
        self._aside = Aside()
        self._news = threading.Condition()
        self._wanted: dict[Sign, str] = {}
        self._said: dict[Sign, str] = {}
        self._again: deque[Sign] = deque()
        self._owned = self._stopping = False
        self._link: SignLink | None = None
        self._linked: SignLine | None = None
        self._repeat_at = self._look_at = 0.0
        self._state: DeviceState | None = None
        self._thread = threading.Thread(target=self._run, name=f"signs-{line.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def tell(self, plan: LinePlan) -> None:
        """What the line's strips have to say from now on; the newest word counts."""
        wanted = {sign: text_of(face, plan.line.width) for sign, face in plan.faces}
        with self._news:
            if (wanted, plan.line) != (self._wanted, self._line):
                self._wanted, self._line = wanted, plan.line
                self._news.notify()

    def own(self, owned: bool) -> None:
        """Whether the line is this process's now; only its owner speaks on it."""
        with self._news:
            if owned != self._owned:
                # What another process told of it, and on it, is not known here.
                self._owned, self._state, self._look_at = owned, None, 0.0
                self._said.clear()
                self._news.notify()

    def stop(self, until: float) -> None:
        """End after the frame in hand; wait for it until then."""
        with self._news:
            self._stopping = True
            self._news.notify()
        self._thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        while True:
            self._wait()
            if self._stopping:
                break
            try:
                self._turn()
            except (OSError, LinkLost) as fault:
                self._fail(f"条屏线路断开：{fault}")
            except HallError as refusal:
                self._fail(refusal.text)
            except Exception:
                log.exception("a line of signs failed", extra={"line": self._line.name})
                self._fail("条屏程序出错，请看日志")
        self._let_go()
        self._aside.close()

    def _wait(self) -> None:
        """Until something is to be said, or the line is to be looked at."""
        with self._news:
            while not self._stopping:
                pause = self._pause()
                if pause is not None and pause <= 0:
                    return
                self._news.wait(pause)

    def _pause(self) -> float | None:
        if not self._owned:
            return 0.0 if self._link else None
        if self._link is not None and (self._linked != self._line or self._is_new()):
            return 0.0
        due = self._look_at if self._link is None else min(self._look_at, self._repeat_at)
        return due - time.monotonic()

    def _is_new(self) -> bool:
        return any(self._said.get(sign) != text for sign, text in self._wanted.items())

    def _turn(self) -> None:
        if not self._owned or (self._link is not None and self._linked != self._line):
            self._let_go()
        if self._owned:
            link = self._link or self._opened()
            self._say_all(link)
            if time.monotonic() >= self._look_at:
                link.check()
                self._look_at = time.monotonic() + CARE_SECONDS
            self._heard(DeviceState.OK, "")

    def _opened(self) -> SignLink:
        # Whatever comes of it, it is not tried in a hurry.
        self._look_at = time.monotonic() + AGAIN_SECONDS
        line = self._line
        self._link = self._open_line(line, self._aside, time.monotonic() + OPEN_SECONDS)
        self._linked, self._said = line, {}
        self._again.clear()
        self._repeat_at = time.monotonic() + line.repeat_seconds
        return self._link

    def _say_all(self, link: SignLink) -> None:
        """One strip after the other: those with news first, also while the others are told again."""
        if time.monotonic() >= self._repeat_at:
            self._again = deque(self._wanted)
            self._repeat_at = time.monotonic() + self._line.repeat_seconds
        while (chosen := self._next()) is not None:
            sign, text = chosen
            link.show(sign, text, time.monotonic() + SHOW_SECONDS)
            with self._news:
                self._said[sign] = text

    def _next(self) -> tuple[Sign, str] | None:
        with self._news:
            if self._stopping or not self._owned:
                return None
            for sign, text in self._wanted.items():
                if self._said.get(sign) != text:
                    return sign, text
            while self._again:
                sign = self._again.popleft()
                if sign in self._wanted:
                    return sign, self._wanted[sign]
            return None

    def _fail(self, detail: str) -> None:
        self._look_at = time.monotonic() + AGAIN_SECONDS
        self._let_go()
        self._heard(DeviceState.OFFLINE, detail)

    def _let_go(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _heard(self, state: DeviceState, detail: str) -> None:
        if state is self._state:
            return
        try:
            self._reports.device(self._line.device, state, detail)
        except Exception:
            # The database may be away for a while; the next turn tells it.
            log.exception("a line's state could not be told", extra={"line": self._line.name})
        else:
            self._state = state
