"""Few requests at once, a short queue, bodies whole and not too large, everything in time."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SAFE", "Admission", "GoneError", "Limits", "Refusal", "header_values"]

SAFE = frozenset(["GET", "HEAD", "OPTIONS", "TRACE"])
"""The methods that change nothing."""

_DRAINED = 64 << 20
"""Bytes of a body too large that are read and thrown away, so that the client gets to read why."""


_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>stance</title>
<p role="alert">{}.</p>
<p><a href="/">Back</a></p>
"""


@dataclass(frozen=True)
class Limits:
    """What the service grants: bytes of a body, seconds to send it, seconds to answer, requests at once.

    `active` requests run at a time and `queue` more are let in; the next is refused. The seconds to
    answer count the time in the queue.
    """

    body: int = 2 << 20
    read_seconds: float = 10.0
    seconds: float = 30.0
    active: int = 4
    queue: int = 32


@dataclass(frozen=True)
class Refusal:
    """Why a request is turned away: the status, a word for the metrics, a line for the client."""

    status: int
    reason: str
    message: str
    retry_after: int | None = None

    async def send(self, scope: Scope, send: Send) -> None:
        """Answer `{"error": message}`, and a browser's visit with a page that says it."""
        to_person = any("text/html" in accepted for accepted in header_values(scope, b"accept"))
        kind, body = (
            ("text/html; charset=utf-8", self._page()) if to_person else ("application/json", self._json())
        )
        headers = {b"content-type": kind.encode(), b"content-length": str(len(body)).encode()}
        if self.retry_after is not None:
            headers[b"retry-after"] = str(self.retry_after).encode()
        if self.status in (408, 413):  # the rest of the body may still be on its way
            headers[b"connection"] = b"close"
        await send({"type": "http.response.start", "status": self.status, "headers": [*headers.items()]})
        await send({"type": "http.response.body", "body": body})

    def _json(self) -> bytes:
        return json.dumps({"error": self.message}, ensure_ascii=False).encode("utf-8", "replace")

    def _page(self) -> bytes:
        return _PAGE.format(html.escape(self.message)).encode("utf-8", "replace")


class _RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.message)


class GoneError(Exception):
    """The client went away, or does not take its answer; the server closes the connection."""


def header_values(scope: Scope, name: bytes) -> list[str]:
    """The values of a header; its name in small letters."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


class Admission:
    """Lets few requests in at once, reads each body whole, and keeps time.

    Paths in `free` are always let in: their answers must be cheap and their bodies unread.
    """

    def __init__(
        self, app: ASGIApp, limits: Limits, free: Collection[str], refused: Callable[[str], None]
    ) -> None:
        self.app = app
        self.limits = limits
        self.free = frozenset(free)
        self.refused = refused
        self.inside = 0
        self._places = asyncio.Semaphore(limits.active)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on when a place is free, or refuse."""
        if scope["type"] != "http" or (scope["path"] in self.free and scope["method"] in SAFE):
            await self.app(scope, receive, send)
            return
        try:
            if self.inside >= self.limits.active + self.limits.queue:
                raise _RefusedError(self._busy())
            self.inside += 1
            try:
                body = await self._body(scope, receive)
                await self._run(scope, body, receive, send)
            finally:
                self.inside -= 1
        except _RefusedError as error:
            self.refused(error.refusal.reason)
            await error.refusal.send(scope, send)

    def _busy(self) -> Refusal:
        return Refusal(503, "busy", "too many requests at once; try again in a moment", retry_after=1)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        large = Refusal(413, "size", f"the body is too large; at most {self.limits.body} bytes are read")
        lengths = header_values(scope, b"content-length")
        told = int(lengths[0]) if lengths and lengths[0].isdecimal() else 0
        if told > self.limits.body and header_values(scope, b"expect"):  # the client waits for our word
            raise _RefusedError(large)
        kept, size, more = bytearray(), 0, True
        try:
            async with asyncio.timeout(self.limits.read_seconds):
                while more and size <= _DRAINED:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise GoneError
                    part, more = message.get("body", b""), message.get("more_body", False)
                    size += len(part)
                    if size <= self.limits.body:
                        kept += part
        except TimeoutError:
            slow = Refusal(408, "slow", f"the body did not come within {self.limits.read_seconds:g} seconds")
            raise _RefusedError(large if size > self.limits.body else slow) from None
        if size > self.limits.body:
            raise _RefusedError(large)
        return bytes(kept)

    async def _run(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        started = running = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(self.limits.seconds) as clock, self._places:
                running = True
                if await _is_gone(receive):
                    raise GoneError
                await self.app(scope, _replay(body, receive), sending)
        except TimeoutError:
            if not clock.expired():
                raise
            if started:
                raise GoneError from None
            late = f"no answer within {self.limits.seconds:g} seconds; send a shorter text"
            raise _RefusedError(Refusal(504, "time", late) if running else self._busy()) from None


async def _is_gone(receive: Receive) -> bool:
    """Whether the client hung up while it waited; its body has been read."""
    try:
        async with asyncio.timeout(0):
            message = await receive()
            return bool(message["type"] == "http.disconnect")
    except TimeoutError:
        return False


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out the whole body once, and then what comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received
