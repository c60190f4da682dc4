"""Blocks on the workers of a Dask cluster.

The model is sent once to each worker, also to one that comes later or in the place of a lost one.
A lost worker's blocks are done again by others: a part is written whole or not at all, and twice
the same bytes. Workers must see the output's folder, and files of articles, under the same paths;
rows of tables are sent to them.
"""

from __future__ import annotations

import importlib.util
import logging
import pickle
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from stance import __version__
from stance.corpus.labelling import ModelLabeller, keep_model
from stance.engines import Engine, in_order
from stance.errors import MissingExtra, UsageError

__all__ = ["LOCAL", "check_cluster", "cluster"]

LOCAL = "local"
"""Stands for a cluster of this machine's own, that lasts as long as the command."""

PATIENCE = 60
"""Seconds to wait for the scheduler, and then for a first worker."""
AHEAD = 4
"""Blocks per thread of the workers that are under way or wait to be taken over in order."""

Piece = TypeVar("Piece")
Done = TypeVar("Done")


def check_cluster() -> None:
    """See that Dask distributed is there.

    Raises:
        MissingExtra: it is not installed.
    """
    if importlib.util.find_spec("distributed") is None:
        raise MissingExtra("distributed", "cluster", "--cluster")


@contextmanager
def cluster(address: str, labeller: ModelLabeller, jobs: int) -> Iterator[Engine]:
    """The workers of the scheduler at `address`, or `jobs` local ones.

    Raises:
        UsageError: nobody answers there, there are no workers, or another stance runs on them; or
            one block after the other ended its workers.
    """
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    for name in ("distributed", "distributed.client"):  # a lost worker is no news: others do its work
        logging.getLogger(name).setLevel(logging.ERROR)
    with _client(address, jobs) as client:
        name = _prepare(client, labeller)

        def run(work: Callable[[Piece], Done], pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Done]]:
            ahead = AHEAD * max(sum(client.nthreads().values()), 1)
            try:
                yield from in_order(lambda piece: client.submit(work, piece, pure=False), pieces, ahead)
            except (CancelledError, CommClosedError) as error:  # the latter is an OSError, but of no file
                raise _gone(address) from error

        try:
            yield run
            client.unregister_worker_plugin(name)
        except (CancelledError, OSError) as error:
            raise _gone(address) from error
        except KilledWorker as error:
            raise UsageError(
                f"--cluster {address}: the same articles ended one worker after the other ({error.task}): "
                "--time-limit costs such an article alone"
            ) from error


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Any]:
    """A client of the scheduler at `address`, or of one with `jobs` workers that ends with it."""
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        target: Any = address
        if address == LOCAL:
            own = LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=jobs, threads_per_worker=1, dashboard_address=None
            )
            target = stack.enter_context(own)
        try:
            client = stack.enter_context(Client(target, timeout=PATIENCE))  # type: ignore[no-untyped-call]
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise UsageError(f"--cluster {address}: no scheduler with workers answers ({error})") from error
        yield client


def _gone(address: str) -> UsageError:
    return UsageError(f"--cluster {address}: the scheduler is gone; the same command goes on, here or there")


def _prepare(client: Any, labeller: ModelLabeller) -> str:
    """Send the model to all workers; the name by which those that come later are given it too."""
    versions = set(client.run(_version).values())
    if versions != {__version__}:
        told = ", ".join(sorted(map(str, versions)))
        raise UsageError(f"the workers have stance {told}, expected {__version__}: install the same on all")
    plugin = _plugin(labeller.key, pickle.dumps(labeller.model()))
    name = f"stance-{uuid.uuid4()}"  # another run's may end before this one
    client.register_plugin(plugin, name=name)
    return name


def _version() -> str:
    from stance import __version__

    return __version__


def _plugin(key: tuple[str | None, str], model: bytes) -> Any:
    from distributed import WorkerPlugin

    class Model(WorkerPlugin):
        """Puts the model where the labellers of the worker's process look for it."""

        def setup(self, worker: Any) -> None:  # noqa: ARG002  # Dask's signature
            keep_model(key, pickle.loads(model))

    return Model()
