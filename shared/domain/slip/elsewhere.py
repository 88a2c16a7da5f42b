"""The slip for a matter that belongs elsewhere: where to go, what to bring, and how to come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from shared.domain.slip import case_lines
from shared.domain.slip.document import make_document
from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet


class ElsewhereFields(TypedDict):
    """What the slip says: ``asked`` in the citizen's words, the office that has it, our own telephone."""

    asked: str
    office: str
    address: str | None
    office_phone: str | None
    papers: str | None
    floor: int | None
    counter: int | None
    clerk_number: str | None
    told_at: datetime
    phone: str | None


def elsewhere_document(**fields: Unpack[ElsewhereFields]) -> dict[str, object]:
    """The slip as data."""
    return make_document("elsewhere", fields, ElsewhereFields.__required_keys__)


def lay_out_elsewhere(document: Mapping[str, object], sheet: Sheet) -> None:
    """Fill a sheet with the slip; raises BrokenDocument when a needed field is missing."""
    fields = Fields(document)
    sheet.centre("这件事请到别处办", bold=True)
    sheet.labelled("您问的", fields.text("asked"))
    reach = [fields.optional_text("address"), fields.optional_text("office_phone")]
    if sheet.wide:
        sheet.labelled("去哪里", "　".join(part for part in [fields.text("office"), *reach] if part))
    else:
        sheet.labelled("去哪里", fields.text("office"))
        rest = " ".join(part for part in reach if part)
        if rest:
            sheet.left(f"  {rest}", hang=2)
    papers = fields.optional_text("papers")
    if papers:
        sheet.labelled("带什么", f"{papers}　（以对方说明为准）" if sheet.wide else papers)
    told_at = fields.moment("told_at")
    if sheet.wide:
        sheet.labelled("接待", f"{case_lines.desk(fields, sheet)}  {told_at:%m-%d %H:%M}".strip())
    phone = fields.optional_text("phone")
    if phone:
        opening = "去了还是办不成，请回来找我们" if sheet.wide else "办不成请回来找我们"
        sheet.labelled(opening, phone)
