"""The words of a strip: the fullest that fit its width, in bytes that its font has."""

from __future__ import annotations

from unicodedata import east_asian_width

from shared.domain.sign import WORDS, SignFace, SignState

#: Stands for a character that the strip's font lacks; numbers and counters never need it.
MISSING = "〓"


def text_of(face: SignFace, width: int) -> str:
    """What a strip of this many half-width characters says; the last resort is cut, never wrapped."""
    told = _fullest_first(face)
    return next((text for text in told if columns(text) <= width), cut(told[-1], width))


def columns(text: str) -> int:
    """The width of a text in half-width characters."""
    return sum(_columns(character) for character in text)


def cut(text: str, width: int) -> str:
    """The beginning of a text that fits; no half of a Chinese character."""
    while columns(text) > width:
        text = text[:-1]
    return text


def encoded(text: str, encoding: str) -> bytes:
    """The bytes of a text for a strip; what its encoding cannot say becomes ``〓``."""
    return b"".join(_encoded(character, encoding) for character in text)


def _fullest_first(face: SignFace) -> tuple[str, ...]:
    counter, number, words = face.counter, face.number or "", WORDS[face.state]
    match face.state:
        case SignState.CALLING:
            return f"请{number}号到{counter}号窗口", f"请{number}到本窗口", f"请{number}号", number
        case SignState.SERVING:
            return f"{words}{number}号", f"{words}{number}", f"办理{number}", number
        case SignState.BREAK:
            return f"{words}，{face.until}接着叫号", f"{words}到{face.until}", words
        case SignState.PAUSED:
            return f"{counter}号窗口{words}", f"{words}服务", words
        case SignState.CLOSED:
            return f"{counter}号窗口{words}", words, "没有开"
        case SignState.FREE:
            return f"{counter}号窗口{words}", words


def _columns(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def _encoded(character: str, encoding: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        # A font without the mark itself has a question mark.
        return MISSING.encode(encoding, "replace")
