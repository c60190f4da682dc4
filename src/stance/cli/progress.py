"""A progress bar on standard error, on a terminal only, for what takes its time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["counter", "progress", "steps"]

Item = TypeVar("Item")
DELAY = 2  # seconds of work before a bar is worth a look


def progress(items: Iterable[Item], unit: str, *, quiet: bool = False) -> Iterable[Item]:
    """The items, counted on standard error; `quiet` where the terminal shows the items themselves."""
    if quiet or not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    counted: Iterable[Item] = tqdm(items, unit=f" {unit}", delay=DELAY, leave=False)
    return counted


@contextmanager
def counter(size: int, *, quiet: bool = False) -> Iterator[Callable[..., None]]:
    """A callback `(articles, position, fresh)` for articles that come in blocks out of `size` bytes.

    Shown are the share of the bytes that is behind, the articles, their rate, and the time left,
    which is reckoned from those labelled in this run (`fresh`), not from those taken over.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _articles, _position, fresh=True: None  # noqa: ARG005  # the callback's signature
        return
    from tqdm import tqdm

    # The bar counts bytes, of which alone the number is known beforehand.
    form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}, left {remaining}"
    start = time.monotonic()
    with tqdm(total=size or None, delay=DELAY, leave=False, bar_format=form, smoothing=0) as bar:
        labelled = taken = 0

        def count(articles: int, position: int, *, fresh: bool = True) -> None:
            nonlocal labelled, taken
            if fresh:
                labelled += articles
            else:
                taken += articles
                bar.initial = bar.n = max(bar.n, position)
            rate = labelled / max(time.monotonic() - start, 1e-9)
            bar.set_description_str(f"{labelled + taken:,} articles, {rate:,.1f}/s", refresh=False)
            bar.update(max(position - bar.n, 0))

        yield count


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A callback `(what, done, total)` for work that reports its steps itself."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from tqdm import tqdm

    with tqdm(delay=DELAY, leave=False) as bar:

        def report(what: str, done: int, total: int) -> None:
            bar.total = total
            bar.set_description_str(what, refresh=False)
            bar.update(done - bar.n)

        yield report
