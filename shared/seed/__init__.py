"""The official lists and the hall as data: TOML files, read and checked into one document.

``catalogue.toml`` and ``single_services.toml`` are the two lists, ``errata.toml`` every correction made to
them; ``tiles.toml``, ``words.toml`` and ``materials.toml`` are our words for them; ``site.toml`` is the hall
and ``calendar.toml`` the published working calendar.
"""

from __future__ import annotations

from shared.seed.document import read_seed

__all__ = ["read_seed"]
