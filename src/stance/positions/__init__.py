"""Who takes which position on the allegation, when, and with which words.

    >>> from stance.positions import positions
    >>> found = positions(["labels.jsonl"])          # doctest: +SKIP
    >>> found.to_frame()                             # doctest: +SKIP

`gather` builds the value, `formats` writes it. Positions are of holders: a speaker that the
topic names is one holder under all spellings, an analyst or another source is one by name.
"""

from __future__ import annotations

from stance.positions.gather import positions
from stance.positions.inputs import as_labelled
from stance.positions.values import Evidence, Line, Position, Positions, Shift

__all__ = ["Evidence", "Line", "Position", "Positions", "Shift", "as_labelled", "positions"]
