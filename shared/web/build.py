"""Which build of the pages this server hands out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shared.domain.build import LONGEST, build_name

_FOLDERS = ("static", "templates")


def build_of(release: str, packages: Iterable[Path]) -> str:
    """The release with a short hash over all files of which the packages' pages are made."""
    content = hashlib.sha256()
    for package in sorted(packages):
        files = (file for folder in _FOLDERS for file in (package / folder).rglob("*") if file.is_file())
        for file in sorted(files):
            content.update(f"{package.name}/{file.relative_to(package).as_posix()}\0".encode())
            content.update(hashlib.sha256(file.read_bytes()).digest())
    return build_name(release, content.hexdigest())


def build_told(auth: Any) -> str:
    """The version that a page or program tells when it opens a socket, empty when it tells none."""
    told = auth.get("version") if isinstance(auth, dict) else None
    return told if isinstance(told, str) and len(told) <= LONGEST and told.isprintable() else ""
