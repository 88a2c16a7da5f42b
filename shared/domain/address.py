"""The address under which the hall is reached, as slips and screens promise it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """``base_url`` is what QR codes say; ``phone_reachable`` whether a citizen's phone can open it.

    When it cannot, nothing promises a phone page; the code is then for the scanners of the hall.
    """

    base_url: str
    phone_reachable: bool = False

    def ticket_page(self, token: str) -> str:
        """The page behind a slip's QR code."""
        return f"{self.base_url.rstrip('/')}/t/{token}"
