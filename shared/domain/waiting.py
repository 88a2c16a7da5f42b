"""How long a person will wait: a band in seconds, or nothing when nothing is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitBand:
    """Seconds to wait: unlikely less than ``low``, unlikely more than ``high``."""

    low: int
    expected: int
    high: int


def estimate_wait(work_seconds_ahead: float, open_counters: int) -> WaitBand | None:
    """The band for somebody with so much work in front, shared by so many counters.

    ``work_seconds_ahead`` is the mean service time of everybody who waits ahead, added up.
    With no open counter nothing is known: the answer is None, never 0.
    """
    if open_counters <= 0:
        return None
    expected = work_seconds_ahead / open_counters
    return WaitBand(low=round(expected * 0.6), expected=round(expected), high=round(expected * 1.5))


def minutes_band(band: WaitBand) -> tuple[int, int]:
    """The band as whole minutes in steps of five, as slips and screens say it (at least 0 to 5)."""
    low = band.low // 300 * 5
    high = max(low + 5, -(-band.high // 300) * 5)
    return low, high
