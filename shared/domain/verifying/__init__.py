"""What must be true of every hall's books: the rules of ``hall verify``, as functions over plain facts.

In reading order: ``facts`` (what a database tells), ``numbers`` (I1, I2, I8, I9), ``chains`` (I5, I10),
``counters`` (I3), ``cases`` (I6), ``order`` (I7, I11, I12).
"""

from shared.domain.verifying.facts import INVARIANTS, Breach

__all__ = ["INVARIANTS", "Breach"]
