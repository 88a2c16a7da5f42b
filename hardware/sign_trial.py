"""A trial of a line of strips: each says the number of its own counter."""

from __future__ import annotations

import time
from collections.abc import Sequence

from hardware.aside import Aside
from hardware.link import LinkLost
from hardware.sign_links import open_line
from shared.domain.sign import Sign, SignLine
from shared.domain.sign.words import columns

OPEN_SECONDS = 3.0
SHOW_SECONDS = 2.0


def try_line(line: SignLine, signs: Sequence[Sign]) -> None:
    """Let every strip say its counter's number.

    Raises:
        HallError: the line's settings are wrong.
        OSError: the line is away or taken.
    """
    aside = Aside()
    link = open_line(line, aside, time.monotonic() + OPEN_SECONDS)
    try:
        for sign in signs:
            told = f"{sign.counter}号窗口"
            text = told if columns(told) <= line.width else str(sign.counter)
            link.show(sign, text, time.monotonic() + SHOW_SECONDS)
    except LinkLost as lost:
        raise OSError(str(lost)) from lost
    finally:
        link.close()
        aside.close()
