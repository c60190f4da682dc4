"""A drawn sample on the desk: its sentences, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from stance.errors import UsageError
from stance.sample import Sample
from stance.web.desk import Place
from stance.web.sheets import Sheet

__all__ = ["articles_of", "queue_of"]


def articles_of(sample: Sample) -> frozenset[str]:
    """The ids of the articles that sentences were drawn from."""
    return frozenset(article for article, _, _ in sample.texts)


def queue_of(sample: Sample, sheets: Sequence[Sheet]) -> list[Place]:
    """The drawn sentences as places of the desk, in the order of the file.

    Raises:
        UsageError: one of them is in no article, or they were drawn under another topic.
    """
    known = {sheet.article.id: (number, sheet.article.text) for number, sheet in enumerate(sheets)}
    strange = [
        f"{name} {start}:{end}"
        for (name, start, end), text in sample.texts.items()
        if name not in known or known[name][1][start:end] != text
    ]
    if strange:
        raise UsageError(
            f"{len(strange)} of {len(sample.texts)} sentences of {sample.path} are in none of the articles "
            f"(such as {strange[0]}); name those that it was drawn from, as they were then"
        )
    if sample.topics != {sheet.topic.sha256 for sheet in sheets}:
        names = ", ".join(sorted({sheet.topic.name for sheet in sheets}))
        raise UsageError(
            f"{sample.path} was drawn under another topic than {names}: name the one that it was drawn with "
            "by --topic"
        )
    return [Place(known[name][0], start, end) for name, start, end in sample.texts]
