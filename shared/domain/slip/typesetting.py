"""How Chinese text breaks into lines of a fixed width on a slip printer.

Widths are half columns, as the printers count them: ASCII takes one, every other character two (the character
ROM draws ▲ and ～ as wide as 窗, whatever a screen does). What no ROM sets well is drawn as a picture: there
an accented Latin letter takes one, and a mark over or under a letter none.
"""

from __future__ import annotations

import re
import unicodedata

UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
OPENING = "（【《「『“‘〔"
CLOSING = "，。；：、）】》」』”’〕？！％"
MARKS = (
    "\u0300-\u036f\u0f18\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f84\u0f86\u0f87\u0f8d-\u0fbc\u0fc6"
    "\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
"""What is set on the character before it: accents, Tibetan vowels and subjoined letters, selectors."""

ACCENTED = "À-ÖØ-öø-ɏḀ-ỿ"
"""Latin letters beyond ASCII."""

CLAUSE_ENDS = "，。；：！？　"
MEASURE_WORDS = "分钟|个工作日|[年月日号楼名个人项样份卷分元天周次条层室张位]"
UNIT = re.compile(
    rf"[{OPENING}]*"
    rf"(?:(?:\d+(?:～\d+)? ?(?:{MEASURE_WORDS}))+[前内]?|[!-~]+(?:{MEASURE_WORDS})?|.)"
    rf"[{MARKS}]*[{CLOSING}]*"
)
"""What is never broken: a number or date with its measure word, a Latin word, a mark with its neighbour."""

NARROW = re.compile(rf"[\x00-\x7e{ACCENTED}]+")
MARK = re.compile(f"[{MARKS}]")
SET_ON_ANOTHER = re.compile(rf"(?<=[^{MARKS}])[{MARKS}]+")
CLUSTER = re.compile(rf"[^{MARKS}][{MARKS}]*|.")

NAME_MARGIN = 6
"""Half columns left free beside a wrapped name, so that the date under it is found at a glance."""


def clean(text: str) -> str:
    """Text without anything that is not printed: control bytes, invisible format marks, line breaks."""
    if text.isprintable():
        return text.strip()
    printable = (_space(sign) for sign in text)
    return "".join(sign for sign in printable if unicodedata.category(sign) not in UNPRINTABLE).strip()


def width(text: str) -> int:
    """The width of a text in half columns."""
    if text.isascii():
        return len(text)
    if MARK.search(text):
        text = SET_ON_ANOTHER.sub("", text)
    return len(text) + len(NARROW.sub("", text))


def clusters(text: str) -> list[str]:
    """The characters of a text, each with the marks that are set on it."""
    return CLUSTER.findall(text)


def split_units(text: str, room: int) -> list[str]:
    """The parts of a text between which a line may end, none wider than ``room``."""
    units: list[str] = []
    for unit in UNIT.findall(text):
        while 2 * len(unit) > room and width(unit) > room:
            end = _longest_start(unit, room)
            units.append(unit[:end])
            unit = unit[end:]
        units.append(unit)
    return units


def fill(text: str, room: int, hang: int = 0) -> list[str]:
    """Lines as full as they go; from the second on they are indented by ``hang``."""
    body = text.lstrip()
    lines: list[str] = []
    line = " " * (len(text) - len(body))
    used = len(line)
    if used + width(body) <= room:
        return [line + body.rstrip()] if body else []
    for unit in split_units(body, room - hang):
        wide = width(unit)
        if used + wide > room and line.strip():
            lines.append(line.rstrip())
            line, used = " " * hang, hang
        if unit != " " or line.strip():
            line += unit
            used += wide
    return [*lines, line.rstrip()] if line.strip() else lines


def wrap(text: str, room: int, hang: int = 0) -> list[str]:
    """Lines that read well: broken at the end of a clause where two lines do, of even length otherwise."""
    full = fill(text, room, hang)
    if len(full) < 2:
        return full
    if len(full) == 2:
        at_clause = _break_at_clause(text, room, hang)
        if at_clause:
            return at_clause
    widest_unit = max(width(unit) for unit in split_units(text, room - hang))
    rooms = range(max(hang + widest_unit, room // 2), room + 1)
    narrowest = next(narrow for narrow in rooms if len(fill(text, narrow, hang)) == len(full))
    return fill(text, narrowest, hang)


def numbered_row(number: int, name: str, promise: str, room: int) -> list[str]:
    """One row of a list: the name with a hanging indent, the promise at the right of the last line."""
    head = f"{number} {name}"
    hang = len(f"{number} ")
    fits = width(head) + 2 + width(promise) <= room
    lines = [head] if fits else fill(head, room - NAME_MARGIN, hang)
    gap = room - width(lines[-1]) - width(promise)
    if not promise:
        return lines
    if gap >= 2:
        return [*lines[:-1], lines[-1] + " " * gap + promise]
    return [*lines, *(line.rjust(room - width(line) + len(line)) for line in fill(promise, room - hang))]


def _space(sign: str) -> str:
    """One of Unicode's many spaces as the plain one; the full-width space stays."""
    plain = sign in "\t\n\r" or (sign != "\u3000" and unicodedata.category(sign) == "Zs")
    return " " if plain else sign


def _break_at_clause(text: str, room: int, hang: int) -> list[str]:
    for end in range(len(text) - 1, 1, -1):
        first, second = text[:end].rstrip(), " " * hang + text[end:].lstrip()
        at_end = text[end - 1] in CLAUSE_ENDS and text[end] not in CLOSING
        if at_end and room // 2 <= width(first) <= room and width(second) <= room:
            return [first, second]
    return []


def _longest_start(text: str, room: int) -> int:
    for end in range(len(text)):
        if width(text[: end + 1]) > room:
            return max(end, 1)
    return len(text)
