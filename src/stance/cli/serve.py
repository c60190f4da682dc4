"""`stance serve`: the local service."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stance.cli.options import OUTPUT, SECONDS, model_option, topic_option, user_name
from stance.cli.telling import tell
from stance.errors import UsageError

if TYPE_CHECKING:
    from stance.topic import Topic
    from stance.web.ledger import Ledger

__all__ = ["ServeSettings", "command", "serve"]


@dataclass(frozen=True)
class ServeSettings:
    """Where to listen, with what, and what to grant; the fields are the command's options."""

    host: str = "127.0.0.1"
    port: int = 0
    model: Path | None = None
    topic: str | None = None
    workers: int = 1
    max_bytes: int = 2 << 20
    time_limit: float = 30.0
    queue: int = 32
    allow_host: tuple[str, ...] = ()
    corrections: Path | None = None
    annotator: str | None = None


def serve(settings: ServeSettings, tell: Callable[[str], None]) -> None:
    """Serve until told to stop; `tell` gets lines for the user.

    Raises:
        UsageError: the extra `web` is missing, the model, the topic or the file of corrections is broken,
            or the address is taken.
    """
    from stance.web import need_web

    need_web("stance serve")
    from stance.topic import load_topic
    from stance.web.security import Hosts, Limits
    from stance.web.serve import create_app
    from stance.web.server import run
    from stance.web.workers import Workers

    if settings.annotator is not None and settings.corrections is None:
        raise UsageError("--annotator is who corrects: name the file with --corrections too")
    topic = load_topic(settings.topic) if settings.topic else None
    if not _is_loopback(settings.host):
        may = " Whoever comes can correct in your name." if settings.corrections else ""
        told = f"other machines can reach {settings.host}, and the service asks nobody who they are."
        tell(f"Warning: {told}{may}")
    limits = Limits(
        body=settings.max_bytes,
        seconds=settings.time_limit,
        active=settings.workers + 3,
        queue=settings.queue,
    )
    with Workers(settings.model, topic, settings.workers) as workers:
        ledger = _ledger(settings, workers.facts.topic)
        app = create_app(
            workers, Hosts(settings.host, settings.allow_host, "see --allow-host"), limits, ledger
        )
        run(app, settings.host, settings.port, lambda url: tell(f"Serving on {url} (Ctrl-C ends it)"))


def _ledger(settings: ServeSettings, topic: Topic) -> Ledger | None:
    """The file of corrections that was asked for; in a folder it has its usual name."""
    from stance.corrections import corrections_path
    from stance.web.ledger import Ledger

    path = settings.corrections
    if path is None:
        return None
    annotator = user_name() if settings.annotator is None else settings.annotator
    return Ledger(corrections_path(path) if path.is_dir() else path, annotator, topic)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port.  [default: a free one]")
@model_option
@topic_option
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that label."
)
@click.option(
    "--max-bytes", type=click.IntRange(1), default=2 << 20, show_default=True, help="Largest request body."
)
@click.option(
    "--time-limit",
    type=SECONDS,
    default=30.0,
    show_default=True,
    help="Seconds until a request is given up.",
)
@click.option(
    "--queue",
    type=click.IntRange(0),
    default=32,
    show_default=True,
    help="Requests that may wait; one more is told to come back later.",
)
@click.option(
    "--allow-host",
    metavar="NAME",
    multiple=True,
    help="Another name that the service is reached by, such as that of a proxy; may be repeated.",
)
@click.option(
    "--corrections",
    metavar="FILE",
    type=OUTPUT,
    help="Let the page correct labels, and keep that in this file; stance label takes it too.",
)
@click.option("--annotator", metavar="NAME", help="Who corrects.  [default: your user name]")
def command(**options: Any) -> None:
    """Serve a page to paste or upload articles, and labels for programs.

    Listens on this machine only, unless --host says otherwise; keeps nothing but the corrections
    that you make on the page, and these only with --corrections. Programs send
    {"text": ...}, {"html": ...} or {"articles": [...]} to /label and get the rows of
    stance label --format jsonl; /openapi.json describes it all, /metrics counts.

    \b
    Examples:
      stance serve --port 8000
      stance serve --corrections labels.corrections.csv --annotator anna
    """
    serve(ServeSettings(**options), lambda line: tell(line, err=True))
