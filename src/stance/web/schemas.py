"""What goes into and comes out of the service, as the OpenAPI document tells it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from stance.decoding import clean
from stance.web.work import Document

__all__ = ["Health", "LabelRequest", "Problem", "Row", "documents"]

MANY = 1000
"""Articles in one request, at most."""

Words = Annotated[str, Field(max_length=2000)]
Probability = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0)]
Role = Literal["leader", "service", "document", "analyst", "other", "none"]
Stance = Literal["confirms", "denies", "hedges", "none"]
Mention = Literal["name", "description", "pronoun", "running", "metonymy", "implicit"]
Detail = Literal[
    "asserts", "concedes", "never", "no_longer", "not_directly", "possible", "partial", "no_comment",
    "disclaims", "inquires", "other_part", "off_topic",
]  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Article(_Strict):
    id: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        None, description="Comes back in the rows; else `article`, or `article-1`, `article-2`, ..."
    )
    title: Words | None = Field(None, description="Else as the text or the page tells it.")
    outlet: Words | None = Field(None, description="Else as the page tells it.")
    url: Words | None = Field(None, description="Else as the page tells it. It is never fetched.")
    date: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="A whole date such as `2023-04-13`. Else as the text or the page tells it."
    )


class TextArticle(_Article):
    """An article as plain text."""

    text: str = Field(min_length=1, examples=["The Serbian president denied that arms were sent to Ukraine."])


class HtmlArticle(_Article):
    """An article as a web page; what is around the article is left out."""

    html: str = Field(min_length=1)


def _kind(value: Any) -> str:
    keys = value if isinstance(value, dict) else vars(value) if isinstance(value, BaseModel) else ()
    return next((kind for kind in ("articles", "html") if kind in keys), "text")


OneArticle = Annotated[
    Annotated[TextArticle, Tag("text")] | Annotated[HtmlArticle, Tag("html")], Discriminator(_kind)
]


class ManyArticles(_Strict):
    """Several articles, each with an id of its own; all are labelled, or none."""

    articles: list[OneArticle] = Field(min_length=1, max_length=MANY)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        name, times = Counter(document.id for document in documents(self)).most_common(1)[0]
        if times > 1:
            raise ValueError(f"{times} articles have the id {name!r}")
        return self


LabelRequest = Annotated[
    Annotated[TextArticle, Tag("text")]
    | Annotated[HtmlArticle, Tag("html")]
    | Annotated[ManyArticles, Tag("articles")],
    Discriminator(_kind),
]
"""The body of `POST /label`: told apart by which of `text`, `html` and `articles` it has."""


def documents(request: TextArticle | HtmlArticle | ManyArticles) -> tuple[Document, ...]:
    """The articles of a request."""
    if isinstance(request, ManyArticles):
        return tuple(_document(item, f"article-{at}") for at, item in enumerate(request.articles, 1))
    return (_document(request, "article"),)


def _document(article: TextArticle | HtmlArticle, name: str) -> Document:
    words, kind = (article.text, ".txt") if isinstance(article, TextArticle) else (article.html, ".html")
    facts = article.model_dump(include={"title", "outlet", "url", "date"})
    return Document(article.id or name, clean(words).encode(), kind, **facts)


class Place(_Strict):
    """Words of the sentence, with their offsets in the article; the end is exclusive."""

    text: str
    start: Offset
    end: Offset


class Row(_Strict):
    """One attribution, or a sentence without any: the row of `stance label --format jsonl`."""

    schema_: Literal[1] = Field(alias="schema")
    article: str
    article_sha256: str
    title: str | None
    outlet: str | None
    url: str | None
    date: str | None
    date_source: Literal["metadata", "text", "filename"] | None
    topic: str
    topic_sha256: str
    on_topic: bool
    sentence: Offset
    paragraph: Offset
    start: Offset
    end: Offset
    text: str
    furniture: bool
    role: Role
    speaker: str
    holder: str | None
    mention: Mention | None
    via: str | None
    stance: Stance
    detail: Detail | None
    speaker_confidence: Probability | None
    stance_confidence: Probability | None
    stance_probabilities: dict[Stance, Probability] | None
    statement_date: str | None
    labelled_by: str
    source: Place | None
    cue: Place | None
    review: bool
    model: str


class Health(_Strict):
    """What answers, and with which model."""

    status: Literal["ok"]
    version: str
    model: str = Field(description="The digest of the model, as in the rows.")
    topic: str


class Problem(_Strict):
    """Why a request was not done, in one line."""

    error: str
