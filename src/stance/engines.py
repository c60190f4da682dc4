"""Where work is done: in this process, in several, or (see `corpus.cluster`) on other machines."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from stance.errors import UsageError

__all__ = ["Engine", "for_each", "here", "in_order", "processes"]

Shared = TypeVar("Shared")
Piece = TypeVar("Piece")
Done = TypeVar("Done")
Answer_co = TypeVar("Answer_co", covariant=True)


class Engine(Protocol):
    """Does a work on each piece; gives pieces and results, in order, while it goes on with a few more."""

    def __call__(
        self, work: Callable[[Piece], Done], pieces: Iterable[Piece]
    ) -> Iterator[tuple[Piece, Done]]:
        """The pieces with what came of them."""


class Future(Protocol[Answer_co]):
    """A result that is on its way."""

    def result(self) -> Answer_co:
        """The result, when it is there."""


def here(work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Done]]:
    """This process, one piece after the other."""
    for piece in pieces:
        yield piece, work(piece)


def in_order(
    submit: Callable[[Piece], Future[Done]], pieces: Iterable[Piece], ahead: int
) -> Iterator[tuple[Piece, Done]]:
    """Results in the order of the pieces; no more than `ahead` pieces are on their way or waiting."""
    waiting: deque[tuple[Piece, Future[Done]]] = deque()
    for piece in pieces:
        waiting.append((piece, submit(piece)))
        if len(waiting) >= ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


@contextmanager
def processes(jobs: int, begin: Callable[[], None] | None = None) -> Iterator[Engine]:
    """That many processes of this machine, each of which does `begin` first, while this one goes on.

    Where it is one, that is this process, which does nothing first.

    Raises:
        UsageError: there are to be none, or one of them is gone.
    """
    if jobs < 1:
        raise UsageError(f"jobs is {jobs}, expected 1 or more")
    if jobs == 1:
        yield here
        return
    # Not joblib's own pool: that is one for all, and another's processes might hold another model.
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.process_executor import BrokenProcessPool

    # As joblib does: the processes share the cores, so their matrix products must not each take all.
    threads = str(max((os.cpu_count() or 1) // jobs, 1))
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {name: os.environ.get(name, threads) for name in names}
    executor = ProcessPoolExecutor(jobs, env=environment, initializer=begin)
    executor.submit(os.getpid)  # they are all started by the first task

    def run(work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Done]]:
        return in_order(lambda piece: executor.submit(work, piece), pieces, 2 * jobs)

    try:
        yield run
    except BrokenProcessPool as error:
        raise UsageError(
            "one of the processes is gone, for want of memory or by a fault: try fewer --jobs, or, where "
            "it labels, --time-limit, which costs such an article alone"
        ) from error
    finally:
        executor.shutdown(kill_workers=True)


def for_each(
    shared: Shared, work: Callable[[Shared, Piece], Done], pieces: Iterable[Piece], jobs: int
) -> Iterator[Done]:
    """What comes of `work(shared, piece)` for each piece, in order, in so many processes.

    Where they are several, each is sent `shared` once, a copy.

    Raises:
        UsageError: see `processes`.
    """
    if jobs == 1:
        yield from map(partial(work, shared), pieces)
        return
    # Packed here, and once: for each process the pool would pack it anew, and far slower.
    with processes(jobs, partial(_share, pickle.dumps(shared))) as engine:
        for _, done in engine(partial(_on_shared, work), pieces):
            yield done


_SHARED: list[Any] = []
"""What this process works on for another one."""


def _share(packed: bytes) -> None:
    _SHARED[:] = [pickle.loads(packed)]


def _on_shared(work: Callable[[Any, Piece], Done], piece: Piece) -> Done:
    return work(_SHARED[0], piece)
