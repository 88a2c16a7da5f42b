"""Whose turn it is: which side of the hall may do which verb on an item in which state."""

from __future__ import annotations

from shared.domain.account import Role
from shared.domain.case import ItemState

_S = ItemState

#: What lies at the counter: taken in, kept there, or sent back by an office.
AT_DESK = frozenset({_S.RECEIVED, _S.SUPPLEMENTING, _S.ACCEPTED, _S.RETURNED})
#: Verbs of the counter wherever the item is: the applicant stands there.
DESK_ALWAYS = frozenset({"withdraw", "deliver"})
#: An office hands its own item to another section; a finished one is reopened by the office that finished it.
OFFICE_STATES = frozenset({_S.DISPATCHED, _S.IN_PROGRESS, _S.SUSPENDED, _S.COMPLETED})
MANAGERS = frozenset({Role.DUTY_MANAGER, Role.ADMINISTRATOR})


def may_move(role: Role, state: ItemState, verb: str, *, was_returned: bool) -> bool:
    """Whether this role may do ``verb`` on an item in ``state`` (its office is checked elsewhere).

    An item that came back from its office is the counter's again, also while it is suspended there.
    """
    if role in MANAGERS:
        return True
    at_desk = state in AT_DESK or (state is _S.SUSPENDED and was_returned)
    if role is Role.CLERK:
        return at_desk or verb in DESK_ALWAYS
    return role is Role.OFFICE and state in OFFICE_STATES and not at_desk and verb not in DESK_ALWAYS
