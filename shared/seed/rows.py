"""The shapes of the seed's tables, where they differ from what the domain makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from shared.domain.catalogue import Branch, Limit, Question
from shared.domain.hours import Shift


@dataclass(frozen=True)
class LimitRow:
    """A limit as printed; ``working_days`` is left out where the kind has none."""

    kind: str
    text: str
    working_days: int | None = None
    branches: tuple[BranchRow, ...] = ()


@dataclass(frozen=True)
class BranchRow:
    """One case of a conditional limit."""

    code: str
    kind: str
    text: str
    working_days: int | None = None


@dataclass(frozen=True)
class LeafRow:
    """One of the parts (含 ...) of a line."""

    code: str
    name: str


@dataclass(frozen=True)
class ItemRow:
    """One line of a bundle; a line without a code only joins its leaf items."""

    name: str
    offices: tuple[str, ...]
    code: str | None = None
    kind: str = "application"
    leaf_items: tuple[LeafRow, ...] = ()


@dataclass(frozen=True)
class BundleRow:
    """One row of the first list, without its items."""

    id: str
    name: str
    handling: str
    floors: tuple[int, ...]
    channels: tuple[str, ...]
    location: str
    process: str
    limit: LimitRow
    lead_offices: tuple[str, ...]
    cooperating_offices: tuple[str, ...]
    online: str | None = None


@dataclass(frozen=True)
class SingleRow:
    """One row of the second list."""

    codes: tuple[str, ...]
    name: str
    current: LimitRow
    new: LimitRow
    offices: tuple[str, ...]
    leaf_items: tuple[LeafRow, ...] = ()


@dataclass(frozen=True)
class ErratumRow:
    """A correction of the lists: the lines of the text, what is printed there, and how we read it."""

    lines: tuple[int, ...]
    kind: str
    printed: str
    reading: str
    note: str = ""


@dataclass(frozen=True)
class TileRow:
    """A tile of the kiosk: our words for a bundle."""

    bundle: str
    title: str
    line: str
    english: str
    question: Question | None = None


@dataclass(frozen=True)
class WordsRow:
    """A plain list of words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class YearRow:
    """A published year of the working calendar."""

    year: int
    source: str
    off_days: tuple[date, ...]
    make_up_days: tuple[date, ...]


@dataclass(frozen=True)
class HallNames:
    """The hall's names and telephone numbers."""

    name: str
    short_name: str
    office_name: str
    phone: str
    complaint_phone: str
    pickup: str


@dataclass(frozen=True)
class CountersRow:
    """Counters that stand together and work alike."""

    numbers: tuple[int, ...]
    floor: int
    profile: str
    printer: str | None = None
    stand_in: str | None = None
    card_reader: str | None = None


@dataclass(frozen=True)
class SlipPrinterRow:
    """A slip printer; ``dots``, if left out, follows from ``paper_mm``; ``columns`` is the older way."""

    name: str
    address: str
    place: str = ""
    paper_mm: int = 80
    dots: int | None = None
    columns: int | None = None
    encoding: str = "gb18030"
    mode: str = "text"
    qr: str = "native"
    cutter: bool = True
    status: bool | None = None
    process_ids: bool | None = None


@dataclass(frozen=True)
class HoursRow:
    """The hall's week: the same shifts on each of its weekdays (1 is Monday)."""

    kiosk_opens: time
    last_ticket: time
    weekdays: tuple[int, ...]
    shifts: tuple[Shift, ...]
    always_open: bool = False
    quiet_before: int = 0
    quiet_after: int = 0
    duty_counters: tuple[int, ...] = ()


@dataclass(frozen=True)
class SingleFloorsRow:
    """On which floors single services are taken."""

    default: tuple[int, ...]
    by_service: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class HallServiceRow:
    """A service that the hall adds to the lists."""

    id: str
    name: str
    plain_name: str
    kind: str = "service"
    offices: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueueRow:
    """How the line is ordered, how far back a person comes who missed the call, what a power cut is."""

    back_places: int
    other_floor_seconds: float
    undo_seconds: int
    normal_base: float
    normal_rate: float
    priority_base: float
    priority_rate: float
    return_base: float = 900.0
    return_rate: float = 1.0
    same_counter_seconds: float = 900.0
    return_days: int = 30
    cap: int = 8
    outage_minutes: float = 5.0


@dataclass(frozen=True)
class LawRow:
    """A limit that a law sets for a code."""

    code: str
    working_days: int
    source: str


def limit_of(row: LimitRow) -> Limit:
    """The domain's limit of a row."""
    branches = (Branch(b.code, b.kind, b.working_days, b.text) for b in row.branches)
    return Limit(row.kind, row.working_days, row.text, None, tuple(branches))
