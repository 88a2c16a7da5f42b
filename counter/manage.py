"""The duty manager's page: who waits too long, what is broken, what is only assumed, who has an account."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, render_template

from counter.settings_words import calendar_words, catalogue_counts, setting_lines
from shared.actions.silence import SILENT_SECONDS
from shared.domain.account import DEVICE_ROLES, STAFF_ROLES, Role
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.principals import Principal, current_principal, staff_page

#: From this wait on the page says that somebody waits too long. The official lists set no such limit, so
#: the page names it as assumed.
LONG_WAIT_SECONDS = 1800

ROLE_WORDS = {
    Role.CLERK: "窗口人员",
    Role.OFFICE: "股室",
    Role.GUIDE: "导办台",
    Role.DUTY_MANAGER: "值班主任",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
    Role.KIOSK: "取号机",
    Role.DISPLAY: "叫号大屏",
    Role.SIGN: "窗口屏",
    Role.AGENT: "打印代理",
    Role.MONITOR: "监控",
}


def register(blueprint: Blueprint) -> None:
    """Add the page to the staff's blueprint."""

    @blueprint.get("/manage")
    @staff_page(Role.DUTY_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR)
    def manage() -> str:
        principal = current_principal()
        facts = current_hall().read(lambda uow: page_facts(uow, principal))
        return render_template("counter/manage.html", principal=principal, facts=facts)


def page_facts(uow: UnitOfWork, principal: Principal) -> dict[str, Any]:
    """What the page knows from the start; all that moves it reads over the API."""
    configuration = uow.configuration()
    return {
        "role": str(principal.role),
        "hall": configuration.site.name,
        "long_wait_seconds": LONG_WAIT_SECONDS,
        "silent_seconds": SILENT_SECONDS,
        "role_words": {str(role): words for role, words in ROLE_WORDS.items()},
        "staff_roles": [str(role) for role in ROLE_WORDS if role in STAFF_ROLES],
        "device_roles": [str(role) for role in ROLE_WORDS if role in DEVICE_ROLES],
        "floors": [asdict(floor) for floor in configuration.site.floors],
        "offices": [office.name for office in configuration.catalogue.offices],
        "settings": [asdict(line) for line in setting_lines(configuration)],
        "catalogue": catalogue_counts(configuration),
        "calendar": calendar_words(configuration),
    }
