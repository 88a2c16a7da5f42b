"""The acceptance notice on A4 paper, for who wants a stamped page beside the slip."""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

from flask import Blueprint, render_template

from shared.actions.case_papers import acceptance_paper
from shared.domain.account import Role
from shared.domain.case import NotAccepted
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.principals import staff_page
from shared.web.qr import qr_svg

#: Who works with persons in the hall: clerks at counters, guides between them, and who stands in for both.
DESK_ROLES = (Role.CLERK, Role.GUIDE, Role.DUTY_MANAGER, Role.ADMINISTRATOR)


def register(blueprint: Blueprint) -> None:
    """Add the page to the staff's blueprint."""

    @blueprint.get("/counter/cases/<case_number>/notice")
    @staff_page(*DESK_ROLES)
    def notice(case_number: str) -> str:
        paper = current_hall().read(lambda uow: notice_facts(uow, case_number))
        return render_template("counter/notice.html", paper=paper)


def notice_facts(uow: UnitOfWork, case_number: str) -> dict[str, Any]:
    """What the page says: the same as the slip, so that two papers of one case never differ.

    Raises:
        UnknownCase: no such case.
        NotAccepted: it was received and not accepted.
    """
    case = uow.cases.by_number(case_number)
    if case.accepted_at is None:
        raise NotAccepted(case=case.case_number)
    paper = acceptance_paper(uow, case)
    return {
        **paper,
        "accepted_on": spoken_day(str(paper["accepted_on"])),
        "due_on": spoken_day(str(paper["due_on"])) if paper["due_on"] else None,
        "qr": qr_data_uri(str(paper["url"])),
    }


def spoken_day(iso_day: str) -> str:
    """``2026-11-23`` as 2026年11月23日."""
    day = date.fromisoformat(iso_day)
    return f"{day.year}年{day.month}月{day.day}日"


def qr_data_uri(content: str) -> str:
    """A QR code as a picture within the page."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(content)).decode("ascii")
