"""Is an article about the topic's allegation at all?"""

from __future__ import annotations

from stance.reading import ReadArticle

__all__ = ["SHORT", "is_on_topic"]

SHORT = 8
"""Sentences under which a text is an excerpt, of which less can be asked."""


def is_on_topic(article: ReadArticle) -> bool:
    """Whether the article holds a term of the topic and names both sides of the allegation.

    The one side is the seller or the leader; the other is the receiver, the service or the
    document. A side that the topic file has no words for is not asked for. An excerpt needs two
    of the three: a term, the one side, the other. An open topic takes every article.
    """
    topic = article.topic
    if topic.is_open:
        return True
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
    return sum(met) >= (2 if len(article.sentences) < SHORT else 3)
