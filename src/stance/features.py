"""Candidates and what the classifiers see of them: names of features, in blocks.

Four questions are asked of a sentence, each by a head of the model:

`source`    does this mention name the source of what the sentence states?
`role`      which role does that source play?
`running`   does a source from another sentence go on speaking here?
`stance`    what does the source do to the allegation?

A feature is a string `block:name`; its value is one. Names of people and parties drop out (they
become their roles), so that a model trained on invented states reads the real ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from stance.lexicon import FIRST_PERSON, PRONOUNS, STANCE_CUES, STOPS, TITLES, cue_of, noun_of
from stance.mentions import Mention, ReadArticle, ReadSentence
from stance.patterns import patterns_in, stance_told

__all__ = [
    "BLOCKS",
    "Dossier",
    "Turn",
    "Voice",
    "key_of",
    "role_features",
    "running_features",
    "scope_of",
    "source_features",
    "stance_features",
]

BLOCKS = ("structure", "lexical", "cues", "patterns", "discourse")
"""The blocks of features; each is a prefix of the features' names."""

_QUOTE_MARKS = frozenset("\"“”„«»‘’'")
_CLASS_OF = {
    word: tuple(k for k, words in STANCE_CUES.items() if word in words)
    for words in STANCE_CUES.values()
    for word in words
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A source that spoke earlier in the article (or later in the same quotation)."""

    sentence: int
    paragraph: int
    role: str
    key: str
    human: bool
    quotation: int | None
    explicit: bool
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is asked about in a sentence: a mention in it, or a turn that runs on into it."""

    mention: Mention | None
    role: str
    others: tuple[Mention, ...] = ()


@dataclass
class Dossier:
    """What the article says of each named source: its fullest name, the nouns in and behind its names."""

    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, article: ReadArticle) -> Dossier:
        """Collect over all sentences of an article."""
        dossier = cls()
        for sentence in article.sentences:
            for mention in sentence.mentions:
                if mention.kind == "name":
                    name = _bare_name(sentence, mention)
                    if len(name.split()) > len(dossier.names.get(key_of(sentence, mention), "").split()):
                        dossier.names[key_of(sentence, mention)] = name
                    counts = dossier.kinds.setdefault(key_of(sentence, mention), Counter())
                    described = tuple(_described(sentence, mention))
                    counts.update(kind for word in described for kind in noun_of(word))
                    words = dossier.words.setdefault(key_of(sentence, mention), set())
                    words.update(word for word in described if word not in STOPS)
        return dossier

    def name_of(self, article: ReadArticle, at: int, mention: Mention, role: str) -> str | None:
        """The name by which a mention's source was introduced; a description's own words where it has none."""
        sentence = article.sentences[at]
        if mention.match == "metonym" or (mention.party and role in _SINGLE):
            named = (
                speaker.name for speaker in article.topic.speakers if speaker.role == role and speaker.name
            )
            return next(named, None)
        known = self.names.get(key_of(sentence, mention))
        if known:
            return known
        if mention.speaker is not None:
            return article.topic.speakers[mention.speaker].name
        words = sentence.words[mention.first : mention.last]
        return " ".join(
            words[1:] if sentence.folded[mention.first] in ("the", "a", "an") and len(words) > 1 else words
        )


_SINGLE = ("leader", "service", "document")


def _bare_name(sentence: ReadSentence, mention: Mention) -> str:
    """A name without the title, office or trade before it: `Ludo Hess` of "Defence Minister Ludo Hess"."""
    first = mention.first
    for at in range(mention.first, mention.last - 1):
        if (
            sentence.folded[at] in TITLES
            or noun_of(sentence.folded[at])
            or not sentence.words[at][0].isupper()
        ):
            first = at + 1
    text = sentence.sentence.text
    return text[
        sentence.starts[first] - sentence.sentence.start : sentence.ends[mention.last - 1]
        - sentence.sentence.start
    ]


def key_of(sentence: ReadSentence, mention: Mention) -> str:
    """What two mentions of one source have in common: the cast's entry, or the head word."""
    if mention.speaker is not None and mention.match != "metonym":
        return f"#{mention.speaker}"
    return sentence.folded[mention.head]


def _described(sentence: ReadSentence, mention: Mention) -> Iterator[str]:
    """The words of a mention's phrase and of the apposition behind it."""
    yield from sentence.folded[mention.first : mention.last]
    after = mention.last
    words = sentence.folded
    if after < len(words) and words[after] in (",", "(", "of", "from", "at", "with", "for", "by", "who", "-"):
        for at in range(after + 1, min(len(words), after + 12)):
            if words[at] in (",", ";", ")", ".") or (
                cue_of(words[at]) and at > after + 1 and not noun_of(words[at])
            ):
                break
            yield words[at]


def _kind(article: ReadArticle, sentence: ReadSentence, mention: Mention) -> str:
    """A mention's kind as the heads see it: the cast's role, the party, the pronoun, or the noun's kinds."""
    if mention.speaker is not None:
        role = article.topic.speakers[mention.speaker].role
        return f"{role}/{mention.match}"
    if mention.party:
        return f"party/{mention.party}"
    if mention.kind == "pronoun":
        return PRONOUNS[sentence.folded[mention.head]]
    kinds = noun_of(sentence.folded[mention.head])
    return (
        "+".join(kinds)
        if kinds and mention.kind == "noun"
        else f"{mention.kind}{'/' + kinds[0] if kinds else ''}"
    )


def _near(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else "^" if at < 0 else "$"


def _cue_after(sentence: ReadSentence, mention: Mention) -> tuple[str, str, int, int]:
    """The first cue behind a mention: word, class, words between, mentions between."""
    between = 0
    heads = {m.head for m in sentence.mentions}
    for at in range(mention.last, min(len(sentence.words), mention.last + 24)):
        kind = cue_of(sentence.folded[at])
        if kind and sentence.quoted[at] == sentence.quoted[mention.head]:
            return sentence.folded[at], kind, at - mention.last, between
        between += at in heads
    return "", "", 99, between


_AUXILIARIES = frozenset(
    """has have had was were is are be been being did does do will would can could may might should must not n't also
    again still now then later once already since never ever only just even repeatedly consistently publicly recently
    long often earlier yesterday thus itself himself herself themselves""".split()
)


def _predicate(words: Sequence[str], at: int) -> str:
    """The first word behind a mention that is no auxiliary and no adverb; `$` where the clause ends."""
    for word in words[at : at + 8]:
        if word not in _AUXILIARIES and not word.endswith("ly"):
            return word if word[0].isalpha() else "$"
    return "$"


def _cue_before(sentence: ReadSentence, mention: Mention) -> tuple[str, str, int, int]:
    between = 0
    heads = {m.head for m in sentence.mentions}
    for at in range(mention.first - 1, max(-1, mention.first - 12), -1):
        kind = cue_of(sentence.folded[at])
        if kind and sentence.quoted[at] == sentence.quoted[mention.head]:
            return sentence.folded[at], kind, mention.first - 1 - at, between
        between += at in heads
    return "", "", 99, between


def _bin(number: int) -> str:
    return str(number) if number < 3 else "3-4" if number < 5 else "5-8" if number < 9 else "9+"


def source_features(article: ReadArticle, at: int, mention: Mention) -> Iterator[str]:
    """Does this mention name the source? Where it stands, between which words, to which cue."""
    sentence = article.sentences[at]
    words, kind = sentence.folded, _kind(article, sentence, mention)
    before, after = _near(words, mention.first - 1), _near(words, mention.last)
    before2, after2 = _near(words, mention.first - 2), _near(words, mention.last + 1)
    quoted = sentence.quoted[mention.head]
    yield from (
        f"structure:kind={kind}",
        f"structure:quoted={quoted}",
        f"structure:kind={kind}&quoted={quoted}",
    )
    yield f"structure:first={mention is sentence.mentions[0]}"
    yield f"structure:begins={mention.first == 0}&{kind}"
    yield f"structure:count={_bin(len(sentence.mentions))}"
    yield f"structure:share={round(sentence.quoted_share * 4)}"
    yield f"structure:inside={sentence.opens_inside}{sentence.ends_inside}&quoted={quoted}"
    yield from (f"lexical:before={before}", f"lexical:after={after}", f"lexical:before2={before2} {before}")
    yield from (
        f"lexical:after2={after} {after2}",
        f"lexical:around={before}|{after}",
        f"lexical:head={words[mention.head]}",
    )
    yield from (
        f"lexical:kind={kind}&before={before}",
        f"lexical:kind={kind}&after={after}",
        f"lexical:then={after2}",
    )
    for name, (word, cue, gap, between) in (
        ("cue", _cue_after(sentence, mention)),
        ("precue", _cue_before(sentence, mention)),
    ):
        yield f"cues:{name}={cue}&gap={_bin(gap)}&between={min(between, 2)}"
        yield f"cues:{name}={cue}&near={gap < 2}&kind={kind}"
        yield f"cues:{name}={cue}&between={min(between, 2)}"
        yield f"cues:{name}={word}&near={gap < 3}"
    owned = _owned(sentence, mention)
    yield from (f"cues:owns={noun}" for noun in owned)
    yield from (f"cues:owns={noun}&kind={kind}" for noun in owned)
    yield from _clause(sentence, mention, kind)
    if before == "of":
        yield from (f"cues:of={noun}&kind={kind}" for noun in noun_of(before2) or ("-",))
    yield from (
        f"lexical:ahead={word}" for word in set(words[mention.last : mention.last + 7]) if word.isalpha()
    )
    yield from (
        f"lexical:behind={word}"
        for word in set(words[max(0, mention.first - 5) : mention.first])
        if word.isalpha()
    )
    predicate = _predicate(words, mention.last)
    yield from (
        f"lexical:predicate={predicate}",
        f"lexical:predicate={predicate}&kind={kind}",
        f"lexical:predicate~{predicate[:5]}",
    )
    yield f"structure:verbal={predicate.endswith(('ed', 's'))}&kind={kind}"
    outer = sum(1 for w, q in zip(words, sentence.quoted, strict=True) if not q and cue_of(w))
    yield f"cues:outer={_bin(outer)}"
    yield f"structure:closes={before in _QUOTE_MARKS or (before == ',' and before2 in _QUOTE_MARKS) or before2 in _QUOTE_MARKS}"
    yield f"structure:question={words[-1] == '?'}&quoted={quoted}"


_POSSESSIVES = frozenset("his her their its whose".split())


def _owned(sentence: ReadSentence, mention: Mention) -> tuple[str, ...]:
    """The kinds of what belongs to a mention ("his office", "Moscow's accusations"); empty where it owns nothing."""
    words = sentence.folded
    if _near(words, mention.last) not in ("'s", "'") and words[mention.head] not in _POSSESSIVES:
        return ()
    return next((kinds for word in words[mention.last : mention.last + 5] if (kinds := noun_of(word))), ("-",))


def _clause(sentence: ReadSentence, mention: Mention, kind: str) -> Iterator[str]:
    """Whether a mention is the subject of the outer clause: what stands before it, what comes behind an apposition."""
    words, quoted = sentence.folded, sentence.quoted[mention.head]
    earlier = [m for m in sentence.mentions if m.last <= mention.first and sentence.quoted[m.head] == quoted]
    covered = "no"
    for other in earlier:
        word, cue, gap, _ = _cue_after(sentence, other)
        if gap < 3 and other.last + gap < mention.first:
            covered = "near" if mention.first - other.last - gap < 3 else "far"
    yield f"structure:covered={covered}&kind={kind}"
    yield f"structure:covered={covered}&quoted={quoted}"
    verb = _near(words, mention.last)
    verbal = "aux" if verb in _AUXILIARIES else "ed" if verb.endswith("ed") else cue_of(verb) or "-"
    yield f"structure:before={cue_of(_near(words, mention.first - 1)) or '-'}&verb={verbal}"
    yield f"lexical:before={_near(words, mention.first - 1)}&verb={verbal}"
    yield f"structure:earlier={min(len(earlier), 3)}&verb={verbal}"
    if verb == ",":
        close = next((at for at in range(mention.last + 1, min(len(words), mention.last + 18)) if words[at] == ","), None)
        if close is not None:
            predicate = _predicate(words, close + 1)
            yield f"lexical:apposed={predicate}"
            yield f"cues:apposed={cue_of(predicate) or '-'}&kind={kind}"


def role_features(
    article: ReadArticle, at: int, mention: Mention, dossier: Dossier, turns: Sequence[Turn]
) -> Iterator[str]:
    """Which role does the source play? Its words, what the article says of it, who spoke before."""
    sentence = article.sentences[at]
    kind, words = _kind(article, sentence, mention), sentence.folded
    yield f"structure:kind={kind}"
    yield from (f"lexical:word={word}" for word in words[mention.first : mention.last] if word[0].isalpha())
    described = [noun for word in _described(sentence, mention) for noun in noun_of(word)]
    yield from (f"structure:described={noun}" for noun in set(described))
    key = key_of(sentence, mention)
    known = dossier.kinds.get(key, Counter()) if mention.kind == "name" else Counter()
    yield from (f"structure:known={noun}" for noun in known)
    yield from (f"lexical:described={word}" for word in set(_described(sentence, mention)) if word.isalpha())
    if mention.kind == "name":
        yield from (f"lexical:known={word}" for word in dossier.words.get(key, ()) if word.isalpha())
    elif mention.kind == "noun":
        meant = next((turn for turn in reversed(turns) if words[mention.head] in dossier.words.get(turn.key, ())), None)
        yield f"discourse:meant={meant.role if meant else '-'}"
    yield from (f"structure:owns={noun}" for noun in _owned(sentence, mention))
    if words[mention.first] in _POSSESSIVES or "'s" in words[mention.first : mention.last]:
        yield f"structure:possessed&{'+'.join(noun_of(words[mention.head])) or '-'}"
    pronoun = mention.kind == "pronoun"
    definite = words[mention.first] in ("the", "this", "that", "his", "her", "its")
    reference = f"{kind}" if pronoun else f"{kind}&definite" if definite else "other"
    last = turns[-1] if turns else None
    yield f"discourse:last={last.role if last else '-'}&{reference}"
    people = next((turn for turn in reversed(turns) if turn.human), None)
    things = next((turn for turn in reversed(turns) if not turn.human), None)
    chosen = people if kind in ("he", "she", "who") else things if kind == "it" else last
    gap = _bin(min(sentence.sentence.index - chosen.sentence, 9)) if chosen else "-"
    yield f"discourse:antecedent={chosen.role if chosen else '-'}&{reference}"
    yield f"discourse:antecedent={chosen.role if chosen else '-'}&{reference}&gap={gap}"
    yield from _recent(article, at, mention, reference)
    same = next((turn for turn in reversed(turns) if turn.key == key), None)
    if same and not pronoun:
        yield f"discourse:same={same.role}"
    spoke = {turn.role for turn in turns}
    yield from (f"discourse:spoke={role}&{reference}" for role in spoke)
    cast = {
        article.topic.speakers[m.speaker].role
        for m in sentence.mentions
        if m.speaker is not None and m is not mention
    }
    yield from (f"discourse:beside={role}&{reference}" for role in cast)
    word, cue, gap_after, _ = _cue_after(sentence, mention)
    yield f"cues:cue={cue}&near={gap_after < 2}"
    yield f"cues:cue={word}&{reference}"


def _recent(article: ReadArticle, at: int, mention: Mention, reference: str) -> Iterator[str]:
    """The last mentions before this one, in this sentence and the one before: what a pronoun could mean."""
    if reference == "other":
        return
    sentence = article.sentences[at]
    earlier = [(sentence, m) for m in sentence.mentions if m.last <= mention.first and m.kind != "pronoun"]
    if at:
        previous = article.sentences[at - 1]
        before = [(previous, m) for m in previous.mentions if m.kind != "pronoun"]
        if before:
            yield f"discourse:subject={_kind(article, *before[0])}&{reference}"
            roles = {article.topic.speakers[m.speaker].role for _, m in before if m.speaker is not None}
            yield f"discourse:previous={'+'.join(sorted(roles)) or '-'}&{reference}"
    if earlier:
        yield f"discourse:nearest={_kind(article, *earlier[-1])}&{reference}"


def running_features(article: ReadArticle, at: int, turn: Turn, link: str) -> Iterator[str]:
    """Does this turn run on into the sentence? `link` says how it was found: `block` or `previous`."""
    sentence = article.sentences[at]
    words = sentence.folded
    gap = sentence.sentence.index - turn.sentence
    same = turn.paragraph == sentence.sentence.paragraph
    share = round(sentence.quoted_share * 4)
    first = next((at for at, w in enumerate(words) if w[0].isalnum()), 0)
    starts = (
        "quote" if words[0] in _QUOTE_MARKS else "lower" if sentence.words[first][0].islower() else "plain"
    )
    base = f"{link}&inside={sentence.opens_inside}&ends={sentence.ends_inside}"
    yield f"structure:{base}"
    yield f"structure:{base}&share={share}"
    yield f"structure:link={link}&gap={_bin(abs(gap))}&same={same}"
    yield f"structure:share={share}&starts={starts}&gap={_bin(abs(gap))}&same={same}"
    yield f"structure:starts={starts}"
    yield f"discourse:role={turn.role}&starts={starts}&share={share}"
    yield f"discourse:role={turn.role}&gap={_bin(abs(gap))}"
    yield f"discourse:role={turn.role}&same={same}"
    yield f"discourse:wasexplicit={turn.explicit}"
    outer = [w for w, q in zip(words, sentence.quoted, strict=True) if not q]
    yield f"cues:outer={_bin(sum(1 for w in outer if cue_of(w)))}&share={share}"
    yield from (f"cues:outer={cue}" for cue in {cue_of(w) for w in outer if cue_of(w)})
    if first < len(words):
        yield f"lexical:first={words[first]}"
        yield f"lexical:first2={' '.join(words[first : first + 2])}"
        yield f"lexical:first3={' '.join(words[first : first + 3])}&role={turn.role}"
    yield f"lexical:person={bool(FIRST_PERSON & set(words))}&share={share}"
    yield f"lexical:person={bool(FIRST_PERSON & set(outer))}&role={turn.role}"
    yield f"lexical:last={words[-1]}"
    yield f"structure:list={article.sentences[at - 1].folded[-1] == ':' if at else False}"
    yield f"structure:mentions={_bin(len(sentence.mentions))}&role={turn.role}"
    yield from (f"lexical:word={w}" for w in set(outer) if w.isalpha())


def _masked(article: ReadArticle, sentence: ReadSentence, voice: Voice) -> list[str]:
    """The sentence's words with names replaced by what they are in the topic."""
    masked = list(sentence.folded)
    for mention in sentence.mentions:
        if mention.speaker is not None:
            name = (
                f"<{article.topic.speakers[mention.speaker].role}>"
                if mention.match != "metonym"
                else "<accuser>"
            )
        elif mention.party:
            name = f"<{mention.party}>"
        elif mention.kind == "name":
            name = "<name>"
        else:
            name = None
        if mention is voice.mention:
            name = "<source>"
        if name:
            for at in range(mention.first, mention.last):
                if masked[at] not in ("the", "a", "an"):
                    masked[at] = "" if at != mention.head else name
    return [("<num>" if word[0].isdigit() else word) if word else "" for word in masked]


def scope_of(sentence: ReadSentence, voice: Voice) -> tuple[int, int]:
    """The part of the sentence that belongs to this source, where several speak: up to the middle between them."""
    if voice.mention is None or not voice.others:
        return 0, len(sentence.words)
    head = voice.mention.head
    first = max((other.head for other in voice.others if other.head < head), default=None)
    last = min((other.first for other in voice.others if other.head > head), default=None)
    return (
        0 if first is None else _cut(sentence, first + 1, voice.mention.first),
        len(sentence.words) if last is None else _cut(sentence, voice.mention.last, last),
    )


def _cut(sentence: ReadSentence, first: int, last: int) -> int:
    """Where a clause ends between two sources: at the last comma, semicolon or conjunction, else before the second."""
    for at in range(last - 1, first - 1, -1):
        if sentence.folded[at] in (",", ";", "and", "but", "while", "whereas", "-", "—", "–"):
            return at
    return last


def stance_features(article: ReadArticle, at: int, voice: Voice) -> Iterator[str]:
    """What does the source do to the allegation? Words in its part of the sentence, cues, the topic's terms."""
    sentence = article.sentences[at]
    masked = _masked(article, sentence, voice)
    first, last = scope_of(sentence, voice)
    scoped = [word for word in masked[first:last] if word]
    yield from (f"lexical:{word}" for word in set(scoped))
    pairs = {f"{a} {b}" for a, b in zip(scoped, scoped[1:], strict=False)}
    yield from (f"lexical:{pair}" for pair in pairs)
    yield from {f"lexical:out={word}" for at_, word in enumerate(masked) if word and not first <= at_ < last}
    yield from _negated(scoped)
    classes = [kind for word in scoped for kind in _CLASS_OF.get(word, ())]
    counted = Counter(classes)
    yield from (f"cues:{kind}" for kind in counted)
    yield from (f"cues:{kind}=2+" for kind, count in counted.items() if count > 1)
    yield from (f"cues:{a}&{b}" for a in counted for b in counted if a < b)
    told = sorted(patterns_in(" ".join(sentence.folded[first:last])))
    yield from (f"patterns:{name}" for name in told)
    yield from (f"patterns:{name}&{voice.role}" for name in told)
    if at:
        before = " ".join(article.sentences[at - 1].folded)
        yield f"discourse:told={stance_told(before)}&running={voice.mention is None}"
    yield f"patterns:count={_bin(len(told))}"
    yield from {f"lexical:~{word[:5]}" for word in scoped if len(word) > 5}
    if voice.mention is not None:
        for name, (word, cue, gap, _) in (
            ("cue", _cue_after(sentence, voice.mention)),
            ("precue", _cue_before(sentence, voice.mention)),
        ):
            if gap < 6:
                yield from (f"cues:{name}={word}", f"cues:{name}class={cue}")
                negated = _near(sentence.folded, voice.mention.last + gap - 1) in ("not", "n't", "never")
                yield f"cues:{name}={word}&negated={negated}"
    saying = {cue_of(word) for word in scoped if cue_of(word)}
    yield from (f"cues:class={cue}" for cue in saying)
    yield from (f"cues:class={cue}&{kind}" for cue in saying for kind in counted)
    yield from _about(article, at, masked, scoped)
    yield f"structure:role={voice.role}"
    yield f"structure:running={voice.mention is None}"
    yield f"structure:share={round(sentence.quoted_share * 4)}"
    yield f"structure:question={sentence.folded[-1] == '?' or '?' in sentence.folded[-2:]}"
    yield f"structure:length={_bin(len(scoped) // 4)}"


def _negated(scoped: Sequence[str]) -> Iterator[str]:
    """The words in the reach of a negation: up to five behind it, within its clause."""
    seen = set()
    for at, word in enumerate(scoped):
        if word in STANCE_CUES["negation"]:
            for follower in scoped[at + 1 : at + 6]:
                if follower in (",", ";", ".", "but"):
                    break
                if follower not in seen:
                    seen.add(follower)
                    yield f"lexical:not {follower}"


def _about(article: ReadArticle, at: int, masked: Sequence[str], scoped: Sequence[str]) -> Iterator[str]:
    """Whether the sentence is on the allegation: the topic's terms and parties, here and just before."""
    here = _terms(article, at)
    before = bool(at) and _terms(article, at - 1)
    parties = [party for party in ("seller", "receiver", "accuser") if f"<{party}>" in scoped]
    yield f"discourse:terms={here}&before={before}"
    yield f"discourse:terms={here}&parties={'+'.join(parties)}"
    yield from (f"discourse:{party}" for party in parties)
    near = any(_terms(article, i) for i in range(max(0, at - 3), at))
    yield f"discourse:terms={here}&near={near}"
    yield f"discourse:receiver={'<receiver>' in masked}&terms={here}"


def _terms(article: ReadArticle, at: int) -> bool:
    words = article.sentences[at].folded
    return any(word in article.topic_terms for word in words)
