"""Counters pressed at the hall and its model: who sits, who is called, and what becomes of the ticket."""

from __future__ import annotations

from typing import Any

from hall_model import AT_COUNTER, Press, Ticket
from modelled_hall import CLERKS, DESKS, Chance, ModelledHall
from modelled_tickets import aim, target


def seat(hall: ModelledHall, chance: Chance, who: str, number: int) -> None:
    """Somebody signs on at a counter."""
    path = f"/counters/{number}/sign-on"
    refusals = lambda: _cannot_sign_on(hall, who, number, {})  # noqa: E731
    hall.press(chance, path, who, {}, refusals, lambda _: _sign_on(hall, who, number))


def sit(hall: ModelledHall, chance: Chance) -> None:
    """Somebody signs on, off, pauses or goes on."""
    verb = chance.pick(("sign-on", "sign-on", "sign-on", "sign-on", "sign-off", "pause", "reopen", "reopen"))
    who, number = chance.pick(CLERKS), chance.pick(DESKS)
    if verb != "sign-on":
        who, number = hall.desk(chance)
    body: dict[str, Any] = {}
    if verb == "sign-on" and chance.pick((False, False, True)):
        body = {"take_over": True}
    elif verb == "sign-off":
        body = chance.pick(({}, {"hand_over": True}))
    elif verb == "pause":
        body = {"reason": "meal"}
    refusals, effect = {
        "sign-on": (_cannot_sign_on, _sign_on),
        "sign-off": (_cannot_leave, _leave),
        "pause": (_cannot_pause, _pause),
        "reopen": (_cannot_reopen, _reopen),
    }[verb]
    path = f"/counters/{number}/{verb}"
    hall.press(
        chance,
        path,
        who,
        body,
        lambda: refusals(hall, who, number, body),
        lambda _: effect(hall, who, number),
    )


def _cannot_sign_on(hall: ModelledHall, who: str, number: int, body: dict[str, Any]) -> set[str]:
    counter, found = hall.model.counters[number], set()
    if counter.clerk == who:
        return set()
    if counter.clerk is not None and not (body and who == "manager"):
        found.add("counter_taken")
    if any(other.clerk == who for other in hall.model.counters.values()):
        found.add("signed_on_elsewhere")
    return found


def _sign_on(hall: ModelledHall, who: str, number: int) -> None:
    counter = hall.model.counters[number]
    if counter.clerk != who:
        counter.clerk, counter.state = who, "open"


def _cannot_leave(hall: ModelledHall, who: str, number: int, body: dict[str, Any]) -> set[str]:
    found = hall.model.not_mine(who, number)
    if hall.model.present(number) is not None and not body:
        found.add("counter_has_ticket")
    return found


def _leave(hall: ModelledHall, who: str, number: int) -> None:
    counter = hall.model.counters[number]
    counter.clerk, counter.state = None, "closed"
    hall.model.free(number)


def _cannot_pause(hall: ModelledHall, who: str, number: int, body: dict[str, Any]) -> set[str]:
    found = hall.model.not_mine(who, number)
    if hall.model.present(number) is not None:
        found.add("counter_has_ticket")
    if hall.model.counters[number].state != "open":
        found.add("illegal_move")
    return found


def _pause(hall: ModelledHall, who: str, number: int) -> None:
    hall.model.counters[number].state = "paused"
    hall.model.free(number)


def _cannot_reopen(hall: ModelledHall, who: str, number: int, body: dict[str, Any]) -> set[str]:
    found = hall.model.not_mine(who, number)
    if hall.model.counters[number].state != "paused":
        found.add("illegal_move")
    return found


def _reopen(hall: ModelledHall, who: str, number: int) -> None:
    hall.model.counters[number].state = "open"


def call_next(hall: ModelledHall, chance: Chance) -> None:
    """End the present ticket and call the next."""
    who, number = hall.desk(chance)
    previous = chance.pick(("finish", "finish", "no_show", None))

    def refusals() -> set[str]:
        found, present = hall.model.not_calling(who, number), hall.model.present(number)
        if present is not None and previous is None:
            found.add("counter_has_ticket")
        if present is not None and previous == "no_show" and present.state != "called":
            found.add("illegal_move")
        return found

    def effect(found: dict[str, Any]) -> None:
        press, present = Press(who, hall.model.seconds, hall.era), hall.model.present(number)
        if present is not None:
            hall.model.end(press, present, str(previous))
        expected = hall.model.next_for(number)
        called = found.get("number")
        assert called == (expected and expected.number), (
            f"{number} at {hall.model.seconds} called {called}, not {expected}"
        )
        if expected is not None:
            hall.model.call(press, expected, number)
            hall.same(found, expected)

    body = {"previous": previous} if previous else {}
    hall.press(chance, f"/counters/{number}/call-next", who, body, refusals, effect)


def call_chosen(hall: ModelledHall, chance: Chance) -> None:
    """Call a number that the clerk chose."""
    who, number = hall.desk(chance)
    ticket = hall.some_ticket(chance)
    if ticket is None:
        return

    def refusals() -> set[str]:
        found, chosen = hall.model.not_calling(who, number), hall.model.today.get(ticket.number)
        if chosen is None:
            return found | {"unknown_ticket"}
        if hall.model.present(number) is not None:
            found.add("counter_has_ticket")
        if chosen.state not in ("waiting", "no_show"):
            found.add("not_waiting")
        elsewhere = number in hall.model.counters and chosen.floor != hall.model.counters[number].floor
        if chosen.step_free and elsewhere and chosen.floor is not None and not hall.model.lift_works:
            found.add("lift_is_out")
        return found

    def effect(found: dict[str, Any]) -> None:
        chosen = hall.model.today[ticket.number]
        press = Press(who, hall.model.seconds, hall.era)
        hall.model.call(press, chosen, number, chosen=True)
        hall.same(found, chosen)

    hall.press(chance, f"/counters/{number}/call", who, {"number": ticket.number}, refusals, effect)


def serve(hall: ModelledHall, chance: Chance) -> None:
    """A verb on the present ticket, sometimes with a wrong number in mind."""
    who, number = hall.desk(chance)
    states = {
        "recall": ("called",),
        "start": ("called",),
        "finish": AT_COUNTER,
        "no-show": ("called",),
        "hold": AT_COUNTER,
    }
    verb = chance.pick(("start", "start", "recall", "finish", "no-show", "hold"))
    named = hall.named(chance, number)

    def effect(found: dict[str, Any]) -> None:
        ticket = hall.model.present(number)
        assert ticket is not None
        press = Press(who, hall.model.seconds, hall.era)
        if verb in ("finish", "no-show"):
            hall.model.end(press, ticket, verb.replace("-", "_"))
            ticket.floor = found["floor"]
        else:
            after = {"recall": "called", "start": "serving", "hold": "held"}[verb]
            hall.model.move(press, ticket, verb, after, number)
            ticket.calls += verb == "recall"
        hall.same(found, ticket)

    body = {"ticket": named} if named else {}
    path = f"/counters/{number}/{verb}"
    not_here = lambda: hall.model.not_here(who, number, named, states[verb])  # noqa: E731
    hall.press(chance, path, who, body, not_here, effect)


def send_on(hall: ModelledHall, chance: Chance) -> None:
    """Transfer, put back, or send to the next stop what is here or held here."""
    who, number = hall.desk(chance)
    verb, named = chance.pick(("transfer", "requeue", "next-stop")), hall.named(chance, number)
    body = target(hall, chance, verb)
    if verb == "next-stop" and chance.pick((False, True)):
        body = {"service_id": "1.10.1"}
    if named:
        body = {**body, "ticket": named}
    where = {name: value for name, value in body.items() if name != "ticket"}

    def ticket() -> Ticket | None:
        if verb == "next-stop":
            present = hall.model.present(number)
            return present if present is not None and named in (None, present.number) else None
        return hall.model.here_or_held(number, named)

    def refusals() -> set[str]:
        found, meant = hall.model.not_mine(who, number), ticket()
        if meant is None:
            found.add("not_at_this_counter")
        elif verb == "next-stop" and meant.state != "serving":
            found.add("illegal_move")
        planned = meant is not None and bool(meant.planned)
        if verb != "requeue" and not where and not (verb == "next-stop" and planned):
            found.add("target_missing")
        return found

    def effect(found: dict[str, Any]) -> None:
        meant, press = ticket(), Press(who, hall.model.seconds, hall.era)
        assert meant is not None
        if verb == "next-stop":
            hall.model.next_stop(press, meant, where.get("service_id", meant.service) if where else None)
            meant.for_counter, meant.floor = where.get("counter"), found["floor"]
        else:
            hall.model.move(press, meant, verb, "waiting")
            aim(hall, meant, verb, where, found)
        hall.same(found, meant)

    hall.press(chance, f"/counters/{number}/{verb}", who, body, refusals, effect)


def resume(hall: ModelledHall, chance: Chance) -> None:
    """Take a held ticket back; at a busy counter it becomes that counter's next."""
    who, number = hall.desk(chance)
    ticket = hall.some_ticket(chance, "held")
    if ticket is None:
        return

    def refusals() -> set[str]:
        found, meant = hall.model.not_calling(who, number), hall.model.today.get(ticket.number)
        if meant is None:
            return found | {"unknown_ticket"}
        return found if meant.state == "held" else found | {"illegal_move"}

    def effect(found: dict[str, Any]) -> None:
        meant, press = hall.model.today[ticket.number], Press(who, hall.model.seconds, hall.era)
        if hall.model.present(number) is not None:
            hall.model.move(press, meant, "requeue", "waiting")
            meant.for_counter = number
        else:
            hall.model.move(press, meant, "resume", "called", number)
            meant.for_counter, meant.calls, meant.called_to = None, meant.calls + 1, number
        hall.same(found, meant)

    hall.press(chance, f"/counters/{number}/resume", who, {"ticket": ticket.number}, refusals, effect)


def undo(hall: ModelledHall, chance: Chance) -> None:
    """Take the press back that last moved a ticket."""
    who, number = hall.desk(chance)
    own = [ticket for ticket in hall.model.today.values() if ticket.last and ticket.last.who == who]
    fresh = sorted(own, key=lambda ticket: ticket.last.at if ticket.last else 0.0)[-3:]
    ticket = chance.pick(fresh) if fresh and chance.often(5) else hall.some_ticket(chance)
    if ticket is None or (ticket.last is not None and ticket.last.era != hall.era):
        return

    def effect(found: dict[str, Any]) -> None:
        hall.model.undo(who, ticket.number)
        hall.same(found, hall.model.today[ticket.number])

    refusals = lambda: hall.model.cannot_undo(who, number, ticket.number)  # noqa: E731
    hall.press(chance, f"/counters/{number}/undo", who, {"ticket": ticket.number}, refusals, effect)
