"""Many articles: engines, limits on time, and parts that an interrupted run goes on with."""

from __future__ import annotations

import codecs
import json
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from stance.articles import ArticleFailure, id_of
from stance.cli import main
from stance.corpus import ModelLabeller, Shard, label_corpus
from stance.corpus.blocks import cut
from stance.corpus.limits import end_children, limited
from stance.corpus.parts import Parts, WritePart
from stance.corpus.streams import LabelBlock
from stance.corrections import Correction, write_corrections
from stance.engines import here, in_order, processes
from stance.errors import ArticleError, ModelError, UsageError
from stance.output.formats import FORMATS
from stance.output.options import WriteOptions
from stance.records import Article, LabelledArticle
from stance.topic import load_topic
from tests.conftest import ROOT
from tests.labellers import Fatal, dangerous, fake_label, made_up, slip

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(ROOT)])}

INPUTS = [
    Article("a", "He said no."),
    ArticleFailure("b", "is empty"),
    Article("c", "unlabellable"),
    Article("d", "It rained."),
]


def name(outcome: LabelledArticle | ArticleFailure) -> str:
    return outcome.article if isinstance(outcome, ArticleFailure) else outcome.article.id


class TestStream:
    @pytest.mark.parametrize("jobs", [1, 2])
    def test_order_is_kept_and_failures_stand_in_their_place(self, jobs):
        found = list(label_corpus(INPUTS * 40, fake_label, jobs))
        failure = ArticleFailure("c", "has no sentence that can be read")
        assert found == [fake_label(INPUTS[0]), INPUTS[1], failure, fake_label(INPUTS[3])] * 40

    def test_input_is_read_no_further_than_needed(self):
        read = []
        inputs = (read.append(number) or Article(str(number), "x") for number in range(10))
        assert next(iter(label_corpus(inputs, fake_label))).article.id == "0"
        assert read == [0]

    @pytest.mark.parametrize(
        ("shard", "ids"), [((1, 1), "abcd"), ((1, 2), "ac"), ((2, 2), "bd"), ((4, 4), "d")]
    )
    def test_shards_part_the_articles(self, shard, ids):
        blocks = cut(INPUTS, 1, Shard(*shard))
        assert [id_of(item) for block in blocks for item in block.items] == list(ids)

    @pytest.mark.parametrize(
        "text", ["", "1", "0/2", "3/2", "a/b", "1/2/3", "-1/2", "1 /2", f"1/{'9' * 30}", "9" * 5000 + "/1"]
    )
    def test_a_bad_shard(self, text):
        with pytest.raises(UsageError, match="expected I/N"):
            Shard.parse(text)

    def test_a_process_keeps_one_model_of_each_digest(self, monkeypatch):
        fake = SimpleNamespace(label=fake_label, digest="sha256:cd")
        monkeypatch.setattr("stance.model.load", lambda path=None, topic=None: fake)
        labeller = ModelLabeller(None, load_topic("open"))
        there = pickle.loads(pickle.dumps(labeller))
        assert there is pickle.loads(pickle.dumps(labeller)) is not labeller
        assert there(Article("a", "no")) == fake_label(Article("a", "no"))
        assert there is not pickle.loads(pickle.dumps(ModelLabeller()))

    def test_a_surprise_costs_one_article(self):
        found = list(label_corpus(INPUTS[:2], slip))
        assert found == [ArticleFailure("a", "unexpected KeyError: 'a'; please report it"), INPUTS[1]]

    def test_a_broken_model_costs_all(self):
        def broken(article):
            raise ModelError("damaged")

        with pytest.raises(ModelError):
            list(label_corpus(INPUTS, broken))

    def test_a_lost_process_is_told_in_a_line(self):
        with pytest.raises(UsageError, match="--time-limit"), processes(2) as engine:
            list(engine(LabelBlock(dangerous), cut([Article("a", "crash")], 1)))


class TestInOrder:
    def test_no_more_than_a_few_blocks_are_under_way(self):
        submitted = []

        def submit(block):
            submitted.append(block.number)
            return SimpleNamespace(result=lambda: block.number * 10)

        found = in_order(submit, cut([Article(str(n), "x") for n in range(20)], 2), 3)
        assert [result for _, result in (next(found), next(found))] == [0, 10]
        assert submitted == [0, 1, 2, 3]
        assert [(block.number, result) for block, result in found] == [(n, n * 10) for n in range(2, 10)]


class TestTimeLimit:
    def test_a_hung_article_is_ended_and_the_others_go_on(self):
        items = [
            Article("a", "no"),
            Article("h", "hang"),
            Article("c", "crash"),
            INPUTS[1],
            Article("z", "no"),
        ]
        started = time.monotonic()
        with limited(dangerous, 2.0) as child:
            first, hung, crashed, unread, last = map(child, items)
        end_children()
        assert (first, unread, last) == (fake_label(items[0]), INPUTS[1], fake_label(items[4]))
        assert hung == ArticleFailure("h", "took longer than 2 s; allow more with --time-limit")
        assert crashed.reason.startswith("its process ended by itself (exit -9)")
        assert time.monotonic() - started < 60

    def test_the_child_is_kept_for_the_next_block_and_ended_with_the_last(self):
        with limited(fake_label, 30.0) as first:
            assert name(first(INPUTS[0])) == "a"
            process = first._child
        with limited(fake_label, 30.0) as second:
            assert second is first
        end_children()
        assert process.poll() is not None

    def test_a_child_that_outlives_its_parent_keeps_the_limit(self, tmp_path):
        script = (
            "from tests.labellers import dangerous\nfrom stance.corpus.limits import Limited\n"
            "from stance.records import Article\n"
            "child = Limited(dangerous, 3.0)\nchild(Article('a', 'no'))\n"
            "print(child._child.pid, flush=True)\nchild(Article('h', 'hang'))\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=ENVIRONMENT)
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.communicate()
        wait_until(
            lambda: not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text()
        )

    def test_a_child_that_dies_while_it_loads_is_told(self):
        with (
            pytest.raises(UsageError, match=r"while it loaded the model \(SIGKILL\).*leave out --time-limit"),
            limited(Fatal(), 30.0) as child,
        ):
            child(INPUTS[0])

    @pytest.mark.parametrize("output", [(), ("-o", "labels.csv")], ids=["stream", "parts"])
    def test_a_child_that_dies_before_it_reads_is_told(self, trained, archive, monkeypatch, capfd, output):
        # The model does not fit into the pipe's buffer, so that sending it fails.
        monkeypatch.setattr(sys, "executable", shutil.which("false"))
        assert label(archive, "--model", trained, "--time-limit", 60, *output) == 2
        told = "Error: the labelling process ended while it loaded the model (exit code 1): free memory"
        assert [line[: len(told)] for line in capfd.readouterr().err.splitlines()] == [told]

    def test_without_a_limit_there_is_no_child(self):
        with limited(fake_label, None) as child:
            assert child is None

    def test_labels_are_those_without_a_limit(self, trained, archive, capfd):
        assert label(archive, "-o", "plain.jsonl", "--model", trained) == 0
        assert label(archive, "-o", "limited.jsonl", "--model", trained, "--time-limit", 60) == 0
        assert Path("limited.jsonl").read_bytes() == Path("plain.jsonl").read_bytes()
        assert (
            label(archive, "-o", "none.jsonl", "--model", trained, "--time-limit", 0.001, "--shard", "2/4")
            == 1
        )
        assert Path("none.jsonl").read_bytes() == b""
        told = [line.split(":")[0] for line in capfd.readouterr().err.splitlines()]
        assert told == ["plain.jsonl", "limited.jsonl", "1", "5", "none.jsonl"]


def wait_until(there: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def label(*args: object) -> int:
    return main(["label", *map(str, args)])


@pytest.fixture
def archive(tmp_path, monkeypatch) -> Path:
    """A folder with a few articles, one of them broken."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    for number, text in enumerate(made_up(7, sentences=3)):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    return folder


@pytest.fixture
def fake(monkeypatch) -> SimpleNamespace:
    """Stands for the model."""
    model = SimpleNamespace(
        label=fake_label, digest="sha256:cd", topic=SimpleNamespace(sha256="ef", labels=())
    )
    monkeypatch.setattr("stance.model.load", lambda path=None, topic=None: model)
    return model


def parts_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def stop_after(monkeypatch: pytest.MonkeyPatch, model: SimpleNamespace, count: int) -> None:
    """The model is gone after so many articles."""
    left = iter(range(count))

    def stopping(article: Article) -> LabelledArticle:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return fake_label(article)

    monkeypatch.setattr(model, "label", stopping)


class TestParts:
    @pytest.mark.parametrize(
        ("ending", "in_parts"),
        [
            ("csv", False),
            ("jsonl", False),
            ("jsonl", True),
            ("parquet", False),
            ("parquet", True),
            ("sqlite", False),
        ],
    )
    def test_a_stopped_run_goes_on_where_it_was(self, ending, in_parts, fake, archive, monkeypatch, capfd):
        options = ("--part-size", 2, *(["--parts"] if in_parts else []))
        assert label(archive, "-o", f"whole.{ending}", *options) == 0
        with monkeypatch.context() as patch:
            stop_after(patch, fake, 5)
            assert label(archive, "-o", f"out.{ending}", *options) == 130
        assert "the same command goes on from here" in capfd.readouterr().err
        with monkeypatch.context() as patch:
            stop_after(patch, fake, 3)  # what was begun anew, and the last one
            assert label(archive, "-o", f"out.{ending}", *options) == 0
        whole, out = Path(f"whole.{ending}"), Path(f"out.{ending}")
        if in_parts:
            names = [f"part-{number:06}.{ending}" for number in range(4)]
            assert parts_of(out) == ["_manifest.json", *names]
            assert [(out / each).read_bytes() for each in names] == [
                (whole / each).read_bytes() for each in names
            ]
            assert json.loads((out / "_manifest.json").read_text())["complete"] is True
        else:
            assert out.read_bytes() == whole.read_bytes()
            assert parts_of(Path()) == sorted(["in", out.name, whole.name])

    def test_a_finished_folder_is_left_as_it_is(self, fake, archive, monkeypatch):
        assert label(archive, "-o", "out", "--format", "parquet", "--parts", "--part-size", 2) == 0
        before = {path: path.read_bytes() for path in Path("out").iterdir()}
        stop_after(monkeypatch, fake, 0)
        assert label(archive, "-o", "out", "--format", "parquet", "--parts", "--part-size", 2) == 0
        assert {path: path.read_bytes() for path in Path("out").iterdir()} == before

    def test_failures_of_both_runs_are_told_and_kept(self, fake, archive, monkeypatch, capfd):
        (archive / "0.txt").write_text("unlabellable")
        (archive / "6.txt").write_text("unlabellable")
        args = (archive, "-o", "out.jsonl", "--errors", "e.jsonl", "--part-size", 1)
        with monkeypatch.context() as patch:
            stop_after(patch, fake, 2)
            assert label(*args) == 130
        assert capfd.readouterr().err.startswith("0: has no sentence")
        assert label(*args) == 1
        assert capfd.readouterr().err.splitlines() == [
            "0: has no sentence that can be read",
            "6: has no sentence that can be read",
            "out.jsonl: 5 labelled (1 by the run that this one goes on with), 2 failed; attributions: 5",
        ]
        told = [json.loads(line)["article"] for line in Path("e.jsonl").read_text().splitlines()]
        assert told == ["0", "6"]

    def test_half_written_files_and_lost_parts_are_done_again(self, fake, archive):
        assert label(archive, "-o", "whole", "--format", "jsonl", "--parts", "--part-size", 2) == 0
        out = Path("whole")
        kept = {path.name: path.read_bytes() for path in out.iterdir()}
        (out / "part-000001.jsonl").write_bytes(b"half")
        (out / "part-000002.jsonl").unlink()
        (out / ".part-000003.jsonl.x.tmp").write_bytes(b"half")
        assert label(archive, "-o", "whole", "--format", "jsonl", "--parts", "--part-size", 2) == 0
        assert {path.name: path.read_bytes() for path in out.iterdir()} == kept

    def test_killed_after_the_last_rename(self, fake, archive):
        """The output is there and so are its parts: they are joined once more."""
        assert label(archive, "-o", "out.jsonl", "--part-size", 2) == 0
        whole = Path("out.jsonl").read_bytes()
        assert label(archive, "-o", "out.jsonl.parts", "--format", "jsonl", "--parts", "--part-size", 2) == 0
        assert label(archive, "-o", "out.jsonl", "--part-size", 2) == 0
        assert Path("out.jsonl").read_bytes() == whole
        assert parts_of(Path()) == ["in", "out.jsonl"]

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (("--no-text",), "another text (True, now False)"),
            (("--attributions-only",), "another attributions only"),
            (("--part-size", "3"), "another part size (2, now 3)"),
            (("--shard", "1/2"), "another shard (None, now 1/2)"),
            ("model", "another model (sha256:cd, now sha256:other)"),
            ("topic", "another topic (ef, now other)"),
            ("changed", "begun with other articles (see article 2 and those after it)"),
            ("fewer", "begun with other articles (there are fewer articles now)"),
            ("foreign", "holds something else"),
            ("file", "is a file, expected a folder"),
            (b"{", "is no JSON"),
            (b"[" * 100_000, "is no JSON (maximum recursion depth exceeded"),
            (b'{"made_with": [1]}', "is no manifest of ours"),
            (b'{"made_with": {}, "parts": {}}', "is no manifest of ours"),
        ],
    )
    def test_nothing_is_mixed(self, change, told, fake, archive, monkeypatch, capfd):
        args = (archive, "-o", "out.parquet", "--parts", "--part-size", 2)
        assert label(*args) == 0
        capfd.readouterr()
        out = Path("out.parquet")
        kept = {path: path.read_bytes() for path in out.glob("part*")}
        if isinstance(change, tuple):
            args += change
        elif change == "model":
            fake.digest = "sha256:other"
        elif change == "topic":
            fake.topic.sha256 = "other"
        elif change == "changed":
            (archive / "2.txt").write_text("It says no more.")
        elif change == "fewer":
            (archive / "6.txt").unlink()
        elif change == "foreign":
            (out / "_manifest.json").unlink()
        elif change == "file":
            args = (archive, "-o", "file.parquet", "--parts")
            Path("file.parquet").touch()
        elif isinstance(change, bytes):
            (out / "_manifest.json").write_bytes(change)
        assert label(*args) == 2
        err = capfd.readouterr().err
        assert told in err
        assert len(err.splitlines()) == 1
        assert {path: path.read_bytes() for path in out.glob("part*")} == kept

    def test_guarded_and_unguarded_cells_are_not_mixed(self, fake, archive, monkeypatch, capfd):
        args = (archive, "-o", "out.csv", "--part-size", 2)
        with monkeypatch.context() as patch:
            stop_after(patch, fake, 3)
            assert label(*args) == 130
        assert label(*args, "--excel") == 2
        assert "begun with another excel (False, now True)" in capfd.readouterr().err

    def test_what_ran_out_of_time_is_tried_again_with_another_limit(self, fake, archive, monkeypatch, capfd):
        reason = "took longer than 2 s; allow more with --time-limit"

        def late(article: Article) -> LabelledArticle:
            raise ArticleError(reason)

        args = (archive, "-o", "out", "--format", "jsonl", "--parts", "--part-size", 4)
        with monkeypatch.context() as patch:
            patch.setattr(fake, "label", late)
            assert label(*args) == 1
        limits = [2.0, 3.0, None]
        parts = [
            Parts(
                Path("out"),
                json.loads(Path("out/_manifest.json").read_bytes())["made_with"],
                FORMATS["jsonl"],
                limit,
            )
            for limit in limits
        ]
        for one, known in zip(parts, (7, 0, 0), strict=True):
            with one.open():
                assert len(one.failures()) == known
        assert label(*args) == 0
        assert label(*args[:1], "-o", "whole.jsonl") == 0
        parts = sorted(Path("out").glob("part-*"))
        assert b"".join(map(Path.read_bytes, parts)) == Path("whole.jsonl").read_bytes()

    def test_articles_of_parts_that_lie_there_are_let_go(self, fake, archive):
        most, seen = 0, []

        def blocks():
            nonlocal most
            for block in cut([Article(str(n), "x") for n in range(20)], 1):
                seen.append(weakref.ref(block))
                most = max(most, sum(one() is not None for one in seen))
                yield block

        work = WritePart(LabelBlock(fake_label), "jsonl", Path("out"), WriteOptions())
        with Parts(Path("out"), {}, FORMATS["jsonl"]).open() as parts:
            assert [fresh for _, _, fresh in parts.run(here, work, blocks())] == [True] * 20
        most = 0
        with Parts(Path("out"), {}, FORMATS["jsonl"]).open() as parts:
            assert [fresh for _, _, fresh in parts.run(here, work, blocks())] == [False] * 20
        assert most < 4

    @pytest.mark.parametrize("option", ["-o", "--errors"])
    def test_no_table_in_a_folder_is_written_over(self, option, fake, archive, capfd):
        table = archive / "articles.csv"
        table.write_text("id,text\na,It said no.\n", "utf-8")
        rest = ("-o", "out.jsonl") if option == "--errors" else ()
        assert label(archive, option, table, *rest) == 2
        assert "is one of the inputs" in capfd.readouterr().err
        assert table.read_text("utf-8").startswith("id,text")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_a_pipe_is_written_through(self, fake, archive):
        assert label(archive, "-o", "whole.csv") == 0
        os.mkfifo("pipe.csv")
        with ThreadPoolExecutor() as pool:
            read = pool.submit(Path("pipe.csv").read_bytes)
            assert label(archive, "-o", "pipe.csv") == 0
            assert read.result() == Path("whole.csv").read_bytes()
        assert parts_of(Path()) == ["in", "pipe.csv", "whole.csv"]

    @pytest.mark.parametrize("record", ["{}", "[" * 100_000, '{"number": 0, "file": "x", "more": 1}', "[]"])
    def test_a_broken_record_of_a_part_is_told(self, record, fake, archive, monkeypatch, capfd):
        with monkeypatch.context() as patch:
            stop_after(patch, fake, 3)
            assert label(archive, "-o", "out.jsonl", "--part-size", 1) == 130
        Path("out.jsonl.parts/_done/000000.json").write_text(record)
        capfd.readouterr()
        assert label(archive, "-o", "out.jsonl", "--part-size", 1) == 2
        (line,) = capfd.readouterr().err.splitlines()
        assert "to begin anew" in line

    def test_an_output_among_the_articles_is_no_article(self, fake, archive, monkeypatch):
        with monkeypatch.context() as patch:
            stop_after(patch, fake, 3)
            assert label(archive, "-o", "in/out.jsonl", "--part-size", 1) == 130
        assert label(archive, "-o", "in/out.jsonl", "--part-size", 1) == 0
        assert articles_of(Path("in/out.jsonl")) == [str(number) for number in range(7)]

    def test_labels_among_the_articles_are_passed_over(self, fake, archive, capfd):
        assert label(archive, "-o", "in/out.jsonl") == 0
        before = Path("in/out.jsonl").read_bytes()
        assert label("in", "-o", "in/out.jsonl") == 0
        assert Path("in/out.jsonl").read_bytes() == before
        assert "in/out.jsonl: passed over, it holds labelled sentences" in capfd.readouterr().err
        assert label("in/out.jsonl") == 2
        assert "holds labelled sentences, expected articles" in capfd.readouterr().err

    def test_a_run_that_came_to_nothing_leaves_nothing(self, fake, archive, monkeypatch):
        stop_after(monkeypatch, fake, 0)
        assert label(archive, "-o", "out.jsonl") == 130
        assert parts_of(Path()) == ["in"]

    def test_two_runs_do_not_write_one_output(self, tmp_path):
        first, second = (Parts(tmp_path / "out", {}, FORMATS["jsonl"]) for _ in range(2))
        with first.open(), pytest.raises(UsageError, match="another process is writing here"), second.open():
            pass
        with second.open():
            pass

    def test_an_empty_input_gives_an_output_with_columns(self, fake, archive):
        parquet = pytest.importorskip("pyarrow.parquet")
        assert label(archive, "-o", "out.parquet", "--shard", "9/9") == 0
        assert parquet.read_table("out.parquet").num_rows == 0
        assert label(archive, "-o", "parts", "--format", "parquet", "--parts", "--shard", "9/9") == 0
        assert parts_of(Path("parts")) == ["_manifest.json"]

    @pytest.mark.parametrize("options", [(), ("--excel",)])
    def test_csv_parts_join_to_one_table_with_all_columns(self, options, fake, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        rows = [
            {"text": 'One, "no".\nTwo.', "=n": 1},
            {"text": "-Three.", "late": "a\r\nb", "start": 7},
            {"text": "Four.", "=n": None},
        ]
        Path("in.jsonl").write_text("\n".join(map(json.dumps, rows)))
        assert label("in.jsonl", "-o", "one.csv", "--part-size", 9, *options) == 0
        assert label("in.jsonl", "-o", "joined.csv", "--part-size", 1, *options) == 0
        one = Path("one.csv").read_bytes()
        assert one.splitlines()[0].endswith(b",late,start_input")
        assert Path("joined.csv").read_bytes() == one
        assert one.startswith(codecs.BOM_UTF8) == bool(options)

    def test_sqlite_parts_join_to_one_database_with_all_columns(self, fake, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        rows = [{"text": "One no.\nTwo.", "n": 1}, {"text": "Three.", "late": "x"}, {"text": "Four no."}]
        Path("in.jsonl").write_text("\n".join(map(json.dumps, rows)))
        for name, size in (("one", 9), ("joined", 1)):
            assert label("in.jsonl", "-o", f"{name}.sqlite", "--part-size", size) == 0
        with (
            closing(sqlite3.connect("one.sqlite")) as one,
            closing(sqlite3.connect("joined.sqlite")) as joined,
        ):
            for table in ("articles", "attributions", "positions"):
                found = f"SELECT * FROM {table}"
                assert joined.execute(found).fetchall()
            assert joined.execute("SELECT n, late FROM attributions").fetchall()[0] == (1, None)
            assert joined.execute("PRAGMA foreign_key_check").fetchall() == []
            made = "SELECT name, sql FROM sqlite_master WHERE name <> 'attributions' ORDER BY name"
            assert joined.execute(made).fetchall() == one.execute(made).fetchall()
            told = "SELECT article, sentence, speaker, stance, text, late FROM attributions"
            assert joined.execute(told).fetchall() == one.execute(told).fetchall()

    def test_the_users_columns_have_one_type_in_all_parts(self, fake, tmp_path, monkeypatch):
        pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        monkeypatch.chdir(tmp_path)
        rows = [
            {"text": "One.", "n": 1, "mixed": 1, "empty": None},
            {"text": "Two.", "n": None, "mixed": "x", "empty": None},
            {"text": "Three.", "n": 2.5, "mixed": None, "empty": None, "late": True},
        ]
        Path("in.jsonl").write_text("\n".join(map(json.dumps, rows)))
        assert label("in.jsonl", "-o", "one.parquet", "--part-size", 9) == 0
        assert label("in.jsonl", "-o", "joined.parquet", "--part-size", 1) == 0
        assert label("in.jsonl", "-o", "parts.parquet", "--parts", "--part-size", 1) == 0
        one, joined = parquet.read_table("one.parquet"), parquet.read_table("joined.parquet")
        files = sorted(Path("parts.parquet").glob("part-*"))
        assert joined.equals(one)
        assert {parquet.read_schema(path) for path in files} == {one.schema}
        assert pa.concat_tables([parquet.read_table(path) for path in files]).equals(one)
        assert parquet.read_table("parts.parquet").equals(one)
        own = {
            "n": [1.0, None, 2.5],
            "mixed": ["1", "x", None],
            "empty": [None] * 3,
            "late": [None, None, True],
        }
        assert one.select(list(own)).to_pydict() == own

    def test_corrections_are_tallied_over_all_parts(self, small, archive, monkeypatch, capfd):
        monkeypatch.setattr("stance.model.load", lambda path=None, topic=None: small)
        assert label(archive, "-o", "a.jsonl") == 0
        rows = [json.loads(line) for line in Path("a.jsonl").read_text("utf-8").splitlines()]
        fields = ("article", "article_sha256", "start", "end", "text")
        firsts = [[row[each] for each in fields] for row in rows if row["sentence"] == 0]
        write_corrections(Path("c.csv"), [Correction(*first, "none", "none", "anna") for first in firsts])
        told = {}
        capfd.readouterr()
        for options in ((), ("--part-size", 2), ("--part-size", 2, "--parts"), ("--part-size", 2, "--parts")):
            ending = ("-o", "parts" if "--parts" in options else "b.jsonl", "--format", "jsonl")
            assert label(archive, *ending, "--corrections", "c.csv", *options) == 0
            told[options] = capfd.readouterr().err.splitlines()[0]
        assert set(told.values()) == {"c.csv: 7 corrections applied"}


class TestKilled:
    """Real processes, killed at any time with SIGKILL."""

    @pytest.mark.parametrize(
        ("output", "options"),
        [("out.jsonl", ()), ("out.parquet", ("--jobs", "2")), ("out", ("--format", "parquet", "--parts"))],
    )
    def test_every_article_once_and_the_same_bytes(self, output, options, trained, tmp_path):
        rows = [{"id": f"n{n}", "text": text, "rank": n} for n, text in enumerate(made_up(60, sentences=8))]
        (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
        start = [sys.executable, "-m", "stance", "label", "in.jsonl", "--model", str(trained), *options]
        start += ["--part-size", "4"]
        whole = tmp_path / output.replace("out", "whole")
        subprocess.run([*start, "-o", whole.name], cwd=tmp_path, env=ENVIRONMENT, check=True)
        out = tmp_path / output
        folder = out if "--parts" in options else tmp_path / f"{output}.parts"
        for wanted in (1, 4, 8):
            process = subprocess.Popen([*start, "-o", output], cwd=tmp_path, env=ENVIRONMENT)
            wait_until(lambda wanted=wanted: len(list(folder.glob("part-*"))) >= wanted)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
            assert not out.is_file()
        done = len(list(folder.glob("part-*")))
        assert done < 15
        subprocess.run([*start, "-o", output], cwd=tmp_path, env=ENVIRONMENT, check=True)
        assert bytes_of(out) == bytes_of(whole)
        assert articles_of(out) == [f"n{n}" for n in range(60)]
        assert parts_of(tmp_path) == sorted(["in.jsonl", output, whole.name])


@pytest.fixture
def scheduler(trained):
    """The address of a Dask cluster of two processes on the loopback, and their ids."""
    pytest.importorskip("distributed", reason="Dask distributed is not installed")
    script = (
        "from distributed import Client, LocalCluster\nimport os, sys\n"
        "with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:\n"
        "    with Client(cluster) as client:\n"
        "        print(cluster.scheduler_address, *client.run(os.getpid).values(), flush=True)\n"
        "        sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it tells of the lost worker
        env=ENVIRONMENT,
    )
    address, *pids = process.stdout.readline().decode().split()
    yield address, [int(pid) for pid in pids], process
    process.communicate()


class TestCluster:
    def test_a_run_whose_cluster_is_gone_ends_elsewhere(self, scheduler, trained, archive):
        address, _, process = scheduler
        start = [sys.executable, "-m", "stance", "label", "in", "--model", str(trained), "--part-size", "1"]
        for number, text in enumerate(made_up(30)):
            (archive / f"more{number}.txt").write_text(text, "utf-8")
        args = [*start, "-o", "out.jsonl", "--cluster", address]
        run = subprocess.Popen(args, env=ENVIRONMENT, stderr=subprocess.PIPE)
        wait_until(lambda: len(list(Path("out.jsonl.parts").glob("part-*"))) >= 3)
        process.kill()
        err = run.communicate()[1].decode()
        assert run.returncode == 2
        assert err.splitlines()[-1].startswith(f"Error: --cluster {address}: the scheduler is gone")
        assert not Path("out.jsonl").exists()
        subprocess.run([*start, "-o", "out.jsonl"], env=ENVIRONMENT, check=True)
        subprocess.run([*start, "-o", "whole.jsonl"], env=ENVIRONMENT, check=True)
        assert Path("out.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()

    def test_a_lost_worker_costs_nothing(self, scheduler, trained, tmp_path):
        address, pids, _ = scheduler
        rows = [{"id": f"n{n}", "text": text, "rank": n} for n, text in enumerate(made_up(60, sentences=8))]
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "table.jsonl").write_text("\n".join(map(json.dumps, rows)))
        (tmp_path / "in" / "bad.txt").write_text("")
        (tmp_path / "in" / "file.txt").write_text(rows[0]["text"], "utf-8")
        start = [sys.executable, "-m", "stance", "label", "in", "--model", str(trained), "--part-size", "4"]
        whole = subprocess.run([*start, "-o", "whole.parquet"], cwd=tmp_path, env=ENVIRONMENT, check=False)
        args = [*start, "-o", "out.parquet", "--errors", "errors.jsonl", "--cluster", address]
        run = subprocess.Popen(args, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE)
        folder = tmp_path / "out.parquet.parts"
        wait_until(lambda: len(list(folder.glob("part-*"))) >= 5)
        os.kill(pids[0], signal.SIGKILL)
        err = run.communicate()[1].decode()
        failed, summary = err.splitlines()
        assert failed.startswith("bad: empty")
        assert summary.startswith("out.parquet: 61 labelled, 1 failed; attributions: ")
        assert run.returncode == whole.returncode == 1
        assert (tmp_path / "out.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
        assert articles_of(tmp_path / "out.parquet") == ["file", *(f"n{n}" for n in range(60))]
        assert json.loads((tmp_path / "errors.jsonl").read_text())["article"] == "bad"

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("-o", "out.html"), "--cluster writes CSV, JSON Lines, Parquet or SQLite"),
            ((), "--cluster writes CSV, JSON Lines, Parquet or SQLite"),
            (("-o", "out.jsonl", "--cluster", "tcp://127.0.0.1:1"), "no scheduler with workers answers"),
            (("-o", "out.jsonl", "--cluster", "nonsense"), "no scheduler with workers answers"),
        ],
    )
    def test_a_users_mistake(self, options, told, fake, archive, monkeypatch, capfd):
        cluster = pytest.importorskip("stance.corpus.cluster")
        pytest.importorskip("distributed", reason="Dask distributed is not installed")
        monkeypatch.setattr(cluster, "PATIENCE", 1)
        assert label(archive, "--cluster", "local", *options) == 2
        err = capfd.readouterr().err
        assert told in err
        assert len(err.splitlines()) == 1
        assert parts_of(Path()) == ["in"]

    def test_without_dask_the_extra_is_named(self, fake, archive, monkeypatch, capfd):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        assert label(archive, "-o", "out.jsonl", "--cluster", "local") == 2
        assert "pip install '.[cluster]'" in capfd.readouterr().err


def bytes_of(output: Path) -> dict[str, bytes]:
    files = output.iterdir() if output.is_dir() else [output]
    return {path.name.replace("whole", "out"): path.read_bytes() for path in files}


def articles_of(output: Path) -> list[str]:
    if output.suffix == ".jsonl":
        found = [json.loads(line)["article"] for line in output.read_text("utf-8").splitlines()]
    else:
        found = pytest.importorskip("pyarrow.parquet").read_table(output).column("article").to_pylist()
    return list(dict.fromkeys(found))
