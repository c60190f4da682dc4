"""From a source that was heard to the attribution that is told: names, spans, details, dates."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping

from stance.lexicon import STOPS, TITLES, cue_of, noun_of
from stance.mentions import Mention
from stance.patterns import detail_of
from stance.phrases import phrase_of
from stance.reading import ReadArticle, ReadSentence
from stance.records import Span
from stance.turns import SINGLE_ROLES, Dossier, Voice, scope_of
from stance.voices import Heard

__all__ = ["cue_span", "detail", "holder_of", "mention_kind", "source_span", "statement_date", "via_of"]

_VERB_GROUP = frozenset(
    [
        *("has", "have", "had", "did", "does", "do", "was", "were", "is", "are", "be", "been"),
        *("not", "n't", "never", "also"),
    ]
)
"""Words before a verb that belong to it: "has never denied" is one cue."""

_LEAST_CUE = -4.0
"""Log-odds under which no word is a cue."""

_NEXT_CUE = -1.5
"""Log-odds over which a word next to the likeliest one belongs to the cue.

Chosen on one composed fold among -2 to 0.5 by the share of cues that overlap the gold by half.
"""

_OUTLET_VERBS = frozenset(["told", "telling", "tells"])
_INTERVIEWS = (
    "in an interview with",
    "in an interview for",
    "speaking to",
    "in an interview to",
    "interviewed by",
)


def mention_kind(article: ReadArticle, at: int, heard: Heard) -> str:
    """How the source stands in the sentence: one of `stance.labels.MENTIONS`."""
    mention, sentence = heard.voice.mention, article.sentences[at]
    if mention is None:
        return "running" if sentence.is_quoted else "implicit"
    if mention.kind == "pronoun":
        return "pronoun"
    if heard.role in SINGLE_ROLES and (mention.match == "metonym" or mention.party):
        return "metonymy"
    return "name" if mention.kind == "name" else "description"


def holder_of(article: ReadArticle, at: int, heard: Heard, dossier: Dossier) -> str | None:
    """The name by which the source was introduced, as far as the article tells."""
    mention = heard.voice.mention
    if mention is None or mention.kind == "pronoun":
        return heard.turn.holder
    return dossier.name_of(article, at, mention, heard.role)


def source_span(article: ReadArticle, at: int, voice: Voice) -> Span | None:
    """The words that name the source: its phrase, and that which stands beside it and says who it is."""
    if voice.mention is None:
        return None
    sentence = article.sentences[at]
    phrases = [phrase_of(sentence, each) for each in (voice.mention, voice.apposed) if each]
    first, last = min(start for start, _ in phrases), max(end for _, end in phrases)
    return sentence.sentence.span(sentence.starts[first], sentence.ends[last - 1])


def cue_span(article: ReadArticle, at: int, heard: Heard) -> Span | None:
    """The words that carry the stance, or else the attribution.

    By what the encoder tells of each word: the likeliest in the source's part of the sentence, with the
    likely ones next to it; None where no word is likely, or the article was not encoded. The encoder
    learnt what carries a stance; under an open topic, which has none, it is the verb of saying.
    """
    if article.topic.is_open:
        return _saying(article.sentences[at], heard.voice)
    if not article.encoded:
        return None
    sentence, voice = article.sentences[at], heard.voice
    first, last = scope_of(sentence, voice)
    own = range(voice.mention.first, voice.mention.last) if voice.mention else range(0)
    odds = {i: article.encoded[at].of_word(i, "cue") for i in range(first, last) if i not in own}
    near = voice.mention.head if voice.mention else first
    best = max(odds, key=lambda i: (odds[i], -abs(i - near)), default=None)
    if best is None or odds[best] < _LEAST_CUE:
        return None
    begin = end = best
    while odds.get(begin - 1, _LEAST_CUE) > _NEXT_CUE:
        begin -= 1
    while odds.get(end + 1, _LEAST_CUE) > _NEXT_CUE:
        end += 1
    while begin < best and not sentence.words[begin][0].isalnum():
        begin += 1
    while end > best and not sentence.words[end][0].isalnum():
        end -= 1
    return sentence.sentence.span(sentence.starts[begin], sentence.ends[end])


def _saying(sentence: ReadSentence, voice: Voice) -> Span | None:
    """The verb of saying next to the source, with its auxiliaries: outside the quotation marks first.

    Within them it belongs to what is said, and of a source that runs on it is none.
    """
    first, last = scope_of(sentence, voice)
    near = voice.mention.head if voice.mention else first
    named = {i for mention in sentence.mentions for i in range(mention.first, mention.last)}
    cues = [i for i in range(first, last) if cue_of(sentence.folded[i]) and i not in named]
    outside = [i for i in cues if not sentence.quoted[i]] or (cues if voice.mention else [])
    chosen = min(outside, key=lambda i: (abs(i - near), i), default=None)
    if chosen is None:
        return None
    begin = chosen
    while begin > first and sentence.folded[begin - 1] in _VERB_GROUP:
        begin -= 1
    end = chosen + 2 if sentence.folded[chosen : chosen + 2] == ("according", "to") else chosen + 1
    return sentence.sentence.span(sentence.starts[begin], sentence.ends[end - 1])


def detail(article: ReadArticle, at: int, voice: Voice, stance: str) -> str | None:
    """Which kind of the stance the words tell, else None."""
    sentence = article.sentences[at]
    first, last = scope_of(sentence, voice)
    on_topic = any(word in article.topic_terms for word in sentence.folded)
    return detail_of(" ".join(sentence.folded[first:last]), stance, on_topic)


def via_of(article: ReadArticle, at: int, mention: Mention | None) -> str | None:
    """Who relays the statement, if the sentence tells: whom the source told it, or who interviewed it."""
    sentence = article.sentences[at]
    words = sentence.folded
    for outlet in sentence.mentions:
        if outlet == mention or outlet.kind == "pronoun" or sentence.quoted[outlet.head]:
            continue
        before = words[max(0, outlet.first - 4) : outlet.first]
        told = (
            bool(before)
            and before[-1] in _OUTLET_VERBS
            and mention is not None
            and mention.last <= outlet.first
        )
        asked = " ".join(before).endswith(_INTERVIEWS)
        if (told or asked) and outlet.speaker is None and not _is_person(sentence, outlet):
            return _without_article(sentence, outlet)
    return None


def _is_person(sentence: ReadSentence, mention: Mention) -> bool:
    """Whether a mention names people, who relay nothing: "reporters", "President Hess"."""
    if mention.kind == "noun":
        return "body" not in noun_of(sentence.folded[mention.head])
    return any(word.rstrip(".") in TITLES for word in sentence.folded[mention.first : mention.head])


def _without_article(sentence: ReadSentence, mention: Mention) -> str:
    longer = mention.last - mention.first > 1
    return sentence.text(mention.first + (longer and sentence.folded[mention.first] in STOPS), mention.last)


_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEK = "|".join(_DAYS)
_DATE = re.compile(
    rf"\b(?:(?:on|dated|of)(?: the)?|(?:{_WEEK})(?: ,)?) "
    rf"(?:(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month1>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\.? (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)(?: ?,? (?P<year>(?:19|20)\d\d))?\b"
)
_ISO = re.compile(r"([1-9]\d{3})(?:-(\d\d))?(?:-(\d\d))?(?!\d)")
_WEEKDAY = re.compile(rf"\b(?:on|said|released|published|announced|told \w+|statement) (?P<day>{_WEEK})\b")


_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
            "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}  # fmt: skip
_AGO = re.compile(
    r"(?:(?:only|just|barely|about|some|less than|more than) )*"
    rf"(?:(?P<number>\d{{1,2}}|{'|'.join(_NUMBERS)})"
    r" (?P<unit>day|week|month|year)s? ago|last (?P<last>week|month|year))(?: ,)?"
)


def statement_date(article: ReadArticle, at: int, voice: Voice) -> str | None:
    """The date that the sentence itself gives to the statement, ISO 8601, else None.

    A date without a year, a weekday, or how long ago it was (where the sentence begins with that, and
    the source follows) counts back from the article's own date, and is None where that is unknown; the
    latter two where that is not told to the day. Words in quotation marks are not looked at.
    """
    sentence = article.sentences[at]
    first, last = scope_of(sentence, voice)
    text = " ".join(sentence.folded[i] for i in range(first, last) if not sentence.quoted[i])
    date = article.article.date or ""
    published = _last_day(date)
    found = _DATE.search(text)
    if found:
        return _dated(found.groupdict(), published)
    if published is None or not date[8:10].isdigit():
        return None
    if voice.mention and (ago := _AGO.fullmatch(" ".join(sentence.folded[: voice.mention.first]))):
        return _counted_back(ago.groupdict(), published)
    if weekday := _WEEKDAY.search(text):
        back = (published.weekday() - _DAYS.index(weekday["day"])) % 7
        return (published - datetime.timedelta(days=back)).isoformat()
    return None


def _counted_back(parts: Mapping[str, str | None], published: datetime.date) -> str:
    """The day, month or year that lies so long before the article's date; of a week its month."""
    unit, number = parts["last"] or parts["unit"], parts["number"] or "one"
    times = int(number) if number.isdigit() else _NUMBERS[number]
    if unit in ("day", "week"):
        day = published - datetime.timedelta(days=times * (7 if unit == "week" else 1))
        return day.isoformat()[: None if unit == "day" else len("2023-04")]
    year, month = divmod(published.year * 12 + published.month - 1 - times, 12)
    return f"{year:04}-{month + 1:02}" if unit == "month" else f"{published.year - times:04}"


def _dated(parts: Mapping[str, str | None], published: datetime.date | None) -> str | None:
    """A day and a month with the year told, else with the last one that is not after the article's."""
    month = _MONTHS[parts["month1"] or parts["month2"] or ""]
    day = int(parts["day1"] or parts["day2"] or 0)
    if parts["year"]:
        date = _date(int(parts["year"]), month, day)
        return date.isoformat() if date else None
    if published is None:
        return None
    dates = (_date(year, month, day) for year in (published.year, published.year - 1))
    return next((date.isoformat() for date in dates if date and date <= published), None)


def _last_day(date: str) -> datetime.date | None:
    """The article's date; of a month or a year its last day. None where it is no date."""
    told = _ISO.match(date)
    if told is None:
        return None
    year, month, day = (int(part or 0) for part in told.groups())
    try:
        return datetime.date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
