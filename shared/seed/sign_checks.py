"""Whether the hall's lines of strips fit together: frames that can be read, strips at counters that exist."""

from __future__ import annotations

import re

from shared.domain.sign import Sign, SignLine
from shared.domain.sign.frame import BadFrame, Frame
from shared.domain.site import Site
from shared.seed.tables import TableFile

#: Below this a strip cannot even show a number.
NARROWEST = 4
_ADDRESS = re.compile(r"log:(//.+)?|serial:///.+")


def check_signs(file: TableFile, site: Site) -> None:
    """Note what in ``[[sign_lines]]`` and ``[[signs]]`` cannot be."""
    names: set[str] = set()
    for index, line in enumerate(site.sign_lines):
        if line.name in names:
            file.wrong(("sign_lines", index, "name"), f"条屏线路重名 {line.name}")
        names.add(line.name)
        _check_line(file, index, line)
    counters, seen = {counter.number for counter in site.counters}, set[tuple[object, ...]]()
    for index, sign in enumerate(site.signs):
        if sign.counter not in counters:
            file.wrong(("signs", index, "counter"), f"没有这个窗口：{sign.counter}")
        if sign.line not in names:
            file.wrong(("signs", index, "line"), f"没有这条线路：{sign.line}")
        for key, place in (
            ("address", (sign.line, sign.address)),
            ("counter", (sign.line, None, sign.counter)),
        ):
            if place in seen:
                file.wrong(("signs", index, key), f"线路 {sign.line} 上 {key} 重复")
            seen.add(place)
        _check_sign(file, index, sign, site)


def _check_line(file: TableFile, index: int, line: SignLine) -> None:
    here = ("sign_lines", index)
    if not _ADDRESS.fullmatch(line.address):
        file.wrong((*here, "address"), f"条屏线路的地址是 serial:///dev/... 或 log:，不是 {line.address}")
    if line.width < NARROWEST:
        file.wrong((*here, "width"), f"条屏至少要能显示 {NARROWEST} 个半角字")
    if not 0 <= line.gap_ms <= 1000 or not 1 <= line.repeat_seconds <= 3600:
        file.wrong(here, "gap_ms 在 0 到 1000 之间，repeat_seconds 在 1 到 3600 之间")
    try:
        Frame(line)
    except BadFrame as wrong:
        file.wrong((*here, wrong.key), wrong.text)


def _check_sign(file: TableFile, index: int, sign: Sign, site: Site) -> None:
    """Whether the strip's address fits into its line's frame."""
    for line in site.sign_lines:
        if line.name != sign.line:
            continue
        try:
            frame = Frame(line)
        except BadFrame:
            return
        try:
            frame.bytes_of(sign.address, "")
        except BadFrame as wrong:
            file.wrong(("signs", index, "address"), wrong.text)
