"""What hall and agent say to each other over Socket.IO, and how a printer's settings travel.

Hall to agent: ``print {format, job, printer, document}``, ``check {printer}``, ``read_card {reading,
seconds}``. Agent to hall, each acknowledged: ``hello {format, printers, card_reader}`` once per link, ``take
{job}`` before a slip is printed, ``paper {job, state, device, detail}`` until the hall has it, ``status
{printer, state, detail, version}``, ``card {reading, ...}``. Only documents travel, no bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from hardware.status import Condition
from shared.domain.devices import DeviceState, PaperState, PrinterSettings

FORMAT = 1
"""The number of this way to speak; hall and agent must mean the same."""

NAMESPACE = "/hardware"

NOT_SIGNED_IN = "not_signed_in"
"""With this word the hall refuses a token that is not, or no longer, an agent's."""

LEAST_SECONDS = 0.5
"""With less time than this before the deadline a slip is not begun: it would end in the middle."""

_OF_THE_PRINTER = tuple(
    field.name for field in fields(PrinterSettings) if field.name not in ("name", "place", "address")
)


@dataclass(frozen=True)
class AgentPaper:
    """What an agent tells of a slip; ``device`` is the state of its printer afterwards."""

    job: int
    state: PaperState
    device: DeviceState
    detail: str


def printer_data(printer: PrinterSettings) -> dict[str, Any]:
    """What an agent must know of a printer: which of its own it is, and the settings for its bytes."""
    own = printer.address.partition("/")[2]
    return {"name": own, **{name: getattr(printer, name) for name in _OF_THE_PRINTER}}


def printer_settings(data: Mapping[str, Any], name: str, address: str) -> PrinterSettings:
    """The settings of an agent's own printer; what an older or newer hall does not tell has its default."""
    told = {key: data[key] for key in _OF_THE_PRINTER if key in data}
    return PrinterSettings(name=name, address=address, **told)


def read_paper(data: Any) -> AgentPaper | None:
    """What an agent has told of a slip; None when it makes no sense."""
    job, state, device = number_of(data, "job"), text_of(data, "state"), text_of(data, "device")
    known = set(PaperState) - {PaperState.PENDING}
    if job is None or state not in known or device not in set(DeviceState):
        return None
    return AgentPaper(job, PaperState(state), DeviceState(device), text_of(data, "detail"))


def read_condition(data: Any) -> Condition | None:
    """The state of a printer as an agent has told it; None when it makes no sense."""
    state = text_of(data, "state")
    if state not in set(DeviceState):
        return None
    return Condition(DeviceState(state), text_of(data, "detail"))


def text_of(data: Any, key: str, most: int = 200) -> str:
    """A text of a message, cut to what is stored; empty when there is none."""
    value = data.get(key) if isinstance(data, dict) else None
    return value[:most] if isinstance(value, str) else ""


def number_of(data: Any, key: str) -> int | None:
    """A row's number of a message; None when there is none."""
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53 else None
