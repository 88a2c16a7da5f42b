"""Agents as the hall sees them: which printers hang at them, and what they tell of slips."""

from __future__ import annotations

from shared.actions.paperless import count_slips
from shared.actions.slip_ends import tell_ends
from shared.domain.clock import real_now
from shared.domain.devices import PaperReport, PaperState
from shared.store.unit_of_work import UnitOfWork


def printers_of_agent(uow: UnitOfWork, device: str) -> list[str]:
    """The names of the printers that hang at an agent."""
    return [printer.name for printer in uow.configuration().site.printers if printer.agent == device]


def note_late_paper(uow: UnitOfWork, device: str, paper: PaperReport) -> None:
    """What became of a slip for which nobody waits any more, or another process; only of the agent's own."""
    printers = printers_of_agent(uow, device)
    ended = uow.papers.end_told(paper.job_id, printers, paper.state, paper.detail, real_now())
    tell_ends(uow, ended, paper.state)
    if paper.state is PaperState.CONFIRMED and not ended:
        count_slips(uow, uow.papers.confirm_told(paper.job_id, printers, paper.detail), paper.state)
