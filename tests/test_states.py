"""State tables: every pair of state and verb either moves as designed or is refused."""

from __future__ import annotations

import pytest

from shared.domain.case import ITEM_MOVES, ITEMS_ENDED, ItemState
from shared.domain.counter import COUNTER_MOVES, CounterState
from shared.domain.states import IllegalMove, StateTable
from shared.domain.ticket import ENDED, TICKET_MOVES, TicketState

# The tables are written out once more, as a person reads them in the design, so that a slip in one shows.
TICKET = """
waiting call called | waiting transfer waiting | waiting postpone waiting | waiting cancel cancelled
waiting expire expired | called recall called | called start serving | called finish served
called no_show no_show | called hold held | called transfer waiting | called requeue waiting
called cancel cancelled | called expire expired | serving finish served | serving next_stop waiting
serving hold held | serving transfer waiting | serving requeue waiting | held resume called
held requeue waiting | held transfer waiting | held cancel cancelled | held expire expired
no_show call called | no_show reinstate waiting | no_show cancel cancelled | no_show expire expired
"""
COUNTER = """
closed sign_on open | open sign_off closed | open pause paused | paused reopen open | paused sign_off closed
"""
ITEM = """
received accept accepted | received refuse refused | received supplement supplementing
received withdraw withdrawn | received drop not_applicable | supplementing receive received
supplementing withdraw withdrawn | supplementing lapse withdrawn | accepted dispatch dispatched
accepted complete completed | accepted withdraw withdrawn | accepted drop not_applicable
dispatched start in_progress | dispatched return returned | dispatched reassign dispatched
dispatched withdraw withdrawn | in_progress complete completed | in_progress return returned
in_progress suspend suspended | in_progress extend in_progress | in_progress hand_over in_progress
in_progress withdraw withdrawn | suspended resume in_progress | suspended dispatch dispatched
suspended withdraw withdrawn | returned dispatch dispatched | returned suspend suspended
returned complete completed | returned drop not_applicable | returned withdraw withdrawn
completed deliver delivered | completed reopen in_progress
"""


def _designed(text: str) -> dict[tuple[str, str], str]:
    rows = [row.split() for line in text.strip().splitlines() for row in line.split("|") if row.strip()]
    return {(state, verb): after for state, verb, after in rows}


TABLES = [
    pytest.param(TICKET_MOVES, _designed(TICKET), TicketState, id="ticket"),
    pytest.param(COUNTER_MOVES, _designed(COUNTER), CounterState, id="counter"),
    pytest.param(ITEM_MOVES, _designed(ITEM), ItemState, id="item"),
]


@pytest.mark.parametrize(("table", "designed", "states"), TABLES)
def test_every_state_and_verb_moves_as_designed_or_is_refused(
    table: StateTable[str], designed: dict[tuple[str, str], str], states: type[TicketState]
) -> None:
    verbs = {verb for _, verb in designed} | {"fly"}
    for state in states:
        for verb in verbs:
            wanted = designed.get((str(state), verb))
            assert table.allows(state, verb) == (wanted is not None)
            if wanted is None:
                with pytest.raises(IllegalMove):
                    table.after(state, verb)
            else:
                assert str(table.after(state, verb)) == wanted


@pytest.mark.parametrize(
    ("table", "ended"), [(TICKET_MOVES, ENDED), (ITEM_MOVES, ITEMS_ENDED)], ids=["ticket", "item"]
)
def test_nothing_leaves_an_ended_state(table: StateTable[str], ended: frozenset[str]) -> None:
    assert not [move for move in table.moves if move[0] in ended]


def test_a_refused_move_says_in_which_state_the_thing_is() -> None:
    with pytest.raises(IllegalMove, match="已办结") as refused:
        TICKET_MOVES.after(TicketState.SERVED, "call")
    assert refused.value.details == {"state": "served", "verb": "call"}
    assert refused.value.code == "illegal_move"
