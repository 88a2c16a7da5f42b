"""How state tables work: moves as data, and the refusal of every move that is not in the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from shared.domain.errors import Refused

State = TypeVar("State", bound=str)


class IllegalMove(Refused):
    code = "illegal_move"
    message = "现在的状态不能这样做，请刷新后再看。"


class StateTable(Generic[State]):
    """``{(state, verb): next state}`` with the one question that may be asked of it."""

    def __init__(
        self, what: str, labels: Mapping[State, str], moves: Mapping[tuple[State, str], State]
    ) -> None:
        self._what = what
        self._labels = labels
        self.moves = dict(moves)

    def allows(self, state: State, verb: str) -> bool:
        """Whether ``verb`` may be done in ``state``."""
        return (state, verb) in self.moves

    def after(self, state: State, verb: str) -> State:
        """The state after ``verb``.

        Raises:
            IllegalMove: the table has no such move.
        """
        try:
            return self.moves[(state, verb)]
        except KeyError:
            label = self._labels.get(state, state)
            raise IllegalMove(
                f"{self._what}现在是“{label}”，不能这样做。", state=str(state), verb=verb
            ) from None
