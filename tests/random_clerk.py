"""A clerk who does at random whatever the state table allows, and knows what must be there afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from keepalive import API, Answer, Clerk
from random_pressing import SERVICES, Day, Presser

FLOORS = (1, 2, 3)
IDLE_SECONDS = 0.05


@dataclass
class Desk:
    """What a clerk believes to have before him."""

    number: str | None = None
    state: str = ""
    held: list[str] = field(default_factory=list)


@dataclass
class Undoable:
    """The last press at a counter: which number names it, how many rows it wrote, and what was before."""

    number: str
    rows: int
    before: Desk


class RandomClerk(Presser):
    """Does at random whatever the state table allows with the ticket at the counter, and much beside it."""

    def __init__(self, day: Day, base_url: str, clerk: Clerk, seed: int) -> None:
        super().__init__(day, base_url, clerk.token, seed)
        self._counter = clerk.counter
        self._desk = Desk()
        self._last: Undoable | None = None

    def work(self) -> None:
        """Press until every ticket is issued, nobody waits and nothing is held here."""
        while True:
            if self._desk.number is not None:
                self._handle()
            elif self.chance.random() < 0.35:
                self._do_besides()
            elif not self.call_next() and not self._wait_for_more():
                return

    def call_next(self, previous: str | None = None) -> bool:
        """End the present ticket, if there is one, and call; False when nobody waits."""
        before, ended = self._before(), self._desk.number
        answer = self._verb("call-next", {"previous": previous} if previous else {})
        if previous is not None:
            self._left(previous)
        called = answer.json["number"] if answer.status == 200 else None
        if called is not None:
            self._arrived(answer, "call")
        named = called or ended
        if named is not None:
            rows = (previous is not None) + (called is not None)
            self._last = Undoable(named, rows, before)
        return called is not None

    def serve_the_rest(self) -> None:
        """Finish and call until nobody waits."""
        while self.call_next("finish" if self._desk.number is not None else None):
            pass

    # With a ticket ---------------------------------------------------------------------------------

    def _handle(self) -> None:
        ways: list[tuple[float, Callable[[], object]]] = [
            (5.0, lambda: self.call_next("finish")),
            (1.5, lambda: self._end("finish", "finish")),
            (0.8, self._hold),
            (0.6, self._transfer),
            (0.3, lambda: self._end("requeue", "requeue")),
            (0.5, self._undo),
            (0.2, self._hand_over),
        ]
        if self._desk.state == "called":
            ways += [(2.0, self._start), (0.7, self._recall), (0.5, lambda: self._end("no-show", "no_show"))]
            ways += [(0.7, lambda: self.call_next("no_show"))]
        else:
            ways += [(0.8, self._next_stop)]
        if self._desk.held:
            ways += [(0.4, self._resume)]
        self._one_of(ways)

    def _do_besides(self) -> None:
        ways: list[tuple[float, Callable[[], object]]] = [
            (1.0, self._call_chosen),
            (1.0, self._reinstate),
            (0.4, self._take_for_somebody),
            (0.6, self._grant_priority),
            (0.3, self._pause),
            (0.2, self._hand_over),
            (0.5, self._undo),
        ]
        if self._desk.held:
            ways += [(2.0, self._resume)]
        self._one_of(ways)

    def _one_of(self, ways: list[tuple[float, Callable[[], object]]]) -> None:
        self.chance.choices([way for _, way in ways], [weight for weight, _ in ways])[0]()

    def _wait_for_more(self) -> bool:
        """Whether the day goes on for this clerk."""
        if self._desk.held:
            self._resume()
            return True
        return not self.day.all_issued.wait(IDLE_SECONDS)

    def _verb(self, verb: str, body: dict[str, Any], *refusals: str) -> Answer:
        return self.press(f"{API}/counters/{self._counter}/{verb}", body, *refusals)

    def _before(self) -> Desk:
        return Desk(self._desk.number, self._desk.state, list(self._desk.held))

    def _note(self, before: Desk, number: str, rows: int = 1) -> None:
        self._last = Undoable(number, rows, before)

    def _arrived(self, answer: Answer, verb: str) -> None:
        self._desk.number, self._desk.state = answer.json["number"], "called"
        self.day.note_done(verb)
        self.day.note_call(answer.json["announcement"], self.begun)

    def _left(self, verb: str) -> None:
        number, self._desk.number = self._desk.number, None
        assert number is not None
        self.day.note_done(verb)
        if verb == "no_show":
            self.day.note_missed(number)

    def _start(self) -> None:
        before, number = self._before(), self._desk.number
        self._verb("start", {"ticket": number})
        self.day.note_done("start")
        self._desk.state = "serving"
        self._note(before, str(number))

    def _recall(self) -> None:
        answer = self._verb("recall", {"ticket": self._desk.number})
        self.day.note_done("recall")
        self.day.note_call(answer.json["announcement"], self.begun)
        self._last = None

    def _end(self, verb: str, in_ledger: str, **target: Any) -> None:
        before, number = self._before(), self._desk.number
        self._verb(verb, {"ticket": number, **target})
        self._left(in_ledger)
        self._note(before, str(number))

    def _hold(self) -> None:
        number = str(self._desk.number)
        self._end("hold", "hold")
        self._desk.held.append(number)

    def _transfer(self) -> None:
        targets: list[dict[str, Any]] = [
            {"service_id": self.chance.choice(SERVICES)},
            {"counter": self.chance.randint(1, self.day.counters)},
            {"floor": self.chance.choice(FLOORS)},
        ]
        self._end("transfer", "transfer", **self.chance.choice(targets))

    def _next_stop(self) -> None:
        targets: list[dict[str, Any]] = [
            {"service_id": "1.10.1"},
            {"service_id": "advice", "floor": self.chance.choice(FLOORS)},
            {"counter": self.chance.randint(1, self.day.counters)},
        ]
        self._end("next-stop", "next_stop", **self.chance.choice(targets))

    def _resume(self) -> None:
        """Take a held ticket back; at a busy counter it becomes the next instead."""
        before, number = self._before(), self._desk.held.pop(0)
        answer = self._verb("resume", {"ticket": number})
        if self._desk.number is None:
            self._arrived(answer, "resume")
        else:
            self.day.note_done("requeue")
        self._note(before, number)

    def _undo(self) -> None:
        """Take the last press back, unless somebody has gone on with its ticket or time is over."""
        last, self._last = self._last, None
        if last is None:
            return
        refusals = ("undo_too_late", "not_your_press", "nothing_to_undo", "counter_has_ticket")
        answer = self._verb("undo", {"ticket": last.number}, *refusals)
        if answer.status == 200:
            self._desk = last.before
            self.day.note_done("undo", last.rows)
        else:
            self.day.note_refused("undo", answer)

    def _hand_over(self) -> None:
        """Leave everything to whoever comes next, who is the same clerk; it is all there."""
        self._verb("sign-off", {"hand_over": True})
        found = self._verb("sign-on", {}).json
        present = found["ticket"]["number"] if found["ticket"] else None
        held = {ticket["number"] for ticket in found["held"]}
        if present != self._desk.number or held != set(self._desk.held):
            self.day.wrong.append(f"handed over {self._desk}, received {present} and {held}")
        self.day.note_done("sign_off")
        self.day.note_done("sign_on")

    # With none -------------------------------------------------------------------------------------

    def _call_chosen(self) -> None:
        """Call one of the latest numbers, which others may want at the same time."""
        latest = self.day.issued[-8:]
        if latest:
            before = self._before()
            answer = self._verb("call", {"number": self.chance.choice(latest)}, "not_waiting")
            if answer.status == 200:
                self._arrived(answer, "call")
                self._note(before, str(self._desk.number))
            else:
                self.day.note_refused("call", answer)

    def _reinstate(self) -> None:
        number = self.day.take_missed(self.chance)
        if number is not None:
            answer = self.press(f"{API}/tickets/{number}/reinstate", {}, "illegal_move")
            if answer.status == 200:
                self._moved_besides(number)
                self.day.note_done("reinstate")
            else:
                self.day.note_refused("reinstate", answer)

    def _moved_besides(self, number: str) -> None:
        """An undo would take back this press now, and not the one that is remembered."""
        if self._last is not None and self._last.number == number:
            self._last = None

    def _take_for_somebody(self) -> None:
        """A number by hand, from paper or with priority."""
        if not self.day.begin_ticket():
            return
        body: dict[str, Any] = {"service_id": self.chance.choice(SERVICES)}
        if self.chance.random() < 0.5:
            body["hand_number"] = f"H{next(self.day.hands)}"
        else:
            body["priority"] = {"reason_code": "elderly"}
        self.take_ticket(body)

    def _grant_priority(self) -> None:
        latest = self.day.issued[-8:]
        if latest:
            number = self.chance.choice(latest)
            answer = self.press(f"{API}/tickets/{number}/priority", {"reason_code": "elderly"}, "not_in_line")
            if answer.status == 200:
                self._moved_besides(number)
                self.day.note_done("priority")
            else:
                self.day.note_refused("priority", answer)

    def _pause(self) -> None:
        self._verb("pause", {"reason": "meal"})
        self._verb("reopen", {})
        self.day.note_done("pause")
        self.day.note_done("reopen")
