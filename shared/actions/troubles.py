"""Trouble with devices: staff are told when it begins and when it ends, however often it shows itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.domain.account import Actor
from shared.domain.clock import real_now
from shared.domain.devices import DeviceState
from shared.domain.events import TroubleChanged
from shared.domain.trouble import AGAIN_SECONDS, NEW_ROLL, OF_PRINTERS, PAPER_IN_HAND, Trouble
from shared.store.unit_of_work import UnitOfWork

_AGAIN = timedelta(seconds=AGAIN_SECONDS)


def begin_trouble(uow: UnitOfWork, device: str, kind: str, detail: str = "") -> bool:
    """Note that something is wrong with a device; False when that is known already.

    ``kind`` is a stable word: the state of a printer, ``paperless`` of a kiosk, ``silent`` of a device that
    was connected. What ended less than two minutes ago goes on; a roll that nears its end does so once.
    """
    if any(trouble.kind == kind for trouble in uow.troubles.open_of(device)):
        return False
    now = real_now()
    former = uow.troubles.former(device, kind)
    if former is not None and _is_the_same(uow, former, now):
        former.ended_at, former.detail = None, detail[:200]
        former.times += 1
        trouble = former
    else:
        trouble = Trouble(device=device, kind=kind, detail=detail[:200], began_at=now)
        _take_over_who_has_seen(uow, trouble, now)
        uow.add(trouble)
    seen = trouble.seen_by is not None
    uow.record(TroubleChanged(device, kind, begun=True, seen=seen, times=trouble.times))
    return True


def end_trouble(uow: UnitOfWork, device: str, *, but: str | None = None, kind: str | None = None) -> None:
    """Note that a device is well again: all that a printer's state tells, ``but`` one kind, or one ``kind``.

    A kiosk may have the name of its printer: ``paperless`` and ``silent`` end only when they are named.
    """
    ending = OF_PRINTERS - {but} if kind is None else {kind}
    for trouble in uow.troubles.open_of(device):
        if trouble.kind in ending:
            trouble.ended_at = real_now()
            uow.record(TroubleChanged(device, trouble.kind, begun=False))


def see_trouble(uow: UnitOfWork, actor: Actor, trouble: Trouble) -> None:
    """Note that somebody of the staff knows of it and cares for it; who was first stays."""
    if trouble.seen_by is None:
        trouble.seen_by, trouble.seen_at = actor.account_id, real_now()
        lasts = trouble.ended_at is None
        uow.record(TroubleChanged(trouble.device, trouble.kind, lasts, seen=True, times=trouble.times))


def _is_the_same(uow: UnitOfWork, former: Trouble, now: datetime) -> bool:
    """Whether a trouble that has ended goes on: it is back at once, or the roll is the one told of before."""
    if former.ended_at is not None and now - former.ended_at < _AGAIN:
        return True
    if former.kind != DeviceState.NEAR_END:
        return False
    return uow.troubles.latest_after(former.device, NEW_ROLL, former.began_at) is None


def _take_over_who_has_seen(uow: UnitOfWork, trouble: Trouble, now: datetime) -> None:
    """Whoever takes out an empty roll opens the cover: that is no news to those who know of the roll."""
    if trouble.kind in PAPER_IN_HAND:
        before = uow.troubles.latest_after(trouble.device, PAPER_IN_HAND, now - _AGAIN)
        if before is not None:
            trouble.seen_by, trouble.seen_at = before.seen_by, before.seen_at
