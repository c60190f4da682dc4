"""Running an app on a local port until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import threading
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from stance.errors import UsageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["run", "running"]

BACKLOG = 1024
"""Connections that the system holds until they are taken."""

CONNECTIONS = 500
"""Connections at a time; a request on one more is answered 503."""

HEAD_SECONDS = 10.0
"""Seconds that a client has to send a request's head; uvicorn itself would wait for ever."""

STOP_SECONDS = 10
"""Seconds that running requests get to end when the server is told to stop."""


def run(app: ASGIApp, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve an app until SIGINT or SIGTERM, then let running requests end, and return.

    Port 0 is any free one. `announce` gets the service's URL when it takes requests.

    Raises:
        UsageError: the address cannot be listened on.
    """
    with closing(_listen(host, port)) as listener:
        _Server(_config(app), lambda: announce(_url(listener, host))).run(sockets=[listener])


@contextmanager
def running(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an app from a thread as long as the block runs; gives the service's URL.

    Raises:
        UsageError: the address cannot be listened on.
    """
    ready = threading.Event()
    with closing(_listen(host, port)) as listener:
        server = _Server(_config(app), ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            ready.wait()
            yield _url(listener, host)
        finally:
            server.should_exit = True
            thread.join()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_PatientProtocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)[0]
        # Not socket.create_server: asyncio sets TCP_NODELAY only where the protocol is named, and each
        # answer on a kept connection would be 40 ms late.
        listener = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except BaseException:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise UsageError(
            f"cannot listen on {host} port {port} ({reason}); choose another --host or --port"
        ) from error
    return listener


def _url(listener: socket.socket, host: str) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _Server(uvicorn.Server):
    """Tells when it is ready, and ends on a signal as on any other wish to stop."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # signal's signature
        """Stop gently, at the second Ctrl-C at once. uvicorn would raise the signal again at the end."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


class _PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes the connection of a client that is too slow with a request's head."""

    _timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._await_head()

    def _await_head(self) -> None:
        self._cancel()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._close_if_idle)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _close_if_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
