"""The lines that every paper of a case shares: title, number, people, desk, telephones, seal."""

from __future__ import annotations

from typing import TypedDict

from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet
from shared.domain.slip.typesetting import width


class CaseExtras(TypedDict, total=False):
    """Fields that a paper of a case may have.

    ``unit``: the applicant is an employer and ``subjects`` of its people are concerned; ``reprint`` counts
    the slips before this one; a telephone that the hall has not set has no line.
    """

    phone: str | None
    complaint_phone: str | None
    unit: bool
    subjects: int
    reprint: int


class CaseFields(TypedDict):
    """Fields of every paper of a case.

    ``applicant_masked`` is the masked name, or the full name of an employer; ``id_tail`` the last four
    characters; ``agent_masked`` who came in the applicant's place, or None.
    """

    office_name: str
    short_name: str
    case_number: str
    applicant_masked: str
    id_tail: str | None
    agent_masked: str | None
    matter: str
    floor: int | None
    counter: int | None
    clerk_number: str | None
    url: str
    phone_reachable: bool


def lay_out_title(fields: Fields, sheet: Sheet, title: str) -> None:
    """The spaced title in bold, and the office in full or in short as the paper allows."""
    sheet.centre(" ".join(title), bold=True)
    sheet.centre(fields.optional_text("office_name" if sheet.wide else "short_name"))


def lay_out_people(fields: Fields, sheet: Sheet) -> None:
    """Case number and applicant, masked and with the last four characters only."""
    sheet.labelled("编号", fields.text("case_number"))
    tail = fields.optional_text("id_tail")
    label = "证件尾号" if sheet.wide else "尾号"
    sheet.labelled("申请人", fields.text("applicant_masked") + (f"（{label} {tail}）" if tail else ""))


def lay_out_agent(fields: Fields, sheet: Sheet) -> None:
    """Who came: the person, an agent, or the clerk of an employer with the number of its people."""
    agent = fields.optional_text("agent_masked")
    if fields.flag("unit"):
        sheet.labelled("经办人", agent)
        people = fields.optional_number("subjects")
        if people:
            sheet.left(f"涉及员工 {people} 名，名单见附页")
    else:
        sheet.labelled("办理人", f"{agent}（代）" if agent else "本人")


def place(fields: Fields) -> str:
    """Floor and counter; what the hall does not know is left out."""
    floor, counter = fields.optional_number("floor"), fields.optional_number("counter")
    return (f"{floor}楼" if floor else "") + (f"{counter}号窗口" if counter else "")


def desk(fields: Fields, sheet: Sheet) -> str:
    """Floor, counter and the number of the clerk; what the hall does not know is left out."""
    clerk = fields.optional_text("clerk_number")
    if not clerk:
        return place(fields)
    return f"{place(fields)}  工号 {clerk}".strip() if sheet.wide else f"{place(fields)} 工号{clerk}".strip()


def lay_out_phones(fields: Fields, sheet: Sheet) -> None:
    """Where to ask and where to complain, each only if the hall has set it."""
    phone, complaints = fields.optional_text("phone"), fields.optional_text("complaint_phone")
    complaint_label = "投诉建议" if sheet.wide else "投诉"
    parts = [f"问事：{phone}"] if phone else []
    parts += [f"{complaint_label}：{complaints}"] if complaints else []
    line = ("　" if sheet.wide else " ").join(parts)
    for part in [line] if width(line) <= sheet.room else parts:
        sheet.left(part)


def lay_out_keeping(sheet: Sheet) -> None:
    """Thermal paper fades; the sealed page is offered beside it."""
    sheet.left("热敏纸会褪色：请拍照，或要一份A4盖章件。" if sheet.wide else "会褪色：请拍照或要A4盖章件。")


def lay_out_seal(sheet: Sheet) -> None:
    """The place of the office's seal, which makes the paper a proof (行政许可法 article 32)."""
    sheet.left(" " * (sheet.room - (16 if sheet.wide else 10)) + "（盖章）")


def progress_sentence(fields: Fields, sheet: Sheet) -> str:
    """How to see the progress of the case."""
    reader = "手机" if fields.flag("phone_reachable") else "取号机"
    if sheet.wide:
        return f"查进度：{reader}扫本码，或带身份证到窗口。"
    return f"查进度：{reader}扫码或带身份证"


def joined(papers: list[str] | None) -> str:
    """A list of papers as one text: empty when not filled, 无 when there are none."""
    if papers is None:
        return ""
    return "；".join(papers) or "无"
