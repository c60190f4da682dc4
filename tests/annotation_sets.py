"""Random sets of annotations that are as awkward as annotations may be, from a seed.

Texts with emoji beyond the BMP, combining marks, tabs, line ends of every kind and the signs that
formats reserve; sentences with several attributions on one source or cue, with none, furniture;
several annotators; topics of one's own with labels that look like a format's words.
"""

from __future__ import annotations

import random
import unicodedata

from stance.annotated import AnnotatedArticle, rebuilt_text
from stance.labels import NONE, STANCES
from stance.records import Article, Attribution, Sentence
from stance.topic import Topic, load_topic, parse_topic

__all__ = ["annotation_set"]

WORDS = (
    *(
        "Vučić",
        "said",
        "the",
        "SVR",
        "denied",
        "a",
        "lie",
        "arms",
        "he",
        "122mm-Grad",
        "U.S.",
        "“We",
        "sent”",
    ),
    *(
        "😀",
        "👩🏽‍🚒",
        "🇷🇸",
        "𝒳𝒴",
        "x̂y̌",
        "e\u0323\u0308",
        "שלום",
        "оружие",
        "ﷺ",
        "\u200b",
        "\ufeff",
        "-DOCSTART-",
    ),
    *(
        "\\",
        "\\n",
        "->",
        "|",
        "_",
        "*",
        "[1]",
        ";",
        "#",
        "# text = x",
        '"',
        "'",
        ",",
        "=",
        "%41",
        "B-cue",
        "&amp;",
    ),
    *("_start", "T1", "O", "{}", "\\\\", "[", "]", "<b>", "@x", "+1", "\x07", "/"),
)
SPACES = (" ", " ", " ", " ", "  ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u2028", "\x85", "\x0c", "", "")
GAPS = (" ", " ", "\n", "\n\n", "\n• ", "\t", "\r\n\r\n", " ” ", "", "\n\n\n", "…\n", "\u2029")
LABELS = (
    "leader",
    "Cue",
    "Sentence",
    "furniture man",
    "a/b",
    "x/denies",
    "cue",
    "new_label",
    "ü:|[1]",
    "unnamed",
    "%43ue",
)
NAMES = (
    "ada",
    "ben o'neil",
    "",
    "注释员",
    "x_y*[2]|;",
    "tab\there",
    "line\nend",
    "back\\slash",
    "adjudicated",
)
IDS = (
    "000-leaked",
    "a/b",
    "id with spaces",
    "ünïcode-😀",
    "articles",
    "..",
    "x" * 300,
    "a%2Fb",
    "#7",
    "CON",
    "a.b.txt",
)


def annotation_set(seed: int) -> list[AnnotatedArticle]:
    """One to four articles, equal for equal seeds; every one is as `read_annotations` would give it."""
    chance = random.Random(seed)
    topics = [load_topic("serbia-arms"), _topic(chance)]
    ids = chance.sample(IDS, chance.randint(1, 4))
    return [_article(chance, name, chance.choice(topics)) for name in ids]


def _topic(chance: random.Random) -> Topic:
    labels = chance.sample(LABELS, chance.randint(1, 5))
    speakers = "".join(
        f"[[speakers]]\nlabel = '{label}'\nrole = '{chance.choice(('leader', 'service', 'analyst'))}'\n"
        for label in labels
    )
    return parse_topic(f"schema = 1\nname = 'my-topic'\nallegation = 'It — 😀.'\n{speakers}", "random")


def _article(chance: random.Random, name: str, topic: Topic) -> AnnotatedArticle:
    text, sentences = _text(chance)
    marked = [() if s.furniture else _attributions(chance, s, topic) for s in sentences]
    is_alone = chance.random() < 0.5 and rebuilt_text(sentences) == text
    source = chance.choice((None, "metadata", "text", "filename"))
    facts = (
        chance.choice((None, 'A “title”, "quoted"', "# x = y\tz", "😀")),
        chance.choice((None, "Outlet|1")),
    )
    return AnnotatedArticle(
        article=Article(
            name,
            text,
            *facts,
            date=chance.choice((None, "2023", "2023-04", "2023-04-13")),
            date_source=source,
        ),
        topic=topic,
        sentences=sentences,
        attributions=tuple(marked),
        annotators=tuple(own[0].labelled_by if own else chance.choice(NAMES) for own in marked),
        topic_path=topic.name if topic.name == "serbia-arms" else "topics/my-topic.toml",
        file="" if is_alone else f"seeds/{len(name)}-{sum(map(ord, name))}.txt",
    )


def _text(chance: random.Random) -> tuple[str, tuple[Sentence, ...]]:
    """A text in NFC and its sentences; every word is in one of them."""
    plain = chance.random() < 0.4  # of the kind that its sentences alone give back
    text = "" if plain else chance.choice(("", "", "\n", "• ", "\ufeff"))
    sentences: list[Sentence] = []
    paragraph = 0
    for number in range(chance.randint(1, 7)):
        if number:
            new = chance.random() < 0.4
            gap = chance.choice(("\n", "\n\n") if new else (" ", "  ")) if plain else chance.choice(GAPS)
            paragraph += new if plain else chance.randint(0, 2)
            text += gap
        words = _words(chance)
        start = len(text)
        text += words
        sentences.append(Sentence(number, paragraph, start, len(text), words, chance.random() < 0.15))
    text += "" if plain else chance.choice(("", "\n", "\n\n ”", "\r\n"))
    if unicodedata.normalize("NFC", text) != text:
        return _text(chance)
    return text, tuple(sentences)


def _words(chance: random.Random) -> str:
    words = "".join(chance.choice(WORDS) + chance.choice(SPACES) for _ in range(chance.randint(1, 12)))
    # Mostly without white space at its ends, as sentences are; sometimes with.
    return (words if chance.random() < 0.1 else words.strip()) or "x"


def _attributions(chance: random.Random, sentence: Sentence, topic: Topic) -> tuple[Attribution, ...]:
    labels = [label for label in topic.labels if label != NONE]
    found: dict[tuple[str, object], Attribution] = {}
    spans = [_span(chance, sentence) for _ in range(2)]
    for _ in range(chance.choice((0, 0, 1, 1, 1, 2, 3, 5))):
        speaker = chance.choice(labels)
        source = chance.choice(
            (None, *spans, _span(chance, sentence), sentence.span(sentence.start, sentence.end))
        )
        cue = chance.choice((None, *spans, _span(chance, sentence), source))
        found.setdefault(
            (speaker, source),
            Attribution(
                topic.role_of(speaker), speaker, chance.choice(STANCES), source, cue,
                labelled_by=chance.choice(NAMES),
            ),
        )  # fmt: skip
    return tuple(found.values())


def _span(chance: random.Random, sentence: Sentence):  # type: ignore[no-untyped-def]
    start = chance.randrange(sentence.start, sentence.end)
    return sentence.span(start, chance.randint(start + 1, min(sentence.end, start + 30)))
