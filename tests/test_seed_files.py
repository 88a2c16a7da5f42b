"""The seed's files: every slip in them is told at once, with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from shared.commands.catalogue import catalogue_group
from shared.domain.configuration import DamagedFiles
from shared.seed import read_seed

SEED = Path(__file__).resolve().parent.parent / "shared" / "seed"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return read_seed()


def problems_of(folder: Path, name: str, *changes: tuple[str, str]) -> list[str]:
    """What is told of our file ``name`` after changes, each of which must hit something."""
    text = (SEED / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(DamagedFiles) as damaged:
        read_seed(folder)
    return [str(problem) for problem in damaged.value.problems]


def line_of(name: str, text: str) -> int:
    lines = (SEED / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        "site.toml",
        ('profile = "综合受理"', 'profile = "别的"'),
        ('letter = "S"', 'letter = "A"'),
        ('printer = "kiosk-3"', 'printer = "nowhere"'),
        ("number = 3", 'number = "three"'),
    )
    for text, told in (
        ("profile = ", "没有这个受理范围：别的"),
        ('letter = "S"', "号段字母重复"),
        ('printer = "kiosk-3"', "没有这个打印机：nowhere"),
        ("number = 3", "Expected `int`, got `str`"),
    ):
        assert f"site.toml:{line_of('site.toml', text)}: {told}" in found


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("catalogue.toml", 'code = "1.3.1"', 'code = "1.1.5"', "代码在这个一件事里重复"),
        (
            "catalogue.toml",
            'offices = ["劳动监察中队"]',
            'offices = ["劳动监察队"]',
            "没有这个股室 劳动监察队",
        ),
        ("catalogue.toml", "floors = [2, 3]", "floors = [2, 4]", "没有这个楼层：4"),
        ("catalogue.toml", "handling =", "handing =", "handling"),
        ("catalogue.toml", 'code = "1.6.16"', 'code = "1.6.17"', "没有通俗名称"),
        ("catalogue.toml", 'kind = "service"', 'kind = "srevice"', "不认识的事项种类 srevice"),
        ("single_services.toml", 'kind = "unchanged"', 'kind = "same"', "不认识的时限种类 same"),
        ("single_services.toml", "working_days = 45, ", "", "没有写工作日数"),
        ("single_services.toml", 'codes = ["2.4.1"]', 'codes = ["2.4.2"]', "代码重复"),
        ("tiles.toml", 'service = "1.7.4"', 'service = "1.7.44"', "没有这个业务：1.7.44"),
        ("tiles.toml", 'bundle = "hire"', 'bundle = "hiring"', "没有这个一件事 hiring"),
        ("words.toml", 'services = ["2.5.2"]', 'services = ["2.5.9"]', "没有这个业务：2.5.9"),
        ("materials.toml", 'status = "draft"', 'status = "confirmed"', "要写核对日期"),
        ("calendar.toml", "2026-01-01", "2025-01-01", "不在这一年"),
        ("calendar.toml", "2026-10-10]", "2026-10-09]", "周六或周日"),
        ("errata.toml", 'kind = "layout"', 'kind = "other"', "不认识的更正种类"),
        ("site.toml", "[[profiles]]", "[[profile]]", "不认识的表 profile"),
        ("site.toml", 'letter = "Q"', 'letter = "H"', "H 留给手写号"),
        ("site.toml", "dots = 576", "dots = 600", "没有这个纸宽：600"),
        ("site.toml", "undo_seconds = 10", "undo_second = 10", "undo_seconds"),
        ("site.toml", "undo_seconds = 10", "undo_seconds = -1", "不能是负的"),
        ("site.toml", "back_places = 3", "back_places = 0", "退后的人数"),
        ("site.toml", "missed_rule =", "missed_line =", "缺少 missed_rule"),
        ("site.toml", "[no_show]", "[no_shows]", "缺少 [no_show]"),
        ("site.toml", "end = 12:00:00", "end = 15:00:00", "不能重叠"),
        ("site.toml", 'code = "meal"', 'code = "meeting"', "原因代码重复"),
        ("site.toml", 'text = "吃饭"', 'txet = "吃饭"', "text"),
    ],
)
def test_a_slip_in_a_file_is_told_with_its_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    found = problems_of(tmp_path, name, (old, new))
    assert any(told in problem and problem.startswith(f"{name}:") for problem in found), found


def test_a_missing_item_is_noticed_by_the_counts_of_the_lists(tmp_path: Path) -> None:
    entry = '[[bundles.items]]\ncode = "1.3.1"\nname = "缴费人员增减申报"\noffices = ["社保中心参保登记股"]\n'
    found = problems_of(tmp_path, "catalogue.toml", (entry, ""))
    assert any("企业招用员工 应有 11 项，现有 10 项" in problem for problem in found)
    assert "catalogue.toml: 子事项应有 99 个，现有 98 个" in found


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "words.toml", ("[codes]", "[codes"))
    assert len(found) == 1
    assert found[0].startswith(f"words.toml:{line_of('words.toml', '[codes]')}: 不是 TOML")


def test_a_folder_may_hold_only_the_files_that_it_changes(tmp_path: Path, document: dict[str, Any]) -> None:
    assert read_seed(tmp_path) == document
    text = (SEED / "site.toml").read_text(encoding="utf-8").replace('phone = ""', 'phone = "0943-0000000"', 1)
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    assert read_seed(tmp_path)["site"]["phone"] == "0943-0000000"


def test_the_check_command_tells_counts_and_contradictions(tmp_path: Path) -> None:
    answer = CliRunner().invoke(catalogue_group(), ["check"])
    assert answer.exit_code == 0
    assert "一件事 10 个：86 项，99 个子事项" in answer.output
    assert "牵头单位不止一个（4）" in answer.output
    assert answer.output.endswith("没有错误。\n")


def test_the_check_command_fails_and_names_every_line_when_files_are_damaged(tmp_path: Path) -> None:
    shutil.copy(SEED / "site.toml", tmp_path / "site.toml")
    text = (tmp_path / "site.toml").read_text(encoding="utf-8").replace("floor = 3", "floor = 8")
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    answer = CliRunner().invoke(catalogue_group(), ["check", "--folder", str(tmp_path)])
    assert answer.exit_code == 1
    assert answer.stderr.count("没有这个楼层：8") == 2
    assert "共 2 处错误，未采用。" in answer.stderr
