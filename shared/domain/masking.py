"""Masked forms of names, numbers and telephones, as papers and lists may show them."""

from __future__ import annotations


def mask_name(name: str) -> str:
    """``张三`` as 张*, ``张小三`` as 张*三, ``欧阳小锋`` as 欧**锋; a single character stays hidden."""
    plain = name.strip()
    if len(plain) <= 1:
        return "*"
    if len(plain) == 2:
        return plain[0] + "*"
    return plain[0] + "*" * (len(plain) - 2) + plain[-1]


def last_four(number: str) -> str:
    """The last four characters, by which a person is asked to prove a paper is theirs."""
    return number[-4:].upper()


def mask_number(number: str) -> str:
    """Everything but the last four characters hidden, for staff lists."""
    return "*" * max(0, len(number) - 4) + last_four(number)
