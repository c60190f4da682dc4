"""What the service's pages share: jobs for the workers, the form to paste, the marked page.

An article whose labels can be corrected is remembered (in memory, the latest ones), so that its page
can be shown again; its address is a digest, which only those know who sent the article.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import astuple

from fastapi.responses import HTMLResponse

from stance import __version__
from stance.corrections import Correction
from stance.errors import UsageError
from stance.output.words import WORDING
from stance.templating import environment
from stance.web.admission import Limits
from stance.web.ledger import Ledger
from stance.web.metrics import Metrics
from stance.web.work import Answer, Document, Job
from stance.web.workers import Workers

__all__ = ["Pages", "Shelf", "one_line"]

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')

SHELF = 200
"""Articles that are remembered, at most."""

SHELF_BYTES = 64 << 20
"""Bytes of them, at most; the latest one always is remembered."""


class Shelf:
    """The latest articles, each under the digest of all that came in of it."""

    def __init__(self, most: int = SHELF, most_bytes: int = SHELF_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._held: OrderedDict[str, Document] = OrderedDict()

    def put(self, document: Document) -> str:
        """Remember an article; gives its key."""
        key = hashlib.sha256(repr(astuple(document)).encode("utf-8", "replace")).hexdigest()
        self._held[key] = document
        self._held.move_to_end(key)
        while len(self._held) > 1 and self._is_full():
            self._held.popitem(last=False)
        return key

    def get(self, key: str) -> Document | None:
        """The article with this key, None if it is not remembered (any more)."""
        return self._held.get(key)

    def _is_full(self) -> bool:
        size = sum(len(held.data) for held in self._held.values())
        return len(self._held) > self._most or size > self._most_bytes


class Pages:
    """The form, and the marked page that answers it; jobs for the workers, counted."""

    def __init__(self, workers: Workers, metrics: Metrics, limits: Limits, ledger: Ledger | None) -> None:
        self.templates = environment("stance.web")
        self.shelf = Shelf()
        self._workers = workers
        self._metrics = metrics
        self._limits = limits
        self._ledger = ledger

    async def answer(self, job: Job) -> Answer:
        """Have a job done by a worker.

        Raises:
            ArticleError: an article cannot be labelled; the message names it.
        """
        answer = await self._workers.answer(job)
        self._metrics.articles.inc(answer.articles)
        self._metrics.sentences.inc(answer.sentences)
        return answer

    async def corrections(self) -> tuple[Correction, ...]:
        """The corrections to apply.

        Raises:
            UsageError: their file is broken.
        """
        return await asyncio.to_thread(self._ledger.read) if self._ledger else ()

    async def marked(self, document: Document) -> HTMLResponse:
        """The article's page with a way back, under the policy that it states itself (by digests).

        Raises:
            ArticleError: it cannot be labelled.
            UsageError: the file of corrections is broken.
        """
        correct = f"/articles/{self.shelf.put(document)}" if self._ledger else ""
        answer = await self.answer(Job((document,), "page", await self.corrections(), correct))
        page = answer.body.decode()
        policy = _POLICY.search(page)
        assert policy is not None, "the article page states no policy"
        head = self.templates.get_template("marked.html.j2").render(ledger=self._ledger, lost=answer.lost)
        headers = {"content-security-policy": f"{policy[1]}; frame-ancestors 'none'"}
        return HTMLResponse(page.replace("<body>", f"<body>\n{head}", 1), headers=headers)

    def form(self, problem: str | None = None, text: str = "", status: int = 200) -> HTMLResponse:
        """The form to paste or upload an article."""
        page = self.templates.get_template("serve.html.j2").render(
            problem=problem,
            text=text,
            facts=self._workers.facts,
            wording=WORDING,
            version=__version__,
            limits=self._limits,
            ledger=self._ledger,
        )
        return HTMLResponse(page, status)


def one_line(error: UsageError) -> str:
    """An error in one line, even where it names all faults of a file."""
    first, *others = str(error).splitlines()
    return f"{first} (and {len(others)} more)" if others else first
