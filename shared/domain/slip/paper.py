"""What a laid-out slip is: lines of text, rules and QR codes for one width of paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Size = Literal[1, 2, 4]
Align = Literal["left", "center", "right"]
DrawnBy = Literal["printer", "picture"]


@dataclass(frozen=True)
class SlipLine:
    """One printed line; ``size`` multiplies both sides of a character, so the line is width * size wide."""

    text: str
    size: Size = 1
    align: Align = "left"
    bold: bool = False


@dataclass(frozen=True)
class QrLine:
    """A centred QR code that says ``content``; ``drawn_by`` None leaves the way to the printer's settings."""

    content: str
    drawn_by: DrawnBy | None = None


@dataclass(frozen=True)
class RuleLine:
    """A rule over the whole width."""


Line: TypeAlias = SlipLine | QrLine | RuleLine


@dataclass(frozen=True)
class Slip:
    """A slip ready for a printer; ``columns`` is its width in Chinese characters."""

    columns: int
    lines: tuple[Line, ...]

    @property
    def half_columns(self) -> int:
        """The width in half columns: a Chinese character takes two, a Latin letter one."""
        return 2 * self.columns
