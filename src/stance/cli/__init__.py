"""The command line: the only part of stance that prints or exits.

A command is two functions in a module of its own: `command` parses, a plain one beside it
works and can be called from Python. Modules are imported when their command is asked for.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from stance import __version__
from stance.cli.telling import tell
from stance.errors import StanceError, did_you_mean

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "label": "stance.cli.label",
    "explain": "stance.cli.explain",
    "train": "stance.cli.train",
    "finetune": "stance.cli.finetune",
    "evaluate": "stance.cli.evaluate",
    "verify": "stance.cli.verify",
    "topic": "stance.cli.topic",
    "positions": "stance.cli.positions",
    "annotate": "stance.cli.annotate",
    "serve": "stance.cli.serve",
    "agree": "stance.cli.agree",
    "audit": "stance.cli.audit",
    "sample": "stance.cli.sample",
    "convert": "stance.cli.convert",
}
"""Each command and its module, in the order of the help."""

INTERRUPTED = "Interrupted; nothing was written."


class _PipeClosedError(Exception):
    """The reader of standard output went away."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            told = f"no such command {args[0]!r}{did_you_mean(args[0], COMMANDS)}"
            raise click.UsageError(f"{told}, expected one of {', '.join(COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            # click would turn this into exit code 1, which here means a failed article.
            raise _PipeClosedError from error
        return code


@click.group(cls=_LazyGroup, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="stance")
def group() -> None:
    """Who speaks in a news article, and what they do to the allegation.

    Reads articles and says sentence by sentence who is presented as the source and whether they
    confirm, deny or hedge.

    \b
    Example:
      stance label article.txt

    Exit codes: 0 all done; 1 it ran, and at least one article could not be labelled; 2 the
    command cannot run as asked, and nothing is written.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; problems are one line each on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = group.main(None if argv is None else list(argv), prog_name="stance", standalone_mode=False)
    except click.ClickException as error:
        return _usage(error)
    except StanceError as error:
        return _fail(str(error))
    except (click.Abort, KeyboardInterrupt) as error:
        tell(f"\n{error}" if str(error) else f"\n{INTERRUPTED}", err=True)
        return 130
    except _PipeClosedError:
        # Python flushes standard output once more at its end: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        return _fail(f"{error.filename or 'output'}: {error.strerror}")
    return code if isinstance(code, int) else 0


def _usage(error: click.ClickException) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    _fail(error.format_message())
    if context is not None:
        tell(f"Try  {context.command_path} --help", err=True)
    return 2


def _fail(message: str) -> int:
    for line in message.splitlines():
        tell(f"Error: {line}", err=True)
    return 2
