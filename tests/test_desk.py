"""The annotation desk: steps, saving, undo, conflicts, what comes from the model or from readings."""

from __future__ import annotations

import csv
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from stance.annotated import AnnotatedArticle
from stance.annotations import read_annotations, write_annotations, write_articles
from stance.articles import ReadOptions
from stance.cli.annotate import does_more_pay
from stance.errors import AnnotationError, UsageError
from stance.examples import prepare
from stance.learning import CurvePoint, LearningCurve
from stance.records import Article, Attribution, LabelledArticle, Sentence, Span
from stance.rows import ROW_COLUMNS, format_table
from stance.sample import Candidate, Drawn, write_sample
from stance.topic import load_topic
from stance.web.asked import DeskOptions
from stance.web.desk import MODEL, Conflict, Desk, Place, describe
from stance.web.offers import Offer, Reading
from stance.web.opening import open_desk
from stance.web.sheets import Version, file_name
from stance.web.steps import Line, Step
from tests.conftest import bare

ROOT = Path(__file__).parents[1]
TEXT = (
    "Arms row grows\n\n"
    "Vučić said it is a lie. “We sent it,” the SVR said 🙂 and he laughed. Nobody spoke.\n\n"
    "Share this\n"
)
HEADLINE, LIE, SENT, SILENT, SHARE = range(5)
HE_AT = TEXT.index("he laughed")


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "texts" / "a.txt"
    path.parent.mkdir()
    path.write_text(TEXT, "utf-8")
    return path


def opened(article: Path, **options: object) -> Desk:
    """A blind desk on one article, whose annotations go beside the folder of its text."""
    folder = article.parents[1] / "annotations"
    given = {"paths": (str(article),), "annotations": folder, "annotator": "ada", "blind": True, **options}
    return open_desk(DeskOptions(**given), None, lambda failure: pytest.fail(str(failure)))


def step(version: Version, number: int, kind: str, **fields: object) -> Step:
    """A step on sentence `number`; spans are given as words."""
    sentence = version.lines[number].sentence
    for name in ("source", "cue"):
        if isinstance(fields.get(name), str):
            start = sentence.start + sentence.text.index(str(fields[name]))
            fields[name] = Span(start, start + len(str(fields[name])), str(fields[name]))
    return Step(kind, sentence.start, sentence.end, **fields)


def done(desk: Desk, *steps: tuple[int, str, dict[str, object]]) -> Version:
    """The version after some steps, each saved."""
    version = desk.look(0)
    for number, kind, fields in steps:
        saved = desk.save(0, version.digest, step(version, number, kind, **fields))
        assert isinstance(saved, Version), saved
        version = saved
    return version


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def labels(version: Version) -> list[str]:
    return [describe(line) for line in version.lines]


DENIES = {"speaker": "vucic", "stance": "denies"}
SVR = {"speaker": "svr", "stance": "confirms"}
FRESH = ["unlabelled"] * 4 + ["furniture"]


def test_the_columns_of_a_table_can_be_named(article: Path) -> None:
    table = article.with_name("t.csv")
    table.write_text("wording,nr\nHe denied it.,7\n", "utf-8")
    desk = opened(table, read=ReadOptions(text_column="wording", id_column="nr"))
    assert [sheet.article.id for sheet in desk.sheets] == ["7"]


def test_opening_shows_the_split_and_writes_nothing(article):
    desk = opened(article)
    assert labels(desk.look(0)) == FRESH
    assert not desk.sheets[0].folder.exists()


def test_the_first_save_writes_what_everything_else_reads(article):
    desk = opened(article)
    done(desk, (LIE, "label", {**DENIES, "source": "Vučić", "cue": "a lie"}))
    (found,) = read_annotations(desk.sheets[0].folder)
    assert found.article.text == TEXT
    assert (found.file, found.topic_path, found.article.title) == (
        "texts/a.txt",
        "serbia-arms",
        "Arms row grows",
    )
    assert found.attributions == (
        (),
        (
            Attribution(
                "leader", "vucic", "denies", Span(16, 21, "Vučić"), Span(33, 38, "a lie"), labelled_by="ada"
            ),
        ),
        (),
        (),
        (),
    )
    assert found.annotators == ("", "ada", "", "", "")
    assert [sentence.furniture for sentence in found.sentences] == [False] * 4 + [True]


STEPS = {
    "several sources": (
        [(SENT, "label", {**SVR, "source": "the SVR"}), (SENT, "label", {**DENIES, "stance": "none"})],
        {SENT: "svr confirms (source “the SVR”); vucic none"},
    ),
    "another stance": (
        [(LIE, "label", DENIES), (LIE, "label", {"mark": 0, "stance": "hedges"})],
        {LIE: "vucic hedges"},
    ),
    "another speaker": (
        [(LIE, "label", DENIES), (LIE, "label", {"mark": 0, "speaker": "other"})],
        {LIE: "other denies"},
    ),
    "a cue later": (
        [(LIE, "label", DENIES), (LIE, "label", {"mark": 0, "cue": "a lie"})],
        {LIE: "vucic denies (cue “a lie”)"},
    ),
    "words grow whole": (
        [(LIE, "label", {**DENIES, "cue": "ai"})],
        {LIE: "vucic denies (cue “said”)"},
    ),
    "quotes stay out": (
        [(SENT, "label", {**SVR, "cue": "“We sent it,” "})],
        {SENT: "svr confirms (cue “We sent it”)"},
    ),
    "beyond the plane": (
        [(SENT, "label", {**SVR, "cue": "laughed"})],
        {SENT: "svr confirms (cue “laughed”)"},
    ),
    "no cue any more": (
        [(LIE, "label", {**DENIES, "cue": "a lie"}), (LIE, "clear", {"mark": 0, "part": "cue"})],
        {LIE: "vucic denies"},
    ),
    "deleted": ([(LIE, "label", DENIES), (LIE, "delete", {"mark": 0})], {}),
    "nobody": ([(SILENT, "nobody", {})], {SILENT: "nobody speaks"}),
    "nobody after all": ([(LIE, "label", DENIES), (LIE, "nobody", {})], {LIE: "nobody speaks"}),
    "furniture": ([(SILENT, "furniture", {})], {SILENT: "furniture"}),
    "no furniture": ([(SHARE, "furniture", {})], {SHARE: "unlabelled"}),
}  # fmt: skip


@pytest.mark.parametrize("case", STEPS)
def test_steps(article, case):
    steps, expected = STEPS[case]
    desk = opened(article)
    version = done(desk, *steps)
    assert labels(version) == [expected.get(number, told) for number, told in enumerate(FRESH)]
    assert labels(opened(article).look(0)) == labels(version)


REFUSED = {
    "an unknown speaker": (LIE, "label", {"speaker": "vucik", "stance": "denies"}, "speaker is 'vucik'"),
    "nobody as a speaker": (LIE, "label", {"speaker": "none", "stance": "none"}, "speaker is 'none'"),
    "an unknown stance": (LIE, "label", {"speaker": "vucic", "stance": "maybe"}, "stance is 'maybe'"),
    "no stance": (LIE, "label", {"speaker": "vucic"}, "stance is ''"),
    "an unknown step": (LIE, "rm", {}, "step is 'rm'"),
    "another mark": (LIE, "delete", {"mark": 3}, "no such attribution"),
    "furniture": (SHARE, "label", DENIES, "page furniture"),
    "words from elsewhere": (LIE, "label", {**DENIES, "cue": Span(0, 4, "Arms")}, "inside the sentence"),
    "other words": (LIE, "label", {**DENIES, "cue": Span(16, 20, "Boss")}, "not those of the article"),
    "a comma": (LIE, "label", {**DENIES, "cue": " "}, "at least one word"),
    "no model": (LIE, "take", {"choice": "model"}, "nothing to take over"),
    "no choice": (LIE, "take", {}, "nothing to take over"),
    "nothing to join": (SHARE, "join", {}, "last sentence"),
    "no caret": (LIE, "split", {}, "caret"),
    "a caret at the edge": (LIE, "split", {"at": 16}, "caret"),
    "no word behind": (LIE, "split", {"at": 38}, "at least one word"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_sense_is_refused_in_one_line_and_changes_nothing(article, case):
    number, kind, fields, told = REFUSED[case]
    desk = opened(article)
    version = desk.look(0)
    with pytest.raises(UsageError, match=told) as caught:
        desk.save(0, version.digest, step(version, number, kind, **fields))
    assert "\n" not in str(caught.value)
    assert not desk.sheets[0].path.exists()
    assert not desk.can_undo(0)


def test_one_source_stands_once_in_a_sentence(article):
    desk = opened(article)
    version = done(desk, (SENT, "label", SVR))
    with pytest.raises(UsageError, match="stands twice"):
        desk.save(0, version.digest, step(version, SENT, "label", speaker="svr", stance="none"))


def test_a_sentence_is_split_and_joined_and_keeps_its_labels(article):
    desk = opened(article)
    marks = [
        (SENT, "label", {**SVR, "source": "the SVR", "cue": "sent"}),
        (SENT, "label", {**DENIES, "source": Span(HE_AT, HE_AT + 2, "he")}),
    ]
    version = done(desk, *marks)
    before = version.lines[SENT]
    at = TEXT.index("and he")
    version = done(desk, (SENT, "split", {"at": at}))
    parts = version.lines[SENT : SENT + 2]
    assert [line.sentence.text for line in parts] == ["“We sent it,” the SVR said 🙂", "and he laughed."]
    assert [describe(line) for line in parts] == [
        "svr confirms (source “the SVR”, cue “sent”)",
        "vucic denies (source “he”)",
    ]
    assert [line.sentence.index for line in version.lines] == list(range(6))
    version = done(desk, (SENT, "join", {}))
    assert version.lines[SENT] == before
    assert len(read_annotations(desk.sheets[0].folder)) == 1


def test_joining_across_paragraphs_takes_what_stands_between(article):
    version = done(opened(article), (HEADLINE, "join", {}))
    assert version.lines[0].sentence.text == "Arms row grows\n\nVučić said it is a lie."


def test_undo_goes_back_byte_by_byte(article):
    desk = opened(article)
    versions = [
        done(desk, one) for one in ((LIE, "label", DENIES), (SILENT, "nobody", {}), (SENT, "join", {}))
    ]
    digest = versions[-1].digest
    for expected in (*versions[-2::-1], None):
        undone = desk.undo(0, digest)
        assert isinstance(undone, Version)
        digest = undone.digest
        if expected is not None:
            assert desk.sheets[0].path.read_bytes() == expected.data
    assert labels(desk.look(0)) == FRESH
    with pytest.raises(UsageError, match="nothing to undo"):
        desk.undo(0, digest)


def test_a_stale_page_overwrites_nothing_and_is_told_what_changed(article):
    desk = opened(article)
    stale = desk.look(0)
    fresh = done(desk, (LIE, "label", DENIES))
    conflict = desk.save(0, stale.digest, step(stale, LIE, "nobody"))
    assert isinstance(conflict, Conflict)
    assert [(change.before, change.after) for change in conflict.changes] == [("unlabelled", "vucic denies")]
    assert isinstance(desk.undo(0, stale.digest), Conflict)
    assert desk.sheets[0].path.read_bytes() == fresh.data
    assert desk.changes(0, fresh.digest) is None


def test_a_second_desk_is_another_editor(article):
    first, second = opened(article), opened(article)
    version = done(first, (LIE, "label", DENIES))
    seen = second.look(0)
    done(first, (LIE, "nobody", {}))
    assert isinstance(second.save(0, seen.digest, step(seen, SENT, "nobody")), Conflict)
    done(second, (SENT, "nobody", {}))
    with pytest.raises(UsageError, match="changed elsewhere"):
        first.undo(0, first.look(0).digest)
    assert version.digest != first.look(0).digest


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


def test_what_an_editor_writes_is_seen_and_stays(article):
    desk = opened(article)
    version = done(desk, (LIE, "label", DENIES))
    edit(desk.sheets[0].path, "vucic,denies", "vucic,hedges")
    conflict = desk.save(0, version.digest, step(version, SENT, "nobody"))
    assert isinstance(conflict, Conflict)
    assert [change.after for change in conflict.changes] == ["vucic hedges"]
    assert labels(done(desk, (SENT, "nobody", {})))[LIE] == "vucic hedges"


def test_a_file_that_is_broken_by_an_editor_is_named_and_left_alone(article):
    desk = opened(article)
    version = done(desk, (LIE, "label", DENIES))
    edit(desk.sheets[0].path, "vucic,denies", "vucik,denies")
    broken = desk.sheets[0].path.read_bytes()
    for conflict in (
        desk.save(0, version.digest, step(version, SENT, "nobody")),
        desk.changes(0, version.digest),
    ):
        assert isinstance(conflict, Conflict)
        assert "speaker is 'vucik' (did you mean 'vucic'?)" in conflict.problems[0]
    with pytest.raises(AnnotationError):
        desk.look(0)
    assert desk.sheets[0].path.read_bytes() == broken


def test_columns_and_articles_of_others_stay_in_the_file(article):
    desk = opened(article)
    done(desk, (LIE, "label", DENIES))
    sheet = desk.sheets[0]
    rows = table(sheet.path)
    other = {**rows[0], "article": "zz", "text": "Elsewhere, said the paper"}
    noted = [{**row, "note": f"note {number}"} for number, row in enumerate([*rows, other])]
    sheet.path.write_text(format_table(noted[0], (row.values() for row in noted)), "utf-8")
    done(desk, (SENT, "label", SVR))
    after = table(sheet.path)
    assert [row["note"] for row in after] == [f"note {number}" for number in range(6)]
    assert after[-1] == noted[-1]
    assert [row["speaker"] for row in after] == ["none", "vucic", "svr", "none", "furniture", "none"]


def test_the_list_of_articles_grows_and_keeps_its_form(article):
    folder = article.parents[1] / "annotations"
    folder.mkdir()
    before = "note,article,topic,file,sha256,title,outlet,date,date_source\nmine,b,open,b.txt,00,,,,"
    (folder / "articles.csv").write_text(before, "utf-8")
    desk = opened(article)
    done(desk, (LIE, "label", DENIES), (SENT, "nobody", {}))
    written = (folder / "articles.csv").read_text("utf-8")
    assert written.startswith(before + "\n,a,serbia-arms,texts/a.txt,")
    assert written.count("\n") == 3


IDS = (
    "../../evil",
    "/etc/passwd",
    "..",
    ".hidden",
    "a/b",
    "a\\b",
    "articles",
    "CON",
    "",
    "a\nb",
    "x" * 300,
    "š/č",
    "a b",
)


@pytest.mark.parametrize("name", IDS)
def test_no_article_id_leads_out_of_the_folder(name):
    path = Path("/folder") / f"{file_name(name)}.csv"
    assert path.parent == Path("/folder")
    assert path.name == Path(path.name).name
    assert not path.name.startswith(".")
    assert len(path.name.encode()) < 255
    assert path.name.lower() not in ("articles.csv", "con.csv")


def test_ids_that_are_plain_stay_and_those_that_are_not_stay_apart():
    assert file_name("000-leaked-us-paper") == "000-leaked-us-paper"
    assert file_name("a.b_č") == "a.b_č"
    assert len({file_name(name) for name in (*IDS, "a-b")}) == len(IDS) + 1


def test_a_table_of_strangers_writes_into_the_folder_alone(tmp_path):
    source = tmp_path / "in" / "table.csv"
    source.parent.mkdir()
    source.write_text(format_table(["id", "text"], [["../../evil", TEXT], ["plain", TEXT]]), "utf-8")
    desk = opened(source)
    for number in (0, 1):
        version = desk.look(number)
        assert isinstance(desk.save(number, version.digest, step(version, LIE, "nobody")), Version)
    folder = tmp_path / "annotations"
    found = read_annotations(folder)
    assert [one.article.id for one in found] == ["../../evil", "plain"]
    assert [one.article.text for one in found] == [TEXT, TEXT]
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != source]
    assert all(path.is_relative_to(folder) for path in written)


def test_neither_looking_nor_a_refused_save_writes_anything(tmp_path):
    source = tmp_path / "in" / "table.csv"
    source.parent.mkdir()
    source.write_text(format_table(["id", "text"], [["a", TEXT]]), "utf-8")
    done(opened(source), (LIE, "label", DENIES))
    folder = tmp_path / "annotations"
    (folder / "texts" / "a.txt").unlink()
    (folder / "articles.csv").unlink()
    desk = opened(source)
    version = desk.look(0)
    assert labels(version)[LIE] == "vucic denies"
    listed = "article,topic\nb,open\n"
    (folder / "articles.csv").write_text(listed, "utf-8")
    refused = desk.save(0, version.digest, step(version, SENT, "nobody"))
    assert isinstance(refused, Conflict)
    assert "no column 'file'" in refused.problems[0]
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files == {"a.csv": version.data, "articles.csv": listed.encode()}
    (folder / "articles.csv").unlink()
    (folder / "texts" / "a.txt").write_text("Another text", "utf-8")
    refused = desk.save(0, version.digest, step(version, SENT, "nobody"))
    assert isinstance(refused, Conflict), "the text that would be read is not this one"
    (folder / "texts" / "a.txt").unlink()
    done(desk, (SENT, "nobody", {}))
    (found,) = read_annotations(folder)
    assert found.article.text == TEXT


def test_a_text_with_windows_line_ends_keeps_its_offsets(article):
    article.write_bytes(TEXT.replace("\n", "\r\n").encode("utf-8"))
    desk = opened(article)
    version = done(desk, (LIE, "label", {**DENIES, "cue": "a lie"}), (HEADLINE, "join", {}))
    assert version.lines[0].sentence.text.startswith("Arms row grows\r\n\r\n")
    (found,) = read_annotations(desk.sheets[0].folder)
    assert found.article.text == TEXT.replace("\n", "\r\n")


# ---- what cannot be opened


def test_a_desk_that_cannot_be_opened_is_refused_before_any_page(article, tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    cases = [
        ({"annotator": " "}, "annotator is ' '"),
        ({"annotator": "a\nb"}, "expected a name on one line"),
        ({"annotations": file}, "expected a folder"),
        ({"paths": ()}, "nothing to annotate"),
        ({"paths": ("missing.txt",)}, "no such file"),
        ({"topic": "missing.toml"}, "cannot read the topic"),
        ({"readings": (tmp_path, tmp_path)}, "expected the list of the articles"),
    ]
    for options, told in cases:
        with pytest.raises(UsageError, match=told):
            opened(article, **options)


def test_a_changed_text_or_topic_is_named(article):
    done(opened(article), (LIE, "label", DENIES))
    with pytest.raises(AnnotationError, match="leave --topic out"):
        opened(article, topic="open")
    article.write_text(TEXT.replace("lie", "fib"), "utf-8")
    with pytest.raises(AnnotationError, match="restore the old text"):
        opened(article)


def test_rows_of_an_article_in_two_files_are_named(article):
    desk = opened(article)
    done(desk, (LIE, "label", DENIES))
    path = desk.sheets[0].path
    path.with_name("b.csv").write_bytes(path.read_bytes())
    with pytest.raises(AnnotationError, match="expected one file"):
        opened(article)


def test_without_paths_the_listed_articles_are_annotated(article):
    done(opened(article), (LIE, "label", DENIES))
    desk = opened(article, paths=())
    assert labels(desk.look(0))[LIE] == "vucic denies"


def test_listed_articles_without_a_text_of_their_own_open_from_their_rows(tmp_path):
    def marked(name: str) -> AnnotatedArticle:
        said = Sentence(0, 0, 0, 18, f"Vučić denied it, {name}")
        mark = Attribution("leader", "vucic", "denies", labelled_by="ben")
        return AnnotatedArticle(
            Article(name, said.text), load_topic("serbia-arms"), (said,), ((mark,),), ("ben",)
        )

    a, b, c, d = map(marked, "abcd")
    write_articles(tmp_path / "articles.csv", [a, b, c, d])
    write_annotations(tmp_path / "two.csv", [c, a])
    write_annotations(tmp_path / "b.csv", [b])
    with pytest.raises(AnnotationError, match=r"articles.csv:5: no file and no rows"):
        opened(tmp_path / "x" / "y", paths=(), annotations=tmp_path)
    write_annotations(tmp_path / "d.csv", [d])
    desk = opened(tmp_path / "x" / "y", paths=(), annotations=tmp_path)
    assert [sheet.article for sheet in desk.sheets] == [one.article for one in (a, b, c, d)]
    assert [sheet.path.name for sheet in desk.sheets] == ["two.csv", "b.csv", "two.csv", "d.csv"]
    assert [labels(desk.look(number)) for number in range(4)] == [["vucic denies"]] * 4
    edit(tmp_path / "two.csv", "vucic", "vucik")
    with pytest.raises(AnnotationError, match=r"two.csv:2: speaker is 'vucik'"):
        opened(tmp_path / "x" / "y", paths=(), annotations=tmp_path)


def test_the_seeds_annotations_open_and_would_be_written_as_they_are():
    options = DeskOptions((), ROOT / "annotations", "ada", blind=True)
    desk = open_desk(options, None, lambda failure: pytest.fail(str(failure)))
    assert len(desk.sheets) == 5
    for number, sheet in enumerate(desk.sheets):
        version = desk.look(number)
        assert sheet.version(version, version.lines).data == sheet.path.read_bytes()


def test_a_topic_file_is_named_from_the_folder(article):
    topic = article.with_name("mine.toml")
    topic.write_text(load_topic("serbia-arms").text.replace('"serbia-arms"', '"mine"'), "utf-8")
    desk = opened(article, topic=str(topic))
    done(desk, (LIE, "label", DENIES))
    (found,) = read_annotations(desk.sheets[0].folder)
    assert (found.topic_path, found.topic.name) == ("../texts/mine.toml", "mine")


# ---- the model and other readings


def sentence(start: int, end: int) -> Sentence:
    return Sentence(0, 0, start, end, TEXT[start:end])


HE = Attribution("leader", "vucic", "denies", Span(16, 21, "Vučić"), Span(33, 38, "a lie"))
THEY = Attribution("service", "svr", "confirms", None, Span(44, 48, "sent"))
SAID = Reading(
    (sentence(0, 14), sentence(16, 39), sentence(40, 84)),
    (None, Offer((HE,), nobody=0.1), Offer((THEY,), unsure=True)),
)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 14, None),
        (16, 39, Offer((HE,), nobody=0.1)),
        (16, 84, Offer((HE, THEY), unsure=True)),  # joined
        (16, 25, Offer((), nobody=0.1)),  # split: the cue stands in the other part
        (26, 39, Offer((dataclasses.replace(HE, source=None),), nobody=0.1)),
    ],
)
def test_an_offer_finds_its_sentence_however_it_is_cut(start, end, expected):
    assert SAID.offer(sentence(start, end)) == expected


def test_a_suggestion_is_taken_over_as_ones_own(article, small):
    desk = opened(article)
    desk.sources["model"] = lambda sheet: Reading.of_model(small.label(sheet.article))
    suggested = desk.offer(0, "model", desk.look(0).lines[LIE].sentence)
    assert suggested is not None
    version = done(desk, (LIE, "take", {"choice": "model"}))
    taken = version.lines[LIE]
    assert Offer(taken.marks).labels == suggested.labels
    assert taken.annotator == "ada"
    assert all(mark.labelled_by == "ada" and mark.speaker_confidence is None for mark in taken.marks)


def test_suggestions_keep_furniture_silence_and_doubt():
    sentences = (sentence(0, 14), dataclasses.replace(sentence(16, 39), furniture=True))
    result = LabelledArticle(None, sentences, ((), ()), (0.7, 1.0), "t", "0", True, "m", (True, False))
    assert Reading.of_model(result).offers == (
        Offer(nobody=0.7, unsure=True),
        Offer(furniture=True, nobody=1.0),
    )


def test_two_readings_are_adjudicated(article, tmp_path):
    for name, stance in (("anna", "denies"), ("ben", "hedges")):
        desk = opened(article, annotations=tmp_path / "readings" / name, annotator=name)
        done(
            desk,
            (LIE, "label", {"speaker": "vucic", "stance": stance, "cue": "a lie"}),
            (SILENT, "nobody", {}),
        )
    readings = (tmp_path / "readings" / "anna", tmp_path / "readings" / "ben")
    desk = opened(article, paths=(), blind=False, annotator="adjudicated", readings=readings)
    assert desk.names == ("anna", "ben")
    version = done(desk, (LIE, "take", {"choice": "b"}), (SILENT, "take", {"choice": "a"}))
    assert labels(version)[1:4:2] == ["vucic hedges (cue “a lie”)", "nobody speaks"]
    with pytest.raises(UsageError, match="nothing to take over"):
        desk.save(0, version.digest, step(version, SENT, "take", choice="a"))
    (found,) = read_annotations(tmp_path / "annotations")
    assert found.file == "texts/a.txt"
    assert found.annotators == ("", "adjudicated", "", "adjudicated", "")


def test_the_queue_skips_what_is_labelled_and_finds_what_was_cut_anew(article):
    desk = opened(article)
    places = [Place(0, *line.place) for line in desk.look(0).lines]
    desk.queue = (places[SENT], places[LIE])
    assert desk.next_place() == places[SENT]
    assert desk.next_place(places[SENT]) == places[LIE]
    done(desk, (SENT, "split", {"at": TEXT.index("and he")}), (SENT, "nobody", {}))
    assert desk.next_place() == Place(0, TEXT.index("and he"), TEXT.index(" Nobody"))
    done(desk, (SENT + 1, "nobody", {}), (LIE, "label", DENIES))
    assert desk.next_place() is None


def test_next_ranks_what_is_open(article, trained):
    desk = opened(article, blind=False, model=trained, next=True)
    ranked = [place.start for place in desk.queue]
    assert sorted(ranked) == [line.sentence.start for line in desk.look(0).lines[:4]]
    done(desk, (LIE, "label", DENIES))
    again = opened(article, model=trained, next=True)
    assert [place.start for place in again.queue] == [
        start for start in ranked if start != TEXT.index("Vučić")
    ]
    assert not again.sources, "blind, though the model ranks"


def sampled(article: Path, *drawn: tuple[str, int, int], topic: str = "serbia-arms", text: str = "") -> Path:
    """The sheet of a drawn sample; the words of its sentences are the article's, or `text`."""
    digest = load_topic(topic).sha256
    candidates = [
        Candidate(name, 0, 0, start, end, text or TEXT[start:end], ("none", "none"), 0.5, digest)
        for name, start, end in drawn
    ]
    sheet = article.parents[1] / "sample.csv"
    write_sample(sheet, [Drawn(candidate, 1, len(drawn), len(drawn)) for candidate in candidates])
    return sheet


def test_a_sample_is_gone_through_in_its_order_and_blind(article):
    (article.parent / "b.txt").write_text("Nobody asked for it.", "utf-8")
    places = [line.place for line in opened(article).look(0).lines]
    sheet = sampled(article, ("a", *places[SENT]), ("a", *places[LIE]))
    desk = opened(article, paths=(str(article.parent),), sample=sheet, blind=False)
    assert [sheet.article.id for sheet in desk.sheets] == ["a"], "an article without a drawn sentence"
    assert desk.queue == (Place(0, *places[SENT]), Place(0, *places[LIE]))
    assert not desk.sources


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ([("a", 0, 5), ("b", 0, 5), ("a", 70, len(TEXT) + 1)], {}),
        ([("a", 0, 5), ("a", 20, 30), ("a", 30, 40)], {"text": "Other words"}),
    ],
)
def test_a_sample_of_other_articles_is_told(article, drawn, words):
    expected = r"\d of 3 sentences of .*sample\.csv are in none of the articles \(such as [ab] 0:5\)"
    with pytest.raises(UsageError, match=expected):
        opened(article, sample=sampled(article, *drawn, **words))


def test_a_sample_of_another_topic_is_told(article):
    sheet = sampled(article, ("a", 0, 5), topic="open")
    with pytest.raises(UsageError, match="was drawn under another topic than serbia-arms"):
        opened(article, sample=sheet)


def test_a_kill_in_the_midst_of_a_save_leaves_the_old_file_or_the_new_one():
    command = [sys.executable, "-m", "tests.bench.killsave", "10"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stdout.endswith(" in the midst of a write, 0 broken files\n"), ran.stdout + ran.stderr


def test_a_save_that_fails_halfway_writes_neither_rows_nor_list(article, monkeypatch):
    desk = opened(article)
    folder = desk.sheets[0].folder
    (folder / "articles.csv").mkdir(parents=True)  # stands in the way of the list
    monkeypatch.setattr("stance.web.sheets.Sheet._list", lambda sheet: b"article")
    version = desk.look(0)
    with pytest.raises(UsageError, match=r"articles\.csv: cannot write"):
        desk.save(0, version.digest, step(version, LIE, "label", **DENIES))
    assert not (folder / "a.csv").exists()
    monkeypatch.undo()
    (folder / "articles.csv").rmdir()
    done(desk, (LIE, "label", DENIES))
    assert len(read_annotations(folder)) == 1


def test_an_article_that_is_listed_and_has_no_rows_gets_them_with_the_next_save(article):
    desk = opened(article)
    done(desk, (LIE, "label", DENIES))
    desk.sheets[0].path.unlink()  # as if the machine had stopped between the list and the rows
    done(desk, (LIE, "label", DENIES))
    assert len(read_annotations(desk.sheets[0].folder)) == 1


def test_what_was_ranked_is_not_labelled_again_for_its_suggestions(article, trained, monkeypatch):
    desk = opened(article, blind=False, model=trained, next=True)
    monkeypatch.setattr("stance.model.Model.label", None)
    assert desk.reading(0, MODEL) is not None


def test_nothing_is_learnt_from_sentences_that_nobody_looked_at(article):
    desk = opened(article)
    done(desk, (LIE, "label", {**DENIES, "source": "Vučić", "cue": "a lie"}))
    (half,) = read_annotations(desk.sheets[0].folder)
    assert half.open_sentences == {HEADLINE, SENT, SILENT}
    learnt = [example.answer for example in prepare(half, {}, bare).examples["source"]]
    assert learnt == ["yes", "no"], "Vučić and it, of the one sentence that is labelled"
    done(desk, *((number, "nobody", {}) for number in (HEADLINE, SENT, SILENT)))
    (whole,) = read_annotations(desk.sheets[0].folder)
    assert not whole.open_sentences
    assert len(prepare(whole, {}, bare).examples["source"]) > len(learnt)


def test_whether_more_annotation_pays_is_asked_of_finished_articles(article, monkeypatch):
    folder = article.parents[1] / "annotations"
    assert does_more_pay(folder).startswith("0 articles are labelled to the end; from 4 on")
    asked = []
    points = tuple(CurvePoint(share, 4 * share, 0.5, 0.4, 0.6) for share in (0.5, 1.0))
    curve = LearningCurve(points, 0.1, 0.01, 0.02)
    monkeypatch.setattr("stance.learning.when_to_stop", lambda found: asked.append(found) or curve)
    for name in "bcde":
        article.with_name(f"{name}.txt").write_text(TEXT, "utf-8")
    desk = opened(article.parent, annotations=folder)
    assert len(desk.sheets) == 5
    for number in range(5):
        for line in desk.look(number).lines[: 4 if number else 2]:
            desk.save(number, desk.look(number).digest, Step("nobody", *line.place))
    assert does_more_pay(folder).startswith("More annotation still pays")
    assert [one.article.id for one in asked[0]] == list("bcde")
    (folder / "a.csv").write_text("article", "utf-8")
    assert does_more_pay(folder).startswith("Whether more annotation pays cannot be told: ")


def test_rows_are_those_of_the_contract(article):
    desk = opened(article)
    done(desk, (LIE, "label", DENIES))
    assert tuple(table(desk.sheets[0].path)[0]) == ROW_COLUMNS
    assert Line(sentence(0, 14)).is_open
