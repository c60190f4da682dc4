"""The guard before a local web app: pure ASGI middleware, the same for every app.

A page that the user happens to have open must neither read nor change anything here, and no
client may tie up the service. `guard` puts the layers around an app, from the outside in:

1. `Hardened`: security headers on every response, no traceback to a client.
2. `SameSite`: the Host header names this service (against DNS rebinding); a request that changes
   something comes from this service's own pages or from no page at all.
3. `Admission`: few requests at once, a short queue, bodies whole and not too large, in time.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stance.web.admission import SAFE, Admission, GoneError, Limits, Refusal, header_values

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FAULT", "POLICY", "Hardened", "Hosts", "Limits", "SameSite", "guard"]

_log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The content security policy of a response that brings none: only files of this service."""

FAULT = "internal error; it stands in the service's log"
"""All that a client hears of an exception."""

_HEADERS = {
    b"content-security-policy": POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    # Not no-referrer: a browser would then send "Origin: null" with our own forms.
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"cache-control": b"no-store",
}
"""Headers that a response gets unless it brings its own."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_WILDCARDS = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Hosts:
    """The names under which a service that listens on `bound` answers.

    Loopback names, the bound one and `extra`. A service that listens everywhere also answers to
    plain addresses: no page of a stranger can have one as its origin without being served from it.
    `advice` tells who used another name what to do.
    """

    bound: str = "127.0.0.1"
    extra: tuple[str, ...] = ()
    advice: str = "open the address that was printed at its start"

    def allow(self, header: str) -> bool:
        """Whether a Host header (`name`, `name:port`) names this service."""
        name = _hostname(header)
        if name is None:
            return False
        if self.bound in _WILDCARDS and _is_address(name):
            return True
        return name in {known.lower() for known in (*_LOOPBACK, self.bound, *self.extra)}


def _hostname(header: str) -> str | None:
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port  # a ValueError where it is no number
    except ValueError:
        return None
    return parts.hostname if parts.netloc == header and "@" not in header else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Hardened:
    """Adds the security headers, and answers 500 in one line where the app fails."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added to the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = {name.lower() for name, _ in message.get("headers", ())}
                added = [pair for pair in _HEADERS.items() if pair[0] not in own]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except GoneError:
            pass
        except Exception:  # noqa: BLE001  # whatever it is, the client gets one line and the log the rest
            _log.exception("%s %s failed", scope["method"], scope["path"])
            if not started:  # else the server closes the connection
                await Refusal(500, "error", FAULT).send(scope, sending)


class SameSite:
    """Refuses another Host, and a change that a page of another site asks for."""

    def __init__(self, app: ASGIApp, hosts: Hosts, refused: Callable[[str], None]) -> None:
        self.app = app
        self.hosts = hosts
        self.refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be asked from where it is asked, or refuse."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
            return
        self.refused(refusal.reason)
        await refusal.send(scope, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        hosts = header_values(scope, b"host")
        if len(hosts) != 1 or not self.hosts.allow(hosts[0]):
            found = repr(hosts[0]) if hosts else "missing"
            told = f"the Host header is {found}, not this service: {self.hosts.advice}"
            return Refusal(400, "host", told)
        if scope["method"] not in SAFE and not _from_here(scope, hosts[0]):
            return Refusal(403, "origin", "another site asked for this; open this service's own page")
        return None


def _from_here(scope: Scope, host: str) -> bool:
    """Whether a request comes from a page of this host and port, or from no browser's page.

    `same-site` is not enough: another port of localhost is another service.
    """
    sites, origins = header_values(scope, b"sec-fetch-site"), header_values(scope, b"origin")
    own = all(origin.partition("://")[2].lower() == host.lower() for origin in origins)
    return own and all(site in ("same-origin", "none") for site in sites)


def guard(
    app: ASGIApp,
    hosts: Hosts,
    limits: Limits | None = None,
    free: Collection[str] = (),
    refused: Callable[[str], None] = lambda reason: None,  # noqa: ARG005
) -> ASGIApp:
    """An app behind all the layers; `refused` hears the reason of each refusal, for the metrics.

    Requests for the paths `free` are never queued. An endpoint that works long must be `async` and
    hand its work to an executor: a thread that runs a plain function cannot be left before its end.
    """
    return Hardened(SameSite(Admission(app, limits or Limits(), free, refused), hosts, refused))
