"""Other ways to the same labels, for their speed: each is made from labelled articles and reads sentences.

Two have random weights, as no trained ones can be had without a download: a zero-shot NLI cross-encoder
of the size of DeBERTa-v3-base, asked three hypotheses a sentence, and the small spaCy tagger and parser
under textacy's quotation extraction. Their speed is that of trained ones, what they say is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from stance.annotated import AnnotatedArticle
from stance.heldout import primary

__all__ = ["NLI", "PEERS"]

NLI = "zero-shot NLI, DeBERTa-v3-base's size"
HYPOTHESES = 3
HYPOTHESIS = 14
"""Pieces that a hypothesis and the marks around it add."""
BATCH = 8
"""Sentences of like length that the cross-encoder gets at once."""

Peer = Callable[[Sequence[str]], object]


def _tfidf(learnt: Sequence[AnnotatedArticle]) -> Peer:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pairs = [
        (sentence.text, " ".join(primary(gold)))
        for article in learnt
        for sentence, gold in zip(article.sentences, article.attributions, strict=True)
    ]
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=200))
    pipeline.fit(*zip(*pairs, strict=True))
    predict: Peer = pipeline.predict
    return predict


def _textacy(_learnt: Sequence[AnnotatedArticle]) -> Peer:
    import spacy
    from spacy.training import Example
    from textacy.extract.triples import direct_quotations

    nlp = spacy.blank("en")
    for name in ("tok2vec", "tagger", "parser"):
        nlp.add_pipe(name)
    given = {"words": ["He", "said", "so"], "tags": ["PRP", "VBD", "RB"], "heads": [1, 1, 1]}
    labels = ["nsubj", "ROOT", "advmod"]
    example = Example.from_dict(nlp.make_doc("He said so"), {**given, "deps": labels})
    nlp.initialize(lambda: [example])

    def read(texts: Sequence[str]) -> object:
        told = []
        for doc in nlp.pipe(texts):
            with suppress(ValueError):  # where a quotation mark has no partner
                told.append(list(direct_quotations(doc)))
        return told

    return read


def _nli(_learnt: Sequence[AnnotatedArticle]) -> Peer:
    import torch
    from transformers import DebertaV2Config, DebertaV2ForSequenceClassification

    torch.set_num_threads(1)
    shape: dict[str, Any] = {
        "vocab_size": 128_100,
        "relative_attention": True,
        "position_buckets": 256,
        "pos_att_type": ["p2c", "c2p"],
        "norm_rel_ebd": "layer_norm",
        "share_att_key": True,
        "position_biased_input": False,
        "type_vocab_size": 0,
        "num_labels": 3,
    }
    network = DebertaV2ForSequenceClassification(DebertaV2Config(**shape)).eval()
    random = np.random.default_rng(0)

    def read(texts: Sequence[str]) -> object:
        # Somewhat fewer words than pieces; which ones does not matter for the time.
        lengths = sorted(len(text.split()) + HYPOTHESIS for text in texts)
        told = []
        for at in range(0, len(lengths), BATCH):
            longest = lengths[at : at + BATCH]
            ids = random.integers(10, 128_000, (len(longest) * HYPOTHESES, longest[-1]))
            with torch.no_grad():
                told.append(network(torch.from_numpy(ids)).logits)
        return told

    return read


PEERS: Mapping[str, Callable[[Sequence[AnnotatedArticle]], Peer]] = {
    "TF-IDF + logistic regression": _tfidf,
    "textacy over a spaCy tagger and parser": _textacy,
    NLI: _nli,
}
