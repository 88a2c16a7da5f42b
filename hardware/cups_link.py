"""A link to a print queue of CUPS through its command ``lp``: bytes out as they are, and never an answer."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
import threading
import time

from hardware.link import LinkLost

log = logging.getLogger(__name__)

PRINTING_SECONDS = 7.0
"""So long CUPS may try to print what it was handed, within three seconds as a rule; see ``OLDEST_JOB``."""

CANCEL_SECONDS = 5.0
_REQUEST = re.compile(rb"request id is (\S+)")


class CupsLink:
    """A queue by its name; each piece that is sent is one job."""

    answers = False

    def __init__(
        self, queue: str, lp: str = "lp", cancel: str = "cancel", patience: float = PRINTING_SECONDS
    ) -> None:
        """Find the command; raises FileNotFoundError when this computer has none.

        ``patience``: after so many seconds a job that was handed over is taken back with ``cancel``.
        """
        command = shutil.which(lp)
        if command is None:
            raise FileNotFoundError(f"这台电脑上没有命令 {lp}（Debian 的 cups-client）")
        self._command = (command, "-d", queue, "-o", "raw")
        self._cancel = cancel
        self._patience = patience
        self._jobs: list[str] = []

    def send(self, data: bytes, deadline: float) -> None:
        """Hand the bytes to the queue; at the deadline ``lp`` is ended.

        Raises LinkLost: with nothing sent when ``lp`` refuses, with all when it did not come to an end; CUPS
        may have the slip then.
        """
        try:
            lp = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                # The id is told in words, which are others in another language.
                env=os.environ | {"LC_ALL": "C"},
            )
        except OSError as error:
            raise LinkLost(str(error)) from error
        try:
            said, told = lp.communicate(data, max(0.001, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            # The whole group: a child of it would keep the pipes open.
            os.killpg(lp.pid, signal.SIGKILL)
            self._note(lp.communicate()[0])
            raise LinkLost("lp 到时间还没有接完", len(data), stuck=True) from error
        self._note(said)
        if lp.returncode < 0:
            raise LinkLost("lp 被中止了", len(data), stuck=True)
        if lp.returncode != 0:
            raise LinkLost(told.decode("utf-8", "replace").strip() or f"lp 以 {lp.returncode} 结束")

    def receive(self, deadline: float) -> bytes:
        """Nothing: a queue does not answer."""
        return b""

    def close(self) -> None:
        """Leave what was handed over to CUPS for a while; then what is not printed is taken back."""
        self._take_back(self._patience)

    def reset(self) -> None:
        """Take back at once what CUPS has not printed; nobody waits for that."""
        self._take_back(0)

    def _note(self, said: bytes) -> None:
        self._jobs += [job.decode("utf-8", "replace") for job in _REQUEST.findall(said)]

    def _take_back(self, seconds: float) -> None:
        if self._jobs:
            later = threading.Timer(seconds, _cancelled, (self._cancel, self._jobs))
            later.daemon = True
            later.start()


def _cancelled(cancel: str, jobs: list[str]) -> None:
    """Take jobs back; CUPS refuses that for those that are printed already."""
    try:
        subprocess.run([cancel, *jobs], capture_output=True, check=False, timeout=CANCEL_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        log.exception("jobs of CUPS could not be taken back", extra={"jobs": jobs})
