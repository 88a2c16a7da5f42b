"""The fonts of this computer: which of them draws a character."""

from __future__ import annotations

import shutil
import subprocess
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain.errors import Unavailable

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

NOT_A_CHARACTER = "\U0010ffff"
"""Never in a font: drawing it shows what a font draws for what it lacks."""

ASK_SECONDS = 5.0
PROBE_DOTS = 24

REGULAR, BOLD = 80, 200
"""Weights as fontconfig counts them."""

LISTED = "%{file}\t%{index}\t%{weight}\t%{slant}\t%{scalable}\t%{lang}\t%{charset}\n"


class FontMissing(Unavailable):
    """This computer has no font with Chinese characters."""

    code = "font_missing"
    message = "这台电脑没有中文字体，图形打不出来。请安装 fonts-noto-cjk。"


@dataclass(frozen=True)
class FontFile:
    """A font: its file and its place in a collection."""

    path: str
    face: int = 0


@dataclass(frozen=True)
class ListedFont:
    """A font as fontconfig lists it; ``starts`` and ``ends`` are the ranges of characters it holds."""

    file: FontFile
    weight: int
    upright: bool
    chinese: bool
    starts: Sequence[int]
    ends: Sequence[int]

    def holds(self, sign: str) -> bool:
        """Whether the character is in one of the ranges."""
        place = bisect_right(self.starts, ord(sign)) - 1
        return place >= 0 and ord(sign) <= self.ends[place]


DEBIAN = {
    # Noto Sans Mono CJK SC within the collection: a Latin letter is exactly half as wide as a character.
    False: FontFile("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 7),
    True: FontFile("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 7),
}


def list_fonts() -> Sequence[ListedFont]:
    """The fonts that can be drawn at any size, those for Chinese first; none where fontconfig is missing."""
    matcher = shutil.which("fc-match")
    if matcher is None:
        return []
    asked = [matcher, "--all", f"--format={LISTED}", "sans:lang=zh-cn"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=ASK_SECONDS)
    except subprocess.TimeoutExpired:
        return []
    rows = [row.split("\t") for row in answer.stdout.splitlines()]
    return [_listed(row) for row in rows if len(row) == LISTED.count("\t") + 1 and row[4] == "True"]


class Fonts:
    """Finds a font for a character: Debian's Noto Sans CJK first, then whatever else this computer has."""

    def __init__(
        self,
        known: Mapping[bool, FontFile] = DEBIAN,
        listing: Callable[[], Sequence[ListedFont]] = list_fonts,
    ) -> None:
        self._known = known
        self._listing = cache(listing)
        self.chinese = cache(self._chinese)
        self.holding = lru_cache(maxsize=4096)(self._holding)

    def _chinese(self, bold: bool) -> FontFile:
        """The font of all usual characters; raises FontMissing."""
        known = self._known.get(bold)
        if known is not None and Path(known.path).exists():
            return known
        found = next(self._others("中", bold, chinese=True), None)
        if found is None:
            raise FontMissing
        return found

    def _holding(self, sign: str, bold: bool) -> FontFile | None:
        """A font with that character, or None when this computer has none; raises FontMissing."""
        chinese = self.chinese(bold)
        return chinese if _draws(chinese, sign) else next(self._others(sign, bold), None)

    def _others(self, sign: str, bold: bool, *, chinese: bool = False) -> Iterator[FontFile]:
        weight = BOLD if bold else REGULAR
        found = [font for font in self._listing() if font.holds(sign) and font.chinese >= chinese]
        found.sort(key=lambda font: (not font.upright, abs(font.weight - weight)))
        return (font.file for font in found if _draws(font.file, sign))


HERE = Fonts()
"""The fonts of this computer."""


@lru_cache(maxsize=64)
def face(font: FontFile, dots: int) -> FreeTypeFont:
    """The font opened at that size; raises OSError when it cannot be used."""
    from PIL import ImageFont

    return ImageFont.truetype(font.path, dots, index=font.face)


def _listed(row: list[str]) -> ListedFont:
    path, index, weight, slant, _, languages, ranges = row
    bounds = [part.partition("-") for part in ranges.split()]
    return ListedFont(
        # The upper half of the index names a cut of a variable font.
        FontFile(path, int(index) & 0xFFFF),
        # A variable font has a range such as "[40 200]" and is opened at its regular cut.
        int(weight) if weight.isdigit() else REGULAR,
        upright=slant == "0",
        chinese="zh-cn" in languages.split("|"),
        starts=[int(first, 16) for first, _, _ in bounds],
        ends=[int(last or first, 16) for first, _, last in bounds],
    )


def _draws(font: FontFile, sign: str) -> bool:
    try:
        drawn, lacking = (_drawn(font, one) for one in (sign, NOT_A_CHARACTER))
    except OSError:
        # A bitmap font of fixed size, or a file gone since.
        return False
    return sign.isspace() or drawn != lacking


def _drawn(font: FontFile, sign: str) -> tuple[object, bytes]:
    mask = face(font, PROBE_DOTS).getmask(sign)
    return mask.size, bytes(mask)
