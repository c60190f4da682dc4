"""The pages that correct a sentence of an article that the service has marked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from stance.corrections import apply
from stance.errors import AnnotationError, UsageError
from stance.output.words import WORDING
from stance.records import LabelledArticle
from stance.web.filling import Entry, corrections_of, entries_of, read_entries
from stance.web.ledger import Ledger, StaleError, place_of, stamp
from stance.web.pages import Pages
from stance.web.work import Document, Job

__all__ = ["add_correcting"]


class _Gone(Exception):  # noqa: N818  # nothing went wrong
    """There is no such article or sentence."""


def add_correcting(app: FastAPI, pages: Pages, ledger: Ledger) -> None:
    """Add the pages below `/articles` to the service."""
    correcting = _Correcting(pages, ledger)
    address = "/articles/{key}"
    routes: tuple[tuple[str, str, Callable[..., Awaitable[Response]]], ...] = (
        ("GET", address, correcting.article),
        ("GET", f"{address}/{{number}}", correcting.sentence),
        ("POST", f"{address}/{{number}}", correcting.save),
    )
    for method, path, endpoint in routes:
        app.add_api_route(path, endpoint, methods=[method], response_model=None, include_in_schema=False)

    @app.exception_handler(_Gone)
    async def gone(request: Request, error: _Gone) -> Response:  # noqa: ARG001  # the handlers' signature
        told = "That article is not remembered any more: paste it again, and its corrections are there"
        return pages.form(told, status=404)


class _Correcting:
    """The endpoints."""

    def __init__(self, pages: Pages, ledger: Ledger) -> None:
        self._pages = pages
        self._ledger = ledger
        self._template = pages.templates.get_template("correct.html.j2")

    async def article(self, key: str) -> Response:
        """The marked page again, with what was corrected."""
        return await self._pages.marked(self._document(key))

    async def sentence(self, key: str, number: int) -> Response:
        """The form that corrects a sentence."""
        return await self._form(key, await self._labelled(key, number), number)

    async def save(self, key: str, number: int, request: Request) -> Response:
        """Keep what the form says, and go back to the article; or the form again, with what is wrong."""
        result = await self._labelled(key, number)
        async with request.form() as sent:
            form = {name: value for name, value in sent.items() if isinstance(value, str)}
        entries: tuple[Entry, ...] = ()
        try:
            entries = read_entries(form, result.sentences[number])
            new = corrections_of(form.get("action", ""), entries, result, number, self._ledger)
            place = place_of(result, number)
            await asyncio.to_thread(self._ledger.save, place, new, form.get("seen", ""))
        except AnnotationError:
            raise
        except UsageError as error:
            return await self._form(key, result, number, error, entries)
        return RedirectResponse(f"/articles/{key}#a1-s{number}", 303)

    def _document(self, key: str) -> Document:
        document = self._pages.shelf.get(key)
        if document is None:
            raise _Gone
        return document

    async def _labelled(self, key: str, number: int) -> LabelledArticle:
        """What the model alone says of an article that has such a sentence."""
        (result,) = (await self._pages.answer(Job((self._document(key),), "labels"))).labels
        if not 0 <= number < len(result.sentences):
            raise _Gone
        return result

    async def _form(
        self,
        key: str,
        result: LabelledArticle,
        number: int,
        error: UsageError | None = None,
        entries: tuple[Entry, ...] = (),
    ) -> HTMLResponse:
        own = await asyncio.to_thread(self._ledger.of_sentence, result, number)
        shown = apply(result, own)
        page = self._template.render(
            address=f"/articles/{key}",
            result=shown,
            number=number,
            own=own,
            stamp=stamp(own),
            entries=entries or entries_of(shown.sentences[number], shown.attributions[number], own),
            ledger=self._ledger,
            problem=error,
            wording=WORDING,
        )
        status = 200 if error is None else 409 if isinstance(error, StaleError) else 422
        return HTMLResponse(page, status)
