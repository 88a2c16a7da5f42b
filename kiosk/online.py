"""Doing a matter by phone: the ways that a list prints, in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Way:
    """One way by itself: where to go, its steps in order, and a word more."""

    title: str
    steps: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlainWays:
    """Plain words for the text of a list; they hold only while that text still has all ``facts``."""

    facts: tuple[str, ...]
    ways: tuple[Way, ...]
    remark: str


#: By bundle. Source: the list of the one-thing bundles, column of ways to apply.
PLAIN = {
    "unemployment": PlainWays(
        facts=(
            "人社厅网上办事大厅",
            "甘肃省政务网",
            "白银站点",
            "我要申报",
            "自然人入口",
            "国家社会保险公共服务平台",
            "掌上12333",
        ),
        ways=(
            Way(
                "甘肃政务服务网，或人社厅网上办事大厅",
                ("点“社会保险”", "换到“白银”站点", "点“我要申报”，从“自然人”进", "注册、登录、申领"),
            ),
            Way(
                "国家社会保险公共服务平台",
                ("注册、登录、申领",),
                "也可以装“掌上12333”APP，注册、查信息。",
            ),
        ),
        remark="两种选一种就行，都可以从手机 APP 进。",
    )
}


def online_json(service_id: str, text: str | None) -> dict[str, Any] | None:
    """The ways of doing it by phone as the kiosk's page reads them; None where the list prints none."""
    if not text:
        return None
    plain = PLAIN.get(service_id)
    if plain and all(fact in text for fact in plain.facts):
        ways, remark = plain.ways, plain.remark
    else:
        ways, remark = printed_ways(text), ""
    return {
        "ways": [{"title": way.title, "steps": list(way.steps), "note": way.note} for way in ways],
        "remark": remark,
    }


def printed_ways(text: str) -> tuple[Way, ...]:
    """The sentences of a list as it prints them, without its numbers, each a way without steps."""
    parts = (re.sub(r"^\d+[.．、]", "", part.strip()) for part in re.split("[。；]", text))
    return tuple(Way(part, ()) for part in parts if part)
