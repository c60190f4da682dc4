"""How many random sets of annotations come back equal from each format.

Run from the root of the repository::

    python -m tests.bench.roundtrip [SETS]

It writes and reads SETS sets (1,000 if not said) in each format, and prints how many came back
equal; then the same for the seeds and for the composed articles, each as one set. The exit code
is 1 where one did not.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations
from stance.formats import FORMATS, read_annotated, write_annotated
from tests.annotation_sets import annotation_set

__all__ = ["WRITTEN", "comes_back", "main"]

WRITTEN = tuple(name for name, form in FORMATS.items() if form.write)


def comes_back(name: str, articles: Sequence[AnnotatedArticle], folder: Path) -> bool:
    """Whether articles are the same after they were written in a format and read again."""
    place = folder / f"out{(FORMATS[name].endings or ('.jsonl',))[0]}"
    notes = write_annotated(name, place, articles)
    reading = read_annotated(name, place)
    return list(reading.articles) == list(articles) and not notes and not reading.notes


def main(sets: int) -> int:
    """Print the counts, one line for each format; 0 if all are equal."""
    own = [
        ("seeds", read_annotations(Path("annotations"))),
        ("composed", read_annotations(Path("annotations/composed"))),
    ]
    missing = 0
    for name in WRITTEN:
        began = time.perf_counter()
        equal = sum(_alone(name, annotation_set(seed)) for seed in range(sets))
        whole = [(told, len(articles), _alone(name, articles)) for told, articles in own]
        missing += sets - equal + sum(not fine for *_, fine in whole)
        told = ", ".join(
            f"{told} ({count} articles) {'equal' if fine else 'NOT EQUAL'}" for told, count, fine in whole
        )
        seconds = time.perf_counter() - began
        print(f"{name}: {equal} of {sets} random sets equal; {told}; {seconds:.0f} s")  # noqa: T201
    return 1 if missing else 0


def _alone(name: str, articles: Sequence[AnnotatedArticle]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        return comes_back(name, articles, Path(folder))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
