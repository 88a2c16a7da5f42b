"""Ownership of the data folder: one server per SQLite file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

_LOCK = "hall.lock"


class FolderInUse(Exception):
    """Another server owns the data folder."""


class FolderLock:
    """Held by the one server that uses the SQLite file of a folder; the kernel frees it with the process.

    It is not taken with PostgreSQL, where several servers share the folder and its key.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder.

        Raises:
            FolderInUse: another server has it.
        """
        self._file = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise FolderInUse(
                f"另一个服务正在使用 {folder}；一个 SQLite 数据库只能由一个服务使用。"
            ) from None

    def release(self) -> None:
        """Let the folder go."""
        os.close(self._file)
