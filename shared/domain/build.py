"""What is running: the version of a page or program, and whether it is the server's own."""

from __future__ import annotations

#: Between the release and the short hash of what the pages are made of.
MARK = "·"
LONGEST = 40


def build_name(release: str, content: str) -> str:
    """``0.1.0·a1b2c3`` of a release and the hash of its pages."""
    return f"{release}{MARK}{content[:6]}"


def is_same_build(told: str, own: str) -> bool:
    """Whether ``told`` belongs to the server whose build is ``own``; a program tells no hash of pages."""
    return told == own or (MARK not in told and told == own.partition(MARK)[0])
