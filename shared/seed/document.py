"""The whole seed as one JSON document, from which the first configuration is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from shared.domain.configuration import FORMAT, DamagedFiles, Problem
from shared.seed.checks import check_errata, check_lists, check_site
from shared.seed.hall import read_calendar, read_law, read_site
from shared.seed.lists import Lists
from shared.seed.tables import TableFile, load_table_file

#: The files and the tables that each may hold.
FILES: dict[str, tuple[str, ...]] = {
    "catalogue.toml": ("offices", "bundles"),
    "single_services.toml": ("single_services",),
    "errata.toml": ("errata",),
    "tiles.toml": ("tiles",),
    "words.toml": ("codes", "lines", "folk", "elsewhere", "undecided"),
    "materials.toml": ("materials",),
    "calendar.toml": ("years",),
    "site.toml": (
        *("hall", "floors", "profiles", "counters", "series", "hours", "printers", "kiosks", "desks"),
        *("sign_lines", "signs"),
        *(
            "single_floors",
            "services",
            "stops",
            "no_show",
            "queue",
            "mean_minutes",
            "wording",
            "reasons",
            "law",
        ),
    ),
}
_HERE = Path(__file__).resolve().parent


def read_seed(folder: Path | None = None) -> dict[str, Any]:
    """The document of the seed's files; a file that ``folder`` does not hold is taken from ours.

    Raises:
        DamagedFiles: with every problem of every file, each with its line.
    """
    problems: list[Problem] = []
    files = {name: load_table_file(folder or _HERE, _HERE, name, problems) for name in FILES}
    if problems:
        raise DamagedFiles(problems)
    document = _document(files)
    if problems:
        raise DamagedFiles(
            sorted(set(problems), key=lambda problem: (problem.file, problem.line, problem.text))
        )
    return document


def _document(files: dict[str, TableFile]) -> dict[str, Any]:
    for name, tables in FILES.items():
        files[name].only(tables)
    catalogue = Lists(files).catalogue()
    check_lists(files, catalogue)
    check_errata(files["errata.toml"])
    site, law = read_site(files["site.toml"]), read_law(files["site.toml"])
    calendar = read_calendar(files["calendar.toml"])
    check_site(files, site, catalogue, law)
    parts = {"format": FORMAT, "catalogue": catalogue, "site": site, "calendar": calendar, "law": law}
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(parts, order="deterministic"))
    return document
