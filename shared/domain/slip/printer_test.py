"""The test slip: a ruler and one of everything, by which a hall sees that a printer is set up right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from shared.domain.slip.document import make_document
from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet


class PrinterTestFields(TypedDict):
    """What the test slip says; ``printed_at`` is hall-local."""

    hall: str
    printer: str
    printed_at: datetime
    url: str


def printer_test_document(**fields: Unpack[PrinterTestFields]) -> dict[str, object]:
    """The test slip as data."""
    return make_document("printer_test", fields, PrinterTestFields.__required_keys__)


def lay_out_printer_test(document: Mapping[str, object], sheet: Sheet) -> None:
    """Fill a sheet with the test slip; raises BrokenDocument when a needed field is missing."""
    fields = Fields(document)
    sheet.centre(fields.text("hall"))
    sheet.centre("打印测试", 2, bold=True)
    sheet.labelled("打印机", fields.text("printer"))
    sheet.labelled("时间", f"{fields.moment('printed_at'):%Y-%m-%d %H:%M}")
    sheet.rule()
    sheet.left(("0123456789" * sheet.room)[: sheet.room])
    sheet.left("一行应有" + "汉" * (sheet.room // 2 - 4))
    sheet.centre("A012", 4, bold=True)
    sheet.centre("1楼● 2楼▲ 3楼■")
    sheet.qr(fields.text("url"))
    sheet.left("尺子不到边，或字是乱码：请改打印机设置。")
