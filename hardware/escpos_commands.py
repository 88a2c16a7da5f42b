"""The commands of ESC/POS that a virtual printer knows, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """Characters for the line buffer, as the printer's character ROM reads their bytes."""

    text: str


@dataclass(frozen=True)
class LineEnd:
    """Print the line buffer."""


@dataclass(frozen=True)
class Feed:
    """Print the line buffer and feed: ``dots`` of 203 dpi, and ``lines`` of the height that is set."""

    dots: int
    lines: int = 0


@dataclass(frozen=True)
class SetPitch:
    """The height of a line in dots; 30 is usual."""

    dots: int


@dataclass(frozen=True)
class Initialise:
    """Forget every setting."""


@dataclass(frozen=True)
class SetSize:
    """Multiply characters, 1 to 8 each way."""

    across: int
    down: int


@dataclass(frozen=True)
class SetAlign:
    """Align whole lines: left, center or right."""

    align: str


@dataclass(frozen=True)
class SetBold:
    """Emphasised print on or off."""

    bold: bool


@dataclass(frozen=True)
class SetUnderline:
    """Underlined print on or off."""

    underline: bool


@dataclass(frozen=True)
class SetInverse:
    """White characters on black on or off."""

    inverse: bool


@dataclass(frozen=True)
class SetMode:
    """ESC !: size, emphasis and underline at once."""

    across: int
    down: int
    bold: bool
    underline: bool


@dataclass(frozen=True)
class SetChinese:
    """Read bytes from 81h as Chinese characters, or as the code page."""

    chinese: bool


@dataclass(frozen=True)
class SetCodePage:
    """The code page for bytes from 80h outside Chinese mode."""

    number: int


@dataclass(frozen=True)
class QrSetting:
    """Model, module size or level of the next code; ``function`` is 65, 67 or 69."""

    function: int
    number: int


@dataclass(frozen=True)
class QrContent:
    """Store the content of the next code."""

    content: str


@dataclass(frozen=True)
class QrPrint:
    """Print the stored code."""


@dataclass(frozen=True)
class Raster:
    """A picture, one bit a dot, rows of whole bytes."""

    row_bytes: int
    height: int
    bits: bytes


@dataclass(frozen=True)
class BitImage:
    """A strip of a line's height, put into the line buffer; rows of whole bytes like a raster."""

    row_bytes: int
    height: int
    bits: bytes


@dataclass(frozen=True)
class GraphicsStore:
    """Keep a picture in the graphics buffer."""

    row_bytes: int
    height: int
    bits: bytes


@dataclass(frozen=True)
class GraphicsPrint:
    """Print the graphics buffer."""


@dataclass(frozen=True)
class Cut:
    """Cut the paper, after feeding ``feed`` dots."""

    feed: int = 0


@dataclass(frozen=True)
class AskStatus:
    """DLE EOT: answered on arrival, and passed over when its turn comes."""

    subject: int


@dataclass(frozen=True)
class RealTime:
    """DLE ENQ, DLE DC4: obeyed on arrival, and passed over when its turn comes."""


@dataclass(frozen=True)
class AskPaper:
    """GS r: answer one byte when its turn comes."""

    subject: int


@dataclass(frozen=True)
class SetAutoStatus:
    """GS a: send four status bytes now and at every change; no bit set switches it off."""

    watched: int


@dataclass(frozen=True)
class AskPrinted:
    """GS ( H: answer with this id when everything before it is printed."""

    process_id: bytes


@dataclass(frozen=True)
class Harmless:
    """A setting that changes nothing a picture could show."""


@dataclass(frozen=True)
class UnknownCommand:
    """Bytes that this reader does not know."""

    data: bytes


Command: TypeAlias = (
    Text
    | LineEnd
    | Feed
    | SetPitch
    | Initialise
    | SetSize
    | SetAlign
    | SetBold
    | SetUnderline
    | SetInverse
    | SetMode
    | SetChinese
    | SetCodePage
    | QrSetting
    | QrContent
    | QrPrint
    | Raster
    | BitImage
    | GraphicsStore
    | GraphicsPrint
    | Cut
    | AskStatus
    | RealTime
    | AskPaper
    | SetAutoStatus
    | AskPrinted
    | Harmless
    | UnknownCommand
)
