"""Turns of phrase that tell what a speaker does to an allegation, and the detail of it.

A table of general English: how officials, firms and documents assert, concede, deny, stop,
leave open, refuse to comment, disclaim and promise to look into a thing. The patterns are
features of the stance head, and name the `detail` of a stance that they agree with. None holds a
word of one topic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stance.labels import DETAIL_STANCES

__all__ = ["detail_of", "patterns_in", "places_of", "stance_told"]

_NOT = r"(?:not|n't|never|neither|nor)"
_BE = r"(?:is|are|was|were|be|been|'s|'re)"
_SAY = r"(?:comment|respond|reply|answer|react|return|say|speak|talk|discuss|elaborate|speculate|be drawn|go into|take questions)"
_GOODS = r"(?:arms|weapons?|weaponry|ammunition|munitions|shells?|rounds?|rockets?|missiles?|mines?|rifles?|cartridges|bullets?|grenades?|exports?|deliver\w*|shipments?|suppl\w+|sales?|transfers?|consignments?|licen[cs]es?|permits?|permissions?|contracts?)"
_MOVE = r"(?:sell\w*|sold|send\w*|sent|ship\w*|deliver\w*|suppl\w+|export\w*|provid\w+|arm(?:s|ed|ing)?|transfer\w*|giv\w+|gave|reach\w*|leave|left|go(?:es|ing|ne)?|went|approv\w+|issu\w+|grant\w*|authori[sz]\w+|sign\w*|license\w*|cross\w*|part)"

_TABLE: Final[tuple[tuple[str, str, str], ...]] = (
    # name, detail, pattern
    ("lie", "never", r"\b(?:lies?|falsehoods?|fabricat\w+|invention|invented|fake\w*|forger\w+|forged|hoax|fiction|fairy ?-?tales?|nonsense|rubbish|slanders?|smears?|insinuations?|disinformation|fantas\w+|propaganda|myths?|made up|concoct\w+)\b"),
    ("untrue", "never", rf"\b(?:untrue|false|baseless|groundless|unfounded|absurd|ridiculous|bogus|{_NOT} (?:\w+ )?(?:true|correct|so|the case|accurate|real)|no truth|nothing of the (?:sort|kind)|without (?:any )?(?:basis|foundation|substance)|no (?:basis|foundation|substance))\b"),
    ("deny", "never", r"\b(?:den(?:y|ies|ied|ying|ials?)|reject\w*|refut\w+|dismiss\w*|rebut\w*|repudiat\w+|disput\w+|contradict\w*|rubbish\w+|refus\w+ (?:the|some|all|any|these|those) (?:accus|alleg|claim|charge)\w*)\b"),
    ("has-not", "never", rf"\b(?:has|have|had|did|does|do|is|are|was|were|will|would) (?:also |ever |yet )?{_NOT} (?:\w+ ){{0,3}}{_MOVE}\b"),
    ("never", "never", rf"\bnever (?:\w+ ){{0,2}}{_MOVE}\b"),
    ("not-one", "never", rf"\b(?:not (?:a|one|a single)|no|nothing|none|zero|nil) (?:\w+ ){{0,3}}(?:{_GOODS}|{_MOVE})\b"),
    ("no-licence", "never", r"\bno (?:\w+ ){0,2}(?:licen[cs]es?|permits?|permissions?|approvals?|orders?|contracts?|deal|agreement|decision)\b"),
    ("nor-will", "never", r"\b(?:nor|and|neither) (?:will|would|has|did|does) (?:it|we|he|she|they|not|never)\b"),
    ("would-never", "never", r"\b(?:will|would|shall|can) never\b"),
    ("no-more", "no_longer", r"\b(?:no longer|no more|not any ?more|n't any ?more|not any longer|anymore)\b"),
    ("halt", "no_longer", rf"\b(?:stop(?:s|ped|ping)?|halt\w*|suspend\w*|suspension|froz\w+|freez\w+|ceas\w+|bann\w*|ban|moratorium|revok\w+|cancel\w+|cut off|put an end|put a stop|called off|withdr[ae]w\w*) (?:\w+ ){{0,5}}{_GOODS}"),
    ("stopped", "no_longer", rf"\b{_GOODS} (?:\w+ ){{0,4}}(?:stopped|halted|suspended|frozen|banned|cancelled|canceled|ceased|ended|revoked|on hold)\b"),
    ("only-ours", "no_longer", r"\b(?:only|solely|exclusively|nowhere but) (?:go )?(?:to |into |in |for )(?:our|its|their|his|the country's|state|domestic|national|home|military|army)\b"),
    ("until-further", "no_longer", r"\b(?:until further notice|for (?:a while|now|the time being|the moment)|from (?:now on|today|this day)|with immediate effect|as of (?:today|now))\b"),
    ("not-directly", "not_directly", r"\b(?:not|n't|never|no|neither) (?:\w+ ){0,6}direct(?:ly)?\b|\bdirectly to either\b|\bdirect (?:exports?|sales?|deliver\w+)\b"),
    ("if", "possible", r"\b(?:if (?:\w+ ){0,5}(?:true|accurate|correct|genuine|authentic|confirmed|right|real|holds?|proves?|happened)|if that is so|if so|unless)\b"),
    ("may", "possible", r"\b(?:may|might|could)(?: well| also| yet| still| indeed)? (?:have|be|end|reach|go|wind|find|turn|come|has|pass|well)\b"),
    ("possible", "possible", rf"\b(?:possib\w+|conceivabl\w+|plausibl\w+|perhaps|maybe|probabl\w+|likely|cannot be (?:ruled out|excluded)|can ?(?:not|n't) (?:rule out|exclude)|can happen|no(?:t| one)? (?:\w+ )?exclud\w+|not impossible|{_NOT} rule\w* out)\b"),
    ("doubt", "possible", rf"\b(?:unclear|uncertain|unknown|unverified|unconfirmed|unproven|unproved|inconclusive|ambiguous|open question|remains? open|leave\w* open|left open|no doubt that (?:\w+ ){{1,3}}can|doubt\w*|{_NOT} (?:yet )?(?:prove\w*|proof|certain|sure|clear|evidence|conclusive|established)|does not prove|no proof|no evidence|jury is out|too early|low confidence|moderate confidence|single source)\b"),
    ("verify", "possible", rf"\b(?:{_NOT}|unable to|un-?able|could not|cannot|can ?not|without) (?:\w+ ){{0,3}}(?:verif\w+|confirm\w*|authenticat\w+|corroborat\w+|establish\w*|be confirmed|determine\w*)\b|\bneither confirm\w* nor den\w+\b"),
    ("do-not-know", "possible", rf"\b(?:do|does|did|could|would) {_NOT} (?:\w+ ){{0,1}}(?:know|recall|remember)\b|\bno (?:knowledge|information|idea|way of knowing)\b|\bcannot (?:say|tell|know)\b|\bhad not seen\b|\bhas not seen\b|\bhave not seen\b"),
    ("aware-may", "possible", r"\baware (?:of (?:the |a |these |such )?(?:report|possibilit|claim|alleg|accus|risk|media)\w*|that (?:\w+ ){1,6}(?:may|might|could))\b"),
    ("partial", "partial", r"\b(?:some|part|parts|half|certain|most|several|many) of (?:it|the|these|those|this|that|what|them)\b|\bpart(?:ly|ially)\b|\bnot (?:all|every|everything|entirely|quite|exactly|wholly|fully)\b"),
    ("no-comment", "no_comment", rf"\b(?:{_NOT} (?:\w+ ){{0,3}}(?:{_SAY}\w*|commented|responded|replied|answered|reacted|available|reach\w*)|declin\w+ (?:to|a|any|all|further|comment)|refus\w+ to {_SAY}|refus\w+ (?:to confirm|comment)|no (?:\w+ ){{0,1}}(?:comment|response|reply|answer|reaction|statement)|went unanswered|unanswered|without (?:comment|reply|response|answer)|would {_NOT} (?:be drawn|say|confirm|speculate|comment|discuss)|silent|silence|unavailable for|avoid\w* (?:answer\w*|comment\w*|the question)|sidestep\w*|dodg\w+)\b"),
    ("not-my-job", "disclaims", rf"\b(?:{_NOT}|no) (?:\w+ ){{0,3}}(?:job|business|responsib\w+|concern|task|duty|control|influence|fault|problem|affair|say over|power over|jurisdiction)\b|\b(?:beyond|outside|out of) (?:\w+ ){{0,2}}(?:control|reach|hands|power)\b"),
    ("trace", "disclaims", r"\b(?:where (?:\w+ ){0,6}(?:end up|ends up|ended up|go|goes|went|wind up|land|lands|travel|is used|are used)|what (?:\w+ ){0,4}(?:buyers?|customers?|clients?|others?|third) (?:\w+ ){0,3}(?:do|does|did|with)|track (?:\w+ ){0,3}(?:every|each|where|what|all)|follow every|resell|resold|re-?export\w*|third (?:part|countr)\w+|sold on|passed on|legal\w*|lawful\w*|within the law|in line with|in accordance with|valid (?:licen|end)\w+)\b"),
    ("inquire", "inquires", r"\b(?:investigat\w+|prob(?:e|es|ed|ing)|look(?:s|ed|ing)? into|inquir\w+|enquir\w+|inspect\w*|check(?:s|ed|ing)?|examin\w+|review\w*|verify|clarif\w+|working group|joint (?:commission|group|inquiry|team)|explanations?|explain|establish the facts|get to the bottom|ask(?:s|ed|ing)? (?:\w+ ){0,3}(?:to explain|for|about|whether|how|why|what)|demand\w* (?:\w+ ){0,2}(?:explan|answer|clarif)\w*|want\w* to know|audit\w*)\b"),
    ("question", "inquires", r"\?"),
    ("concede", "concedes", r"\b(?:admit\w*|acknowledg\w+|conced\w+|confess\w*|confirm\w*|grant(?:s|ed)? that|recogni[sz]\w+|owned up|did not (?:deny|dispute|contest|hide)|does not (?:deny|dispute|contest|hide)|made no secret|no secret|of course we|yes,|it is true|is a fact|no intention of (?:stopp|prevent|end|halt|ban)\w+|(?:un)?willing to (?:stop|continue)|indeed)\b"),
    ("concede-but", "concedes", r"\b(?:admit\w*|acknowledg\w+|conced\w+|confirm\w*) (?:.{5,80}) (?:but|though|while|although|insist\w*|yet)\b"),
    ("pledge", "asserts", r"\b(?:pledg\w+|commit(?:s|ted|ment|ting)? (?:to|itself)|promis\w+ (?:to|weapons|arms)|agreed to (?:supply|send|deliver|sell|provide|ship|arm)|(?:political )?will and|capabilit\w+ and|has the (?:will|capability|capacity)|had the (?:will|capability|capacity)|will(?:ing|ingness)? to (?:supply|provide|send|sell|deliver|arm))\b"),
    ("accuse", "asserts", r"\b(?:accus\w+|alleg(?:e|es|ed|ing)|blam\w+|charg(?:es|ed|ing) (?:that|with)|denounc\w+|stab in the back|behind (?:\w+ ){1,2}back|betray\w*|secret\w* (?:suppl|arm|ship|sell|sold|sent)\w*|covert\w*|clandestin\w*|profit\w*|making money|under (?:the )?cover|under the guise|fig leaf|smuggl\w+)\b"),
    ("has-sent", "asserts", rf"\b(?:has|have|had|is|are|was|were) (?:also |already |been |being |indirectly |quietly |secretly |regularly |continuously |now ){{0,3}}(?:sent|sending|shipped|shipping|delivered|delivering|supplied|supplying|sold|selling|exported|exporting|provided|providing|transferred|arming|armed|reached|reaching|moved|flown|channelled|channeled|routed)\b"),
    ("continues", "asserts", rf"\b(?:continu\w+|keeps?|kept|still) (?:\w+ ){{0,3}}(?:{_GOODS}|{_MOVE})\b"),
    ("shows", "asserts", r"\b(?:show(?:s|ed|n|ing)?|list(?:s|ed|ing)?|detail(?:s|ed|ing)?|record(?:s|ed)?|reveal\w*|document(?:s|ed)|expos\w+|prov(?:es|ed|en)|testif\w+|leaves? no doubt|evidence (?:of|that)|proof (?:of|that))\b"),
    ("end-user", "asserts", r"\b(?:aware of the (?:true|real|final|actual)|knew (?:perfectly |very |full |exactly )?(?:well|where|who|what)|know (?:perfectly |very |full |exactly )?(?:well|where|who)|end[ -]users?)\b"),
    ("address", "other_part", r"\b(?:address(?:es|ed|ing)?|respond\w* to|spoke (?:about|of)|speak\w* (?:about|of)|comment(?:s|ed|ing)? on|discuss\w*|deal(?:s|t)? with|refer(?:s|red|ring)? to|turned to|the (?:issue|matter|topic|subject|question) of)\b"),
)  # fmt: skip

_COMPILED = tuple((name, detail, re.compile(pattern)) for name, detail, pattern in _TABLE)

_ORDER = (
    "no_comment", "not_directly", "no_longer", "never", "disclaims", "inquires", "partial", "possible", "concedes",
    "asserts", "other_part", "off_topic",
)  # fmt: skip
"""Which detail wins where several agree with the stance: the narrower first."""


def patterns_in(text: str) -> Iterator[str]:
    """The names of the patterns that a folded stretch of text holds."""
    return (name for name, _, pattern in _COMPILED if pattern.search(text))


def detail_of(text: str, stance: str, on_topic: bool) -> str | None:
    """The detail that the words of a folded stretch tell of a stance, else None.

    `on_topic` is whether the sentence holds a term of the topic: a source that takes no position
    speaks of another part of the story, or of something else.
    """
    if stance == "none":
        return "other_part" if on_topic else "off_topic"
    told = {detail for _, detail, pattern in _COMPILED if pattern.search(text)}
    fitting = [detail for detail in _ORDER if detail in told and DETAIL_STANCES[detail] == stance]
    return fitting[0] if fitting else None


def places_of(text: str, stance: str) -> tuple[int, int] | None:
    """Where the words stand that tell a stance: offsets of the narrowest detail's first match, else None."""
    hits = [
        (_ORDER.index(detail), match.start(), match.end())
        for _, detail, pattern in _COMPILED
        if DETAIL_STANCES[detail] == stance and (match := pattern.search(text))
    ]
    return min(hits)[1:] if hits else None


def stance_told(text: str) -> str:
    """The stance that the narrowest pattern in a folded text tells; `none` where none does."""
    told = {detail for _, detail, pattern in _COMPILED if pattern.search(text)}
    return next((DETAIL_STANCES[detail] for detail in _ORDER if detail in told), "none")
