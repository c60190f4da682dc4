"""What runs as a local web service: the guard that both apps stand behind, the server, the apps.

Everything here needs the extra `web`; `need_web` tells so before any other work.
"""

from __future__ import annotations

import importlib.util

from stance.errors import MissingExtra

__all__ = ["need_web"]

_PACKAGES = {
    "fastapi": "fastapi",
    "markdown_it": "markdown-it-py",
    "uvicorn": "uvicorn",
    "python_multipart": "python-multipart",
    "prometheus_client": "prometheus-client",
}
"""Modules of the extra, and the packages that they come with."""


def need_web(purpose: str) -> None:
    """Check that the extra `web` is installed; `purpose` is what asks for it (`stance serve`).

    Raises:
        MissingExtra: it is not.
    """
    for module, package in _PACKAGES.items():
        if importlib.util.find_spec(module) is None:
            raise MissingExtra(package, "web", purpose)
