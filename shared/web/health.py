"""Whether the hall is well: /healthz for anybody, details and metrics for whoever may know."""

from __future__ import annotations

import logging

import msgspec
from flask import Blueprint, Response, abort, request

from shared.actions.reporting import Overview, overview
from shared.domain.account import Role
from shared.domain.errors import Unavailable
from shared.store.unit_of_work import UnitOfWork
from shared.web.context import current_hall
from shared.web.principals import find_principal, is_loopback

log = logging.getLogger(__name__)

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """``ok`` when the database answers; a monitor or this machine also reads the parts."""
    try:
        version = current_hall().read(lambda uow: uow.hall.version)
        if not _may_know():
            return _json({"ok": True})
    except Unavailable:
        log.exception("the database does not answer")
        response = _json({"ok": False})
        response.status_code = 503
        return response
    seen = current_hall().read(overview)
    return _json({"ok": True, "parts": {"database": "ok", "version": version, "printers": seen.printers}})


@health.get("/metrics")
def metrics() -> Response:
    """Prometheus text, for a monitor or this machine only."""
    if not _may_know():
        abort(404)

    def read(uow: UnitOfWork) -> tuple[int, Overview]:
        return uow.hall.version, overview(uow)

    version, seen = current_hall().read(read)
    lines = ["# TYPE hall_version counter", f"hall_version {version}", "# TYPE hall_waiting gauge"]
    lines += [f'hall_waiting{{series="{w.series}",floor="{w.floor}"}} {w.count}' for w in seen.waiting]
    lines.append("# TYPE hall_tickets gauge")
    for state in ("issued", "waiting", "served", "no_show"):
        lines.append(f'hall_tickets{{state="{state}"}} {getattr(seen.today, state)}')
    lines.append("# TYPE hall_slips gauge")
    lines += [f'hall_slips{{state="{state}"}} {count}' for state, count in sorted(seen.slips.items())]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_know() -> bool:
    if is_loopback():
        return True
    if "Authorization" not in request.headers:
        return False
    principal = find_principal()
    return principal is not None and principal.role is Role.MONITOR


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), content_type="application/json; charset=utf-8")
