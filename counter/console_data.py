"""What the counter console must know of the hall's configuration when it opens."""

from __future__ import annotations

from typing import Any

from shared.domain.catalogue import Bundle
from shared.domain.configuration import Configuration


def console_data(configuration: Configuration) -> dict[str, Any]:
    """Floors, services, the kiosk's answers and the lists of reasons, ready to be written as JSON.

    A service's ``code`` is the one of the official lists, empty for what has none. ``calls_before`` is how
    many calls a person gets before 过号, ``undo_seconds`` how long a press can be taken back,
    ``card_readers`` the counters that have a reader of identity cards.
    """
    site, catalogue = configuration.site, configuration.catalogue
    return {
        "hall": site.name,
        "floors": [{"number": f.number, "name": f.name, "shape": f.shape} for f in site.floors],
        "services": [
            {
                "id": service.id,
                "name": service.name,
                "title": service.title,
                "kind": service.kind,
                "code": service.id if service.kind == "single" and service.official else "",
                "offered": service.offered,
            }
            for service in catalogue.services()
        ],
        "answers": {bundle.id: _answers(bundle) for bundle in catalogue.bundles if bundle.question},
        "reasons": {
            purpose: [{"code": reason.code, "text": reason.text} for reason in reasons]
            for purpose, reasons in site.reasons.lists.items()
        },
        "calls_before": site.no_show.calls_before,
        "undo_seconds": site.undo_seconds,
        "card_readers": [counter.number for counter in site.counters if counter.card_reader],
    }


def _answers(bundle: Bundle) -> dict[str, Any]:
    """What each answer of a bundle's question proposes at the counter; it forces nothing."""
    if bundle.question is None:
        return {}
    return {
        answer.code: {
            "text": answer.text,
            "items": list(answer.items),
            "service": answer.service,
            "office": answer.office,
        }
        for answer in bundle.question.answers
    }
