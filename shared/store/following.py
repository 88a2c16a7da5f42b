"""One light query that tells whether what a ticket's holder sees can have changed."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, false, func, select
from sqlalchemy.orm import Session

from shared.store.entities import metadata

Standing = tuple[object, ...]

_TABLES = metadata().tables
_HALL = _TABLES["hall"]
_TICKETS = _TABLES["tickets"]
_JOBS = _TABLES["print_jobs"]
_RATINGS = _TABLES["ratings"]
_CASES = _TABLES["cases"]
_SLIP = (
    select(_JOBS.c.state)
    .where(_JOBS.c.ticket_id == _TICKETS.c.id, _JOBS.c.kind == "ticket")
    .order_by(_JOBS.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
#: A slip that waits at a stand-in has the state that it had before, and lies elsewhere.
_SLIP_ID = (
    select(func.max(_JOBS.c.id))
    .where(_JOBS.c.ticket_id == _TICKETS.c.id, _JOBS.c.kind == "ticket")
    .scalar_subquery()
)
_RATED = select(func.count()).where(_RATINGS.c.ticket_id == _TICKETS.c.id).scalar_subquery()
_HAS_CASE = exists().where(_CASES.c.ticket_id == _TICKETS.c.id)
_STANDING = (
    select(
        _HALL.c.epoch,
        _HALL.c.version,
        _HALL.c.configuration,
        _TICKETS.c.id,
        _TICKETS.c.version,
        _SLIP,
        _SLIP_ID,
        _RATED,
    )
    .select_from(_HALL.join(_TICKETS, _TICKETS.c.token == bindparam("of")))
    .where(_HALL.c.id == 1, _TICKETS.c.revoked.is_(false()), ~_HAS_CASE)
)


class Following:
    """What a ticket's page and answer are made from, as one transaction sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self, token: str) -> Standing | None:
        """Differs whenever hall, ticket, slip or rating moved; None without a living ticket, or with a case.

        Cases move without the hall's version, so whoever has one gets a fresh answer every time.
        """
        found = self._session.execute(_STANDING, {"of": token}).first()
        return None if found is None else tuple(found)
