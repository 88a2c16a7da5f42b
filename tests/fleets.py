"""A running demonstration with many devices, and a second store on its database to make them well or ill."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from demos import Demo, one_demo

from shared.actions.configuring import change_configuration
from shared.actions.enrolling import add_device_with_token, note_contacts
from shared.actions.troubles import begin_trouble, end_trouble
from shared.domain.account import THE_HALL, Role
from shared.domain.address import PublicAddress
from shared.domain.clock import SystemClock, real_now
from shared.domain.devices import DeviceState
from shared.domain.events import TroubleChanged
from shared.domain.paper import KioskPaper, PrinterRow
from shared.domain.trouble import PAPERLESS, SILENT
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork

Answer = TypeVar("Answer")
WALLS, SIGNS, AGENTS = 10, 20, 8


@dataclass
class Fleet:
    """The demonstration, and its database as another process has it."""

    demo: Demo
    store: Store
    build: str
    printers: list[str]
    names: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    kiosks: dict[str, KioskPaper] = field(default_factory=dict)

    def write(self, fn: Callable[[UnitOfWork], Answer]) -> Answer:
        return self.store.transact(fn)

    def connected(self, screens: Mapping[str, int], version: str = "") -> None:
        """So many screens of these devices are connected, with the newest pages or those of a version."""

        def note(uow: UnitOfWork) -> None:
            ids = {one.name: one.id for one in uow.devices.all()}
            told = {ids[name]: {version or self.build: many} for name, many in screens.items()}
            note_contacts(uow, f"there/{version}", told)

        self.write(note)
        self.versions.add(version)

    def printer(self, name: str, state: str, detail: str = "") -> None:
        """A printer tells its state, and its trouble begins or ends."""

        def tell(uow: UnitOfWork) -> None:
            row = uow.papers.printer(name)
            if row is None:
                row = PrinterRow(name=name)
                uow.add(row)
            row.state, row.detail = DeviceState(state), detail
            row.changed_at = row.heard_at = real_now()
            row.owner, row.leased_until = "elsewhere/1/1", real_now() + timedelta(hours=1)
            if state != "ok":
                begin_trouble(uow, name, state, detail)
            end_trouble(uow, name, but=state)

        self.write(tell)

    def paperless(self, kiosk: str) -> None:
        """A kiosk works without paper."""

        def note(uow: UnitOfWork) -> None:
            self.kiosks[kiosk] = KioskPaper(name=kiosk, failures=3, paperless_since=real_now())
            uow.add(self.kiosks[kiosk])
            begin_trouble(uow, kiosk, PAPERLESS)

        self.write(note)

    def silent(self, name: str) -> None:
        """A device was heard of for the last time ten minutes ago."""

        def note(uow: UnitOfWork) -> None:
            device = uow.devices.find(name)
            assert device is not None
            device.last_seen_at = real_now() - timedelta(minutes=10)
            begin_trouble(uow, name, SILENT)

        self.write(note)

    def heal(self) -> None:
        """All devices and printers are well, and no trouble is remembered."""

        def forget(uow: UnitOfWork) -> None:
            for trouble in uow.troubles.since(real_now() - timedelta(days=1)):
                trouble.began_at -= timedelta(hours=1)
                trouble.ended_at = (trouble.ended_at or real_now()) - timedelta(hours=1)
                uow.record(TroubleChanged(trouble.device, trouble.kind, begun=False))
            for paper in self.kiosks.values():
                paper.paperless_since = None
                uow.add(paper)

        self.write(forget)
        for version in tuple(self.versions):
            self.connected({}, version)
        self.connected(dict.fromkeys(self.names, 1))
        for printer in self.printers:
            self.printer(printer, "ok")


@contextmanager
def running_fleet(folder: Path, kiosks: int = 8) -> Iterator[Fleet]:
    """A hall with many kiosks, walls, signs and agents, all of them well."""
    options = ("--clerks", "12", "--kiosks", str(kiosks), "--data-dir", str(folder))
    printers = [*(f"kiosk-{n}" for n in range(1, kiosks + 1)), "floor-1", "floor-2", "floor-3", "spare"]
    with one_demo(*options) as demo:
        build = _build(demo)
    # Founded, and ended: when it comes back somebody else has all its printers, and it asks none of them.
    address = PublicAddress("http://127.0.0.1")
    store = Store(f"sqlite:///{folder}/hall.db", load_keyring(folder, None), SystemClock(), address)
    try:
        fleet = Fleet(demo, store, build, printers)
        fleet.names = fleet.write(_equip)
        fleet.heal()
        with one_demo(*options) as fleet.demo:
            yield fleet
    finally:
        store.close()


def _build(demo: Demo) -> str:
    found = re.search(r'name="hall-build" content="([^"]+)"', httpx.get(f"{demo.base_url}/sign-in").text)
    assert found is not None
    return found[1]


def _equip(uow: UnitOfWork) -> list[str]:
    """One more printer, and as many devices as a large hall has; the names of those that should be on."""
    document: dict[str, Any] = dict(uow.configuration_document())
    site = dict(document["site"])
    site["printers"] = [*site["printers"], {**site["printers"][-1], "name": "spare", "place": "备用打印机"}]
    change_configuration(uow, THE_HALL, {**document, "site": site}, "one more printer")
    known = {device.name for device in uow.devices.all()}
    wanted: list[tuple[str, Role, int | None]] = [
        *((f"wall-{n}", Role.DISPLAY, 1 + n % 3) for n in range(4, WALLS + 1)),
        *((f"sign-{n}", Role.SIGN, 1 + n % 3) for n in range(1, SIGNS + 1)),
        *((f"agent-{n}", Role.AGENT, None) for n in range(1, AGENTS + 1)),
    ]
    for name, role, floor in wanted:
        if name not in known:
            add_device_with_token(uow, THE_HALL, name, role, floor)
    return [device.name for device in uow.devices.all() if device.role is not Role.MONITOR]
