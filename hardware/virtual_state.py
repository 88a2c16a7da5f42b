"""A virtual printer as a person standing before it would see it, as data for its page and for scripts."""

from __future__ import annotations

from typing import Any

from hardware.virtual_engine import labels
from hardware.virtual_faults import WORDS, Fault, figures_as_data
from hardware.virtual_paper import CutSlip, Ending
from hardware.virtual_printer import VirtualPrinter
from hardware.virtual_status import ERROR as ERRORS
from hardware.virtual_status import OFFLINE_CAUSE, PAPER, PRINTER, Shape, real_time_byte, spell

SHOWN_VISITS = 30
ENDINGS = {
    Ending.CUT: "切下",
    Ending.TORN: "撕下",
    Ending.LEFT: "断开后留下的半张",
    Ending.HANGING: "还没切断",
}
FIGURE_OF = {
    Fault.PAPER_OUT: "paper_out_after",
    Fault.LATE_CONFIRMATION: "late_seconds",
    Fault.SLOW: "bytes_per_second",
    Fault.RESET: "reset_after",
    Fault.GARBAGE: "seed",
}
"""The figure that stands beside a fault's switch."""


def switches_as_data(printer: VirtualPrinter) -> dict[str, Any]:
    """Every switch by name, true when on, and every figure."""
    on = printer.faults
    return {**{str(fault): fault in on for fault in Fault}, **figures_as_data(printer.figures)}


def switch_board(printer: VirtualPrinter) -> list[dict[str, Any]]:
    """The switches with their words, in the order in which a page shows them."""
    on, figures = printer.faults, figures_as_data(printer.figures)
    return [
        {
            "name": str(fault),
            "label": words.label,
            "meaning": words.meaning,
            "on": fault in on,
            "figure": FIGURE_OF.get(fault),
            "value": figures.get(FIGURE_OF.get(fault, "")),
        }
        for fault, words in WORDS.items()
    ]


def describe_printer(printer: VirtualPrinter, addresses: list[str]) -> dict[str, Any]:
    """Everything about a printer but its paper."""
    shape = printer.shape
    return {
        "name": printer.name,
        "dots": printer.dots,
        "encoding": printer.encoding,
        "addresses": addresses,
        "summary": _summary(printer, shape),
        "parts": _parts(printer, shape),
        "status": [spell(subject, real_time_byte(subject, shape)) for subject in _SUBJECTS],
        "switches": switch_board(printer),
        "visits": printer.visits[:SHOWN_VISITS],
    }


_SUBJECTS = (PRINTER, OFFLINE_CAUSE, ERRORS, PAPER)


def describe_piece(piece: CutSlip) -> dict[str, Any]:
    """One piece of paper."""
    return {
        "number": piece.number,
        "ending": str(piece.ending),
        "ended": ENDINGS[piece.ending],
        "at": piece.at.isoformat(),
        "dots": piece.dots,
        "columns": piece.columns,
        "size": len(piece.data),
        "lines": piece.lines,
        "qr_contents": piece.qr_contents,
        "unknown": [data.hex(" ") for data in piece.unknown],
    }


def _summary(printer: VirtualPrinter, shape: Shape) -> dict[str, str]:
    on = labels(printer.faults)
    if shape.says_offline or Fault.POWER_OFF in printer.faults:
        return {"tone": "bad", "text": "停机：" + "、".join(on or ["收到不认识的指令"])}
    if on:
        return {"tone": "warn", "text": "能打印，但有毛病：" + "、".join(on)}
    return {"tone": "good", "text": "正常"}


def _parts(printer: VirtualPrinter, shape: Shape) -> list[dict[str, str]]:
    off = Fault.POWER_OFF in printer.faults
    paper = "用完" if shape.paper_out else "快用完" if shape.near_end else "有纸"
    cutter = "卡住" if shape.jammed else "报错" if shape.cutter_error else "正常"
    after = printer.figures.paper_out_after
    return [
        _part("电源", "关" if off else "开", "bad" if off else "good"),
        _part(
            "纸",
            f"{paper}（还够 {after} 字节）" if after and not shape.paper_out else paper,
            "bad" if shape.paper_out else "warn" if shape.near_end or after else "good",
        ),
        _part("上盖", "打开" if shape.cover_open else "合上", "bad" if shape.cover_open else "good"),
        _part("切刀", cutter, "good" if cutter == "正常" else "bad"),
        _part(
            "联机", "脱机" if shape.says_offline or off else "联机", "bad" if shape.says_offline else "good"
        ),
        _part("连接", "有程序连着" if printer.connected else "空闲", "good"),
        _part("没打的", f"{printer.waiting} 字节", "warn" if printer.waiting else "good"),
    ]


def _part(name: str, text: str, tone: str) -> dict[str, str]:
    return {"name": name, "text": text, "tone": tone}
