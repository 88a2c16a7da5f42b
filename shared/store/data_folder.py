"""Ownership of the data: one server per SQLite file, one founder at a time per data folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

_FOUNDING = "founding.lock"


class FolderInUse(Exception):
    """Another server owns the SQLite file."""


@contextmanager
def owning(database_url: str) -> Iterator[None]:
    """Own the SQLite file of this address inside the block; the kernel frees it with the process.

    It is taken before the file is opened for the first time, so whoever is refused has changed nothing.
    On PostgreSQL there is nothing to own: several servers share the database, the folder and its key.

    Raises:
        FolderInUse: another server has it.
    """
    file = sqlite_file(database_url)
    if file is None:
        yield
        return
    lock = _open(file.with_suffix(".lock"))
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(
                f"另一个服务正在使用 {file.parent}；一个 SQLite 数据库只能由一个服务使用。"
            ) from None
        yield
    finally:
        os.close(lock)


@contextmanager
def founding_alone(folder: Path) -> Iterator[None]:
    """Wait until no other process of this machine makes a key, a schema or accounts for this folder."""
    lock = _open(folder / _FOUNDING)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite address; None for another database, or one that lies in memory."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database)).resolve()


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
