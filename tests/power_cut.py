"""A disk that forgets: a file system of SQLite that knows what was synced, and the store on top of it.

A power cut keeps every synced byte; each write since is kept, torn or lost by chance.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

KEPT, TORN = 0.5, 0.1
#: Checkpoints come every few commits here, so that cuts fall into them too.
CHECKPOINT_PAGES = 40


@dataclass
class RememberedFile:
    """A file's bytes as of its last sync, and what was written since, in order."""

    synced: bytearray
    #: (offset, bytes) of a write, or the length to which the file was cut.
    since: list[tuple[int, bytes] | int] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.since:
            _apply(self.synced, change)
        self.since.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        """What the disk may hold when the power comes back."""
        image = bytearray(self.synced)
        for change in self.since:
            way = chance.random()
            if way < KEPT:
                _apply(image, change)
            elif way < KEPT + TORN and not isinstance(change, int):
                offset, data = change
                _apply(image, (offset, data[: chance.randrange(len(data))]))
        return bytes(image)


def _apply(content: bytearray, change: tuple[int, bytes] | int) -> None:
    if isinstance(change, int):
        del content[change:]
        return
    offset, data = change
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class ForgetfulDisk(apsw.VFS):
    """SQLite's own file system, watched; ``on_change`` is called before each write and after each sync."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[str, RememberedFile] = {}
        self.on_change: Callable[[], None] = lambda: None
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  SQLite's own name
        if name is None:
            # A file that is gone with its process anyway.
            return apsw.VFSFile("", name, flags)
        path = str(name.filename() if isinstance(name, apsw.URIFilename) else name)
        opened = _WatchedFile(self, path, name, flags)
        if path not in self.files:
            self.files[path] = RememberedFile(bytearray(Path(path).read_bytes()))
        return opened

    def xDelete(self, filename: str, sync_directory: bool) -> None:  # noqa: N802
        super().xDelete(filename, sync_directory)
        self.files.pop(filename, None)

    def cut(self, database: Path, folder: Path, chance: random.Random) -> Path:
        """Write what a cut now would leave of ``database`` and its log into ``folder``."""
        for suffix in ("", "-wal", "-shm"):
            (folder / f"after.db{suffix}").unlink(missing_ok=True)
        for path, remembered in self.files.items():
            suffix = path.removeprefix(str(database))
            (folder / f"after.db{suffix}").write_bytes(remembered.after_a_cut(chance))
        return folder / "after.db"


class _WatchedFile(apsw.VFSFile):
    def __init__(self, disk: ForgetfulDisk, path: str, name: Any, flags: list[int]) -> None:
        self._disk, self._path = disk, path
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.on_change()
        super().xWrite(data, offset)
        self._disk.files[self._path].since.append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        super().xTruncate(size)
        self._disk.files[self._path].since.append(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        # The real disk is not asked to sync: only what this class remembers counts.
        self._disk.files[self._path].sync()
        self._disk.on_change()


class Connection:
    """A connection on a forgetful disk that speaks like one of the standard library's driver."""

    isolation_level: str | None = None

    def __init__(self, disk: ForgetfulDisk, path: Path) -> None:
        self._database = apsw.Connection(str(path), vfs=disk.name)
        self._database.wal_autocheckpoint(CHECKPOINT_PAGES)

    def cursor(self) -> Cursor:
        return Cursor(self._database)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        cursor = self.cursor()
        cursor.execute(statement, values)
        return cursor

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def close(self) -> None:
        self._database.close()

    def create_function(self, name: str, arguments: int, function: Any, **_more: Any) -> None:
        self._database.create_scalar_function(name, function, arguments)

    def _end(self, statement: str) -> None:
        if self._database.in_transaction:
            with _as_the_driver():
                self._database.execute(statement)


class Cursor:
    """A cursor that reads every row at once."""

    arraysize = 1
    description: tuple[tuple[Any, ...], ...] | None = None
    rowcount = -1
    lastrowid = 0

    def __init__(self, database: apsw.Connection) -> None:
        self._database = database
        self._cursor = database.cursor()
        self._cursor.exec_trace = self._note_columns
        self._rows: Iterator[tuple[Any, ...]] = iter(())

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._run(statement, lambda: self._cursor.execute(statement, values))

    def executemany(self, statement: str, many: Sequence[Sequence[Any]]) -> None:
        self._run(statement, lambda: self._cursor.executemany(statement, many))

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        return [row for _, row in zip(range(size or self.arraysize), self._rows, strict=False)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def close(self) -> None:
        self._cursor.close()

    def _run(self, statement: str, work: Callable[[], Any]) -> None:
        self.description, before = None, self._database.total_changes()
        with _as_the_driver():
            self._rows = iter(list(work()))
        changes = statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")
        self.rowcount = self._database.total_changes() - before if changes else -1
        self.lastrowid = self._database.last_insert_rowid()

    def _note_columns(self, cursor: Any, _statement: str, _values: Any) -> bool:
        columns = cursor.get_description()
        self.description = tuple((name, *[None] * 6) for name, _ in columns) or None
        return True


@contextmanager
def _as_the_driver() -> Iterator[None]:
    """Raise the driver's errors, which are those that the store knows."""
    try:
        yield
    except apsw.ConstraintError as broken:
        raise sqlite3.IntegrityError(str(broken)) from broken
    except apsw.Error as failed:
        raise sqlite3.OperationalError(str(failed)) from failed
