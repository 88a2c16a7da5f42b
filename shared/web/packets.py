"""The JSON of socket packets, for the socket library's ``json`` option.

Written by msgspec: data that is encoded already goes in as ``msgspec.Raw``, so that a board is encoded
once, whoever it goes to. Read by the socket library's own reader, which refuses what is too large.
"""

from __future__ import annotations

from typing import Any

import msgspec
from engineio.json import loads

__all__ = ["dumps", "loads"]


def dumps(value: Any, **_style: Any) -> str:
    """The value as compact JSON."""
    return msgspec.json.encode(value).decode()
