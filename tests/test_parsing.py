"""Paragraphs and sentences."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.parsing import BULLET, paragraphs, split, tokenise

# `|` stands where one sentence ends and the next begins; it is not in the text.
ONE_PARAGRAPH = [
    # quotations
    "“It can happen.” |He left.",
    "“It can happen.”|He left.",
    '"It can happen." |He left.',
    '"It can happen."|He left.',
    "'It can happen.' |He left.",
    "“Not to make them? |Not to sell them?” Vucich told the Financial Times.",
    "“Is that so?” President Marko Ilić asked, smiling.",
    "“It is a lie!” said the minister.",
    "“It is a lie.” said the minister.",
    "“We sell. |We do not ask,” he said. |He left.",
    "“Is that so?” |Vucic said that he had not known.",
    "“Is that so?” |The president said nothing.",
    "“It is a lie.” |Vucic said Russia was wrong.",
    "He left. |“We sell to all,” he said.",
    "He left.|“We sell to all,” he said.",
    "He called it “a notorious lie”. |Russia disagreed.",
    "He called it “a notorious lie.” |Russia disagreed.",
    "He said: “No. |Never.” |Nobody asked.",
    "We join the ban on drones. |“We … We will not.”",
    "“We join the ban on drones… We will not be a hub.”",
    "We waited… |Nobody came.",
    "We waited... |Nobody came.",
    "We waited... and nobody came.",
    "“... and nobody came,” he said.",
    "In a chart entitled “Europe. Response to Ongoing Russia-Ukraine Conflict”, the document says so.",
    "It says so in “Europe. Response to Ongoing Conflict” and elsewhere. |It ends.",
    "Vučić je rekao: „Ne znam.“ |He repeated it.",
    # abbreviations and initials
    "Mr. Vucic met Gen. Mark Milley, Lt. Col. J. R. Smith, Sen. Graham and Dr. Ana Ilić. |They spoke.",
    "Vucic told the FT. |The army denied it to MS. |They left.",
    "Mrs. Ilić lives in St. Gallen, No. 5, with Prof. Weiss.",
    "The U.S. Army paid. |It paid the U.S. |The army left the U.K. |“We pay,” it said.",
    "Krusik Corp. President Ilić spoke. |Yugoimport Inc. sells to Zastava Ltd. and others.",
    "It began at 10 a.m. Monday and ended at 5 p.m. |Nobody came.",
    "He came on Jan. 5 and left in Dec. |Nobody saw him.",
    "The answer was no. |Nobody asked.",
    "He is taller than I. |Nobody is taller.",
    "Alexander I. Lebed, G. W. Bush and J.K. Rowling met.",
    "WASHINGTON, D.C. — The army paid.",
    "The works, e.g. Krusik, i.e. the plant at Valjevo, sold approx. 500 rounds vs. 300.",
    # datelines, figures, names
    "BELGRADE, Serbia (AP) — The president spoke. |He left.",
    "DRAVIK, March 9 - The president spoke. |He left.",
    "PARIS, Aug. 14 (Reuters) - The president spoke.",
    "It sold 122mm-Grad rockets for 3.5 million ($3.9 million). |It stopped in 2023. |Nobody knows why.",
    "The list is at www.krusik.co.rs and on gov.uk. |Read it.",
    "It denied the claims.|The ministry did not.",
    "It rose by 50%. |It fell by 3 km². |It stopped.",
    "al-Assad spoke. |al-Assad left.",
    # other ends
    "Who pays? |We do! |Really?! |Yes.",
    "He paid; they sent; nobody asked: that is all.",
    "It has two aims: 1. To win. |2. To sell.",
    "It names three groups: |• those that sent; |• those that trained; |• others.",
    "It names two groups: |- those that sent; |- those that trained.",
    "He left (nobody saw him). |She stayed. |(Nobody asked.) |They met.",
    "他走了。|她留下了。",
    "Вучич уехал. |Он вернулся.",
]


@pytest.mark.parametrize("marked", ONE_PARAGRAPH)
def test_sentences_of_a_paragraph(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    assert [sentence.text for sentence in split(marked.replace("|", ""))] == expected


def test_offsets_point_into_the_text() -> None:
    text = "\ufeff  One sentence. Two\u00a0sentences.\r\n\r\n\tA headline \n\n"
    found = split(text)
    assert [(s.index, s.paragraph, s.text) for s in found] == [
        (0, 0, "One sentence."),
        (1, 0, "Two\u00a0sentences."),
        (2, 1, "A headline"),
    ]
    assert all(text[s.start : s.end] == s.text for s in found)


def test_the_marker_of_a_list_item_is_not_part_of_the_sentence() -> None:
    text = (
        "# The list\n\nIt has:\n  • one part;\n- a second;\n* a third;\n1. a fourth.\n3.5 million saw it.\n"
    )
    expected = [
        "The list",
        "It has:",
        "one part;",
        "a second;",
        "a third;",
        "a fourth.",
        "3.5 million saw it.",
    ]
    assert [s.text for s in split(text)] == expected


WRAPPED = """\
Serbia linked to Ukraine arms exports

The president of the republic said on Monday that he had no intention of
stopping the supply of ammunition to other countries. He added that the
factories in the west of the country would go on as before, whatever the
neighbours thought of it.

- those that have sent weapons to the front and have said so in public and
  in private;
- those that have not.
"""


def test_a_hard_wrapped_file_has_paragraphs_at_blank_lines_only() -> None:
    sentences = split(WRAPPED)
    assert [s.paragraph for s in sentences] == [0, 1, 1, 2, 3]
    assert sentences[1].text.endswith("intention of\nstopping the supply of ammunition to other countries.")
    assert sentences[3].text.startswith("those that have sent")


def test_lines_are_paragraphs_where_they_end_with_the_sentence() -> None:
    text = "\n".join(["The president of the republic said on Monday that he would not stop it."] * 5)
    assert len(list(paragraphs(text))) == 5


@pytest.mark.parametrize("text", ["", " \n\t\u00a0", "\u200b\n\ufeff"])
def test_blank_text_has_no_sentences(text: str) -> None:
    assert split(text) == ()


@pytest.mark.parametrize(
    "text",
    ["word " * 60_000, "The army paid. " * 20_000, "(" * 60_000, "x" * 300_000, "a.B" * 30_000, '"' * 60_000],
    ids=["no stops", "sentences", "brackets", "one word", "dotted", "quotes"],
)
def test_a_monster_paragraph_takes_linear_time(text: str) -> None:
    started = time.perf_counter()
    found = split(text)
    assert time.perf_counter() - started < 20  # quadratic cost takes minutes
    assert "".join(s.text for s in found).replace(" ", "") == text.replace(" ", "")


def test_tokens_are_found_by_offset() -> None:
    text = "“Mr. Vucic denied the claims.”He left \ud800."
    doc = tokenise(text)
    assert [token.text for token in doc][:8] == ["“", "Mr.", "Vucic", "denied", "the", "claims", ".", "”"]
    assert all(
        text[token.idx : token.idx + len(token)] == token.text for token in doc if "\ufffd" not in token.text
    )


WORDS = ["He said.", "U.S.", "No. 5", "Mr.", "said", "Vucic", "Share this Post", "Photo: AFP"]
CHARACTERS = [*"“”\"'.…() \n\u200b\u2028йŽ\ud800\x00", "?!", "...", "\r\n\r\n", "• ", "- ", "1. "]
PIECES = st.sampled_from([*WORDS, *CHARACTERS])


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES).map(" ".join)
    )
)
def test_sentences_hold_the_text_in_order(text: str) -> None:
    sentences = split(text)
    position = paragraph = 0
    for index, sentence in enumerate(sentences):
        assert sentence.index == index
        assert sentence.start >= position
        assert sentence.text == text[sentence.start : sentence.end]
        assert sentence.text.strip() == sentence.text != ""
        assert sentence.paragraph - paragraph in (0, 1)
        assert _is_left_out(
            text[position : sentence.start], first=sentence.paragraph != paragraph or index == 0
        )
        position, paragraph = sentence.end, sentence.paragraph
    assert _is_left_out(text[position:], first=False)


def _is_left_out(gap: str, *, first: bool) -> bool:
    """Whether a gap between sentences is blank, but for a marker at a paragraph's beginning."""
    for blank in "\u200b\u2060\ufeff":
        gap = gap.replace(blank, " ")
    marker = BULLET.match(gap + "x") if first else None
    return not (gap[marker.end() :] if marker else gap).strip()
