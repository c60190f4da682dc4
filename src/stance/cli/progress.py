"""A progress bar on standard error, on a terminal only, for what takes its time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["progress", "steps"]

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
