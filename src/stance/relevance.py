"""Is an article about the topic's allegation at all?"""

from __future__ import annotations

from dataclasses import dataclass

from stance.reading import ReadArticle

__all__ = ["SHORT", "Relevance", "relevance_of"]

SHORT = 8
"""Sentences under which a text is an excerpt, of which less can be asked."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """How many of the things that are asked of an article it holds."""

    met: int
    asked: int

    @property
    def on_topic(self) -> bool:
        """Whether the article is about the allegation."""
        return self.met >= self.asked

    @property
    def stanced(self) -> bool:
        """Whether its sources take a stance: it is on the topic, and that has an allegation."""
        return self.on_topic and self.asked > 0

    @property
    def is_close(self) -> bool:
        """Whether it is off the topic for want of a single thing, so that somebody should look."""
        return self.met == self.asked - 1


def relevance_of(article: ReadArticle) -> Relevance:
    """How near the article is to the topic: a term, and both sides of the allegation.

    The one side is the seller or the leader; the other is the receiver, the service or the
    document. A side that the topic file has no words for is not asked for. An excerpt needs two
    of the three: a term, the one side, the other. An open topic takes every article.
    """
    topic = article.topic
    if topic.is_open:
        return Relevance(0, 0)
    roles, parties, terms = set(), set(), 0
    for sentence in article.sentences:
        for mention in sentence.mentions:
            if mention.speaker is not None and mention.match != "metonym":
                roles.add(topic.speakers[mention.speaker].role)
            if mention.party:
                parties.add(mention.party)
        terms += any(word in article.topic_terms for word in sentence.folded)
    named = {speaker.role for speaker in topic.speakers if speaker.name or speaker.descriptions}
    known = {party for party, names in topic.parties.items() if names} | named
    sides = ({"seller", "leader"}, {"receiver", "service", "document"})
    met = [bool(side & (parties | roles)) or not side & known for side in sides]
    met.append(terms > 0 or not topic.terms)
    return Relevance(sum(met), 2 if len(article.sentences) < SHORT else 3)
