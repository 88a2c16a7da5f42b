"""Slips: what is printed for people, as data with a format number, and its layout for paper of a given width.

A document is a plain mapping that can be stored and sent; ``render`` lays it out. Standard library only,
because a printer's computer runs this alone. Reading order: paper, typesetting, document, fields, sheet,
case_lines, then one module per paper: ticket, acceptance, completion, missing_papers, elsewhere,
printer_test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.domain.slip.acceptance import acceptance_document, lay_out_acceptance
from shared.domain.slip.completion import completion_document, lay_out_completion
from shared.domain.slip.document import FORMAT, reprinted
from shared.domain.slip.elsewhere import elsewhere_document, lay_out_elsewhere
from shared.domain.slip.fields import BrokenDocument, Fields
from shared.domain.slip.missing_papers import lay_out_missing_papers, missing_papers_document
from shared.domain.slip.paper import Line, QrLine, RuleLine, Slip, SlipLine
from shared.domain.slip.printer_test import lay_out_printer_test, printer_test_document
from shared.domain.slip.sheet import NARROWEST, Sheet
from shared.domain.slip.ticket import lay_out_ticket, ticket_document

__all__ = [
    "BrokenDocument",
    "Line",
    "QrLine",
    "RuleLine",
    "Slip",
    "SlipLine",
    "acceptance_document",
    "completion_document",
    "elsewhere_document",
    "missing_papers_document",
    "printer_test_document",
    "render",
    "reprinted",
    "ticket_document",
]

LAYOUTS: Mapping[str, Callable[[Mapping[str, object], Sheet], None]] = {
    "ticket": lay_out_ticket,
    "acceptance": lay_out_acceptance,
    "completion": lay_out_completion,
    "missing_papers": lay_out_missing_papers,
    "elsewhere": lay_out_elsewhere,
    "printer_test": lay_out_printer_test,
}


def render(document: Mapping[str, object], columns: int) -> Slip:
    """Lay a document out for paper of ``columns`` Chinese characters: 24 on 80 mm, 16 on 58 mm.

    Raises BrokenDocument for another format, an unknown kind, a missing field, or paper under 16 columns.
    """
    if document.get("format") != FORMAT:
        raise BrokenDocument(field="format")
    lay_out = LAYOUTS.get(str(document.get("kind")))
    if lay_out is None:
        raise BrokenDocument(field="kind")
    if columns < NARROWEST:
        raise BrokenDocument("打印纸太窄，至少要能放 16 个汉字。", field="columns")
    sheet = Sheet(columns)
    reprint = Fields(document).optional_number("reprint")
    if reprint:
        sheet.left(f"补打 {reprint}")
    lay_out(document, sheet)
    return sheet.slip()
