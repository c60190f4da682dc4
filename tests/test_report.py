"""The report's text and page, from a few rows made by hand."""

import importlib.util
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from stance import report
from stance.errors import MissingExtra, UsageError
from stance.evaluation import evaluate
from tests.heldout_rows import FIVE, many, mark, row

HOSTILE = "<script>alert('$x$')</script> & “quoted”"


@pytest.fixture(scope="module")
def evaluation():
    text = row(
        5,
        gold=(mark("service confirms", (500, 508), (505, 515)),),
        predicted=(
            mark("service denies", (500, 508), speaker_confidence=0.9, stance_confidence=0.4, review=True),
        ),
        text=HOSTILE,
        previous="<b>before</b>",
    )
    return evaluate([*FIVE, text, *many()], command="stance evaluate --model <m> -o out")


@pytest.fixture(scope="module")
def folder(evaluation, tmp_path_factory):
    directory = tmp_path_factory.mktemp("report") / "new"
    report.write(evaluation, directory)
    return directory


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text("utf-8")


class Reader(HTMLParser):
    """Collects ids, what they are used by, and the tags that are open at the end."""

    def __init__(self):
        super().__init__()
        self.ids, self.loads, self.open = Counter(), [], []
        self.void = {"meta", "input", "br", "link", "img"}

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.update([found["id"]] if "id" in found else [])
        self.loads += [found[key] for key in ("src", "href", "xlink:href") if key in found]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in self.void:
            assert self.open.pop() == tag


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def test_the_text_fits_a_terminal_and_has_every_part(evaluation):
    text = report.terminal(evaluation)
    assert max(map(len, text.splitlines())) <= 110
    for words in (
        "joint accuracy",
        "0.333 (2/6)",
        "Speaker confusion",
        "SEEDS",
        "COMPOSED",
        "constant",
        "Learning",
    ):
        assert words in text
    assert "   1  wrong stance: svr confirms, predicted svr denies" in text
    assert re.search(r"joint accuracy +0\.333 \(2/6\) +0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]", text)


def test_both_say_what_the_gold_is(evaluation, page):
    for text in (report.terminal(evaluation), page):
        words = " ".join(re.sub("&#39;", "'", text).split())
        assert "readings by language models after the annotators' guide, not by human coders" in words
        assert "'confirms' means 'presents as true'" in words


def test_the_gold_is_told_of_the_sets_that_are_there(evaluation):
    own = evaluate([replace(each, set="annotations") for each in FIVE], command="x")
    told = " ".join(report.terminal(own).split())
    assert "The gold labels of the annotations are their annotators' own. A figure says" in told
    assert "language models" not in told
    assert "annotators' own" not in report.terminal(evaluation)


def test_both_say_where_a_baseline_is_no_worse(page, evaluation, tmp_path):
    warning = "No better here than constant: on sentences like these the labels are not worth more."
    assert warning not in report.terminal(evaluation)
    assert warning not in page
    silent = {"baselines": {"constant": ("none", "none")}}
    lost = evaluate(
        [row(0, "", "leader denies", **silent), row(1, "leader denies", "", **silent)], command="x"
    )
    assert warning in report.terminal(lost)
    report.write(lost, tmp_path)
    assert warning in (tmp_path / "report.html").read_text("utf-8")


def test_the_page_is_whole_and_needs_nothing_else(page):
    reader = read(page)
    assert reader.open == []
    assert [name for name, n in reader.ids.items() if n > 1] == []
    assert all(load.startswith("#") for load in reader.loads)
    assert {load[1:] for load in reader.loads} <= set(reader.ids)
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(reader.ids)
    assert page.count("<svg") == 2 * 5 + 1  # the seeds have no learning curve
    assert "data:image" not in page


def test_the_page_escapes_what_articles_and_users_say(page):
    assert "alert('$x$')" not in page
    assert page.count("<script>") == 1
    assert "&lt;b&gt;before" in page
    assert "stance evaluate --model &lt;m&gt; -o out" in page


def test_the_spans_of_an_error_are_marked(page):
    assert '<span class="gold-source predicted-source">&lt;scri</span>' in page
    assert '<span class="gold-cue gold-source predicted-source">pt&gt;</span>' in page
    assert '<span class="gold-cue">alert(&#39;</span>' in page


def test_the_same_figures_give_the_same_bytes(evaluation, folder, tmp_path):
    report.write(evaluation, tmp_path)
    for name in ("metrics.json", "report.html"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "report.html"]


def test_metrics_are_the_evaluations(evaluation, folder):
    assert json.loads((folder / "metrics.json").read_text("utf-8")) == evaluation.to_dict()


def test_another_systems_rows_are_told(tmp_path):
    path = tmp_path / "rival.jsonl"
    rows = [
        {"article": "a", "start": start, "end": 50, "speaker": "none", "stance": "none"} for start in (0, 7)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    evaluation = evaluate([*FIVE, *many(1)], path)
    report.write(evaluation, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    for text in (report.terminal(evaluation), page):
        assert "seeds 4 of 5" in text
        assert "1 rows meet no gold sentence" in text
        assert "no row meets the set: composed" in text
        assert "the model, held out" in text


def test_without_matplotlib_nothing_is_done(evaluation, tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else find(name)
    )
    with pytest.raises(MissingExtra, match=r"pip install '\.\[report\]'"):
        report.write(evaluation, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(evaluation, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot make this folder"):
        report.write(evaluation, tmp_path / "file")
