"""Labelled articles as one page: the text as written, marked, with the speakers in the margin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from stance.output.facets import Cell, Facets
from stance.output.marks import section
from stance.output.options import WriteOptions
from stance.output.spool import Spool
from stance.output.words import INFERRED, WORDING
from stance.records import LabelledArticle
from stance.templating import environment, style

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["page", "write_html"]


@dataclass(frozen=True)
class Entry:
    """A line of the list of articles; `cells` has one per stance, in the order of `WORDING`."""

    number: int
    title: str
    date: str | None
    on_topic: bool
    facets: tuple[str, ...]
    cells: tuple[Cell, ...]


def page(results: Iterable[LabelledArticle], *, attributions_only: bool = False, correct: str = "") -> str:
    """The whole page as text; see `write_html`.

    With `correct`, the path of a service's article, each sentence has a link to `correct/NUMBER`.
    """
    return "".join(_page(results, attributions_only, correct))


def write_html(results: Iterable[LabelledArticle], out: IO[bytes], options: WriteOptions) -> None:
    """One self-contained page in UTF-8; with several articles, a list of them stands at the top.

    A matrix of speakers and stances counts the attributions and filters what is shown. Sections
    wait on disk until it is known. The page loads nothing and runs nothing.
    """
    for piece in _page(results, options.attributions_only):
        out.write(piece.encode("utf-8", "replace"))


def _page(results: Iterable[LabelledArticle], attributions_only: bool, correct: str = "") -> Iterator[str]:
    from markupsafe import Markup

    templates = _templates()
    template = templates.get_template("article.html.j2")
    entries, facets = [], Facets()
    with Spool[str]() as spool:
        for number, result in enumerate(results, 1):
            cells = facets.add(number, result)
            shown = section(number, result, facets.facet, attributions_only=attributions_only)
            article = result.article
            title = article.title or article.id
            entries.append(Entry(number, title, article.date, result.on_topic, shown.facets, cells))
            spool.add(template.render(section=shown, correct=correct))
        yield from templates.get_template("page.html.j2").generate(
            entries=entries,
            lines=facets.lines(),
            sections=(Markup(text) for text in spool),
            **style(templates, "page.css", facets.rules()),
            inferred=INFERRED,
        )


def _templates() -> Environment:
    templates = environment()
    templates.globals["wording"] = WORDING
    return templates
