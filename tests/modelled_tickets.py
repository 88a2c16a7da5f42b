"""Tickets pressed at the hall and its model: taking numbers, and what holders and staff do with a place."""

from __future__ import annotations

from typing import Any

from hall_model import Press, Ticket
from modelled_hall import SERVICES, Chance, ModelledHall


def take_number(hall: ModelledHall, chance: Chance) -> None:
    """A kiosk, or staff with priority, a need, further stops or a number from paper."""
    who = chance.pick(("kiosk-1", "kiosk-2", "guide", "anna"))
    body: dict[str, Any] = {"service_id": chance.pick(tuple(SERVICES))}
    if not chance.often(5):
        body["priority"] = {"reason_code": "elderly"}
    if not chance.often(6):
        body["needs"] = [chance.pick(("hearing", "step_free"))]
    if not chance.often(12):
        body["hand_number"] = f"H{chance.pick((1, 2, 3, 4, 5))}"
    if who == "guide" and chance.pick((False, False, False, True)):
        body["stops"] = [{"service_id": "1.10.1"}, {"service_id": "advice", "floor": 2}]
    _take(hall, chance, who, body)


def come_back(hall: ModelledHall, chance: Chance) -> None:
    """Somebody who was served comes back with the slip of that visit."""
    served = [ticket for ticket in hall.model.tickets[-60:] if ticket.state == "served"]
    if served:
        former = chance.pick(served)
        _take(hall, chance, "kiosk-1", {"service_id": former.service, "return_of": former.token})


def _take(hall: ModelledHall, chance: Chance, who: str, body: dict[str, Any]) -> None:
    staff, hand = who in ("guide", "anna"), body.get("hand_number")
    written = f"H00{hand[1]}" if hand else None

    def refusals() -> set[str]:
        if staff:
            return {"hand_number_taken"} if written in hall.model.today else set()
        rights = {"priority": "priority_needs_staff", "hand_number": "hand_number_needs_staff"}
        return {code for asked, code in rights.items() if asked in body}

    def effect(found: dict[str, Any]) -> None:
        former = hall.model.former(body.get("return_of"))
        kind = "priority" if "priority" in body else "return" if former else "normal"
        facts = {
            "token": found["token"],
            "service": body["service_id"],
            "floor": found["floor"],
            "kind": kind,
            "step_free": "step_free" in body.get("needs", ()),
            "planned": tuple(stop["service_id"] for stop in body.get("stops", ())),
            "return_of": body.get("return_of"),
            "preferred": former.called_to if former else None,
        }
        series = SERVICES[body["service_id"]]
        ticket = hall.model.store(written, **facts) if written else hall.model.issue(series, **facts)
        ticket.last = Press(who, hall.model.seconds, hall.era, ["issue"])
        hall.same(found, ticket)

    hall.press(chance, "/tickets", who, body, refusals, effect)


#: In which states each of these may be done.
_ALLOWED = {
    "cancel": ("waiting", "called", "held", "no_show"),
    "postpone": ("waiting",),
    "reinstate": ("no_show",),
    "priority": ("waiting", "no_show", "held"),
    "transfer": ("waiting", "called", "serving", "held"),
    "requeue": ("called", "serving", "held"),
}


def change_as_holder(hall: ModelledHall, chance: Chance) -> None:
    """The holder of a slip gives the place up, steps back, or comes back after a missed call."""
    _change(hall, chance, chance.pick(("cancel", "postpone", "postpone", "reinstate", "reinstate")), None)


def change_as_staff(hall: ModelledHall, chance: Chance) -> None:
    """The same by staff, by number; they also grant priority, send elsewhere and put back."""
    verbs = ("cancel", "postpone", "reinstate", "reinstate", "priority", "transfer", "requeue")
    _change(hall, chance, chance.pick(verbs), chance.pick(("guide", "anna", "manager")))


def _change(hall: ModelledHall, chance: Chance, verb: str, who: str | None) -> None:
    allowed = _ALLOWED[verb]
    picked = hall.some_ticket(chance, *allowed)
    if picked is None:
        return
    body: dict[str, Any] = {"reason_code": "elderly"} if verb == "priority" else {}
    if verb in ("transfer", "requeue"):
        body = target(hall, chance, verb)
    named = picked.number if who else picked.token

    def meant() -> Ticket | None:
        """A number means today's ticket, a token its own, which of another day has ended."""
        return hall.model.today.get(picked.number) if who else picked

    def refusals() -> set[str]:
        found, ticket = set(), meant()
        if ticket is None:
            return {"unknown_ticket"}
        if ticket.state not in allowed:
            found.add("not_in_line" if verb == "priority" else "illegal_move")
        if verb == "reinstate" and who is None and ticket.reinstated:
            found.add("reinstated_already")
        if verb == "transfer" and not body:
            found.add("target_missing")
        return found

    def effect(found: dict[str, Any]) -> None:
        ticket = meant()
        assert ticket is not None
        press, line = Press(who or "holder", hall.model.seconds, hall.era), ticket.line
        after = {"cancel": "cancelled", "priority": ticket.state}.get(verb, "waiting")
        hall.model.move(press, ticket, verb, after, ticket.counter if after == "held" else None)
        if verb == "cancel":
            ticket.for_counter = None
        elif verb == "postpone":
            hall.model.step_back(ticket, line)
        elif verb == "reinstate":
            hall.model.step_back(ticket, (-1e18, 0.0))
            ticket.reinstated = ticket.reinstated or who is None
        elif verb == "priority":
            ticket.kind = "priority"
        elif verb in ("transfer", "requeue"):
            aim(hall, ticket, verb, body, found)
        hall.same(found, ticket)

    hall.press(chance, f"/tickets/{named}/{verb}", who, body, refusals, effect)


def target(hall: ModelledHall, chance: Chance, verb: str) -> dict[str, Any]:
    """Where a ticket is sent; nowhere now and then."""
    if verb == "requeue":
        return chance.pick(({}, {"counter": 3}, {"counter": 4}))
    service = {"service_id": chance.pick(tuple(SERVICES))}
    return chance.pick((service, service, {"counter": 4}, {"floor": 3}, {}))


def aim(hall: ModelledHall, ticket: Ticket, verb: str, body: dict[str, Any], found: dict[str, Any]) -> None:
    ticket.for_counter = body.get("counter")
    if verb == "transfer":
        ticket.preferred = None
        ticket.service = body.get("service_id", ticket.service)
        ticket.floor = found["floor"]
