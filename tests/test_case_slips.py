"""The papers of a case: acceptance, completion, missing papers; what they say, and that it always fits."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from shared.domain.slip import (
    BrokenDocument,
    RuleLine,
    Slip,
    SlipLine,
    acceptance_document,
    completion_document,
    missing_papers_document,
    render,
)
from shared.domain.slip.typesetting import width

URL = "https://hall.example.gov.cn/t/0123456789abcdefghjkmnpqrs"
WIDTHS = (24, 16)
LONG_NAMES = [
    "城镇职工基本养老保险与城乡居民基本养老保险制度衔接申请",
    "一次性工亡补助金（含生活困难，预支50%确认）、丧葬补助金申领",
    "工伤医疗费用申报（含1.7.21工伤医疗（康复）费用申报；1.7.22住院伙食补助费申领）",
]
PERSON: dict[str, Any] = {
    "case_number": "20261123-0042",
    "applicant_masked": "张*三",
    "id_tail": "1234",
    "matter": "职工退休（打包一件事）",
    "floor": 2,
    "counter": 3,
    "clerk_number": "017",
    "url": URL,
    "phone": "8220000",
}
OFFICE: dict[str, Any] = {
    "office_name": "白银市白银区人力资源和社会保障局",
    "short_name": "白银区人社局",
    "agent_masked": None,
    "phone_reachable": False,
}


def an_acceptance(**changes: Any) -> dict[str, object]:
    fields: dict[str, Any] = {
        **PERSON,
        **OFFICE,
        "accepted_on": date(2026, 11, 23),
        "items": [
            ("职工正常退休（职）申请", "今天已办结"),
            ("多重养老保险关系个人账户退费", "12月14日前"),
            ("养老保险待遇发放账户维护申请", "12月14日前"),
        ],
        "due_on": date(2026, 12, 14),
        "working_days": 15,
        "pickup": "2楼 出件处",
        "complaint_phone": "8221111",
        "papers_kept": ["人事档案 1 卷", "退费申请表 1 份"],
        "papers_returned": ["身份证、银行卡"],
        "papers_later": [],
    }
    return acceptance_document(**{**fields, **changes})


def a_completion(**changes: Any) -> dict[str, object]:
    fields: dict[str, Any] = {
        **PERSON,
        **OFFICE,
        "completed_on": date(2026, 11, 23),
        "items": [("社会保障卡补换", "granted", ""), ("社会保障卡激活", "not_granted", "银行系统维护")],
        "handed_over": ["社会保障卡 1 张"],
    }
    return completion_document(**{**fields, **changes})


def a_notice(**changes: Any) -> dict[str, object]:
    fields: dict[str, Any] = {
        **PERSON,
        "told_on": date(2026, 11, 23),
        "missing": [
            ("养老金发放银行卡", "第3项用，看原件，看完退还"),
            ("退费申请表（窗口领表，可当场填）", "第2项用，原件 1 份"),
        ],
        "papers_kept": ["人事档案 1 卷"],
        "until": date(2026, 12, 7),
        "after_deadline": "视为撤回",
    }
    return missing_papers_document(**{**fields, **changes})


def texts(slip: Slip) -> list[str]:
    """The lines as they are drawn: rules as dashes, codes as [QR]."""
    drawn = []
    for line in slip.lines:
        if isinstance(line, SlipLine):
            drawn.append(line.text)
        else:
            drawn.append("----" if isinstance(line, RuleLine) else "[QR]")
    return drawn


DOCUMENTS = [
    an_acceptance(),
    an_acceptance(
        items=[(name, "按季度发放，以上级审核结果为准") for name in LONG_NAMES], matter=LONG_NAMES[2]
    ),
    an_acceptance(unit=True, applicant_masked="白银" + "有色金属加工" * 6 + "公司", subjects=12),
    a_completion(items=[(name, "not_granted", "上级审核没有通过，" * 6) for name in LONG_NAMES], rating=True),
    a_notice(),
    a_notice(missing=[(name, name) for name in LONG_NAMES]),
]


@pytest.mark.parametrize("columns", [*WIDTHS, 21])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["kind"]))
def test_no_line_is_wider_than_the_paper(document: dict[str, object], columns: int) -> None:
    slip = render(document, columns)
    lines = [line for line in slip.lines if isinstance(line, SlipLine)]
    assert lines
    assert [line.text for line in lines if width(line.text) * line.size > 2 * columns] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["kind"]))
def test_a_document_survives_storage_as_json(document: dict[str, object]) -> None:
    assert render(json.loads(json.dumps(document)), 24) == render(document, 24)


def test_an_acceptance_on_80_mm_reads_as_it_was_drawn() -> None:
    assert texts(render(an_acceptance(), 24)) == [
        "受 理 通 知 书",
        "白银市白银区人力资源和社会保障局",
        "编号：20261123-0042",
        "申请人：张*三（证件尾号 1234）",
        "办理人：本人",
        "事项：职工退休（打包一件事）",
        "受理日期：2026年11月23日",
        "受理：2楼3号窗口  工号 017",
        "----",
        "受理了 3 项，答应您的办结日期：",
        "1 职工正常退休（职）申请              今天已办结",
        "2 多重养老保险关系个人账户退费        12月14日前",
        "3 养老保险待遇发放账户维护申请        12月14日前",
        "全部办结：2026年12月14日前",
        "（15个工作日，从受理次日算起）",
        "----",
        "收下：人事档案 1 卷；退费申请表 1 份",
        "看过退还：身份证、银行卡",
        "以后补交：无",
        "办好后：到 2楼 出件处领取",
        "[QR]",
        "查进度：取号机扫本码，或带身份证到窗口。",
        "问事：8220000　投诉建议：8221111",
        "到期没办完，我们会写明原因。",
        "热敏纸会褪色：请拍照，或要一份A4盖章件。",
        " " * 32 + "（盖章）",
    ]


def test_an_acceptance_on_58_mm_puts_the_dates_in_the_last_line_of_each_item() -> None:
    lines = texts(render(an_acceptance(), 16))
    first = lines.index("1 职工正常退休（职）申请")
    assert lines[first : first + 8] == [
        "1 职工正常退休（职）申请",
        "                      今天已办结",
        "2 多重养老保险关系个人账户",
        "  退费                12月14日前",
        "3 养老保险待遇发放账户维护",
        "  申请                12月14日前",
        "全部：2026年12月14日前",
        "（15个工作日，从次日算起）",
    ]
    assert lines[1] == "白银区人社局"
    assert lines[-1] == " " * 22 + "（盖章）"


@pytest.mark.parametrize("field", ["phone", "complaint_phone", "papers_later", "pickup", "clerk_number"])
def test_an_unfilled_field_of_an_acceptance_never_prints_none(field: str) -> None:
    full, without = (render(an_acceptance(**changes), 24) for changes in ({}, {field: None}))
    assert full != without
    assert not any("None" in line for line in texts(without))


def test_an_agent_is_marked_and_an_employer_names_its_clerk() -> None:
    assert "办理人：李*（代）" in texts(render(an_acceptance(agent_masked="李*"), 24))
    unit = texts(
        render(
            an_acceptance(
                unit=True, applicant_masked="白银某公司", id_tail=None, agent_masked="李*", subjects=12
            ),
            24,
        )
    )
    assert unit[3:6] == ["申请人：白银某公司", "经办人：李*", "涉及员工 12 名，名单见附页"]


def test_an_unpublished_calendar_is_said_and_no_days_are_counted_without_a_date() -> None:
    lines = texts(render(an_acceptance(due_on=None, due_note="日历未发布"), 24))
    assert "全部办结：日历未发布" in lines
    assert not any("None" in line for line in lines)


def test_a_completion_says_why_something_was_not_granted_and_rates_only_when_told() -> None:
    lines = texts(render(a_completion(), 24))
    assert lines[0] == "办 结 单"
    assert "  原因：银行系统维护" in lines
    assert "领到：社会保障卡 1 张" in lines
    assert not any("评价" in line for line in lines)
    assert any("评价" in line for line in texts(render(a_completion(rating=True), 24)))


def test_a_notice_of_missing_papers_on_80_mm_reads_as_it_was_drawn() -> None:
    assert texts(render(a_notice(), 24)) == [
        "一 次 性 告 知 单",
        "编号：20261123-0042",
        "申请人：张*三（证件尾号 1234）",
        "事项：职工退休（打包一件事）",
        "告知：2026年11月23日 2楼3号窗口  工号 017",
        "----",
        "还差 2 样，带齐就能受理：",
        "□ 1 养老金发放银行卡",
        "     第3项用，看原件，看完退还",
        "□ 2 退费申请表（窗口领表，可当场填）",
        "     第2项用，原件 1 份",
        "今天已收下：人事档案 1 卷",
        "----",
        "请在 12月7日 前带来",
        "来时在取号机扫下面的码，优先回到原窗口，",
        "已经交过的、说过的，不用再来一遍。",
        "可请家人代交：带双方身份证和本单",
        "[QR]",
        "到期没带来：视为撤回；以后可以重新申请。",
        "本单已写全。再要别的材料，请让工作人员写明依据；",
        "不满意请拨 8220000。",
        " " * 32 + "（盖章）",
    ]


def test_a_damaged_list_of_items_is_refused() -> None:
    with pytest.raises(BrokenDocument):
        render({**an_acceptance(), "items": ["one"]}, 24)
