"""CoNLL-style TSV: a token per line, a blank line after each sentence, BIO columns.

::

    # newdoc id = a
    # topic = serbia-arms
    # paragraph = 0
    # annotator = ada
    # attribution = vucic/denies<TAB>ada
    Vučić    0     5     B-vucic/denies    O
    said     6     10    O                 O
    a        17    18    O                 B-cue
    lie      19    22    O                 I-cue

Columns are the token, its start and end in the article (code points), then two for each
attribution of the sentence: its source and its cue. The comments say what no column can: an
attribution without a source, annotators, and `before`, the white space before the sentence.

Files from elsewhere have a token and its tags (and `-DOCSTART-`): their text is put together
with spaces and line ends; a cue belongs to the only attribution of its sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from stance.annotated import AnnotatedArticle
from stance.files import atomic_write
from stance.formats.assembly import Findings, assemble
from stance.formats.bio import NEW, read_sheets
from stance.formats.escaping import escape
from stance.formats.sheets import ATTRIBUTION, CUE, Mark, format_label, to_sheet
from stance.formats.tokens import tokens
from stance.formats.values import Format, FormatOptions, Reading

__all__ = ["CONLL"]


def _read(path: Path, options: FormatOptions) -> Reading:
    findings = Findings()
    return assemble(read_sheets(path, findings), options, findings)


def _write(path: Path, articles: Sequence[AnnotatedArticle]) -> list[str]:
    atomic_write(path, "".join(line + "\n" for article in articles for line in _lines(article)))
    return []


def _lines(annotated: AnnotatedArticle) -> Iterator[str]:
    sheet = to_sheet(annotated)
    facts = {
        NEW: annotated.article.id,
        **{k: v for k, v in sheet.entry.fields.items() if k != "article" and v},
    }
    yield from _comments(facts)
    cues = {link.head: link.child for link in sheet.links}
    marks = {mark.key: mark for mark in sheet.marks}
    end = 0
    for number, (sentence, annotator) in enumerate(
        zip(annotated.sentences, annotated.annotators, strict=True)
    ):
        own = [m for m in sheet.marks if sentence.start <= m.start and m.end <= sentence.end]
        heads = [mark for mark in own if mark.kind == ATTRIBUTION]
        is_last = number == len(annotated.sentences) - 1
        yield from _comments(
            {
                "before": sheet.text[end : sentence.start],
                "after": sheet.text[sentence.end :] if is_last else "",
                "paragraph": str(sentence.paragraph),
                "annotator": annotator,
                "furniture": "yes" if sentence.furniture else "",
                "text": sentence.text,
            }
        )
        yield from (f"# attribution = {escape(format_label(m))}\t{escape(m.annotator or '')}" for m in heads)
        columns = [mark for head in heads for mark in (head, marks.get(cues.get(head.key, "")))] or [
            None,
            None,
        ]
        spans = [(mark.start, mark.end) for mark in own if not mark.unnamed]
        whole = [(sentence.start, sentence.end)]
        for start, last in tokens(sheet.text, *whole[0], spans) or whole:
            tags = (_tag(mark, start, last) for mark in columns)
            yield "\t".join((escape(sheet.text[start:last]), str(start), str(last), *tags))
        yield ""
        end = sentence.end


def _comments(values: dict[str, str]) -> Iterator[str]:
    return (f"# {name} = {escape(value)}" for name, value in values.items() if value)


def _tag(mark: Mark | None, start: int, end: int) -> str:
    if mark is None or mark.unnamed or not mark.start <= start < end <= mark.end:
        return "O"
    return escape(f"{'B' if start == mark.start else 'I'}-{CUE if mark.kind == CUE else format_label(mark)}")


def _guess(path: Path) -> bool:
    return path.is_file() and path.suffix in (".conll", ".bio", ".iob", ".tsv")


CONLL = Format(_read, _write, _guess, (".conll", ".bio", ".iob"))
