"""What the service counts, in Prometheus' words."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTENT_TYPE_LATEST", "Measured", "Metrics"]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Counters of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "stance_requests", "Requests answered.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "stance_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "stance_requests_in_flight", "Requests not yet answered.", registry=self.registry
        )
        self.rejected = Counter(
            "stance_rejected",
            "Requests turned away: host, origin, size, slow (to send), busy, time (to answer).",
            ["reason"],
            registry=self.registry,
        )
        self.articles = Counter("stance_articles", "Articles labelled.", registry=self.registry)
        self.sentences = Counter("stance_sentences", "Sentences of them.", registry=self.registry)

    def text(self) -> bytes:
        """All figures in the text format."""
        return generate_latest(self.registry)


class Measured:
    """Counts and times what passes; `routes` are the paths told apart, any other is `other`."""

    def __init__(self, app: ASGIApp, metrics: Metrics, routes: Collection[str]) -> None:
        self.app = app
        self.metrics = metrics
        self.routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = "cut"  # the client went away, or the answer was cut short

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        route = scope["path"] if scope["path"] in self.routes else "other"
        began = time.perf_counter()
        try:
            with self.metrics.in_flight.track_inprogress():
                await self.app(scope, receive, sending)
        finally:
            self.metrics.requests.labels(route, status).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - began)
