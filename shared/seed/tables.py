"""One TOML file of the seed: its rows as typed values, and the line on which each thing stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from shared.domain.configuration import Problem

Row = TypeVar("Row")
Place = tuple[str | int, ...]

_HEADER = re.compile(r"^(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r'^("[^"]*"|[A-Za-z0-9_-]+)\s*=')
_QUOTED_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')
_TOML_LINE = re.compile(r"\(at line (\d+)")
_PLACE_OF_ERROR = re.compile(r" - at `\$(.*)`$")


@dataclass
class TableFile:
    """A TOML file; what is wrong in it is added to ``problems``, so that all of it is told at once."""

    name: str
    data: dict[str, Any]
    lines: dict[Place, int]
    problems: list[Problem] = field(repr=False)
    assumed: set[str] = field(default_factory=set)

    def wrong(self, place: Sequence[str | int], text: str) -> None:
        """Note a problem at the line of ``place``, or of the nearest thing around it."""
        self.problems.append(Problem(self.name, self.line(place), text))

    def line(self, place: Sequence[str | int]) -> int:
        """The line of ``place``, or of the nearest thing around it; 0 for the file as a whole."""
        for end in range(len(place), 0, -1):
            if tuple(place[:end]) in self.lines:
                return self.lines[tuple(place[:end])]
        return 0

    def rows(
        self, place: Sequence[str | int], row_type: type[Row], without: str = ""
    ) -> Iterator[tuple[int, Row]]:
        """The rows of an array of tables with their index; damaged rows are noted and left out.

        ``without`` names a key that is read by itself.
        """
        found = self._find(place)
        if not isinstance(found, list):
            self.wrong(place, f"缺少 [[{'.'.join(str(part) for part in place)}]]")
            return
        for index, raw in enumerate(found):
            here = (*place, index)
            plain = (
                {key: value for key, value in raw.items() if key != without} if isinstance(raw, dict) else raw
            )
            row = self._convert(here, plain, row_type)
            if row is not None:
                yield index, row

    def table(self, key: str, row_type: type[Row]) -> Row | None:
        """One table as a typed value; None when it is missing or damaged, which is noted."""
        if key not in self.data:
            self.wrong((), f"缺少 [{key}]")
            return None
        return self._convert((key,), self.data[key], row_type)

    def only(self, keys: Sequence[str]) -> None:
        """Note every table of the file that is not one of ``keys``."""
        for key in self.data:
            if key not in keys:
                self.wrong((key,), f"不认识的表 {key}")

    def _find(self, place: Sequence[str | int]) -> Any:
        found: Any = self.data
        for part in place:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def _convert(self, place: Place, raw: Any, row_type: type[Row]) -> Row | None:
        plain = self._without_mark(place, raw)
        try:
            row = msgspec.convert(plain, row_type)
        except msgspec.ValidationError as error:
            inner = _PLACE_OF_ERROR.search(str(error))
            text = _PLACE_OF_ERROR.sub("", str(error))
            self.wrong((*place, *_parts(inner.group(1) if inner else "")), text)
            return None
        for inner_place in _unread(plain, msgspec.to_builtins(row)):
            self.wrong((*place, *inner_place), f"不认识的项 {inner_place[-1]}")
        return row

    def _without_mark(self, place: Place, raw: Any) -> Any:
        """The table without its ``assumed`` mark, which is kept beside."""
        if not isinstance(raw, dict) or "assumed" not in raw:
            return raw
        if raw["assumed"] is True:
            self.assumed.add(str(place[0]))
        return {key: value for key, value in raw.items() if key != "assumed"}


def load_table_file(folder: Path, fallback: Path, name: str, problems: list[Problem]) -> TableFile:
    """Read ``name`` from ``folder``, or from ``fallback`` when the folder does not have it."""
    path = folder / name if (folder / name).exists() else fallback / name
    try:
        text = path.read_text(encoding="utf-8")
        return TableFile(name, tomllib.loads(text), locate(text), problems)
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(name, 0, f"读不出来：{error}"))
    except tomllib.TOMLDecodeError as error:
        line = _TOML_LINE.search(str(error))
        problems.append(Problem(name, int(line.group(1)) if line else 0, f"不是 TOML：{error}"))
    return TableFile(name, {}, {}, problems)


def locate(text: str) -> dict[Place, int]:
    """The line of every table, key and array element that begins a line, by its path in the parsed data."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    here: Place = ()
    array: Place = ()
    depth = element = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        header, key = _HEADER.match(line), _KEY.match(line)
        if depth == 0 and header:
            here = _table_place(header.group(2).split("."), header.group(1) == "[[", counts)
            lines[here] = number
            continue
        if depth == 0 and key:
            array, element = (*here, key.group(1).strip('"')), 0
            lines[array] = number
        elif depth == 1 and line.startswith("{"):
            lines[*array, element] = number
            element += 1
        bare = _QUOTED_OR_COMMENT.sub("", line)
        depth += bare.count("[") - bare.count("]")
    return lines


def _table_place(parts: Sequence[str], is_array: bool, counts: dict[Place, int]) -> Place:
    """Where a table header leads: below the latest element of every array of tables on its way."""
    place: Place = ()
    for part in parts[:-1]:
        place = (*place, part.strip().strip('"'))
        if place in counts:
            place = (*place, counts[place] - 1)
    place = (*place, parts[-1].strip().strip('"'))
    if is_array:
        counts[place] = counts.get(place, 0) + 1
        place = (*place, counts[place] - 1)
    return place


def _parts(path: str) -> Place:
    """``.items[3].code`` as a place."""
    found = re.findall(r"\.([^.\[]+)|\[(\d+)\]", path)
    return tuple(int(index) if index else name for name, index in found)


def _unread(raw: Any, read: Any, place: Place = ()) -> Iterator[Place]:
    """The places in ``raw`` that the typed value does not know: misspelt keys."""
    if isinstance(raw, dict) and isinstance(read, dict):
        for key, value in raw.items():
            if key in read:
                yield from _unread(value, read[key], (*place, key))
            else:
                yield (*place, key)
    elif isinstance(raw, list) and isinstance(read, list | tuple):
        for index, (before, after) in enumerate(zip(raw, read, strict=False)):
            yield from _unread(before, after, (*place, index))
