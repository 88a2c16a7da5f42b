"""Stand-ins for parts of a configuration: one printer for all, and the hall of the demonstration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Document = Mapping[str, Any]

DEFAULT_PRINTER = "default"


def one_printer(address: str) -> Callable[[Document], Document]:
    """Let every kiosk and counter print on the one printer at ``address``."""

    def adapt(document: Document) -> Document:
        site = dict(document["site"])
        former = site["printers"][0] if site["printers"] else {}
        site["printers"] = [{**former, "name": DEFAULT_PRINTER, "place": "小票打印机", "address": address}]
        alone = {"printer": DEFAULT_PRINTER, "stand_in": None}
        for places in ("counters", "kiosks", "desks"):
            site[places] = [{**place, **alone} for place in site.get(places, ())]
        return {**document, "site": site}

    return adapt


def demo_hall(document: Document, counters: int, kiosks: int, *, together: bool = True) -> Document:
    """The hall of the demonstration: open round the clock, every counter takes everything.

    ``together`` lets counters take people of other floors at once, as scripts need it; otherwise they help
    after the hall's own delay.
    """
    site = dict(document["site"])
    floors = [floor["number"] for floor in site["floors"]]
    site["name"] = f"{site['name']}（演示）"
    site["hours"] = {**site["hours"], "always_open": True}
    site["no_show"] = {**site["no_show"], "calls_before": 1, "minutes": 0, "need_minutes": {}}
    if together:
        site["other_floor_seconds"] = 0.0
    site["profiles"] = [{"name": "全部业务", "services": ["*"]}]
    site["printers"] = [
        *(_printer(kiosk_name(number), f"{number}号取号机") for number in range(1, kiosks + 1)),
        *(_printer(f"floor-{floor}", f"{floor}楼窗口打印机") for floor in floors),
    ]
    site["desks"] = [
        {**desk, "printer": f"floor-{floors[-1]}", "stand_in": None} for desk in site.get("desks", ())
    ]
    site["kiosks"] = [
        {"name": kiosk_name(number), "floor": floors[0], "printer": kiosk_name(number)}
        for number in range(1, kiosks + 1)
    ]
    site["counters"] = [_counter(number, counters, floors) for number in range(1, counters + 1)]
    return {**document, "site": site}


def _printer(name: str, place: str) -> dict[str, Any]:
    return {"name": name, "place": place, "address": "virtual:"}


def kiosk_name(number: int) -> str:
    """The name of a kiosk's device and of its printer."""
    return f"kiosk-{number}"


def _counter(number: int, counters: int, floors: list[int]) -> dict[str, Any]:
    """Most counters stand on the middle floor, where the lists put nearly every event."""
    share = number / counters
    floor = (
        floors[0]
        if share <= 0.2 and len(floors) > 2
        else floors[-1]
        if share > 0.8
        else floors[len(floors) // 2]
    )
    return {
        "number": number,
        "floor": floor,
        "name": f"{number}号窗口",
        "profile": "全部业务",
        "printer": f"floor-{floor}",
    }
