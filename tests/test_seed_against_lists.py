"""The seed against the first official list: its ten bundles typed a second time, independently.

A slip of the keyboard in the seed's files shows here as a difference; codes stand in the order of the lists,
offices by their canonical names, texts with the corrections applied.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from shared.domain.catalogue import Bundle, Catalogue
from shared.domain.configuration import parse_configuration
from shared.seed import read_seed

SEED = Path(__file__).resolve().parent.parent / "shared" / "seed"

CENTRE = "社保中心"
EMPLOYMENT = "就业服务中心"
TALENT = "人才交流股"
INSTITUTIONS = "事业单位管理股"
INSPECTION = "劳动监察中队"
WITHIN_15 = "自受理材料起15个工作日内办结"
TOGETHER = "通知协调各配合股室单位逐项分步办理"
SHOWN = "在窗口公示服务事项、申报材料及流程。窗口人员统一受理打包事项，"

# id, name, floors, working days (None: immediate), limit as printed, lead, cooperating, process as printed
BUNDLES = (
    (
        *("hire", "企业招用员工", (1, 2), 15, WITHIN_15),
        *((CENTRE,), (EMPLOYMENT, TALENT, INSPECTION), f"{SHOWN}并{TOGETHER}。"),
    ),
    (
        *("terminate", "企业与员工解除终止劳动合同", (2,), 15, WITHIN_15),
        *((CENTRE,), (EMPLOYMENT,), f"{SHOWN}{TOGETHER}。"),
    ),
    (
        *("unemployment", "失业", (2,), 15, WITHIN_15),
        *((EMPLOYMENT, CENTRE), (CENTRE,), f"{SHOWN}{TOGETHER}。"),
    ),
    (
        *("graduate", "高校毕业生就业（含灵活就业）", (2,), None, "即时办结"),
        *((EMPLOYMENT, TALENT), (CENTRE, EMPLOYMENT, TALENT, INSPECTION), f"{SHOWN}并{TOGETHER}。"),
    ),
    (
        *("public-institution-hire", "事业单位聘用工作人员", (2,), 15, WITHIN_15),
        *((EMPLOYMENT, INSTITUTIONS, CENTRE), (INSTITUTIONS, CENTRE, EMPLOYMENT)),
        f"工作人员统一受理打包事项，并{TOGETHER}。",
    ),
    (
        *("startup", "创业", (2,), 20, "自受理材料起20个工作日内办结"),
        *((EMPLOYMENT, CENTRE), (TALENT, INSPECTION)),
        f"{SHOWN}并通知协调各股室配合单位逐项分步办理。",
    ),
    (
        *("retirement", "职工退休", (2,), 15, WITHIN_15),
        *((CENTRE,), ("社保股", INSPECTION), f"工作人员统一受理打包事项，{TOGETHER}"),
    ),
    (
        *("work-death", "申领工亡人员有关待遇", (2, 3), 15, WITHIN_15),
        *((CENTRE,), ("社保股",), f"工作人员统一受理打包事项，{TOGETHER}"),
    ),
    (
        *("retiree-death", "退休人员过世", (2,), 15, WITHIN_15),
        *((CENTRE,), (CENTRE,), f"工作人员统一受理打包事项，{TOGETHER}"),
    ),
    (
        *("social-card", "申领社会保障卡", (2,), None, "即时办结"),
        *((CENTRE,), (CENTRE,)),
        "持有效身份证件在人社局社会保障卡服务窗口办社会保障卡申领、启用、密码修改与重置、挂失与解挂、补领、换领、换发。",
    ),
)

# One line per item: code (- for none), name | offices; its leaf items follow with +.
ITEMS = {
    "hire": """
        1.1.5 职工参保登记 | 社保中心参保登记股
        1.3.1 缴费人员增减申报 | 社保中心参保登记股
        - 养老保险关系转移接续 | 社保中心参保登记股 社保中心机关事业单位养老保险股
        + 1.6.10 城镇职工基本养老保险关系转移接续申请
        + 1.6.13 机关事业单位基本养老保险与城镇企业职工基本养老保险互转申请
        + 1.6.15 军地养老保险关系转移接续申请
        1.8.8 失业保险关系转移接续 | 社保中心参保登记股
        1.10.1 社会保障卡申领 | 社保中心城乡居民基本养老保险股
        2.4.2 就业登记 | 就业服务中心
        2.4.3 《就业创业证》申领 | 就业服务中心
        2.7.1 高等学校等毕业生接收手续办理 | 人才交流股
        3.4.1 档案的接收和转递（流动人员） | 人才交流股
        3.4.7 存档人员党员组织关系的接转 | 人才交流股
        4.1.1 劳动用工备案 | 劳动监察中队
    """,
    "terminate": """
        1.3.1 缴费人员增减申报 | 社保中心参保登记股
        4.1.1 劳动用工备案 | 劳动监察中队
        1.3.5 社会保险费欠费补缴申报 | 社保中心参保登记股
        1.8.8 失业保险关系转移接续 | 社保中心参保登记股
        3.4.1 档案的接收和转递（流动人员） | 社保中心档案室
        3.4.7 存档人员党员组织关系的接转 | 人才交流股
    """,
    "unemployment": """
        2.4.1 失业登记 | 就业服务中心
        2.4.3 《就业创业证》申领 | 就业服务中心
        2.2.1 职业介绍 | 就业服务中心
        1.8.1 失业保险金申领 | 社保中心工伤失业保险股
        1.8.6 代缴基本医疗保险费 | 社保中心工伤失业保险股
        1.8.3 职业培训补贴申领（领金失业人员） | 就业服务中心
        1.8.7 价格临时补贴申领 | 社保中心工伤失业保险股
        2.6.1 就业困难人员认定 | 就业服务中心
    """,
    "graduate": """
        2.1.1 就业政策法规咨询 | 就业服务中心
        2.1.2 职业供求信息、市场工资指导价位信息和职业培训信息发布 | 就业服务中心 劳动监察中队
        2.2.1 职业介绍 | 就业服务中心
        2.2.2 职业指导 | 就业服务中心
        2.3.1 公共就业服务专项活动 | 就业服务中心
        2.4.2 就业登记 | 就业服务中心
        2.4.3 《就业创业证》申领 | 就业服务中心
        2.7.1 高等学校等毕业生接收手续办理 | 人才交流股
        2.7.3 求职创业补贴申领 | 就业服务中心
        2.7.4 高校毕业生社保补贴申领 | 人才交流股
        3.4.1 档案的接收和转递（流动人员） | 人才交流股
        3.4.7 存档人员党员组织关系的接转 | 人才交流股
        1.1.5 职工参保登记 | 社保中心参保登记股
        1.4.1 社会保险费缴纳 | 社保中心参保登记股
        1.10.1 社会保障卡申领 | 社保中心城乡居民基本养老保险股
    """,
    "public-institution-hire": """
        3.3.3 事业单位拟聘人员备案 | 事业单位管理股
        3.4.1 档案的接收和转递（流动人员） | 人才交流股
        3.4.7 存档人员党员组织关系的接转 | 人才交流股
        1.1.5 职工参保登记 | 社保中心参保登记股
        1.3.1 缴费人员增减申报 | 社保中心参保登记股
        - 养老保险关系转移接续 | 社保中心参保登记股 社保中心机关事业单位养老保险股
        + 1.6.10 城镇职工基本养老保险关系转移接续申请
        + 1.6.13 机关事业单位基本养老保险与城镇企业职工基本养老保险互转申请
        + 1.6.15 军地养老保险关系转移接续申请
        1.8.8 失业保险关系转移接续 | 社保中心参保登记股
        1.10.1 社会保障卡申领 | 社保中心城乡居民基本养老保险股
        2.7.1 高等学校等毕业生接收手续办理 | 人才交流股
    """,
    "startup": """
        2.2.3 创业开业指导 | 就业服务中心
        2.4.2 就业登记 | 就业服务中心
        2.4.3 《就业创业证》申领 | 就业服务中心
        2.5.1 创业补贴申领 | 就业服务中心
        2.5.2 创业担保贷款申请 | 就业服务中心
        2.7.1 高等学校等毕业生接收手续办理 | 人才交流股
        3.4.1 档案的接收和转递（流动人员） | 人才交流股
        3.4.7 存档人员党员组织关系的接转 | 人才交流股
        1.1.1 企业社会保险登记 | 社保中心参保登记股
        1.1.5 职工参保登记 | 社保中心参保登记股
        1.3.1 缴费人员增减申报 | 社保中心参保登记股
        - 养老保险关系转移接续 | 社保中心参保登记股 社保中心机关事业单位养老保险股
        + 1.6.10 城镇职工基本养老保险关系转移接续申请
        + 1.6.13 机关事业单位基本养老保险与城镇企业职工基本养老保险互转申请
        + 1.6.15 军地养老保险关系转移接续申请
        1.8.8 失业保险关系转移接续 | 社保中心参保登记股
        1.10.1 社会保障卡申领 | 社保中心城乡居民基本养老保险股
        4.1.1 劳动用工备案 | 劳动监察中队
    """,
    "retirement": """
        1.6.1 职工正常退休（职）申请 | 社保中心企业职工养老保险股 社保中心档案室
        1.6.3 职工提前退休（退职）申请 | 社保股
        4.1.1 劳动用工备案 | 劳动监察中队
        1.3.5 社会保险费欠费补缴申报 | 社保中心参保登记股
        - 养老保险关系转移接续 | 社保中心参保登记股 社保中心机关事业单位养老保险股
        + 1.6.10 城镇职工基本养老保险关系转移接续申请
        + 1.6.13 机关事业单位基本养老保险与城镇企业职工基本养老保险互转申请
        + 1.6.14 城镇职工基本养老保险与城乡居民基本养老保险制度衔接申请
        1.6.16 多重养老保险关系个人账户退费 | 社保中心参保登记股 社保中心机关事业单位养老保险股
        1.2.3 养老保险待遇发放账户维护申请 | 社保中心企业职工养老保险股 社保中心机关事业单位养老保险股
    """,
    "work-death": """
        - 工伤备案登记 | 社保股 社保中心工伤失业保险股 社保中心参保登记股
        + 1.7.2 用人单位办理工伤登记
        + 1.7.3 变更工伤登记
        - 工伤医疗费用申报 | 社保中心工伤失业保险股
        + 1.7.21 工伤医疗（康复）费用申报
        + 1.7.22 住院伙食补助费申领
        + 1.7.13 异地工伤就医报告
        + 1.7.23 统筹地区以外交通、食宿费申领
        - 一次性及长期待遇申领 | 社保中心工伤失业保险股
        + 1.7.27 一次性工亡补助金（含生活困难，预支50%确认）、丧葬补助金申领
        + 1.7.28 供养亲属抚恤金申领
        1.2.4 工伤保险待遇发放账户维护申请 | 社保中心工伤失业保险股
    """,
    "retiree-death": """
        1.6.6 个人账户一次性待遇申领（养老保险） |
            社保中心城乡居民基本养老保险股 社保中心基金财务室 社保中心机关事业单位养老保险股
        1.6.8 遗属待遇申领（养老保险） | 社保中心城乡居民基本养老保险股 社保中心基金财务室
        1.7.29 工伤保险待遇变更 | 社保中心工伤失业保险股
        1.10.8 社会保障卡注销 | 社保中心城乡居民基本养老保险股
        1.2.3 养老保险待遇发放账户维护申请 |
            社保中心城乡居民基本养老保险股 社保中心基金财务室 社保中心机关事业单位养老保险股
        1.2.4 工伤保险待遇发放账户维护申请 | 社保中心工伤失业保险股
    """,
    "social-card": """
        1.10.1 社会保障卡申领 | 社保中心城乡居民基本养老保险股
        1.10.2 社会保障卡启用（含社会保障卡银行账户激活） | 社保中心城乡居民基本养老保险股
        1.10.5 社会保障卡密码修改与重置 | 社保中心城乡居民基本养老保险股
        1.10.6 社会保障卡挂失与解挂 | 社保中心城乡居民基本养老保险股
        1.10.7 社会保障卡补领、换领、换发 | 社保中心城乡居民基本养老保险股
    """,
}

SERVICES = {"2.1.1", "2.1.2", "2.2.1", "2.2.2", "2.2.3", "2.3.1"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return parse_configuration(read_seed(), 1).catalogue


def typed_items(table: str) -> list[str]:
    """The table's items as single lines; an office list may stand on a line of its own."""
    lines = [" ".join(line.split()) for line in table.replace("|\n", "| ").strip().splitlines()]
    return [line for line in lines if line]


def spelt_items(bundle: Bundle) -> list[str]:
    lines = []
    for item in bundle.items:
        lines.append(f"{item.code or '-'} {item.name} | {' '.join(item.offices)}")
        lines += [f"+ {leaf.code} {leaf.name}" for leaf in item.leaf_items]
    return lines


@pytest.mark.parametrize("place", range(10))
def test_a_bundle_has_the_name_floors_limit_and_offices_of_the_list(catalogue: Catalogue, place: int) -> None:
    bundle = catalogue.bundles[place]
    found = (
        *(bundle.id, bundle.name, bundle.floors, bundle.limit.working_days, bundle.limit.text),
        *(bundle.lead_offices, bundle.cooperating_offices, bundle.process),
    )
    assert found == BUNDLES[place]
    assert bundle.seq == place + 1
    assert bundle.limit.kind == ("immediate" if BUNDLES[place][3] is None else "working_days")
    assert bundle.handling == "区级全部打包办理"


@pytest.mark.parametrize("bundle_id", list(ITEMS))
def test_a_bundle_has_the_items_and_offices_of_the_list_in_its_order(
    catalogue: Catalogue, bundle_id: str
) -> None:
    bundle = next(bundle for bundle in catalogue.bundles if bundle.id == bundle_id)
    assert spelt_items(bundle) == typed_items(ITEMS[bundle_id])
    assert [item.ordinal for item in bundle.items] == list(range(1, len(bundle.items) + 1))


def test_the_lists_hold_86_items_99_leaf_items_and_55_codes(catalogue: Catalogue) -> None:
    counts = [len(bundle.items) for bundle in catalogue.bundles]
    codes = [code for bundle in catalogue.bundles for item in bundle.items for code in item.codes]
    assert counts == [11, 6, 8, 15, 9, 15, 7, 4, 6, 5]
    assert (sum(counts), len(codes), len(set(codes))) == (86, 99, 55)
    assert len(catalogue.offices) == 13


def test_lines_without_acceptance_are_services_and_the_paid_insurance_is_automatic(
    catalogue: Catalogue,
) -> None:
    kinds = {item.code: item.kind for bundle in catalogue.bundles for item in bundle.items if item.code}
    assert {code for code, kind in kinds.items() if kind == "service"} == SERVICES
    assert {code for code, kind in kinds.items() if kind == "automatic"} == {"1.8.6"}


def test_only_unemployment_is_handled_online_too(catalogue: Catalogue) -> None:
    online = [bundle for bundle in catalogue.bundles if "online" in bundle.channels]
    assert [bundle.id for bundle in online] == ["unemployment"]
    assert online[0].online is not None
    assert online[0].online.startswith("1.个人通过人社厅网上办事大厅或甘肃省政务网进入社会保险窗口")
    assert online[0].online.endswith("以上均可从手机APP进入。")


def test_nothing_of_the_lists_is_left_as_it_was_misprinted() -> None:
    errata = tomllib.loads((SEED / "errata.toml").read_text(encoding="utf-8"))["errata"]
    lists = "".join(
        (SEED / name).read_text(encoding="utf-8") for name in ("catalogue.toml", "single_services.toml")
    )
    damaged = [row["printed"] for row in errata if row["kind"] == "text" and row["note"].startswith("U+")]
    assert damaged == ["髙等学校", "遺属"]
    for row in errata:
        if row["kind"] == "blank":
            assert row["printed"].strip() not in lists or row["printed"].strip() == row["reading"].strip()
    for printed in (*damaged, "维护中请", "关转移接续", "27—", "承办部门", "接续养老保险关系"):
        assert printed not in lists
