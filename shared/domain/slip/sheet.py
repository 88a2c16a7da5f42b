"""A sheet being filled line by line, so that no line is ever wider than the paper."""

from __future__ import annotations

from datetime import date

from shared.domain.slip.paper import DrawnBy, Line, QrLine, RuleLine, Size, Slip, SlipLine
from shared.domain.slip.typesetting import numbered_row, width, wrap

NARROWEST = 16
"""58 mm paper at 203 dpi: 16 Chinese characters."""

WIDE_FROM = 20
"""From this many columns on the full wordings are used; below, the short ones."""


class Sheet:
    """Collects lines for paper of ``columns`` Chinese characters."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._lines: list[Line] = []

    @property
    def wide(self) -> bool:
        """True on 80 mm paper."""
        return self._columns >= WIDE_FROM

    @property
    def room(self) -> int:
        """Half columns in a line of normal size."""
        return 2 * self._columns

    def centre(self, text: str, size: Size = 1, *, bold: bool = False) -> None:
        """A centred text in the given size, or in the largest smaller one in which it fits one line."""
        fitting: Size = next((one for one in (size, 2) if one <= size and width(text) * one <= self.room), 1)
        for line in wrap(text, self.room // fitting):
            self._lines.append(SlipLine(line, fitting, "center", bold))

    def left(self, text: str, hang: int = 0) -> None:
        """A paragraph from the left; later lines are indented by ``hang`` half columns."""
        self._lines += [SlipLine(line) for line in wrap(text, self.room, hang)]

    def right(self, text: str) -> None:
        """A short text at the right edge."""
        self._lines += [SlipLine(line, align="right") for line in wrap(text, self.room)]

    def labelled(self, label: str, text: str) -> None:
        """``label：text``, left out whole when the hall has not filled the text."""
        if text:
            self.left(f"{label}：{text}", hang=2)

    def row(self, number: int, name: str, promise: str) -> None:
        """A numbered row with a promise at its right."""
        self._lines += [SlipLine(line) for line in numbered_row(number, name, promise, self.room)]

    def rule(self) -> None:
        """A rule over the whole width."""
        self._lines.append(RuleLine())

    def qr(self, content: str, drawn_by: DrawnBy | None = None) -> None:
        """A centred QR code; ``drawn_by`` None leaves the way to the printer's settings."""
        self._lines.append(QrLine(content, drawn_by))

    def slip(self) -> Slip:
        """The finished slip."""
        return Slip(self._columns, tuple(self._lines))


def spoken_day(day: date, *, year: bool = True) -> str:
    """A day as it is written on paper: 2026年11月23日, or 11月23日."""
    return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"
