"""Page furniture."""

from __future__ import annotations

import pytest

from stance.parsing import split


def furniture(text: str) -> list[str]:
    return [sentence.text for sentence in split(text) if sentence.furniture]


def kept(text: str) -> list[str]:
    return [sentence.text for sentence in split(text) if not sentence.furniture]


BODY = "President Vučić denied that arms were sold.\n\n{}\n\nHe said that nobody had asked for them."


@pytest.mark.parametrize(
    "line",
    [
        "Share this Post",
        "Share this article: E-mail | Print | Gift",
        "Scroll to Top",
        "Advertisement",
        "More info",
        "Story continues below",
        "Source: Read Full Article",
        "Was this article helpful?",
        "Sign up for our weekly newsletter.",
        "Subscribe to our daily briefing.",
        "Follow us on social media for the latest updates.",
        "Read all articles by Insight News Media on Google News, subscribe and follow.",
        "We use cookies to improve this site. By continuing you accept our privacy policy.",
        "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
        "You can unsubscribe at any time.",
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
        "Comments (214)",
        "By Odile Marchetti in Dravik",
        "By A. B. Smith and Jane Doe",
        "EXCLUSIVE by Moira Teck",
        "(Reporting by Ines Calder; editing by Tom Varrick)",
        "Additional reporting by Jana Holt in Polvar",
        "RKS NEWS 4 Min Read",
        "Reading time: 5 minutes",
        "Published 11 June, 18:05",
        "Updated: 13 April 2023",
        "Photo: John Doe/Reuters",
        "(AP Photo/Darko Vojinovic)",
        "Image source, Getty Images",
        "Read also: Gas talks to resume next week",
        "Related topics: Serbia, arms trade",
        "Tags: Serbia, Ukraine",
        "#serbia #ukraine",
        "Putin’s successor will be worse [REPORT]",
        "© Inner Sea Review",
        "All rights reserved.",
        "***",
    ],
)
def test_lines_that_are_furniture_by_themselves(line: str) -> None:
    assert " ".join(furniture(BODY.format(line))) == line


@pytest.mark.parametrize(
    "line",
    [
        "By the weekend the wind had changed.",
        "“Follow us on social media,” he told the crowd.",
        "The photo shows a crate of Serbian shells.",
        "Share prices fell.",
        "Analysts read the document as a warning.",
        "Subscribers of the paper got the document first.",
        "The privacy policy of the ministry is secret.",
        "Photographs of the crates were posted on Telegram.",
        "The Pentagon chart",
        "More explosions followed.",
        "Related claims were made in May.",
        "He was asked about it on 13 April 2023.",
        "Source after source denied it.",
    ],
)
def test_sentences_that_only_look_like_furniture(line: str) -> None:
    assert furniture(BODY.format(line)) == []


@pytest.mark.parametrize(
    ("paragraph", "caption", "credit"),
    [
        ("Vucic and Putin. Picture credit: Kremlin", "Vucic and Putin.", "Picture credit: Kremlin"),
        ("Vucic and Putin in Moscow Photo: AFP", "Vucic and Putin in Moscow", "Photo: AFP"),
        ("A crate of shells (AP Photo/D. Doe)", "A crate of shells", "(AP Photo/D. Doe)"),
    ],
)
def test_a_caption_is_a_sentence_and_its_credit_furniture(paragraph: str, caption: str, credit: str) -> None:
    text = BODY.format(paragraph)
    assert furniture(text) == [credit]
    assert caption in kept(text)


def test_links_below_a_list_head_are_furniture_up_to_the_next_sentence() -> None:
    links = "Don’t miss…\nUkraine loses mines after dam breach\nThree deaths confirmed in Kherson"
    assert furniture(BODY.format(links)) == links.split("\n")


def test_a_notice_takes_its_paragraph_with_it() -> None:
    notice = (
        "We use your sign-up to provide content. This may include adverts. You can unsubscribe at any time."
    )
    assert " ".join(furniture(BODY.format(notice))) == notice


def test_names_between_headline_and_text_are_furniture_and_a_repeated_headline_is_not() -> None:
    text = "Serbia denies it\n\nSerbia denies it\n\nRKS NEWS\n\nHelena Marsh in Orqand\n\nIt denied it again."
    assert furniture(text) == ["RKS NEWS", "Helena Marsh in Orqand"]


def test_short_lines_at_the_end_are_furniture_and_list_items_are_not() -> None:
    assert furniture("Serbia denies it\n\nIt said so.\n\nAll the news\n\nShare this Post") == [
        "All the news",
        "Share this Post",
    ]
    assert (
        furniture("Serbia denies it\n\nIt names two groups:\n\n• those that sent;\n• those that did not")
        == []
    )


def test_nothing_below_the_comment_form_is_the_article() -> None:
    text = "\n\n".join(["Serbia denied it."] * 8 + ["Leave a comment", "I do not believe him.", "Nor do I."])
    assert furniture(text) == ["Leave a comment", "I do not believe him.", "Nor do I."]


def test_headlines_and_subheads_are_sentences() -> None:
    assert furniture("Serbia denies it\n\nIt said so.\n\nThe Elm connection\n\nIt said more.") == []
    assert furniture("Serbia denies it") == []
