"""The ticket slip and other slips without a case: what is on the paper, and that it always fits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any

import pytest

from shared.domain.slip import (
    BrokenDocument,
    QrLine,
    RuleLine,
    Slip,
    SlipLine,
    elsewhere_document,
    printer_test_document,
    render,
    reprinted,
    ticket_document,
)
from shared.domain.slip.typesetting import clean, width

URL = "https://hall.example.gov.cn/t/0123456789abcdefghjkmnpqrs"
WIDTHS = (24, 16)


def a_ticket(**changes: Any) -> dict[str, object]:
    fields: dict[str, Any] = {
        "hall": "白银区人社局办事大厅",
        "number": "A012",
        "floor": 2,
        "floor_shape": "▲",
        "counters": [1, 2, 3, 5, 6],
        "ahead": 7,
        "wait_minutes": (15, 30),
        "issued_at": datetime(2026, 11, 23, 9, 41, tzinfo=UTC),
        "url": URL,
        "phone_reachable": True,
        "missed_rule": "过号不作废：拿本票到取号机或窗口扫一扫，再为您排上。",
    }
    return ticket_document(**{**fields, **changes})


def an_elsewhere() -> dict[str, object]:
    return elsewhere_document(
        asked="医保报销" * 12,
        office="白银区医疗保障局",
        address="白银区人民路 1 号",
        office_phone="8223333",
        papers="身份证、发票、出院小结",
        floor=2,
        counter=None,
        clerk_number="017",
        told_at=datetime(2026, 11, 23, 9, 58, tzinfo=UTC),
        phone="0943-8220000",
    )


def a_printer_test() -> dict[str, object]:
    return printer_test_document(
        hall="白银区人社局办事大厅",
        printer="kiosk-1",
        url=URL,
        printed_at=datetime(2026, 11, 23, 9, 58, tzinfo=UTC),
    )


def texts(slip: Slip) -> list[str]:
    """The lines as they are drawn: rules as dashes, codes as [QR]."""
    drawn = []
    for line in slip.lines:
        if isinstance(line, SlipLine):
            drawn.append(line.text)
        else:
            drawn.append("----" if isinstance(line, RuleLine) else "[QR]")
    return drawn


def a_full_printer_test(**changes: Any) -> dict[str, object]:
    fields: dict[str, Any] = {
        "hall": "白银区人社局办事大厅",
        "printer": "kiosk-1",
        "url": URL,
        "printed_at": datetime(2026, 11, 23, 9, 58, tzinfo=UTC),
        "connection": "usb",
        "dots": 512,
        "encoding": "gbk",
        "mode": "text",
        "qr": "raster",
        "cutter": False,
    }
    return printer_test_document(**{**fields, **changes})


DOCUMENTS = [
    a_full_printer_test(),
    a_full_printer_test(mode="raster"),
    a_ticket(),
    a_ticket(number="S1234", called_after=time(14, 30), step_free=True, return_visit=True, reprint=2),
    an_elsewhere(),
    a_printer_test(),
]


@pytest.mark.parametrize("columns", [*WIDTHS, 21])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["kind"]))
def test_no_line_is_wider_than_the_paper(document: dict[str, object], columns: int) -> None:
    slip = render(document, columns)
    lines = [line for line in slip.lines if isinstance(line, SlipLine)]
    assert lines
    assert [line.text for line in lines if width(line.text) * line.size > 2 * columns] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document["kind"]))
def test_a_document_survives_storage_as_json(document: dict[str, object]) -> None:
    assert render(json.loads(json.dumps(document)), 24) == render(document, 24)


def test_a_ticket_on_80_mm_reads_as_it_was_drawn() -> None:
    assert texts(render(a_ticket(), 24)) == [
        "白银区人社局办事大厅",
        "A012",
        "请到 2楼▲ 等候",
        "窗口：1、2、3、5、6号",
        "前面 7 人，约等 15～30 分钟",
        "取号：2026-11-23 09:41",
        "[QR]",
        "看到或听到您的号，再去窗口。",
        "过号不作废：拿本票到取号机或窗口扫一扫，",
        "再为您排上。",
        "扫码看还有几人，办理后查进度。",
        "要帮忙，请找导办台。",
    ]


def test_a_ticket_on_58_mm_reads_as_it_was_drawn() -> None:
    assert texts(render(a_ticket(), 16))[3:] == [
        "窗口：1、2、3、5、6号",
        "前面 7 人，约等 15～30 分钟",
        "取号：11-23 09:41",
        "[QR]",
        "看到或听到您的号，再去窗口。",
        "过号不作废：拿本票到取号机",
        "或窗口扫一扫，再为您排上。",
        "扫码看还有几人，办后查进度。",
        "要帮忙，请找导办台。",
    ]


def test_the_number_is_four_times_as_large_and_the_floor_twice() -> None:
    lines = {line.text: line for line in render(a_ticket(), 24).lines if isinstance(line, SlipLine)}
    assert (lines["A012"].size, lines["A012"].align, lines["A012"].bold) == (4, "center", True)
    assert (lines["请到 2楼▲ 等候"].size, lines["请到 2楼▲ 等候"].align) == (2, "center")


def test_a_ticket_names_no_event_and_no_person() -> None:
    document = a_ticket()
    assert {"matter", "service", "event", "name", "applicant"}.isdisjoint(document)


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"counters": []}, "窗口："),
        ({"ahead": None, "wait_minutes": None}, "前面"),
        ({"wait_minutes": None}, "约等"),
        ({"missed_rule": ""}, "过号"),
    ],
)
def test_what_the_hall_has_not_filled_is_left_out_with_its_line(changes: dict[str, Any], gone: str) -> None:
    assert [line for line in texts(render(a_ticket(**changes), 24)) if line.startswith(gone)] == []


def test_an_unknown_wait_leaves_the_people_ahead_alone() -> None:
    assert "前面 7 人" in texts(render(a_ticket(wait_minutes=None), 24))


def test_nobody_ahead_is_said_in_words() -> None:
    assert "前面没有人，约等 1～5 分钟" in texts(render(a_ticket(ahead=0, wait_minutes=(1, 5)), 24))


def test_a_wait_is_never_printed_as_zero() -> None:
    assert "前面没有人，约等 3 分钟以内" in texts(render(a_ticket(ahead=0, wait_minutes=(0, 3)), 24))


def test_lunch_between_is_said_instead_of_a_wait() -> None:
    lines = texts(render(a_ticket(called_after=time(14, 30)), 24))
    assert "前面 7 人，约在下午 14:30 以后叫到" in lines


def test_without_a_public_address_no_phone_page_is_promised() -> None:
    lines = texts(render(a_ticket(phone_reachable=False), 24))
    assert "本票可在取号机上扫一扫：看还有几人、查进度" in lines
    assert not any(line.startswith("扫码") for line in lines)


def test_a_reprint_is_marked_in_the_first_line_and_says_the_same() -> None:
    assert texts(render(reprinted(a_ticket(), 2), 24)) == ["补打 2", *texts(render(a_ticket(), 24))]


def test_a_person_who_needs_no_stairs_is_told_to_stay() -> None:
    lines = texts(render(a_ticket(step_free=True), 24))
    assert lines[1] == "请在本楼等，工作人员来找您"
    assert not any(line.startswith("请到") for line in lines)


def test_a_return_visit_stands_above_the_number() -> None:
    lines = texts(render(a_ticket(return_visit=True), 24))
    assert lines.index("回访号") == lines.index("A012") - 1


@pytest.mark.parametrize("bad", ["\x1b@", "\x1d!\x33", "\x10\x04\x01", "\x9b", "\u202e", "\u200b", "\ud800"])
def test_control_characters_never_reach_a_line(bad: str) -> None:
    document = a_ticket(hall=f"大{bad}厅", missed_rule=f"{bad}过号{bad}")
    slip = render(document, 24)
    for line in slip.lines:
        text = line.text if isinstance(line, SlipLine) else line.content if isinstance(line, QrLine) else ""
        assert not any(sign < " " or "\x7f" <= sign <= "\x9f" or sign in bad[:1] for sign in text)
    assert clean(bad) == clean(bad).strip("\x1b\x1d\x10\x9b\u202e\u200b\ud800")


@pytest.mark.parametrize(
    "document",
    [
        {**a_ticket(), "format": 2},
        {**a_ticket(), "kind": "poster"},
        {**a_ticket(), "number": 12},
        {**a_ticket(), "issued_at": "morning"},
        {**a_ticket(), "counters": ["one"]},
        {},
    ],
)
def test_a_damaged_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(BrokenDocument):
        render(document, 24)


def test_a_document_without_a_needed_field_is_a_mistake_of_the_program() -> None:
    fields: dict[str, Any] = {"hall": "大厅", "number": "A012"}
    with pytest.raises(TypeError, match="missed_rule"):
        ticket_document(**fields)


def test_paper_narrower_than_58_mm_is_refused() -> None:
    with pytest.raises(BrokenDocument):
        render(a_ticket(), 15)


def test_the_test_slip_tells_the_settings_it_was_printed_with() -> None:
    lines = texts(render(a_full_printer_test(), 21))
    assert lines[2:10] == [
        "打印机：kiosk-1",
        "时间：2026-11-23 09:58",
        "连接：usb",
        "纸宽：512点，21个汉字",
        "编码：GBK",
        "方式：文字",
        "二维码：图形",
        "切刀：没有，请手撕",
    ]


@pytest.mark.parametrize("columns", [16, 21, 24])
def test_the_test_slip_measures_the_paper_in_digits_and_in_characters(columns: int) -> None:
    lines = texts(render(a_full_printer_test(), columns))
    ruler = next(line for line in lines if line.startswith("1234567890"))
    characters = next(line for line in lines if line.startswith("一二三四五"))
    assert (len(ruler), len(characters)) == (2 * columns, columns)


def test_the_test_slip_shows_every_size_both_codes_and_what_is_drawn() -> None:
    slip = render(a_full_printer_test(), 24)
    styles = {(line.size, line.align, line.bold) for line in slip.lines if isinstance(line, SlipLine)}
    sizes, alignments, bolds = (set(part) for part in zip(*styles, strict=True))
    assert (sizes, alignments, bolds) == ({1, 2, 4}, {"left", "center", "right"}, {False, True})
    assert [line.drawn_by for line in slip.lines if isinstance(line, QrLine)] == ["printer", "picture"]
    lines = texts(slip)
    assert lines[lines.index("𠮷 㐂 䶮 é") + 1] == "上一行由图形打印。"


def test_a_test_slip_of_pictures_shows_no_code_of_the_printers_own() -> None:
    slip = render(a_full_printer_test(mode="raster"), 24)
    assert [line.drawn_by for line in slip.lines if isinstance(line, QrLine)] == ["picture"]
    assert "这一张都由图形打印。" in texts(slip)


def test_a_test_slip_without_settings_still_prints() -> None:
    assert not any(line.startswith(("编码：", "切刀：")) for line in texts(render(a_printer_test(), 24)))
