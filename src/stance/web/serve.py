"""The service: paste or upload an article and see it marked; `POST /label` for programs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from stance import __version__
from stance.errors import ArticleError, UsageError
from stance.inputs import PAGES, TEXTS
from stance.web.admission import Limits
from stance.web.correcting import add_correcting
from stance.web.ledger import Ledger
from stance.web.metrics import CONTENT_TYPE_LATEST, Measured, Metrics
from stance.web.pages import Pages, one_line
from stance.web.schemas import Health, LabelRequest, Problem, Row, documents
from stance.web.security import FAULT, Hosts, guard
from stance.web.work import Document, Job
from stance.web.workers import Workers

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["create_app"]

ROUTES = ("/", "/label", "/health", "/metrics", "/openapi.json")
FREE = ("/health", "/metrics")
"""Always answered, however many requests wait."""

_DESCRIPTION = """
Who speaks in a news article, sentence by sentence, and what they do to the allegation: present it as true
(`confirms`), reject it (`denies`), or leave it open (`hedges`). It labels what is said, never what is true.

The service listens on loopback unless told otherwise, knows no users and keeps nothing but the corrections
that it was told to keep; these stand in the rows (`labelled_by`).
"""
_PROBLEMS = {
    400: "The Host header, the JSON or the form is broken.",
    403: "A page of another site asked for it.",
    408: "The body came too slowly.",
    409: "The file of corrections is broken; the message tells where.",
    413: "The body is too large.",
    415: "The body is no JSON by its content type.",
    422: "The body breaks the schema, or an article cannot be labelled.",
    500: "A fault of the service; its log tells.",
    503: "Too many requests at once; `Retry-After` tells when to try again.",
    504: "It took too long.",
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string", "description": "The article, as text or HTML."},
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": f"Or a file: {', '.join((*TEXTS, *PAGES))}.",
                        },
                    },
                }
            }
        },
    }
}


def create_app(
    workers: Workers, hosts: Hosts | None = None, limits: Limits | None = None, ledger: Ledger | None = None
) -> ASGIApp:
    """The service as an ASGI app behind the guard, with workers that are running.

    With a `ledger` its corrections are applied, and the marked page takes further ones.
    """
    limits = limits or Limits()
    metrics = Metrics()
    # It would warn on standard error of every broken form that somebody sends.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    app = FastAPI(
        title="stance",
        version=__version__,
        description=_DESCRIPTION.strip(),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        # Their pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
    )
    app.mount("/static", StaticFiles(packages=[("stance.web", "static")]), name="static")
    pages = Pages(workers, metrics, limits, ledger)
    _add_pages(app, pages, limits)
    if ledger:
        add_correcting(app, pages, ledger)
    _add_service(app, workers, metrics, pages)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(ArticleError, _unlabelled)
    app.add_exception_handler(Exception, _broken)

    def refused(reason: str) -> None:
        metrics.rejected.labels(reason).inc()

    return Measured(guard(app, hosts or Hosts(), limits, FREE, refused), metrics, ROUTES)


def _add_pages(app: FastAPI, pages: Pages, limits: Limits) -> None:
    """What a person asks for."""

    @app.get(
        "/",
        summary="A page to paste or upload an article",
        response_class=HTMLResponse,
        responses=_problems(400, 500, 503, 504),
    )
    async def ask() -> HTMLResponse:
        return pages.form()

    @app.post(
        "/",
        summary="The article as a marked page",
        response_class=HTMLResponse,
        responses=_problems(400, 403, 408, 409, 413, 422, 500, 503, 504),
        openapi_extra=_FORM,
    )
    async def mark(request: Request) -> HTMLResponse:
        async with request.form(max_files=1, max_fields=10, max_part_size=limits.body) as sent:
            text, file = sent.get("text"), sent.get("file")
            text = text if isinstance(text, str) else ""
            try:
                document = await _sent(text, file if isinstance(file, UploadFile) else None)
                return await pages.marked(document)
            except ArticleError as error:
                return pages.form(str(error), text, 422)
            except UsageError as error:
                return pages.form(one_line(error), text, 409)

    @app.exception_handler(UsageError)
    async def refused(request: Request, error: UsageError) -> Response:
        if request.url.path == "/label":
            return _problem(409, one_line(error))
        return pages.form(one_line(error), status=409)


async def _sent(text: str, file: UploadFile | None) -> Document:
    """The article in a form: the file, where one was chosen, or else the text."""
    if file is not None and file.filename:
        name = Path(file.filename.replace("\\", "/")).name
        kind = Path(name).suffix.lower()
        if kind not in (*TEXTS, *PAGES):
            raise ArticleError(
                f"{name} is no file that can be read here; expected {', '.join((*TEXTS, *PAGES))}"
            )
        return Document(Path(name).stem, await file.read(), kind, name)
    if not text.strip():
        raise ArticleError("There is nothing to label: paste an article, or choose a file")
    # A browser sends each line end as CRLF, whatever it was; a file of the same text has \n.
    return Document("pasted text", text.replace("\r\n", "\n").encode("utf-8", "replace"))


def _add_service(app: FastAPI, workers: Workers, metrics: Metrics, pages: Pages) -> None:
    """What programs ask for."""

    @app.post(
        "/label",
        summary="Labels as JSON",
        response_model=list[Row],
        responses={**_problems(*_PROBLEMS), 422: {"model": Problem, **_problems(422)[422]}},
    )
    async def label(body: LabelRequest) -> Response:
        """One array of rows: one per attribution, and one per sentence without any, article by article.

        The rows are the very lines of `stance label --format jsonl`, and tell by `article` which
        article they belong to. Where one article cannot be labelled, none is.
        """
        answer = await pages.answer(Job(documents(body), corrections=await pages.corrections()))
        return Response(answer.body, media_type="application/json")

    @app.get("/health", summary="What answers", responses=_problems(400, 500))
    async def health() -> Health:
        facts = workers.facts
        return Health(status="ok", version=__version__, model=facts.digest, topic=facts.topic.name)

    @app.get(
        "/metrics",
        summary="Counters for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **_problems(400, 500)},
    )
    async def figures() -> Response:
        return Response(metrics.text(), headers={"content-type": CONTENT_TYPE_LATEST})


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Answers that are no result: JSON, or a page for who asked for one."""
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {"schema": {"type": "string"}},
    }
    return {status: {"description": _PROBLEMS[status], "content": content} for status in statuses}


async def _invalid(request: Request, error: Exception) -> Response:
    """A body that breaks the schema: every fault, in one line; or an address that has no such number."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["loc"][0] == "path" for fault in faults):
        return _problem(404, "Not Found")
    if not request.headers.get("content-type", "").partition(";")[0].strip().lower().endswith("json"):
        return _problem(415, "the body is no JSON by its content type; send  Content-Type: application/json")
    if any(fault["type"] == "json_invalid" for fault in faults):
        return _problem(400, f"the body is not JSON: {faults[0].get('ctx', {}).get('error', 'broken')}")
    return _problem(422, "; ".join(_fault(fault) for fault in faults[:5]))


def _fault(fault: Any) -> str:
    """A fault with its place, such as `articles.0.text`."""
    place: list[str] = []
    is_tag = True  # pydantic also names what it took the body, and each article, for
    for part in fault["loc"][1:]:
        if not is_tag:
            place.append(str(part))
        is_tag = isinstance(part, int)
    return f"{'.'.join(place) or 'the body'}: {fault['msg'].removeprefix('Value error, ')}"


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400 and request.url.path == "/label":
        return _problem(400, "the body cannot be read; expected JSON in UTF-8")
    return _problem(error.status_code, error.detail, error.headers)


async def _unlabelled(request: Request, error: Exception) -> Response:  # noqa: ARG001  # the handlers' signature
    return _problem(422, str(error))


async def _broken(request: Request, error: Exception) -> Response:  # noqa: ARG001
    # starlette would answer in plain text; the guard hears of the exception all the same, and logs it.
    return _problem(500, FAULT)


def _problem(status: int, message: str, headers: Any = None) -> Response:
    return Response(
        Problem(error=message).model_dump_json(), status, headers=headers, media_type="application/json"
    )
