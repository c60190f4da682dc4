"""What a model must beat: a constant, a lexicon of cues, and TF-IDF with logistic regression.

Each is fitted on the same articles as the model of a fold, and answers with a sentence's primary
role and stance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from stance.examples import Prepared
from stance.heldout import primary
from stance.labels import NONE
from stance.lexicon import cue_of, noun_of
from stance.patterns import stance_told
from stance.reading import ReadArticle, ReadSentence
from stance.voices import role_of_cast

__all__ = ["BASELINES", "Answer"]

FEW = 5
"""Sentences under which there is nothing for TF-IDF to learn."""

_Pair = tuple[str, str]
Answer = Callable[[ReadArticle], list[_Pair]]
"""The primary role and stance of each sentence that is no furniture."""


def _golds(training: Sequence[Prepared]) -> list[tuple[str, _Pair]]:
    """The sentences to learn from, with their primary labels; a source's name is no part of the label."""
    return [
        (sentence.text, primary(attributions))
        for prepared in training
        for sentence, attributions in zip(
            prepared.annotated.sentences, prepared.annotated.attributions, strict=True
        )
        if not sentence.furniture and sentence.index not in prepared.annotated.open_sentences
    ]


def _constant(training: Sequence[Prepared]) -> Answer:
    counts = Counter(pair for _, pair in _golds(training))
    pair = max(counts, key=counts.__getitem__, default=(NONE, NONE))
    return lambda article: [pair] * len(article.sentences)


def _cues(_training: Sequence[Prepared]) -> Answer:
    return lambda article: [_by_cues(article, sentence) for sentence in article.sentences]


def _by_cues(article: ReadArticle, sentence: ReadSentence) -> _Pair:
    """The first known speaker, expert or body in a sentence that has a word of saying."""
    if not any(cue_of(word) for word in sentence.folded):
        return NONE, NONE
    for mention in sentence.mentions:
        kinds = noun_of(sentence.folded[mention.head])
        role = role_of_cast(article, mention) or (
            "analyst" if "analyst" in kinds else "other" if {"person", "body"} & set(kinds) else None
        )
        if role:
            return role, stance_told(" ".join(sentence.folded))
    return NONE, NONE


def _tfidf(training: Sequence[Prepared]) -> Answer:
    golds = _golds(training)
    texts = [text for text, _ in golds]
    if len(texts) < FEW or any(len({pair[part] for _, pair in golds}) < 2 for part in (0, 1)):
        return _constant(training)
    terms = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    try:
        weights = terms.fit_transform(texts)
    except ValueError:  # no term stands in two sentences
        return _constant(training)
    models = [
        LogisticRegression(C=10, solver="newton-cg").fit(weights, [pair[part] for _, pair in golds])
        for part in (0, 1)
    ]

    def answer(article: ReadArticle) -> list[_Pair]:
        sentences = [sentence.sentence.text for sentence in article.sentences]
        if not sentences:
            return []
        weighed = terms.transform(sentences)
        roles, stances = (model.predict(weighed) for model in models)
        return [
            (str(role), str(stance) if role != NONE else NONE)
            for role, stance in zip(roles, stances, strict=True)
        ]

    return answer


BASELINES: Mapping[str, Callable[[Sequence[Prepared]], Answer]] = {
    "constant": _constant,
    "cues": _cues,
    "tfidf": _tfidf,
}
"""How each baseline is fitted, by its name."""
