"""A printer without hardware: it reads the same bytes, keeps the paper, answers, and fails on request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from hardware.virtual_engine import Engine
from hardware.virtual_faults import Fault, Figures
from hardware.virtual_log import VisitLog
from hardware.virtual_paper import CutSlip, Ending
from hardware.virtual_status import Shape
from shared.domain.clock import Clock, SystemClock
from shared.domain.devices import DOTS_PER_COLUMN

__all__ = ["CutSlip", "Fault", "VirtualPrinter", "VirtualPrinters"]

COLUMNS_80_MM = 24
"""The width of a virtual printer of which nothing else is said."""


class VirtualPrinter:
    """One printer, with the last 50 pieces of its paper; safe to use from several threads.

    ``dots`` is the printable width, else ``columns`` of 24; ``encoding`` is what its character ROM holds.
    Bytes wait in a receive buffer while nothing can be printed, and are printed when the fault is mended;
    a reset throws them away, an orderly end does not.
    """

    def __init__(
        self,
        name: str,
        columns: int = COLUMNS_80_MM,
        *,
        dots: int | None = None,
        encoding: str = "gb18030",
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self.dots = dots or columns * DOTS_PER_COLUMN
        self.encoding = encoding
        told = clock or SystemClock()
        self._log = VisitLog(lambda: told.now().at)
        self._engine = Engine(self.dots, encoding, self._log)
        self._changed = threading.Condition(threading.RLock())
        self._watchers: list[Callable[[], None]] = []

    @property
    def columns(self) -> int:
        """The width in Chinese characters."""
        return self.dots // DOTS_PER_COLUMN

    @property
    def slips(self) -> tuple[CutSlip, ...]:
        """The slips that came out whole, oldest first."""
        return tuple(piece for piece in self.pieces if piece.ending is not Ending.LEFT)

    @property
    def pieces(self) -> tuple[CutSlip, ...]:
        """Every piece of paper that came off, also what broken connections left, oldest first."""
        with self._changed:
            self._engine.go_on()
            return tuple(self._engine.head.pieces)

    @property
    def hanging(self) -> CutSlip | None:
        """The paper since the last cut, None when nothing is printed on it."""
        with self._changed:
            self._engine.go_on()
            return self._engine.head.hanging

    @property
    def faults(self) -> frozenset[Fault]:
        """What is wrong now."""
        with self._changed:
            return frozenset(self._engine.faults)

    @property
    def figures(self) -> Figures:
        """The figures of the faults that have some."""
        with self._changed:
            return self._engine.figures

    @property
    def shape(self) -> Shape:
        """What the printer's sensors see now."""
        with self._changed:
            self._engine.go_on()
            return self._engine.shape

    @property
    def confused(self) -> bool:
        """True when this connection has sent a command that the printer does not know."""
        with self._changed:
            return self._engine.confused

    @property
    def connected(self) -> bool:
        """Whether somebody is connected now."""
        with self._changed:
            return self._engine.connected

    @property
    def waiting(self) -> int:
        """Bytes that were taken and are not printed."""
        with self._changed:
            self._engine.go_on()
            return self._engine.waiting

    @property
    def visits(self) -> list[dict[str, Any]]:
        """What passed between the printer and whoever connected, newest first."""
        with self._changed:
            self._engine.go_on()
            return self._log.as_data()

    def slip(self, number: int) -> CutSlip | None:
        """The piece of that number, hanging or off, or None when it never was or is thrown away."""
        pieces = (*self.pieces, *filter(None, [self.hanging]))
        return next((piece for piece in pieces if piece.number == number), None)

    def break_down(self, fault: Fault, **figures: float) -> None:
        """Let a fault appear, with its figures (see ``Figures``); raises UnknownFault."""
        self.switch({fault: True, **figures})

    def repair(self, fault: Fault) -> None:
        """Mend a fault; new paper also ends the wait for the paper's end."""
        roll = {"paper_out_after": None} if fault is Fault.PAPER_OUT else {}
        self.switch({fault: False, **roll})

    def run_out_after(self, size: int) -> None:
        """Let the paper end after ``size`` more bytes of print."""
        self.switch({"paper_out_after": size})

    def switch(self, wanted: Mapping[str, object]) -> None:
        """Turn several switches at once (see ``read_changes``); raises UnknownFault, then none is turned."""
        with self._changed:
            self._engine.go_on()
            self._engine.switch(wanted)
            self._engine.go_on()
            self._changed.notify_all()
            watchers = list(self._watchers)
        for watcher in watchers:
            watcher()

    def tear_off(self) -> CutSlip | None:
        """Tear off the paper that hangs out; None when nothing is printed on it."""
        with self._changed:
            head = self._engine.head
            return head.take_off(Ending.TORN) if head.hanging else None

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call ``watcher`` after every switch; the answer ends that."""

        def end() -> None:
            with self._changed:
                self._watchers.remove(watcher)

        with self._changed:
            self._watchers.append(watcher)
        return end

    def connect(self, via: str = "本程序") -> None:
        """Begin a connection; one that has not been ended counts as reset.

        Raises ConnectionRefusedError (``refuse``) or TimeoutError (``power_off``).
        """
        with self._changed:
            engine = self._engine
            if engine.connected:
                self.disconnect(reset=True)
            if Fault.REFUSE in engine.faults:
                raise ConnectionRefusedError("the virtual printer refuses connections")
            if Fault.POWER_OFF in engine.faults:
                raise TimeoutError("the virtual printer is switched off")
            engine.go_on()
            engine.begin()
            engine.connected = True
            self._log.begin(via)
            if engine.half_command:
                self._log.note(f"上一个连接留下半条指令（{engine.half_command} 字节），已丢弃", "trouble")
                engine.throw_away()

    def disconnect(self, *, reset: bool = False) -> None:
        """End a connection: in order, or by a reset, which throws away what is not printed."""
        with self._changed:
            engine = self._engine
            if not engine.connected:
                return
            engine.go_on()
            lost, ours = engine.waiting, engine.broken_off
            if reset or ours:
                engine.throw_away()
                who = "打印机一方" if ours else "对方"
                self._log.end(f"{who}重置了连接" + (f"，丢弃 {lost} 字节" if lost else ""))
            else:
                self._log.end("正常断开" + (f"，还有 {lost} 字节没打" if lost else ""))
            engine.connected = False
            engine.begin()

    @property
    def room(self) -> int:
        """How many bytes the printer reads now."""
        with self._changed:
            self._engine.go_on()
            away = Fault.BLACK_HOLE in self._engine.faults or self._engine.broken_off
            return 0 if away else self._engine.room

    @property
    def broken_off(self) -> bool:
        """Whether the printer resets this connection by itself."""
        with self._changed:
            return self._engine.broken_off

    def take(self, data: bytes) -> int:
        """Take as many bytes as there is room for, obey what is real-time, and print; the number taken."""
        with self._changed:
            self._engine.go_on()
            if Fault.BLACK_HOLE in self._engine.faults:
                # The network's own buffers took them, and nobody ever reads those.
                self._log.note(f"有 {len(data)} 字节没有人读", "trouble")
                return len(data)
            return self._engine.accept(data[: self._engine.room])

    def receive(self, data: bytes) -> bytes:
        """Take all bytes whatever the room, print what they say, and give the answers that are due."""
        with self._changed:
            self._engine.accept(data)
            return self._engine.answers()

    def answers(self) -> bytes:
        """The answers that are due now; each is given once."""
        with self._changed:
            self._engine.go_on()
            return self._engine.answers()

    def next_event(self) -> float | None:
        """Seconds until an answer falls due or the next bytes are printed; None: nothing will by itself."""
        with self._changed:
            return self._engine.next_event()

    def wait(self, seconds: float) -> None:
        """Wait until a switch is turned, at most so long."""
        with self._changed:
            self._changed.wait(seconds)


class VirtualPrinters(dict[str, VirtualPrinter]):
    """The virtual printers of one server by name; one that is asked for comes into being."""

    def named(self, name: str, columns: int = COLUMNS_80_MM, **shape: Any) -> VirtualPrinter:
        """The printer of that name, made with that width (and ``dots``, ``encoding``) when it is new."""
        if name not in self:
            self.setdefault(name, VirtualPrinter(name, columns, **shape))
        return self[name]
