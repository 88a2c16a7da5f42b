"""The acceptance notice (受理通知书): the dated proof that the case was accepted, with what was promised.

Its content follows 行政许可法 article 32 and the practice of government halls: papers taken, day of
acceptance, who accepted, contact and time limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Unpack

from shared.domain.slip import case_lines
from shared.domain.slip.case_lines import CaseExtras, CaseFields
from shared.domain.slip.document import make_document
from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet, spoken_day


class _AcceptanceExtras(CaseExtras, total=False):
    due_note: str | None
    papers_kept: Sequence[str] | None
    papers_returned: Sequence[str] | None
    papers_later: Sequence[str] | None
    pickup_agreed: str | None


class AcceptanceFields(CaseFields, _AcceptanceExtras):
    """What an acceptance notice says, beside the fields of every paper of a case.

    ``items`` are (name, promise), a promise being such as 12月14日前, 今天已办结 or 日历未发布. ``due_note``
    stands for ``due_on`` where there is no date. A list of papers is None when the hall does not record it
    (no line) and empty when there are none (无). ``pickup`` is a place such as 2楼 出件处.
    """

    accepted_on: date
    items: Sequence[tuple[str, str]]
    due_on: date | None
    working_days: int | None
    pickup: str | None


def acceptance_document(**fields: Unpack[AcceptanceFields]) -> dict[str, object]:
    """The acceptance notice as data."""
    return make_document("acceptance", fields, AcceptanceFields.__required_keys__)


def lay_out_acceptance(document: Mapping[str, object], sheet: Sheet) -> None:
    """Fill a sheet with the acceptance notice; raises BrokenDocument when a needed field is missing."""
    fields = Fields(document)
    case_lines.lay_out_title(fields, sheet, "受理通知书")
    case_lines.lay_out_people(fields, sheet)
    case_lines.lay_out_agent(fields, sheet)
    sheet.labelled("事项", fields.text("matter"))
    sheet.labelled("受理日期", spoken_day(fields.day("accepted_on")))
    sheet.labelled("受理", case_lines.desk(fields, sheet))
    sheet.rule()
    _lay_out_promises(fields, sheet)
    sheet.rule()
    _lay_out_papers(fields, sheet)
    sheet.qr(fields.text("url"))
    sheet.left(case_lines.progress_sentence(fields, sheet))
    case_lines.lay_out_phones(fields, sheet)
    if sheet.wide:
        sheet.left("到期没办完，我们会写明原因。")
    case_lines.lay_out_keeping(sheet)
    case_lines.lay_out_seal(sheet)


def _lay_out_promises(fields: Fields, sheet: Sheet) -> None:
    items = fields.rows("items", 2)
    sheet.left(f"{'受理了' if sheet.wide else '受理'} {len(items)} 项，答应您的办结日期：")
    for number, (name, promise) in enumerate(items, start=1):
        sheet.row(number, name, promise)
    due_on, days = fields.optional_day("due_on"), fields.optional_number("working_days")
    due = f"{spoken_day(due_on)}前" if due_on else fields.optional_text("due_note")
    sheet.labelled("全部办结" if sheet.wide else "全部", due)
    if due and days:
        sheet.left(f"（{days}个工作日，从{'受理次日' if sheet.wide else '次日'}算起）")


def _lay_out_papers(fields: Fields, sheet: Sheet) -> None:
    sheet.labelled("收下", case_lines.joined(fields.texts("papers_kept")))
    sheet.labelled("看过退还", case_lines.joined(fields.texts("papers_returned")))
    sheet.labelled("以后补交", case_lines.joined(fields.texts("papers_later")))
    place, agreed = fields.optional_text("pickup"), fields.optional_text("pickup_agreed")
    if not sheet.wide:
        sheet.labelled("领取", "，或".join(part for part in (place, agreed) if part))
    else:
        parts = [f"到 {place}领取" if place else "", f"{'或 ' if place else ''}{agreed}" if agreed else ""]
        sheet.labelled("办好后", "，".join(part for part in parts if part))
