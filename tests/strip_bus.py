"""A bus with strips on it: the far end of a pseudo terminal, whose frames are read back and sorted."""

from __future__ import annotations

import os
import select
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 20.0


class StripBus:
    """Frames ``3A address length text sum 0A``, the sum over address to text, taken as strips would."""

    FRAME = "3A {address} {length} {text} {sum} 0A"
    SETTINGS: dict[str, Any] = {"frame": FRAME, "checksum": "sum8", "over": "address..text"}

    def __init__(self, port: Path) -> None:
        """``port`` is a name that stays the same when the adapter is plugged in anew."""
        self.port = port
        self.shown: dict[int, str] = {}
        self.frames: list[tuple[float, int, str]] = []
        self._waiting = b""
        self._far: int | None = None
        self.plug_in()

    @property
    def address(self) -> str:
        """The line's address as it stands in settings."""
        return f"serial://{self.port}?baud=9600"

    def plug_in(self) -> None:
        """The adapter appears; its strips show nothing yet."""
        self._far, near = os.openpty()
        tty.setraw(near)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(near))
        os.close(near)
        self.shown, self._waiting = {}, b""

    def unplug(self) -> None:
        """The adapter is pulled out."""
        if self._far is not None:
            os.close(self._far)
            self.port.unlink()
            self._far = None

    def await_that(self, holds: Callable[[], bool]) -> bool:
        """Read frames until something holds; False when it does not in time."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > until:
                return False
            self._read(until)
        return True

    def await_text(self, address: int, text: str) -> None:
        """Read until a strip shows this."""
        assert self.await_that(lambda: self.shown.get(address) == text), self.shown

    def _read(self, until: float) -> None:
        assert self._far is not None
        ready, _, _ = select.select([self._far], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return
        try:
            self._waiting += os.read(self._far, 4096)
        except OSError:
            # Nobody holds the near end just now.
            select.select([], [], [], 0.01)
        while self._take():
            pass

    def _take(self) -> bool:
        if len(self._waiting) < 3 or len(self._waiting) < 5 + self._waiting[2]:
            return False
        size = 5 + self._waiting[2]
        frame, self._waiting = self._waiting[:size], self._waiting[size:]
        assert (frame[0], frame[-1]) == (0x3A, 0x0A), frame.hex(" ")
        assert sum(frame[1:-2]) & 0xFF == frame[-2], frame.hex(" ")
        address, text = frame[1], frame[3:-2].decode("gb2312")
        self.shown[address] = text
        self.frames.append((time.monotonic(), address, text))
        return True
