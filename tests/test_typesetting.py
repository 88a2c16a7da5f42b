"""How Chinese text breaks: numbers and dates whole, marks where they belong, nothing lost."""

from __future__ import annotations

import pytest

from shared.domain.slip.typesetting import CLOSING, OPENING, clean, clusters, fill, numbered_row, width, wrap

INJURY_COSTS = (
    "工伤医疗费用申报（含1.7.21工伤医疗（康复）费用申报；1.7.22住院伙食补助费申领；"
    "1.7.13异地工伤就医报告；1.7.23统筹地区以外交通、食宿费申领）"
)
TRANSFERS = (
    "养老保险关系转移接续（含1.6.10城镇职工基本养老保险关系转移接续申请；"
    "1.6.13机关事业单位基本养老保险与城镇企业职工基本养老保险互转申请；"
    "1.6.14城镇职工基本养老保险与城乡居民基本养老保险制度衔接申请）"
)
LONG_NAMES = [
    "多重养老保险关系个人账户退费",
    "城镇职工基本养老保险与城乡居民基本养老保险制度衔接申请",
    "机关事业单位基本养老保险与城镇企业职工基本养老保险互转申请",
    "一次性工亡补助金（含生活困难，预支50%确认）、丧葬补助金申领",
    "事业单位聘用高层次和急需紧缺人才，公开招聘方案在5个工作日内备案",
    INJURY_COSTS,
    TRANSFERS,
]


@pytest.mark.parametrize("name", LONG_NAMES)
@pytest.mark.parametrize("room", [48, 32])
def test_a_long_name_keeps_every_character_and_never_splits_a_number(name: str, room: int) -> None:
    rows = numbered_row(12, name, "12月14日前", room)
    assert all(width(row) <= room for row in rows)
    assert "".join("".join(rows).split()) == f"12{name}12月14日前"
    joints = list(zip(rows, rows[1:], strict=False))
    assert not any(one.rstrip()[-1].isdigit() and two.lstrip()[0].isdigit() for one, two in joints)
    assert all(row.startswith("   ") for row in rows[1:])


@pytest.mark.parametrize("room", range(16, 49))
def test_a_date_is_never_broken(room: int) -> None:
    lines = wrap("请在2026年12月14日前带来退费申请表和银行卡，到2楼3号窗口", room)
    assert any("2026年12月14日前" in line for line in lines)
    assert any("2楼3号" in line for line in lines)


@pytest.mark.parametrize("room", range(12, 49))
@pytest.mark.parametrize("text", LONG_NAMES)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, room: int) -> None:
    lines = fill(text, room)
    assert [line for line in lines[1:] if line.strip()[0] in CLOSING] == []
    assert [line for line in lines[:-1] if line.rstrip()[-1] in OPENING] == []


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("José", 4),
        ("Jose\u0301", 4),
        ("张三", 4),
        ("\u0f56\u0f7c\u0f51", 4),
        ("▲", 2),
        ("\u0301", 2),
        ("葛\U000e0100", 2),
    ],
)
def test_an_accented_letter_takes_one_column_and_a_mark_none(text: str, columns: int) -> None:
    assert width(text) == columns
    assert sum(width(sign) for sign in clusters(text)) == columns


@pytest.mark.parametrize("room", range(2, 12))
@pytest.mark.parametrize(
    "text", ["e\u0301" * 20, "\u0f56\u0f7c\u0f51" * 9, "\u0301" * 5 + "a", "中\u0301\u0302" * 8]
)
def test_a_mark_stays_with_its_letter_and_every_line_fits(text: str, room: int) -> None:
    lines = fill(text, room)
    assert "".join(lines) == text
    assert [line for line in lines if width(line) > room] == []


@pytest.mark.parametrize("space", ["\xa0", "\u2003", "\u202f", "\t"])
def test_every_space_is_printed_as_the_plain_one(space: str) -> None:
    assert clean(f"办事{space}大厅") == "办事 大厅"


def test_the_full_width_space_stays() -> None:
    assert clean("问事：1\u3000投诉：2") == "问事：1\u3000投诉：2"
