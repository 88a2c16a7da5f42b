"""The completion slip (办结单): what was decided of a case that is finished, and what was handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Unpack

from shared.domain.slip import case_lines
from shared.domain.slip.case_lines import CaseExtras, CaseFields
from shared.domain.slip.document import make_document
from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet, spoken_day

RESULT_LABELS = {"granted": "办成", "not_granted": "没办成"}


class _CompletionExtras(CaseExtras, total=False):
    rating: bool


class CompletionFields(CaseFields, _CompletionExtras):
    """What a completion slip says, beside the fields of every paper of a case.

    ``items`` are (name, result, reason) with result ``granted`` or ``not_granted`` and the reason told to the
    citizen (empty when granted). ``rating`` invites to rate by the same code: never after a loss.
    """

    completed_on: date
    items: Sequence[tuple[str, str, str]]
    handed_over: Sequence[str]


def completion_document(**fields: Unpack[CompletionFields]) -> dict[str, object]:
    """The completion slip as data."""
    return make_document("completion", fields, CompletionFields.__required_keys__)


def lay_out_completion(document: Mapping[str, object], sheet: Sheet) -> None:
    """Fill a sheet with the completion slip; raises BrokenDocument when a needed field is missing."""
    fields = Fields(document)
    case_lines.lay_out_title(fields, sheet, "办结单")
    case_lines.lay_out_people(fields, sheet)
    case_lines.lay_out_agent(fields, sheet)
    sheet.labelled("事项", fields.text("matter"))
    sheet.labelled("办结日期", spoken_day(fields.day("completed_on")))
    sheet.labelled("办结", case_lines.desk(fields, sheet))
    sheet.rule()
    for number, (name, result, reason) in enumerate(fields.rows("items", 3), start=1):
        sheet.row(number, name, RESULT_LABELS.get(result, result))
        sheet.labelled("  原因", reason)
    sheet.rule()
    sheet.labelled("领到", "；".join(fields.texts("handed_over") or []))
    sheet.qr(fields.text("url"))
    sheet.left(case_lines.progress_sentence(fields, sheet))
    if fields.flag("rating"):
        sheet.left("扫同一个码，可以评价这次办理。")
    case_lines.lay_out_phones(fields, sheet)
    case_lines.lay_out_keeping(sheet)
    case_lines.lay_out_seal(sheet)
