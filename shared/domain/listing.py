"""The parts of the lists as values: limits, items, bundles, single services, offices and papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

#: Kinds of a limit as printed; only ``working_days`` and ``immediate`` give a date by themselves.
LIMIT_KINDS = (
    "working_days",
    "calendar_days",
    "immediate",
    "unchanged",
    "none",
    "conditional",
    "periodic",
    "after_event",
    "not_offered",
)
ITEM_KINDS = ("application", "service", "automatic")


@dataclass(frozen=True, slots=True)
class Branch:
    """One case of a limit that depends on a condition; ``code`` is what a clerk ticks."""

    code: str
    kind: str
    working_days: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A promised limit; ``text`` is as printed, ``working_days`` None where the kind has none.

    ``ruled_by`` is ``law``, ``list2``, ``bundle`` or ``list2_over_bundle`` once a rule has chosen it, None
    before, and None where no limit is printed at all.
    """

    kind: str
    working_days: int | None
    text: str
    ruled_by: str | None = None
    branches: tuple[Branch, ...] = ()


NO_LIMIT = Limit("none", None, "")


@dataclass(frozen=True, slots=True)
class LeafItem:
    """One of the parts (含 ...) of a line of the list."""

    code: str
    name: str
    plain_name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a bundle; ``code`` is None for a line that only joins its leaf items.

    ``offices`` are canonical names in the order printed; ``limit`` is the one that rules with all leaf
    items and no condition ticked.
    """

    ordinal: int
    code: str | None
    name: str
    plain_name: str
    kind: str
    offices: tuple[str, ...]
    leaf_items: tuple[LeafItem, ...] = ()
    limit: Limit = NO_LIMIT

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the leaf items, or the line's own."""
        if self.leaf_items:
            return tuple(leaf.code for leaf in self.leaf_items)
        return () if self.code is None else (self.code,)


@dataclass(frozen=True, slots=True)
class Office:
    """A section that handles items; ``aliases`` are the other spellings of the lists."""

    id: str
    name: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a bundle's question.

    ``items`` are ordinals to propose at the counter, ``service`` another service to take instead,
    ``office`` the acting office to propose; an answer forces nothing.
    """

    code: str
    text: str
    items: tuple[int, ...] = ()
    service: str | None = None
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The one question that some bundles ask before a number is given."""

    text: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One of the ten life events (打包一件事); ``seq`` is its place in the list, ``tile`` at the kiosk."""

    id: str
    seq: int
    name: str
    title: str
    line: str
    english: str
    tile: int
    floors: tuple[int, ...]
    limit: Limit
    lead_offices: tuple[str, ...]
    cooperating_offices: tuple[str, ...]
    handling: str
    channels: tuple[str, ...]
    location: str
    online: str | None
    process: str
    items: tuple[Item, ...]
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class SingleService:
    """A matter that can be taken by itself; ``seq`` is its row in the second list, None outside it.

    ``kind`` is that of its one item; ``official`` is false for what the hall itself added.
    """

    id: str
    seq: int | None
    codes: tuple[str, ...]
    name: str
    plain_name: str
    current_limit: Limit
    new_limit: Limit
    offices: tuple[str, ...]
    floors: tuple[int, ...]
    offered: bool
    kind: str
    official: bool
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """A paper to bring for a code; shown to citizens only once the hall has confirmed it.

    ``status`` is ``draft`` or ``confirmed``; ``confirmed_on`` the day of the hall's check.
    """

    code: str
    name: str
    note: str = ""
    status: str = "draft"
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class FolkWord:
    """Words that people say, and the services they mean; ``note`` is told beside the result."""

    words: tuple[str, ...]
    services: tuple[str, ...]
    note: str = ""
