"""All entities, imported so that the metadata knows every table."""

from __future__ import annotations

from sqlalchemy import MetaData

from shared.domain import account, case, counter, hall, ledger, paper, ticket
from shared.domain.base import Entity

ENTITY_MODULES = (account, case, counter, hall, ledger, paper, ticket)


def metadata() -> MetaData:
    """The tables of the hall."""
    return Entity.metadata
