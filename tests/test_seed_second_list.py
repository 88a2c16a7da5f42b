"""The seed against the second official list: its 25 rows typed a second time, and what its limits mean."""

from __future__ import annotations

import pytest

from shared.domain.catalogue import Catalogue, SingleService
from shared.domain.configuration import parse_configuration
from shared.seed import read_seed

# codes, name, current limit, new limit, offices (a service that is not offered has none)
ROWS = (
    ("1.6.1", "职工正常退休（职）申请", "无", "即时办结", "社保中心"),
    ("1.6.10", "城镇职工基本养老保险关系转移接续申请", "45个工作日", "15个工作日", "社保中心"),
    ("1.8.8", "失业保险关系转移接续", "无", "即时办结", "社保中心"),
    (
        "1.7.4",
        "工伤认定申请",
        "由社保股受理工伤认定申请，按规定向上级部门提交相关申请材料。",
        "未提速",
        "社保股",
    ),
    (
        "1.7.5 1.7.6 1.7.7",
        "劳动能力鉴定申请",
        "由社保股受理工伤认定申请，按规定向上级部门提交相关申请材料。",
        "未提速",
        "社保股",
    ),
    (
        "1.8.1",
        "失业保险金申领",
        "自受理失业人员领取失业保险金申请之日起10日内，对申领者的资格进行审核认定。",
        "即时办结",
        "社保中心",
    ),
    (
        "1.8.9",
        "稳岗返还（稳岗补贴）申领",
        "自企业申请到审核通过，最长不得超过3个月",
        "20个工作日",
        "社保中心",
    ),
    ("1.8.10", "技能提升补贴申领（失业保险服务）", "无", "未提速", "社保中心"),
    (
        "1.10.1",
        "社会保障卡申领",
        "批量制发30个工作日；零星制发5个工作日。",
        "批量制发30个工作日；5月底全面实现零星制发卡群众补换卡“立等可取”",
        "社保中心",
    ),
    ("2.4.1", "失业登记", "7个工作日", "未提速", "就业服务中心"),
    ("2.4.2", "就业登记", "10个工作日", "5个工作日", "就业服务中心"),
    ("2.4.3", "《就业创业证》申领", "7个工作日", "未提速", "就业服务中心"),
    ("2.5.1", "创业补贴申领", "无", "提速后15个工作日内办结。", "就业服务中心"),
    ("2.5.2", "创业担保贷款申请", "无", "15个工作日", "就业服务中心"),
    ("2.6.1", "就业困难人员认定", "无", "未提速", "就业服务中心"),
    ("2.6.2", "就业困难人员社会保险补贴申领", "无", "未提速", "就业服务中心"),
    ("2.6.4", "求职创业补贴申领（就业困难人员）", "无", "未办理", ""),
    (
        "2.7.1",
        "高等学校等毕业生接收手续办理",
        "无",
        "办理高校毕业生档案接转手续时，对符合条件的即时办结。",
        "人才交流股",
    ),
    ("2.7.2", "就业见习补贴申领", "无", "按季度发放，季后10个工作日内办结。", "就业服务中心"),
    (
        "2.7.3",
        "求职创业补贴申领（高校毕业生）",
        "无",
        "自收到上级部门审核批复后5个工作日内办结。",
        "人才交流股",
    ),
    ("2.7.4", "高校毕业生社保补贴申领", "无", "未提速", "人才交流股"),
    (
        "3.3.2",
        "事业单位公开招聘方案、招聘信息审核备案",
        "无",
        (
            "事业单位聘用高层次和急需紧缺人才，公开招聘方案在5个工作日内备案；事业单位聘用非高层次、非急需紧缺人才，公开招聘方案备案"
            "在5个工作日内完成。"
        ),
        "事业单位管理股 人才交流股",
    ),
    (
        "3.3.3",
        "事业单位拟聘人员备案",
        "无",
        (
            "事业单位聘用高层次和急需紧缺人才，聘用结果备案在5个工作日内完成；事业单位聘用非高层次、非急需紧缺人才聘用结果备案在5个"
            "工作日内完成。"
        ),
        "事业单位管理股",
    ),
    ("3.4.7", "存档人员党员组织关系的接转", "无", "即时办结", "人才交流股"),
    ("3.5.2", "遗失技能人员职业资格证书补发申请", "无", "未办理", ""),
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return parse_configuration(read_seed(), 1).catalogue


def spelt_row(single: SingleService) -> tuple[str, ...]:
    return (
        " ".join(single.codes),
        single.name,
        single.current_limit.text,
        single.new_limit.text,
        " ".join(single.offices),
    )


def test_the_25_rows_of_the_second_list_are_as_printed(catalogue: Catalogue) -> None:
    assert [spelt_row(single) for single in catalogue.single_services] == list(ROWS)
    assert [single.seq for single in catalogue.single_services] == list(range(1, 26))


def test_the_limits_of_the_second_list_have_the_kinds_they_say(catalogue: Catalogue) -> None:
    found = [
        (single.id, single.current_limit.kind, single.new_limit.kind, single.new_limit.working_days)
        for single in catalogue.single_services
    ]
    assert found == [
        ("1.6.1", "none", "immediate", None),
        ("1.6.10", "working_days", "working_days", 15),
        ("1.8.8", "none", "immediate", None),
        ("1.7.4", "none", "unchanged", None),
        ("1.7.5", "none", "unchanged", None),
        ("1.8.1", "calendar_days", "immediate", None),
        ("1.8.9", "calendar_days", "working_days", 20),
        ("1.8.10", "none", "unchanged", None),
        ("1.10.1", "conditional", "conditional", None),
        ("2.4.1", "working_days", "unchanged", None),
        ("2.4.2", "working_days", "working_days", 5),
        ("2.4.3", "working_days", "unchanged", None),
        ("2.5.1", "none", "working_days", 15),
        ("2.5.2", "none", "working_days", 15),
        ("2.6.1", "none", "unchanged", None),
        ("2.6.2", "none", "unchanged", None),
        ("2.6.4", "none", "not_offered", None),
        ("2.7.1", "none", "conditional", None),
        ("2.7.2", "none", "periodic", 10),
        ("2.7.3", "none", "after_event", 5),
        ("2.7.4", "none", "unchanged", None),
        ("3.3.2", "none", "working_days", 5),
        ("3.3.3", "none", "working_days", 5),
        ("3.4.7", "none", "immediate", None),
        ("3.5.2", "none", "not_offered", None),
    ]


def test_the_branches_of_conditional_limits_are_typed(catalogue: Catalogue) -> None:
    found = {
        single.id: [(branch.code, branch.kind, branch.working_days) for branch in single.new_limit.branches]
        for single in catalogue.single_services
        if single.new_limit.branches
    }
    assert found == {
        "1.10.1": [("batch", "working_days", 30), ("replacement", "immediate", None)],
        "2.7.1": [("eligible", "immediate", None)],
        "3.3.2": [("urgent_talent", "working_days", 5), ("other_talent", "working_days", 5)],
        "3.3.3": [("urgent_talent", "working_days", 5), ("other_talent", "working_days", 5)],
    }
