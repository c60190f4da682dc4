"""Whether the cost of a text grows as its length does: `python -m tests.bench.linear`.

Microseconds per character at growing lengths, for kinds of text that invite a detour: a line that never
ends, marks that never pair, tags that never close. A row whose figures stay level is linear.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from stance.cast import Cast
from stance.documents import read_document
from stance.errors import ArticleError
from stance.model import load
from stance.parsing import split
from stance.reading import read_article
from stance.records import Article
from stance.topic import load_topic
from tests.labellers import made_up
from tests.telling import tell

SIZES = (16_000, 64_000, 256_000, 1_000_000)


def filled(unit: str) -> Callable[[int], str]:
    """Texts that say one thing again and again."""
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def prose(size: int) -> str:
    """Sentences of the seeds, thrown together anew and anew."""
    return "".join(itertools.islice(made_up(10**6), size // 1500))[:size]


TEXTS: dict[str, Callable[[int], str]] = {
    "prose": prose,
    "one line, no sentence ends": filled("the minister said that nothing was sold to anybody and "),
    "quotation marks": filled("“"),
    "straight marks and words": filled("\"no\" 'yes' "),
    "full stops": filled("Mr. J. U.S. No. 5 "),
    "names": filled("Aleksandar Vucic President Belgrade SVR "),
    "letters alone": filled("a"),
    "white space": filled(" \n\t\u200b"),
    "combining marks": filled("e\u0301\u0300"),
    "brackets": filled("(["),
    "Cyrillic": filled("Председник је рекао да ништа није продато. "),
}


def per_character(work: Callable[[], object], size: int) -> float:
    """Microseconds per character, the better of two."""
    best = float("inf")
    for _ in range(2):
        before = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - before)
    return best / size * 1e6


def main() -> None:
    """Print the table."""
    cast, model = Cast(load_topic("serbia-arms")), load()
    tell(f"{'microseconds per character at':44}" + "".join(f"{size:>10,}" for size in SIZES))

    def row(
        name: str, work: Callable[[str], object], text: Callable[[int], str], sizes: Sequence[int] = SIZES
    ) -> None:
        figures = []
        for size in sizes:
            made = text(size)
            figures.append(per_character(partial(work, made), size))
        tell(f"{name:44}" + "".join(f"{figure:10.2f}" for figure in figures))

    for name, text in TEXTS.items():
        row(f"split, mentions: {name}", lambda t: read_article(Article("a", t), split(t), cast), text)
    for opened in ("<div>", "<p>no <b>", "<table><tr><td>x"):
        # trafilatura takes a minute and more for a megabyte of these.
        row(f"HTML: {opened}", lambda t: _refused(t.encode()), filled(opened), SIZES[:3])
    row("label: prose", model.label, prose)


def _refused(data: bytes) -> None:
    with suppress(ArticleError):
        read_document(data, "a", ".html")


if __name__ == "__main__":
    main()
