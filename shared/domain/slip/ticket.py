"""The ticket slip: the place in line on paper. It names no event and no person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import TypedDict, Unpack

from shared.domain.slip.document import make_document
from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet


class _TicketExtras(TypedDict, total=False):
    reprint: int
    called_after: time | None
    return_visit: bool
    step_free: bool


class TicketFields(_TicketExtras):
    """What a ticket slip says.

    ``issued_at`` is hall-local; ``wait_minutes`` is a band or None when unknown; ``counters`` is empty when
    unknown; ``missed_rule`` is the hall's sentence on missed numbers; ``phone_reachable`` says that ``url``
    opens on a citizen's phone; ``reprint`` counts the slips before this one; ``called_after`` is the end of
    the lunch break when the call will come after it; ``step_free``: the person waits here, a clerk comes.
    """

    hall: str
    number: str
    floor: int
    floor_shape: str
    counters: Sequence[int]
    ahead: int | None
    wait_minutes: tuple[int, int] | None
    issued_at: datetime
    url: str
    phone_reachable: bool
    missed_rule: str


def ticket_document(**fields: Unpack[TicketFields]) -> dict[str, object]:
    """The ticket slip as data."""
    return make_document("ticket", fields, TicketFields.__required_keys__)


def lay_out_ticket(document: Mapping[str, object], sheet: Sheet) -> None:
    """Fill a sheet with the ticket slip; raises BrokenDocument when a needed field is missing."""
    fields = Fields(document)
    sheet.centre(fields.text("hall"))
    if fields.flag("step_free"):
        sheet.centre("请在本楼等，工作人员来找您")
    if fields.flag("return_visit"):
        sheet.centre("回访号")
    sheet.centre(fields.text("number"), 4, bold=True)
    if not fields.flag("step_free"):
        sheet.centre(f"请到 {fields.number('floor')}楼{fields.optional_text('floor_shape')} 等候", 2)
    _lay_out_waiting(fields, sheet)
    issued_at = fields.moment("issued_at")
    sheet.left(f"取号：{issued_at:%Y-%m-%d %H:%M}" if sheet.wide else f"取号：{issued_at:%m-%d %H:%M}")
    sheet.qr(fields.text("url"))
    sheet.left("看到或听到您的号，再去窗口。")
    sheet.left(fields.optional_text("missed_rule"))
    sheet.left(_scan_sentence(fields, sheet))
    sheet.left("要帮忙，请找导办台。")


def _lay_out_waiting(fields: Fields, sheet: Sheet) -> None:
    counters = fields.numbers("counters")
    if counters:
        sheet.labelled("窗口", "、".join(str(counter) for counter in counters) + "号")
    parts = [_people_ahead(fields.optional_number("ahead")), _expected_call(fields)]
    sheet.left("，".join(part for part in parts if part))


def _people_ahead(ahead: int | None) -> str:
    if ahead is None:
        return ""
    return f"前面 {ahead} 人" if ahead else "前面没有人"


def _expected_call(fields: Fields) -> str:
    after = fields.optional_time("called_after")
    if after:
        return f"约在{'下午' if after.hour >= 12 else '上午'} {after:%H:%M} 以后叫到"
    band = fields.numbers("wait_minutes")
    if len(band) != 2:
        return ""
    low, high = band
    if low < 1:
        return f"约等 {max(high, 1)} 分钟以内"
    return f"约等 {low} 分钟" if low == high else f"约等 {low}～{high} 分钟"


def _scan_sentence(fields: Fields, sheet: Sheet) -> str:
    if not fields.flag("phone_reachable"):
        return "本票可在取号机上扫一扫：看还有几人、查进度"
    return "扫码看还有几人，办理后查进度。" if sheet.wide else "扫码看还有几人，办后查进度。"
