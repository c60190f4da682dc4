"""A limit on the time of an article, kept by ending the process that labels it.

A text can be made so that it takes hours, in the middle of a library that hears no signal; only a
process can be ended for sure. The child sets the kernel's own alarm before each article, whose
default is to end it, so that it does not outlive its time even where its parent is gone. It is a
plain child of this process, which any engine's worker may have (a daemon's `multiprocessing` may not).
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from stance.articles import ArticleFailure, Item
from stance.corpus.labelling import Label, ModelLabeller, Outcome, attempt, keep_model
from stance.errors import StanceError, UsageError

__all__ = ["Limited", "end_children", "how_ended", "limited", "ran_out", "serve"]

_SERVE = "from stance.corpus.limits import serve; serve()"
_ITSELF = "its process ended by itself (exit {}), for want of memory or by a fault; the others go on"


_LATE = "took longer than {:g} s; allow more with --time-limit"
_ANY_LATE = _LATE.partition("{")[0]

_idle: dict[tuple[bytes, float], list[Limited]] = {}
"""Children that have their model and wait for work; they end with this process, at the latest."""


@contextmanager
def limited(label: Label, seconds: float | None) -> Iterator[Limited | None]:
    """A child that labels with this limit while the block lasts; None where there is no limit.

    Raises:
        UsageError: this system has no timer that ends a process.
    """
    if seconds is None:
        yield None
        return
    if not hasattr(signal, "setitimer"):
        raise UsageError("--time-limit needs a POSIX system: leave it out here")
    idle = _idle.setdefault((pickle.dumps(label), seconds), [])
    child = idle.pop() if idle else Limited(label, seconds)
    try:
        yield child
    except BaseException:
        child.end()
        raise
    idle.append(child)


def end_children() -> None:
    """End the children of this process that have nothing to do."""
    while _idle:
        for child in _idle.popitem()[1]:
            child.end()


class Limited:
    """Labels articles in a child process that is replaced where one takes longer than `seconds`."""

    def __init__(self, label: Label, seconds: float) -> None:
        self._label = label
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, item: Item) -> Outcome:
        """Read and label an article; also failures of its process are failures of the article alone.

        Raises:
            StanceError: the model does not load.
            UsageError: the child ends before it has the model.
        """
        if isinstance(item, ArticleFailure):
            return item
        child = self._child or self._start()
        try:
            _send(child.stdin, item)
            told: Outcome | BaseException = pickle.load(_pipe(child.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            code = child.wait()
            self.end()
            late = _LATE.format(self._seconds)
            return ArticleFailure(item.id, late if code == -signal.SIGALRM else _ITSELF.format(code))
        if isinstance(told, BaseException):
            raise told
        return told

    def end(self) -> None:
        """End the child."""
        if self._child:
            self._child.kill()
            with suppress(OSError):
                self._child.communicate()
            self._child = None

    def _start(self) -> subprocess.Popen[bytes]:
        # The same modules as here, wherever they were found.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        child = subprocess.Popen(
            [sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._child = child
        model = (self._label.key, self._label.model()) if isinstance(self._label, ModelLabeller) else None
        try:
            _send(child.stdin, (model, pickle.dumps(self._label), self._seconds))
            pickle.load(_pipe(child.stdout))  # loading the model is no article's time
        except (EOFError, OSError) as error:  # of no file: it would be taken for the output's
            told = how_ended(child.wait())
            raise UsageError(
                f"the labelling process ended while it loaded the model ({told}): free memory and run the "
                "same command again, or leave out --time-limit, which needs no process of its own"
            ) from error
        return child


def ran_out(failure: ArticleFailure, seconds: float | None) -> bool:
    """Whether an article failed for a limit on its time that was another than this one."""
    same = seconds is not None and failure.reason == _LATE.format(seconds)
    return failure.reason.startswith(_ANY_LATE) and not same


def how_ended(code: int | None) -> str:
    """What a child's exit code says: the code, or the signal that ended it."""
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:  # a real-time signal has no name
        return f"signal {-code}"


def serve() -> None:
    """The child's life: articles come in by standard input, and labels go out, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent decides
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not end up among the labels
    model, labeller, seconds = pickle.load(sys.stdin.buffer)
    if model:
        keep_model(*model)
    label: Label = pickle.loads(labeller)
    _send(answers, None)
    with suppress(EOFError, BrokenPipeError):
        while True:
            item = pickle.load(sys.stdin.buffer)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            try:
                told: Outcome | StanceError = attempt(label, item)
            except StanceError as error:
                told = error
            answer = pickle.dumps(told)
            signal.setitimer(signal.ITIMER_REAL, 0)
            answers.write(answer)
            answers.flush()


def _send(pipe: IO[bytes] | None, told: object) -> None:
    stream = _pipe(pipe)
    pickle.dump(told, stream)
    stream.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # Popen was asked for both
    return pipe
