"""Where blocks are worked on: in this process, in several, or (see `cluster`) on other machines."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from stance.corpus.blocks import Block
from stance.errors import UsageError

__all__ = ["Engine", "here", "in_order", "processes"]

Done = TypeVar("Done")
Answer_co = TypeVar("Answer_co", covariant=True)


class Engine(Protocol):
    """Does a work on each block; gives blocks and results, in order, while it goes on with a few more."""

    def __call__(
        self, work: Callable[[Block], Done], blocks: Iterable[Block]
    ) -> Iterator[tuple[Block, Done]]:
        """The blocks with what came of them."""


class Future(Protocol[Answer_co]):
    """A result that is on its way."""

    def result(self) -> Answer_co:
        """The result, when it is there."""


def here(work: Callable[[Block], Done], blocks: Iterable[Block]) -> Iterator[tuple[Block, Done]]:
    """This process, one block after the other."""
    for block in blocks:
        yield block, work(block)


def in_order(
    submit: Callable[[Block], Future[Done]], blocks: Iterable[Block], ahead: int
) -> Iterator[tuple[Block, Done]]:
    """Results in the order of the blocks; no more than `ahead` blocks are on their way or waiting."""
    waiting: deque[tuple[Block, Future[Done]]] = deque()
    for block in blocks:
        waiting.append((block, submit(block)))
        if len(waiting) >= ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


@contextmanager
def processes(jobs: int) -> Iterator[Engine]:
    """That many processes of this machine.

    Raises:
        UsageError: one of them is gone.
    """
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import BrokenProcessPool

    # As joblib does: the processes share the cores, so their matrix products must not each take all.
    threads = str(max((os.cpu_count() or 1) // jobs, 1))
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    executor = get_reusable_executor(jobs, env={name: os.environ.get(name, threads) for name in names})

    def run(work: Callable[[Block], Done], blocks: Iterable[Block]) -> Iterator[tuple[Block, Done]]:
        return in_order(lambda block: executor.submit(work, block), blocks, 2 * jobs)

    try:
        yield run
    except BrokenProcessPool as error:
        raise UsageError(
            "a labelling process is gone, for want of memory or by a fault: try fewer --jobs, "
            "or --time-limit, which costs such an article alone"
        ) from error
    finally:
        executor.shutdown(kill_workers=True)
