"""Owners of leases: a name for this process from which others of the same machine see whether it lives."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")


def new_owner() -> str:
    """A name for an owner in this process, of at most 64 characters; never the same twice."""
    return f"{_place()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether an owner's process has certainly ended; of another machine's process nobody knows."""
    place, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    return place == _place() != "" and pid.isdecimal() and not Path("/proc", pid).exists()


def _place() -> str:
    """This boot of this machine, and the space in which process numbers mean something; or nothing."""
    if not (_BOOT.exists() and _NAMESPACE.exists()):
        return ""
    return f"{_BOOT.read_text().strip()[:18]}.{_NAMESPACE.stat().st_ino}"
