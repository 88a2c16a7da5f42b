"""The bytes of a slip explained command by command, for whoever looks for a mistake in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hardware import escpos_commands as escpos
from hardware.escpos_commands import Command
from hardware.virtual_paper import CutSlip

SHOWN_BYTES = 24
"""Of one command; the rest of a picture says nothing to a reader."""


@dataclass(frozen=True)
class Note:
    """One command: where it begins, its bytes, name and meaning; ``kind`` groups by what it does."""

    offset: int
    raw: bytes
    name: str
    meaning: str
    kind: str

    @property
    def hex(self) -> str:
        """The bytes in hex, the long ones cut short."""
        shown = self.raw[:SHOWN_BYTES].hex(" ").upper()
        return shown if len(self.raw) <= SHOWN_BYTES else f"{shown} … 共 {len(self.raw)} 字节"


def annotate(slip: CutSlip) -> list[Note]:
    """Every command of a slip in the order of its bytes; text that came in pieces is one."""
    notes: list[Note] = []
    offset = 0
    for command, raw in _joined(slip):
        name, kind = _NAMES.get(raw[:2], (_name(raw), "setting"))
        kind = _KINDS.get(type(command), kind)
        if isinstance(command, escpos.Text):
            name = "文字"
        elif isinstance(command, escpos.LineEnd):
            name = "LF"
        notes.append(Note(offset, raw, name, explain(command, raw), kind))
        offset += len(raw)
    return notes


def _joined(slip: CutSlip) -> Iterator[tuple[Command, bytes]]:
    text, bytes_of_text = "", b""
    for command, raw in slip.commands:
        if isinstance(command, escpos.Text):
            text, bytes_of_text = text + command.text, bytes_of_text + raw
            continue
        if text:
            yield escpos.Text(text), bytes_of_text
            text, bytes_of_text = "", b""
        yield command, raw
    if text:
        yield escpos.Text(text), bytes_of_text


def _name(raw: bytes) -> str:
    return " ".join(
        _CONTROL.get(byte, chr(byte) if 0x20 < byte < 0x7F else f"{byte:02X}") for byte in raw[:2]
    )


def explain(command: Command, raw: bytes) -> str:
    """What a command says, in words."""
    match command:
        case escpos.Text(text):
            return f"“{text}”"
        case escpos.UnknownCommand():
            return "不认识的指令"
        case escpos.Harmless():
            return _HARMLESS.get(raw[:2], "不影响图样")
        case escpos.Cut(feed):
            whole = "半切" if raw[2:3] in (b"\x01", b"1", b"\x42") else "全切"
            return f"走纸 {feed} 点再{whole}" if feed else whole
    return _explain_print(command) or _explain_setting(command, raw)


def _explain_print(command: Command) -> str:
    match command:
        case escpos.LineEnd():
            return "换行"
        case escpos.Feed(dots, lines):
            return f"走纸 {lines} 行" if lines else f"走纸 {dots} 点（{dots / 8:.1f} 毫米）"
        case escpos.Raster(row_bytes, height):
            return f"光栅图 {row_bytes * 8}×{height} 点"
        case escpos.BitImage(row_bytes, height):
            return f"位图 {row_bytes * 8}×{height} 点"
        case escpos.GraphicsStore(row_bytes, height):
            return f"存入图形 {row_bytes * 8}×{height} 点"
        case escpos.GraphicsPrint():
            return "打印存入的图形"
        case escpos.QrContent(content):
            return f"二维码内容 {content}"
        case escpos.QrPrint():
            return "打印二维码"
    return ""


def _explain_setting(command: Command, raw: bytes) -> str:
    match command:
        case escpos.Initialise():
            return "初始化"
        case escpos.SetSize(across, down):
            return f"字号 {across}×{down}"
        case escpos.SetAlign(align):
            return {"left": "左对齐", "center": "居中", "right": "右对齐"}[align]
        case escpos.SetBold(bold):
            return f"加粗{_on(bold)}"
        case escpos.SetUnderline(underline):
            return f"下划线{_on(underline)}"
        case escpos.SetInverse(inverse):
            return f"反白{_on(inverse)}"
        case escpos.SetMode(across, down, bold, underline):
            return f"字号 {across}×{down}，加粗{_on(bold)}，下划线{_on(underline)}"
        case escpos.SetPitch(dots):
            return f"行距 {dots} 点"
        case escpos.SetChinese(chinese):
            return f"汉字模式{_on(chinese)}"
        case escpos.SetCodePage(number):
            return f"代码页 {number}"
        case escpos.QrSetting(65, number):
            return f"二维码型号 {chr(number)}"
        case escpos.QrSetting(67, number):
            return f"二维码模块 {number} 点"
        case escpos.QrSetting(_, number):
            return f"二维码纠错 {'LMQH'[number % 48 % 4]}"
        case escpos.AskPaper(subject):
            return f"问纸状态 {subject}"
        case escpos.SetAutoStatus(watched):
            return "状态变化时自动上报" if watched else "不再自动上报状态"
    return raw.hex(" ")


def _on(value: bool) -> str:
    return "开" if value else "关"


_CONTROL = {0x10: "DLE", 0x1B: "ESC", 0x1C: "FS", 0x1D: "GS", 0x0A: "LF", 0x0D: "CR", 0x20: "SP"}
_NAMES = {
    b"\x1d(": ("GS (", "setting"),
    b"\x1c(": ("FS (", "setting"),
    b"\x1dv": ("GS v 0", "picture"),
    b"\x1d8": ("GS 8 L", "picture"),
}
_KINDS: dict[type[object], str] = {
    escpos.Text: "text",
    escpos.LineEnd: "feed",
    escpos.Feed: "feed",
    escpos.Raster: "picture",
    escpos.BitImage: "picture",
    escpos.GraphicsStore: "picture",
    escpos.GraphicsPrint: "picture",
    escpos.QrContent: "code",
    escpos.QrPrint: "code",
    escpos.QrSetting: "code",
    escpos.Cut: "cut",
    escpos.UnknownCommand: "unknown",
}
_HARMLESS = {
    b"\r": "回车",
    b"\x1bR": "国际字符集",
    b"\x1bM": "选字体",
    b"\x1b{": "倒置打印",
    b"\x1bV": "旋转",
    b"\x1b ": "字符间距",
    b"\x1c!": "汉字打印方式",
    b"\x1c(": "文字编码",
    b"\x1cS": "汉字间距",
    b"\x1db": "平滑",
    b"\x1d|": "打印浓度",
    b"\x1dL": "左边距",
    b"\x1dW": "打印宽度",
}
