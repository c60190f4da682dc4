"""The annotation page: a desk over HTTP, for one person on their own machine.

Pages are rendered here; the script sends steps and puts the rendered parts that come back in place.
Articles go by their number in the session, so no id of a stranger's file gets into a path.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment
from markupsafe import Markup, escape

from stance.errors import AnnotationError, UsageError
from stance.output.words import WORDING
from stance.templating import environment
from stance.web import view
from stance.web.desk import MODEL, Conflict, Desk, Place
from stance.web.guide import find_guide, render_guide
from stance.web.keys import KEYS, READINGS, Key, keymap, label_keys
from stance.web.security import Hosts, guard
from stance.web.sheets import Version
from stance.web.steps import Step

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["Save", "Undo", "annotate_app"]


@dataclass(frozen=True)
class Save:
    """A step, and the digest of the file version that the page saw."""

    digest: str
    step: Step


@dataclass(frozen=True)
class Undo:
    """The wish to undo, and the digest of the file version that the page saw."""

    digest: str


def annotate_app(desk: Desk, hosts: Hosts | None = None) -> ASGIApp:
    """The pages of a desk, behind the guard that keeps other sites out."""
    app = FastAPI(title="stance annotate", docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/static", StaticFiles(packages=[("stance.web", "static")]), name="static")
    pages = _Pages(desk)
    routes: tuple[tuple[str, str, Callable[..., Response]], ...] = (
        ("GET", "/", pages.index),
        ("GET", "/next", pages.next),
        ("GET", "/articles/{number}", pages.article),
        ("GET", "/articles/{number}/changes", pages.changes),
        ("GET", "/articles/{number}/guide", pages.guide),
        ("POST", "/articles/{number}/steps", pages.save),
        ("POST", "/articles/{number}/undo", pages.undo),
    )
    for method, path, endpoint in routes:
        app.add_api_route(path, endpoint, methods=[method], response_model=None)

    @app.exception_handler(UsageError)
    def refused(request: Request, error: UsageError) -> Response:  # noqa: ARG001  # FastAPI's signature
        return JSONResponse({"error": str(error)}, 422)

    return guard(app, hosts or Hosts())


class _Pages:
    """The endpoints; each takes what FastAPI read from the request and returns a whole response."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.templates = _templates()

    def index(self) -> Response:
        """All articles with how far they are; the only one at once."""
        if self.desk.queue:
            return RedirectResponse("/next", 303)
        if len(self.desk.sheets) == 1:
            return RedirectResponse("/articles/0", 303)
        articles = []
        for number, sheet in enumerate(self.desk.sheets):
            try:
                told: Any = view.progress(self.desk.look(number))
            except AnnotationError:
                told = None
            articles.append((number, sheet.article, told))
        return self._page("annotate_index.html.j2", articles=articles)

    def next(self, article: int | None = None, start: int = 0, end: int = 0) -> Response:
        """On to the sentence that is most worth annotating, but not the one that the page is at."""
        after = Place(article, start, end) if article is not None else None
        place = self.desk.next_place(after)
        if place is None:
            return self._page("annotate_done.html.j2", article=article)
        return RedirectResponse(f"/articles/{place.article}#s{place.start}-{place.end}", 303)

    def article(self, number: int) -> Response:
        """An article as running text, and the keys to label it."""
        if not self._has(number):
            return HTMLResponse("no such article", 404)
        sheet = self.desk.sheets[number]
        try:
            version = self.desk.look(number)
        except AnnotationError as error:
            page = self._page("annotate_broken.html.j2", sheet=sheet, problems=error.problems)
            page.status_code = 409
            return page
        keys = self._keys(number)
        return self._page(
            "annotate.html.j2",
            sheet=sheet,
            number=number,
            version=version,
            sentences=list(view.shown(self.desk, number, version)),
            keys=keys,
            keymap=keymap(keys),
            last=len(self.desk.sheets) - 1,
            **self._figures(number, version),
        )

    def save(self, number: int, body: Save) -> Response:
        """Do one step; what changed on the page comes back rendered."""
        return self._write(number, body.digest, lambda: self.desk.save(number, body.digest, body.step))

    def undo(self, number: int, body: Undo) -> Response:
        """Undo one step."""
        return self._write(number, body.digest, lambda: self.desk.undo(number, body.digest))

    def changes(self, number: int, digest: str) -> Response:
        """Whether the file is another one than the page saw."""
        if not self._has(number):
            return JSONResponse({"error": "no such article"}, 404)
        conflict = self.desk.changes(number, digest)
        return self._conflict(conflict) if conflict else JSONResponse({})

    def guide(self, number: int) -> Response:
        """The annotators' guide: of the folder, or a summary."""
        if not self._has(number):
            return HTMLResponse("no such article", 404)
        sheet = self.desk.sheets[number]
        path = find_guide(sheet.folder)
        try:
            text = Markup(render_guide(path)) if path else None
        except OSError:
            text = None
        return self._page("annotate_guide.html.j2", topic=sheet.topic, text=text, path=path)

    def _keys(self, number: int) -> list[Key]:
        """The keys that do something here."""
        several, suggesting = len(self.desk.sheets) > 1, MODEL in self.desk.sources
        useless = {
            "take": not (suggesting or self.desk.names),
            "suggestions": not suggesting,
            "article": not several,
        }
        every = (*label_keys(self.desk.sheets[number].topic), *KEYS, *(READINGS if self.desk.names else ()))
        return [key for key in every if not useless.get(key.action)]

    def _has(self, number: int) -> bool:
        return 0 <= number < len(self.desk.sheets)

    def _write(self, number: int, digest: str, write: Callable[[], Version | Conflict]) -> Response:
        if not self._has(number):
            return JSONResponse({"error": "no such article"}, 404)
        outcome = write()
        if isinstance(outcome, Conflict):
            return self._conflict(outcome)
        return JSONResponse(self._patch(number, digest, outcome))

    def _patch(self, number: int, digest: str, version: Version) -> dict[str, Any]:
        parts: Any = self.templates.get_template("annotate_parts.html.j2").module
        sentences = list(view.shown(self.desk, number, version))
        patch: dict[str, Any] = {
            "digest": version.digest,
            "counts": parts.counts(**self._figures(number, version)),
        }
        before = self.desk.seen(number, digest)
        if [line.place for line in before] != [line.place for line in version.lines]:
            return {**patch, "text": parts.text(sentences), "cards": parts.cards(sentences)}
        changed = [item for item, old in zip(sentences, before, strict=True) if item.line != old]
        rendered = {item.id: {"sentence": parts.sentence(item), "card": parts.card(item)} for item in changed}
        return {**patch, "changed": rendered}

    def _figures(self, number: int, version: Version) -> Mapping[str, Any]:
        return {
            "counts": view.counts(self.desk, number, version),
            "progress": view.progress(version),
            "can_undo": self.desk.can_undo(number),
        }

    def _conflict(self, conflict: Conflict) -> Response:
        told = self.templates.get_template("annotate_conflict.html.j2").render(conflict=conflict)
        return JSONResponse({"error": "the file is another one by now", "conflict": told}, 409)

    def _page(self, template: str, **values: Any) -> HTMLResponse:
        page = self.templates.get_template(template).render(
            desk=self.desk, suggesting=MODEL in self.desk.sources, **values
        )
        return HTMLResponse(page.encode("utf-8", "replace"))


def _templates() -> Environment:
    templates = environment("stance.web")
    templates.globals |= {"wording": WORDING, "groupby_paragraph": _paragraphs}
    templates.filters["exact"] = _exact
    return templates


def _exact(text: str) -> Markup:
    """Text as it is: a browser would make a carriage return in a page's source a line feed."""
    return Markup(escape(text).replace("\r", Markup("&#13;")))


def _paragraphs(sentences: list[view.Shown]) -> list[list[view.Shown]]:
    grouped = itertools.groupby(sentences, key=lambda item: item.line.sentence.paragraph)
    return [list(group) for _, group in grouped]
