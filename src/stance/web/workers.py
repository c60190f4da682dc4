"""Worker processes that hold the model and do the labelling.

Labelling is pure computation, and a text can be made so that it takes minutes. A thread cannot be
stopped, so a limit on time would stand on paper only; a process can. Each worker loads the model
once and answers one job after the other.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from stance.corpus.limits import how_ended
from stance.errors import ArticleError, StanceError, UsageError
from stance.topic import Topic
from stance.web.work import Answer, Facts, Job, Labeller

__all__ = ["Workers"]


class Workers:
    """A number of workers with the same model; a context manager that ends them.

    Raises:
        ModelError: the model folder is missing, damaged, unsafe or of another schema.
        UsageError: a worker ends before it has the model.
    """

    def __init__(self, path: Path | None = None, topic: Topic | None = None, count: int = 1) -> None:
        self._recipe = (path, topic)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="stance-worker")
        self._all: list[_Worker] = []
        self._idle: asyncio.Queue[_Worker] = asyncio.Queue()
        try:
            for _ in range(count):
                self._start()
            self.facts = self._first_facts()
        except BaseException:
            self.close()
            raise

    async def answer(self, job: Job) -> Answer:
        """Have a job done by the next worker that is free.

        Who stops waiting (by a timeout) stops the work: the worker is replaced.

        Raises:
            ArticleError: an article cannot be labelled; the message names it.
        """
        worker = await self._idle.get()
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, worker.facts)
        except asyncio.CancelledError:  # it is loading still, which who comes next shall find done
            self._idle.put_nowait(worker)
            raise
        except BaseException:
            self._replace(worker)
            raise
        try:
            told = await loop.run_in_executor(self._threads, worker.ask, job)
        except BaseException:  # it is late, or gone
            self._replace(worker)
            raise
        self._idle.put_nowait(worker)
        if isinstance(told, Answer):
            return told
        raise told

    def close(self) -> None:
        """End the workers."""
        for worker in self._all:
            worker.end()
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _first_facts(self) -> Facts:
        worker = self._all[0]
        try:
            return worker.facts()
        except (EOFError, OSError) as error:
            raise UsageError(
                f"the labelling process ended while it loaded the model ({worker.how_ended()}): free memory, "
                "or ask for fewer --workers, and start the service again"
            ) from error

    def _start(self) -> None:
        worker = _Worker(*self._recipe)
        self._all.append(worker)
        self._idle.put_nowait(worker)

    def _replace(self, worker: _Worker) -> None:
        self._all.remove(worker)
        worker.end()
        self._start()


class _Worker:
    """A process and the pipe to it. It is told nothing but jobs, and tells its facts first."""

    def __init__(self, path: Path | None, topic: Topic | None) -> None:
        # Spawned, not forked: a fork of a process with threads may deadlock.
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, path, topic), daemon=True)
        self._process.start()
        other.close()
        self._facts: Facts | None = None
        self._loading = threading.Lock()

    def facts(self) -> Facts:
        """What it says of its model, when that is loaded.

        Raises:
            StanceError: the model does not load.
            EOFError, OSError: the process is gone.
        """
        with self._loading:
            if self._facts is None:
                told: Facts | StanceError = self._pipe.recv()
                if isinstance(told, StanceError):
                    raise told
                self._facts = told
            return self._facts

    def ask(self, job: Job) -> Answer | Exception:
        """Wait for the answer to a job, or for what hindered it.

        Raises:
            EOFError, OSError: the process is gone.
        """
        self._pipe.send(job)
        told: Answer | Exception = self._pipe.recv()
        return told

    def how_ended(self) -> str:
        """Wait for its end, and say how it came."""
        self._process.join()
        return how_ended(self._process.exitcode)

    def end(self) -> None:
        """Stop it at once, whatever it does."""
        self._process.kill()
        self._process.join()
        self._process.close()


def _work(pipe: Connection, path: Path | None, topic: Topic | None) -> None:
    """A worker's life: it ends when the service closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the service decides
    with suppress(EOFError, BrokenPipeError):
        try:
            labeller = Labeller(path, topic)
        except StanceError as error:
            pipe.send(error)
            return
        pipe.send(labeller.facts)
        while True:
            pipe.send(_answer(labeller, pipe.recv()))


def _answer(labeller: Labeller, job: Job) -> Answer | Exception:
    try:
        return labeller.answer(job)
    except ArticleError as error:
        return ArticleError(str(error))
    except Exception:  # noqa: BLE001  # the service logs what it was, and goes on
        return RuntimeError(f"in a worker:\n{traceback.format_exc()}")
