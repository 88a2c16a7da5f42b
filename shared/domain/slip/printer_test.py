"""The test slip: a ruler and one of everything, by which a hall sees that a printer is set up right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from shared.domain.slip.document import make_document
from shared.domain.slip.fields import Fields
from shared.domain.slip.sheet import Sheet

ENCODING_LABELS = {"gb18030": "GB18030", "gbk": "GBK", "gb2312": "GB2312", "utf-8": "UTF-8"}
MODE_LABELS = {"text": "文字", "raster": "整张图形"}
QR_LABELS = {"native": "打印机画", "raster": "图形"}

MARKS_OF_CHINESE = "，。；：？！、“”‘’（）《》【】—…～￥％"
SHAPES = "1楼● 2楼▲ 3楼■ □○△★→↑↓"
COMMON = "白银区人力资源社会保障局办理排队窗口"
RARE = "𠮷 㐂 䶮 é"
"""Four bytes of GB18030 twice, two that GBK lacks, and an accented letter."""


class _PrinterTestExtras(TypedDict, total=False):
    connection: str
    dots: int
    encoding: str
    mode: str
    qr: str
    cutter: bool


class PrinterTestFields(_PrinterTestExtras):
    """What the test slip says; ``printed_at`` is hall-local.

    The settings are those of ``PrinterSettings``; ``connection`` is the kind of its address, such as ``tcp``.
    What is not given has no line.
    """

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
    _lay_out_settings(fields, sheet)
    sheet.rule()
    _lay_out_rulers(sheet)
    sheet.rule()
    _lay_out_styles(sheet)
    sheet.rule()
    drawn = fields.optional_text("mode") == "raster"
    _lay_out_characters(sheet, drawn=drawn)
    sheet.rule()
    _lay_out_codes(fields.text("url"), sheet, drawn=drawn)
    sheet.rule()
    _lay_out_advice(sheet, drawn=drawn)


def _lay_out_settings(fields: Fields, sheet: Sheet) -> None:
    sheet.labelled("连接", fields.optional_text("connection"))
    dots = fields.optional_number("dots")
    if dots:
        sheet.labelled("纸宽", f"{dots}点，{sheet.room // 2}个汉字")
    encoding, mode = fields.optional_text("encoding"), fields.optional_text("mode")
    sheet.labelled("编码", ENCODING_LABELS.get(encoding, encoding))
    sheet.labelled("方式", MODE_LABELS.get(mode, mode))
    code = fields.optional_text("qr")
    sheet.labelled("二维码", QR_LABELS.get(code, code))
    if "cutter" in fields:
        sheet.labelled("切刀", "有" if fields.flag("cutter") else "没有，请手撕")


def _lay_out_rulers(sheet: Sheet) -> None:
    sheet.left(("1234567890" * sheet.room)[: sheet.room])
    sheet.left(("一二三四五六七八九十" * sheet.room)[: sheet.room // 2])
    sheet.left("上面两行应各占一行，右边对齐。")


def _lay_out_styles(sheet: Sheet) -> None:
    sheet.centre("A012", 4, bold=True)
    sheet.centre("两倍大", 2)
    sheet.centre("加粗的字", bold=True)
    sheet.left("靠左")
    sheet.centre("居中")
    sheet.right("靠右")


def _lay_out_characters(sheet: Sheet, *, drawn: bool) -> None:
    for text in (COMMON, MARKS_OF_CHINESE, SHAPES):
        sheet.left(text)
    sheet.left(RARE)
    sheet.left("这一张都由图形打印。" if drawn else "上一行由图形打印。")


def _lay_out_codes(url: str, sheet: Sheet, *, drawn: bool) -> None:
    if not drawn:
        sheet.centre("打印机画的二维码：")
        sheet.qr(url, "printer")
    sheet.centre("图形二维码：")
    sheet.qr(url, "picture")
    if not drawn:
        sheet.left("两个码扫出来应该一样。")


def _lay_out_advice(sheet: Sheet, *, drawn: bool) -> None:
    sheet.left("不对时，改这台打印机的设置：")
    advice = ["数字行折行或不到边：改 dots", "没有切断：用 cutter = false"]
    if not drawn:
        advice += ["汉字是乱码：改 encoding，都不行就用 mode = raster", "第一个码没有：用 qr = raster"]
        advice += ["第一行多出 C0：用 encoding = gbk", "有〓：给电脑装中文字体"]
    for line in advice:
        sheet.left(f"· {line}", hang=3)
