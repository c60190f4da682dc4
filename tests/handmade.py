"""A labelled article built by hand: every kind of row, and text that breaks careless writers."""

from __future__ import annotations

import dataclasses

from stance.records import Article, Attribution, LabelledArticle, Sentence, Span

TEXT = (
    "Serbia arms row\n\n"
    'President Vucic called it "a notorious lie" and <b>left</b>. "We sell to nobody," he added.\n\n'
    "The SVR, he said, claimed otherwise.\n\n"
    "Nobody else spoke.\n\n"
    "=Share this, +1\n"
)


def span(words: str, start: int = 0) -> Span:
    at = TEXT.index(words, start)
    return Span(at, at + len(words), words)


def _sentence(index: int, paragraph: int, words: str, furniture: bool = False) -> Sentence:
    return Sentence(index, paragraph, *dataclasses.astuple(span(words)), furniture)


SENTENCES = (
    _sentence(0, 0, "Serbia arms row"),
    _sentence(1, 1, 'President Vucic called it "a notorious lie" and <b>left</b>.'),
    _sentence(2, 1, '"We sell to nobody," he added.'),
    _sentence(3, 2, "The SVR, he said, claimed otherwise."),
    _sentence(4, 3, "Nobody else spoke."),
    _sentence(5, 4, "=Share this, +1", furniture=True),
)

DENIES = {"confirms": 0.03, "denies": 0.8804, "hedges": 0.0596, "none": 0.03}

ATTRIBUTIONS: tuple[tuple[Attribution, ...], ...] = (
    (),
    (
        Attribution(
            "leader", "vucic", "denies", span("President Vucic"), span("a notorious lie"), "Aleksandar Vucic",
            "name", None, "never", None, 0.94049, 0.8804, DENIES, 0.85,
        ),
    ),
    (
        Attribution(
            "leader", "vucic", "denies", span("he", TEXT.index("nobody,")), None, "Aleksandar Vucic",
            "pronoun", None, None, None, 0.71, 0.66, DENIES, 0.5, review=True,
        ),
    ),
    (
        Attribution("service", "svr", "confirms", span("The SVR"), span("claimed"), "SVR", "name", "he"),
        Attribution(
            "leader", "vucic", "none", span("he", TEXT.index("SVR,")), span("said"), mention="pronoun"
        ),
    ),
    (),
    (),
)  # fmt: skip


def labelled(article_id: str = "000-made", **changes: object) -> LabelledArticle:
    """The article under some id; `changes` are fields of `Article`."""
    article = Article(article_id, TEXT, "Serbia <arms> row", "Paper", None, "2023-04-13", "metadata")
    return LabelledArticle(
        article=dataclasses.replace(article, **changes),
        sentences=SENTENCES,
        attributions=ATTRIBUTIONS,
        nobody_confidence=(0.98765, 0.1, 0.2, 0.1, 0.9, 1.0),
        topic="serbia-arms",
        topic_sha256="ab" * 32,
        on_topic=True,
        model="sha256:" + "cd" * 32,
        review_nobody=(False, False, False, False, True, False),
    )
