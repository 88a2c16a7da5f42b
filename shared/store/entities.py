"""All entities, imported so that the metadata knows every table."""

from __future__ import annotations

from sqlalchemy import MetaData

from shared.domain import account, card, case, contact, counter, hall, ledger, paper, ticket, trouble
from shared.domain.base import Entity

ENTITY_MODULES = (account, card, case, contact, counter, hall, ledger, paper, ticket, trouble)


def metadata() -> MetaData:
    """The tables of the hall."""
    return Entity.metadata
