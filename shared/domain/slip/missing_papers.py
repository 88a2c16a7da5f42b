"""The notice of missing papers (一次性告知单): everything that is missing, told once and whole.

行政许可法 article 32 (4) and 优化营商环境条例 article 36 (1) ask for one complete notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypedDict, Unpack

from shared.domain.slip import case_lines
from shared.domain.slip.document import make_document
from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet, spoken_day


class _MissingPapersExtras(TypedDict, total=False):
    phone: str | None
    reprint: int


class MissingPapersFields(_MissingPapersExtras):
    """What a notice of missing papers says.

    ``missing`` are (paper, note), the note saying which item needs it and in what form; ``until`` is the last
    day to bring them; ``after_deadline`` is the hall's rule for what happens then.
    """

    case_number: str
    applicant_masked: str
    id_tail: str | None
    matter: str
    told_on: date
    floor: int | None
    counter: int | None
    clerk_number: str | None
    missing: Sequence[tuple[str, str]]
    papers_kept: Sequence[str] | None
    until: date | None
    after_deadline: str | None
    url: str


def missing_papers_document(**fields: Unpack[MissingPapersFields]) -> dict[str, object]:
    """The notice of missing papers as data."""
    return make_document("missing_papers", fields, MissingPapersFields.__required_keys__)


def lay_out_missing_papers(document: Mapping[str, object], sheet: Sheet) -> None:
    """Fill a sheet with the notice; raises BrokenDocument when a needed field is missing."""
    fields = Fields(document)
    case_lines.lay_out_title(fields, sheet, "一次性告知单")
    case_lines.lay_out_people(fields, sheet)
    sheet.labelled("事项", fields.text("matter"))
    told = spoken_day(fields.day("told_on"), year=sheet.wide)
    place = case_lines.desk(fields, sheet) if sheet.wide else case_lines.place(fields)
    sheet.labelled("告知", f"{told} {place}".strip())
    sheet.rule()
    _lay_out_missing(fields, sheet)
    sheet.rule()
    until = fields.optional_day("until")
    if until:
        sheet.centre(f"请在 {spoken_day(until, year=False)} 前带来", bold=True)
    if sheet.wide:
        sheet.left("来时在取号机扫下面的码，优先回到原窗口，")
        sheet.left("已经交过的、说过的，不用再来一遍。")
    else:
        sheet.left("来时在取号机扫下面的码，优先回原窗口，交过的不用再交。")
    sheet.left("可请家人代交：带双方身份证和本单" if sheet.wide else "家人可代交：带双方证件和本单")
    sheet.qr(fields.text("url"))
    after = fields.optional_text("after_deadline")
    if after:
        sheet.left(f"到期没带来：{after}；以后可以重新申请。")
    phone = fields.optional_text("phone")
    complaint = f"；不满意请拨 {phone}。" if phone and sheet.wide else "。"
    sheet.left(f"本单已写全。再要别的材料，请让工作人员写明依据{complaint}")
    case_lines.lay_out_seal(sheet)


def _lay_out_missing(fields: Fields, sheet: Sheet) -> None:
    missing = fields.rows("missing", 2)
    sheet.left(f"还差 {len(missing)} 样，带齐就能受理：")
    for number, (paper, note) in enumerate(missing, start=1):
        sheet.left(f"□ {number} {paper}", hang=5)
        if note:
            sheet.left(f"     {note}", hang=5)
    sheet.labelled("今天已收下", case_lines.joined(fields.texts("papers_kept")))
