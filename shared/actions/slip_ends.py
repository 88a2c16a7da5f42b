"""What became of slips: told to their places, moved to stand-ins, and counted for the kiosks."""

from __future__ import annotations

from collections.abc import Sequence

from shared.actions.paperless import count_slips
from shared.domain.clock import real_now
from shared.domain.configuration import Configuration
from shared.domain.devices import OLDEST_JOB, PaperState
from shared.domain.events import PaperChanged, SlipOrdered
from shared.store.paper import EndedJob
from shared.store.unit_of_work import UnitOfWork


def tell_ends(uow: UnitOfWork, ended: Sequence[EndedJob], state: PaperState) -> None:
    """Announce what became of slips; a failed one with a stand-in waits there now, unless too old."""
    if not ended:
        return
    for job in ended:
        if state is PaperState.FAILED and job.stand_in and real_now() - job.ordered_at <= OLDEST_JOB:
            move_to_stand_in(uow, job)
        else:
            place = None if job.stands_in_for is None else place_of(uow.configuration(), job.printer)
            uow.record(
                PaperChanged(job.id, job.number, job.ticket_id, job.case_number, state, job.device, place)
            )
    # A kiosk hears of its slip before it hears that it goes without paper.
    count_slips(uow, ended, state)


def move_to_stand_in(uow: UnitOfWork, failed: EndedJob) -> None:
    """Let a failed slip come out at its stand-in; by now it can only fail there for good."""
    assert failed.stand_in is not None
    job_id = uow.papers.move_to_stand_in(failed.id)
    place = place_of(uow.configuration(), failed.stand_in)
    uow.record(SlipOrdered(failed.stand_in, job_id))
    uow.record(
        PaperChanged(
            job_id,
            failed.number,
            failed.ticket_id,
            failed.case_number,
            PaperState.PENDING,
            failed.device,
            place,
        )
    )


def place_of(configuration: Configuration, printer: str) -> str:
    """Where a printer's paper lies, in words for people."""
    settings = configuration.site.printer(printer)
    return settings.place if settings is not None and settings.place else printer
