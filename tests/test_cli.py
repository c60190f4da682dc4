"""The command line: exit codes, streams, messages. Mostly with a fake model, at the end with a real one."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import re
import runpy
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

import stance
from stance.cli import COMMANDS, group, main
from stance.cli import progress as cli_progress
from stance.errors import ModelError
from stance.topic import load_topic
from tests.conftest import SEEDS, take
from tests.labellers import ROOT, fake_label


@pytest.fixture
def model(monkeypatch):
    """Stands where the model is loaded; records what it was asked to load."""
    asked = []

    def load(path=None, topic=None):
        asked.append((path, topic))
        return SimpleNamespace(
            label=fake_label,
            digest="sha256:cd",
            encoder=SimpleNamespace(check=lambda: None),
            topic=SimpleNamespace(sha256="ef"),
            explain=lambda article, sentence: SimpleNamespace(lines=lambda: [f"{article.id} {sentence}"]),
        )

    monkeypatch.setattr("stance.model.load", load)
    return asked


@pytest.fixture
def articles(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("He said no.\nIt rained.\n", encoding="utf-8")
    (folder / "b.txt").write_text("“Вучић” said no.\n", encoding="utf-8")
    return folder


def run(capfdbinary, *args) -> tuple[int, str, str]:
    code = main([str(arg) for arg in args])
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


WRONG = [
    ([], "PATH"),
    (["nowhere.txt"], "nowhere.txt"),
    (["in", "-o", "out.json"], "did you mean '.jsonl'"),
    (["in", "-o", "no/such/folder/out.csv"], "cannot write here"),
    (["in", "-o", "in"], "is a folder"),
    (["in", "--format", "cvs"], "did you mean 'csv'"),
    (["in", "--format", "parquet"], "-o labels.parquet"),
    (["in", "--frmat", "csv"], "--format"),
    (["in", "--shard", "3/2"], "1/4"),
    (["in", "--shard", f"1/{'9' * 5000}"], "1/4"),
    (["in", "--time-limit", "inf"], "time-limit"),
    (["in", "--time-limit", "nan"], "nan is no time"),
    (["in", "--part-size", "9" * 30], "part-size"),
    (["in", "--jobs", "0"], "jobs"),
    (["in", "--model", "nowhere"], "nowhere"),
    (["in", "--topic", "nowhere.toml"], "nowhere.toml"),
    (["in", "--errors", "no/such/folder/e.jsonl"], "cannot write here"),
    (["in/a.txt", "-o", "in/a.txt", "--format", "csv"], "one of the inputs"),
    (["in", "-o", "out.jsonl", "--errors", "out.jsonl"], "choose two names"),
]


def on_terminal(command: list[str], folder: Path) -> bytes:
    """What a command shows on a terminal."""
    pty = pytest.importorskip("pty", reason="needs a system with pseudo-terminals")
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=folder, stdout=theirs, stderr=theirs, stdin=theirs) as running:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how Linux tells that the other end is closed
            while part := os.read(ours, 65536):
                shown += part
    os.close(ours)
    assert running.returncode is not None
    return shown


class TestLabel:
    def test_rows_go_to_standard_output(self, model, articles, capfdbinary):
        code, out, err = run(capfdbinary, "label", articles, "--format", "jsonl")
        assert (code, err) == (0, "")
        found = [json.loads(line) for line in out.splitlines()]
        assert [(row["article"], row["sentence"], row["stance"]) for row in found] == [
            ("a", 0, "denies"),
            ("a", 1, "none"),
            ("b", 0, "denies"),
        ]
        assert "Вучић" in out

    def test_a_table_is_the_default(self, model, articles, capfdbinary):
        code, out, _ = run(capfdbinary, "label", articles / "a.txt")
        assert code == 0
        assert "1 article, 2 sentences, 1 attribution" in out

    def test_standard_input(self, model, articles, capfdbinary, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"He said no.\n")))
        code, out, _ = run(capfdbinary, "label", "-", "--format", "jsonl")
        assert (code, json.loads(out)["stance"]) == (0, "denies")

    def test_options_reach_the_rows(self, model, articles, capfdbinary):
        args = ("--format", "jsonl", "--attributions-only", "--no-text", "--shard", "2/2")
        code, out, _ = run(capfdbinary, "label", articles, *args)
        (row,) = map(json.loads, out.splitlines())
        assert (code, row["article"], row["text"]) == (0, "b", None)

    @pytest.mark.parametrize("ending", ["csv", "jsonl", "html", "parquet", "sqlite", "db", "xlsx"])
    def test_a_file_is_written_whole(self, ending, model, articles, capfdbinary):
        target = Path(f"out.{ending}")
        code, out, err = run(capfdbinary, "label", articles, "-o", target)
        assert (code, out, err) == (0, "", f"{target}: 2 labelled; attributions: 2\n")
        assert target.stat().st_size > 100
        assert sorted(path.name for path in Path().iterdir()) == ["in", target.name]

    def test_a_failed_article_is_told_and_the_others_are_written(self, model, articles, capfdbinary):
        (articles / "aa.txt").write_text("", encoding="utf-8")
        (articles / "c.txt").write_text("unlabellable", encoding="utf-8")
        args = ("--format", "jsonl", "--errors", "errors.jsonl")
        code, out, err = run(capfdbinary, "label", articles, *args)
        failures = [json.loads(line) for line in Path("errors.jsonl").read_text("utf-8").splitlines()]
        assert code == 1
        assert [json.loads(line)["article"] for line in out.splitlines()] == ["a", "a", "b"]
        assert [list(failure) for failure in failures] == [["article", "reason"]] * 2
        assert err.splitlines() == [f"{failure['article']}: {failure['reason']}" for failure in failures]
        assert failures[1] == {"article": "c", "reason": "has no sentence that can be read"}

    def test_model_and_topic_are_loaded_once_and_first(self, model, articles, capfdbinary):
        Path("m").mkdir()
        assert run(capfdbinary, "label", articles, "--model", "m", "--topic", "open")[0] == 0
        assert model == [(Path("m"), load_topic("open"))]

    def test_a_broken_model_is_told_before_any_work(self, articles, capfdbinary, monkeypatch):
        def broken(path=None, topic=None):
            raise ModelError("m: bad digest\nm: bad schema")

        monkeypatch.setattr("stance.model.load", broken)
        code, out, err = run(capfdbinary, "label", articles, "-o", "out.csv")
        assert (code, out, err) == (2, "", "Error: m: bad digest\nError: m: bad schema\n")
        assert not Path("out.csv").exists()

    @pytest.mark.parametrize(("args", "told"), WRONG)
    def test_a_users_mistake(self, args, told, model, articles, capfdbinary):
        before = sorted(articles.parent.rglob("*"))
        code, out, err = run(capfdbinary, "label", *args)
        assert (code, out) == (2, "")
        assert err.startswith("Error: ")
        assert len(err.splitlines()) <= 2
        assert told in err
        assert sorted(articles.parent.rglob("*")) == before

    @pytest.mark.parametrize(
        ("output", "told"),
        [
            (("-o", "out.csv"), "Interrupted; nothing was written."),
            ((), "Interrupted; the output is not complete."),
        ],
    )
    def test_interrupted(self, output, told, articles, capfdbinary, monkeypatch):
        def interrupted(article):
            raise KeyboardInterrupt

        monkeypatch.setattr(
            "stance.model.load",
            lambda path=None, topic=None: SimpleNamespace(
                label=interrupted, digest="sha256:cd", topic=SimpleNamespace(sha256="ef")
            ),
        )
        code, _, err = run(capfdbinary, "label", articles, *output)
        assert (code, err.strip()) == (130, told)
        assert [path.name for path in Path().iterdir()] == ["in"]


class TestOthers:
    def test_explain(self, model, articles, capfdbinary):
        assert run(capfdbinary, "explain", "in/a.txt", "--sentence", 1) == (0, "a 1\n", "")
        code, _, err = run(capfdbinary, "explain", "in", "--sentence", 1)
        assert (code, err) == (
            2,
            "Error: in holds several articles, expected one: choose one with --article ID\n",
        )
        assert run(capfdbinary, "explain", "in", "--sentence", 0, "--article", "b") == (0, "b 0\n", "")
        code, _, err = run(capfdbinary, "explain", "in", "--sentence", 0, "--article", "c")
        assert (code, err.split(":")[1]) == (2, " in holds no article with the id 'c', expected one")

    @pytest.mark.parametrize("command", ["label", "explain", "sample", "annotate", "topic check"])
    def test_the_columns_of_a_table_can_be_named(self, command, capfdbinary):
        assert "--text-column" in run(capfdbinary, *command.split(), "--help")[1]

    def test_named_columns_are_read(self, model, articles, capfdbinary):
        (articles / "t.csv").write_text("wording,nr\nHe said no.,7\n", "utf-8")
        named = ("in/t.csv", "--text-column", "wording", "--id-column", "nr")
        assert run(capfdbinary, "explain", *named, "--sentence", 0) == (0, "7 0\n", "")
        code, out, _ = run(capfdbinary, "topic", "check", "serbia-arms", *named)
        assert (code, out.splitlines()[-1]) == (0, "  off the topic: 7")
        assert run(capfdbinary, "sample", *named, "-n", 1)[0] == 0
        assert "He said no." in Path("sample.csv").read_text("utf-8")

    def test_verify(self, model, tmp_path, monkeypatch, capfdbinary):
        monkeypatch.setattr("stance.storage.verify", lambda path: [])
        monkeypatch.setattr("stance.heldoutfile.load_heldout", lambda path: [])
        assert run(capfdbinary, "verify", "m") == (0, "m: fine, sha256:cd\n", "")
        monkeypatch.setattr(
            "stance.storage.verify", lambda path: ["card.md is missing", "heads.json is damaged"]
        )
        told = "Error: card.md is missing\nError: heads.json is damaged\n"
        assert run(capfdbinary, "verify", "m") == (2, "", told)

    def test_train_passes_its_options_on(self, tmp_path, monkeypatch, capfdbinary):
        seen = []

        def train(settings, report):
            report("folds", 1, 4)
            seen.append(settings)
            return settings.output

        monkeypatch.setattr("stance.training.train", train)
        args = ("--annotations", tmp_path, "-o", "m", "--topic", "open", "--no-base", "--seed", 7)
        code, out, err = run(capfdbinary, "train", *args)
        assert (code, out) == (0, "")
        assert "stance evaluate --model m" in err
        (settings,) = seen
        told = (settings.annotations, settings.output, settings.topic, settings.use_base, settings.seed)
        assert told == (tmp_path, Path("m"), "open", False, 7)

    @pytest.mark.parametrize(
        ("args", "cores", "jobs"),
        [((), 8, 2), ((), 1, 1), ((), None, 1), (("--no-base",), 8, 1), (("--no-base", "--jobs", 5), 8, 5)],
    )
    def test_train_takes_two_processes_where_it_pays(self, args, cores, jobs, tmp_path, monkeypatch, capfd):
        seen = []
        monkeypatch.setattr("os.cpu_count", lambda: cores)
        monkeypatch.setattr(
            "stance.training.train", lambda settings, report: seen.append(settings.jobs) or settings.output
        )
        assert main(["train", "--annotations", str(tmp_path), *map(str, args)]) == 0
        assert seen == [jobs]

    def test_evaluate_prints_and_writes(self, tmp_path, monkeypatch, capfdbinary):
        def scored(rows, predictions=None, seed=0, command=None):
            return f"{rows} {predictions} {command}"

        monkeypatch.chdir(tmp_path)
        Path("m").mkdir()
        monkeypatch.setattr("stance.evaluation.load_heldout", lambda path: f"rows of {path}")
        monkeypatch.setattr("stance.evaluation.evaluate", scored)
        monkeypatch.setattr("stance.report.terminal", lambda scores: scores)
        monkeypatch.setattr("stance.report.write", lambda scores, folder: folder.write_text(scores))
        told = "rows of m None stance evaluate --model m -o out"
        assert run(capfdbinary, "evaluate", "--model", "m", "-o", "out") == (0, told + "\n", "")
        assert Path("out").read_text() == told

    def test_evaluate_takes_the_shipped_model_by_default(self, tmp_path, monkeypatch, capfdbinary):
        monkeypatch.setattr("stance.storage.default_folder", lambda: tmp_path)
        monkeypatch.setattr("stance.evaluation.load_heldout", lambda path: f"rows of {path}")
        monkeypatch.setattr("stance.evaluation.evaluate", lambda rows, *rest, command: f"{rows}, {command}")
        monkeypatch.setattr("stance.report.terminal", lambda scores: scores)
        assert run(capfdbinary, "evaluate") == (0, f"rows of {tmp_path}, stance evaluate\n", "")

    def test_a_topic_that_will_not_work_well_is_noted(self, tmp_path, capfdbinary):
        path = tmp_path / "t.toml"
        path.write_text(
            'schema = 1\nname = "t"\nallegation = "x"\n[[speakers]]\nlabel = "boss"\nrole = "leader"\n'
        )
        code, out, _ = run(capfdbinary, "topic", "check", path)
        assert code == 0
        assert "note: boss has no name, alias or description" in out
        assert "note: there are no terms" in out
        both = (
            'label = "boss"\nrole = "leader"\nname = "Ana Kos"',
            'label = "aide"\nrole = "other"\naliases = ["ana kos"]',
        )
        path.write_text(
            'schema = 1\nname = "t"\nallegation = "x"\n' + "".join(f"[[speakers]]\n{one}\n" for one in both)
        )
        _, out, _ = run(capfdbinary, "topic", "check", path)
        assert "note: 'ana kos' is a name of boss and of aide, and all mentions go to boss" in out

    def test_a_new_topic_is_sound(self, tmp_path, monkeypatch, capfdbinary):
        monkeypatch.chdir(tmp_path)
        code, out, err = run(capfdbinary, "topic", "new", "grain-deal")
        assert (code, out) == (0, "")
        assert "stance topic check grain-deal.toml" in err
        code, out, _ = run(capfdbinary, "topic", "check", "grain-deal.toml")
        assert code == 0
        assert out.startswith("grain-deal: Grain from")
        assert "leader: president" in out
        assert "document: none of its own, labelled other" in out
        still = "the allegation, seller, receiver, accuser, president, ministry, Example Grain Company"
        assert f"note: still the example's: {still}; put your own there" in out
        assert b"stance topic check grain-deal.toml" in Path("grain-deal.toml").read_bytes()
        code, _, err = run(capfdbinary, "topic", "new", "grain-deal")
        assert (code, "exists already" in err) == (2, True)

    def test_a_topic_that_was_filled_in_has_nothing_of_the_example(self, capfdbinary):
        code, out, _ = run(capfdbinary, "topic", "check", "serbia-arms")
        assert (code, "the example" in out) == (0, False)

    @pytest.mark.parametrize("command", ["explain", "agree", "audit", "label"])
    def test_an_article_does_not_steer_the_terminal(self, command, tmp_path):
        """On a terminal of its own: through a pipe click leaves escape sequences out."""
        evil = "Vucic said \x1b[31mit is\x1b]0;owned\x07 a lie about weapons from Serbia for Ukraine."
        (tmp_path / "article.txt").write_text(evil)
        for name, stance_ in (("anna", "denies"), ("ben", "hedges")):
            sheet = f'article,start,end,text,speaker,stance\nart,0,9,"{evil}",vucic,{stance_}\n'
            (tmp_path / f"{name}.csv").write_text(sheet)
        folder = tmp_path / "rows"
        folder.mkdir()
        (folder / "\x1b[31mred.csv").write_text("article,sentence\n1,2\n")
        arguments = {
            "explain": ["article.txt", "--sentence", "0"],
            "agree": ["anna.csv", "ben.csv"],
            "audit": ["rows"],
            "label": ["article.txt"],
        }[command]
        shown = on_terminal([sys.executable, "-m", "stance", command, *arguments], tmp_path)
        assert b"owned" in shown or b"red.csv" in shown
        assert b"\x1b[31m" not in shown
        assert b"\x1b]0;" not in shown
        assert b"\x07" not in shown

    def test_a_topic_is_held_against_articles(self, tmp_path, capfdbinary):
        (tmp_path / "russian.txt").write_text("Он сказал, что оружие не поставлялось. " * 20, "utf-8")
        (tmp_path / "sport.txt").write_text("The home team won the match on Sunday evening. " * 10, "utf-8")
        folder = ROOT / "annotations" / "example"
        code, out, _ = run(capfdbinary, "topic", "check", folder / "smelter.toml", folder / "texts", tmp_path)
        assert code == 0
        told = out.partition("in the articles: ")[2].splitlines()
        assert told[0] == "3 of 4 on the topic, 53 sentences"
        assert "  premier: mentions 7, in 3 of 4 articles" in told
        terms = next(line for line in told if line.startswith("  never found, terms: "))
        assert "pollution" in terms
        assert "cadmium" not in terms
        assert told[-2:] == ["  off the topic: sport", "  not read: russian"]
        (tmp_path / "bytes.txt").write_bytes(b"\x00\x01\x02" * 100)
        code, out, _ = run(capfdbinary, "topic", "check", folder / "smelter.toml", tmp_path)
        assert (code, out.splitlines()[-1]) == (0, "  not read: bytes, russian")

    def test_the_examples_that_stand_in_comments_are_sound_too(self, tmp_path, monkeypatch, capfdbinary):
        monkeypatch.chdir(tmp_path)
        assert run(capfdbinary, "topic", "new", "grain-deal")[0] == 0
        text = Path("grain-deal.toml").read_text("utf-8")
        block = text[text.index("# [[speakers]]") :].split("\n\n")[0]
        uncommented = "\n".join(line.removeprefix("# ") for line in block.splitlines())
        Path("grain-deal.toml").write_text(text.replace(block, uncommented), "utf-8")
        code, out, _ = run(capfdbinary, "topic", "check", "grain-deal.toml")
        assert (code, "document: port_log" in out) == (0, True)

    @pytest.mark.parametrize(
        ("name", "told"), [("../x", "such as grain-deal"), ("open", "is a built-in topic")]
    )
    def test_a_bad_topic_name(self, name, told, tmp_path, monkeypatch, capfdbinary):
        monkeypatch.chdir(tmp_path)
        code, _, err = run(capfdbinary, "topic", "new", name)
        assert (code, told in err) == (2, True)
        assert not list(tmp_path.iterdir())

    def test_a_broken_topic_has_every_fault_told(self, tmp_path, capfdbinary):
        path = tmp_path / "t.toml"
        path.write_text('schema = 1\nname = "t"\ntermz = []\n[[speakers]]\nlabel = "x"\nrole = "leeder"\n')
        code, out, err = run(capfdbinary, "topic", "check", path)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 3
        assert all(line.startswith(f"Error: {path}: ") for line in err.splitlines())

    def test_agree(self, tmp_path, capfdbinary):
        for name, stance_ in (("anna", "denies"), ("ben", "hedges")):
            row = f"art,0,9,words,vucic,{stance_}\nart,10,19,words,none,none\n"
            (tmp_path / f"{name}.csv").write_text("article,start,end,text,speaker,stance\n" + row)
        paths = (tmp_path / "anna.csv", tmp_path / "ben.csv")
        code, out, _ = run(capfdbinary, "agree", *paths)
        assert (code, out.splitlines()[0]) == (0, "anna, ben: 2 sentences in common, 0 marked by one alone")
        assert json.loads(run(capfdbinary, "agree", *paths, "--format", "json")[1])["sentences"] == 2
        code, _, err = run(capfdbinary, "agree", paths[0])
        assert (code, err) == (2, "Error: agreement takes two annotators or more, found 1\n")


class TestMain:
    def commands(self) -> dict[str, click.Command]:
        context = click.Context(group)
        found = {}
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            found[name] = command
            if isinstance(command, click.Group):
                found |= {f"{name} {sub}": entry for sub, entry in command.commands.items()}
        return found

    def test_every_command_has_help_with_an_example(self, capfdbinary):
        assert set(COMMANDS) <= set(self.commands())
        for name in self.commands():
            code, out, err = run(capfdbinary, *name.split(), "--help")
            assert (code, err) == (0, "")
            assert f"stance {name}" in out.split("Example")[1], name

    def test_every_option_has_help(self):
        for name, command in self.commands().items():
            bare = [
                entry.name for entry in command.params if isinstance(entry, click.Option) and not entry.help
            ]
            assert not bare, name

    def test_a_command_that_is_none(self):
        assert group.get_command(click.Context(group), "lable") is None

    def test_version(self, capfdbinary):
        assert run(capfdbinary, "--version") == (0, f"stance, version {stance.__version__}\n", "")

    @pytest.mark.parametrize(
        ("args", "told"),
        [
            ([], "Missing command"),
            (["lable"], "did you mean 'label'?"),
            (["xyz"], "expected one of label"),
            (["-x"], "-x"),
        ],
    )
    def test_no_such_command(self, args, told, capfdbinary):
        code, out, err = run(capfdbinary, *args)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) <= 2
        assert told in err

    @pytest.mark.parametrize("options", [[], ["--errors", "errors.jsonl"]])
    def test_a_reader_that_goes_away_is_no_error(self, options, articles):
        script = (
            "import sys, stance.cli, tests.labellers as t, stance.model\n"
            "from types import SimpleNamespace\n"
            "stance.model.load = lambda path=None, topic=None: SimpleNamespace(label=t.fake_label)\n"
            f"sys.exit(stance.cli.main(['label', 'big.txt', '--format', 'jsonl', *{options}]))"
        )
        Path("big.txt").write_text("He said no.\n" * 5000)
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]),
            "LC_ALL": "C",
        }
        with subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as process:
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == 141

    def test_output_is_utf8_whatever_the_locale(self, tmp_path):
        environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
        command = [sys.executable, "-m", "stance", "topic", "check", "—.toml"]
        done = subprocess.run(command, capture_output=True, env=environment, cwd=tmp_path, check=False)
        assert done.returncode == 2
        assert "—.toml: cannot read the topic" in done.stderr.decode("utf-8")


GOOD = "Serbian President Aleksandar Vučić denied that ammunition was sent to Ukraine. “A lie 🤥,” he said.\n"
KEYS = ("article", "sentence", "speaker", "stance")


def jsonl(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


class TestRealModel:
    """The same commands with a trained model, as a user runs them."""

    @pytest.fixture
    def texts(self, tmp_path, monkeypatch) -> Path:
        monkeypatch.chdir(tmp_path)
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "a.txt").write_text(unicodedata.normalize("NFD", GOOD), "utf-8")
        (folder / "z.txt").write_text(GOOD, "utf-8")
        return folder

    def test_every_format(self, trained, texts, capfdbinary):
        for ending in ("csv", "jsonl", "html", "parquet", "sqlite", "xlsx"):
            code, out, err = run(capfdbinary, "label", texts, "--model", trained, "-o", f"out.{ending}")
            assert (code, out) == (0, "")
            assert err.startswith(f"out.{ending}: 2 labelled; attributions: ")
        with Path("out.csv").open(encoding="utf-8", newline="") as stream:
            table = [[row[key] for key in KEYS] for row in csv.DictReader(stream)]
        rows_ = [[str(row[key]) for key in KEYS] for row in jsonl(Path("out.jsonl").read_text("utf-8"))]
        assert table == rows_
        assert {row[0] for row in table} == {"a", "z"}
        code, out, _ = run(capfdbinary, "label", texts, "--model", trained)
        assert (code, "2 articles" in out) == (0, True)

    @pytest.mark.parametrize("form", ["jsonl", "csv", "html"])
    def test_the_same_bytes_whatever_the_jobs(self, form, trained, tmp_path, capfdbinary):
        args = ("label", *SEEDS, "--model", trained, "--format", form)
        first = run(capfdbinary, *args)
        assert first[0] == 0
        assert run(capfdbinary, *args) == first
        assert run(capfdbinary, *args, "--jobs", 2) == first

    def test_alone_in_a_batch_or_from_standard_input(self, trained, capfdbinary, monkeypatch):
        args = ("--model", trained, "--format", "jsonl")
        batch = jsonl(run(capfdbinary, "label", *SEEDS, *args)[1])
        for path in SEEDS:
            alone = jsonl(run(capfdbinary, "label", path, *args)[1])
            assert alone == [row for row in batch if row["article"] == path.stem]
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
            piped = jsonl(run(capfdbinary, "label", "-", *args)[1])
            # A file's name may hold a date, which standard input has not.
            differing = {
                key for one, two in zip(alone, piped, strict=True) for key in one if one[key] != two[key]
            }
            assert differing <= {"article", "date", "date_source"}
        shards = [jsonl(run(capfdbinary, "label", *SEEDS, *args, "--shard", f"{n}/2")[1]) for n in (1, 2)]
        assert sorted(map(str, shards[0] + shards[1])) == sorted(map(str, batch))

    def test_text_stands_at_its_offsets(self, trained, texts, capfdbinary):
        inputs = [*SEEDS, texts]
        _, out, _ = run(capfdbinary, "label", *inputs, "--model", trained, "--format", "jsonl")
        paths = {path.stem: path for path in (*SEEDS, *texts.iterdir())}
        read = {name: path.read_bytes().decode("utf-8") for name, path in paths.items()}
        text = {name: unicodedata.normalize("NFC", words) for name, words in read.items()}
        spans = 0
        for row in jsonl(out):
            words = text[row["article"]]
            assert row["article_sha256"] == hashlib.sha256(words.encode()).hexdigest()
            assert row["text"] == words[row["start"] : row["end"]]
            for span in (span for span in (row["source"], row["cue"]) if span):
                assert span["text"] == words[span["start"] : span["end"]]
                assert row["start"] <= span["start"] < span["end"] <= row["end"]
                spans += 1
        assert spans > 50

    def test_an_article_off_the_topic(self, trained, texts, capfdbinary):
        (texts / "o.txt").write_text("Minister Ana Kos said that the harvest was good.", "utf-8")
        args = ("--model", trained, "--format", "jsonl")
        (row,) = jsonl(run(capfdbinary, "label", texts / "o.txt", *args)[1])
        assert (row["on_topic"], row["stance"], row["stance_probabilities"]) == (False, "none", None)
        found = jsonl(run(capfdbinary, "label", texts / "a.txt", *args)[1])
        assert all(row["on_topic"] for row in found)
        assert {row["stance"] for row in found} != {"none"}

    def test_other_topics(self, trained, texts, capfdbinary):
        args = ("label", texts / "a.txt", "--model", trained, "--format", "jsonl", "--topic")
        opened = jsonl(run(capfdbinary, *args, "open")[1])
        assert {row["topic"] for row in opened} == {"open"}
        assert {row["speaker"] for row in opened} <= {"other", "none"}
        assert {row["stance"] for row in opened} == {"none"}
        own = load_topic("serbia-arms").text.replace('label = "vucic"', 'label = "präsident"')
        Path("my.toml").write_text(own.replace('name = "serbia-arms"', 'name = "mine"'), "utf-8")
        found = jsonl(run(capfdbinary, *args, "my.toml")[1])
        assert {row["topic"] for row in found} == {"mine"}
        assert "präsident" in {row["speaker"] for row in found}

    def test_bad_articles_cost_one_line_each(self, trained, texts, capfdbinary):
        (texts / "empty.txt").write_bytes(b"")
        (texts / "binary.txt").write_bytes(b"\x00\x01\x02\xff" * 50)
        (texts / "broken.txt.gz").write_bytes(b"\x1f\x8b\x08no")
        args = ("label", texts, "--model", trained, "--format", "jsonl")
        code, out, err = run(capfdbinary, *args, "--errors", "errors.jsonl")
        failures = jsonl(Path("errors.jsonl").read_text("utf-8"))
        assert code == 1
        assert {row["article"] for row in jsonl(out)} == {"a", "z"}
        assert [failure["article"] for failure in failures] == ["binary", "broken", "empty"]
        assert err.splitlines() == [f"{failure['article']}: {failure['reason']}" for failure in failures]
        assert run(capfdbinary, *args, "--jobs", 2)[:2] == (1, out)
        assert run(capfdbinary, *args[:4], "-o", "out.csv")[0] == 1
        assert Path("out.csv").read_text("utf-8").count("\n") > 2

    @pytest.mark.parametrize(
        ("args", "told"),
        [
            (["nowhere.txt"], "no such file or folder"),
            (["bare"], "no articles in this folder, expected files that end in .txt"),
            (["in/x.doc"], "unknown format .doc, expected .txt"),
            (["in", "--topic", "broken.toml"], "broken.toml: not valid TOML"),
            (["in", "-o", "missing/out.csv"], "missing/out.csv: cannot write here"),
            (["in", "--format", "pdf"], "unknown format 'pdf'"),
            (["-", "-o", "in"], "in is a folder, expected a file"),
        ],
    )
    def test_what_cannot_run_writes_nothing(self, args, told, trained, texts, capfdbinary):
        Path("bare").mkdir()
        (texts / "x.doc").write_bytes(b"x")
        Path("broken.toml").write_text("schema = ")
        before = sorted(Path().rglob("*"))
        code, out, err = run(capfdbinary, "label", *args, "--model", trained)
        assert (code, out) == (2, "")
        assert told in err.splitlines()[0]
        assert "Traceback" not in err
        assert sorted(Path().rglob("*")) == before

    def test_broken_annotations_have_all_rows_named(self, tmp_path, capfdbinary):
        folder = take(("a_01", "a_02"), tmp_path / "own")
        lines = (folder / "a.csv").read_text("utf-8").splitlines(keepends=True)
        for number, old, new in ((1, ",service,", ",king,"), (2, ",confirms,", ",maybe,"), (4, ",", ";")):
            lines[number] = lines[number].replace(old, new)
        (folder / "a.csv").write_text("".join(lines), "utf-8", newline="")
        before = sorted(tmp_path.rglob("*"))
        code, out, err = run(capfdbinary, "train", "--annotations", folder, "--no-base", "-o", tmp_path / "m")
        assert (code, out) == (2, "")
        for line in (2, 3, 5):
            assert f"a.csv:{line}: " in err
        assert all(line.startswith("Error: ") for line in err.splitlines())
        assert sorted(tmp_path.rglob("*")) == before
        code, out, _ = run(capfdbinary, "audit", folder)
        assert code == 1
        assert all(f"a.csv:{line}: " in out for line in (2, 3, 5))


class TestExplainMistakes:
    @pytest.mark.parametrize(
        ("content", "code", "told"),
        [(b"", 2, "empty, expected text"), (b"\x00\x01", 2, "binary data"), (None, 2, "no such file")],
    )
    def test_an_article_that_cannot_be_read(self, content, code, told, trained, tmp_path, capfdbinary):
        path = tmp_path / "x.txt"
        if content is not None:
            path.write_bytes(content)
        found = run(capfdbinary, "explain", path, "--sentence", 0, "--model", trained)
        assert found[:2] == (code, "")
        assert told in found[2]
        assert len(found[2].splitlines()) == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestProgress:
    def test_items_are_counted_on_a_terminal_only(self, monkeypatch):
        monkeypatch.setattr(cli_progress, "DELAY", 0)
        for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
            monkeypatch.setattr("sys.stderr", stream)
            assert list(cli_progress.progress(range(3), "articles")) == [0, 1, 2]
            assert ("articles" in stream.getvalue()) == shown
        assert cli_progress.progress([1], "articles", quiet=True) == [1]

    def test_a_corpus_has_its_rate_and_the_time_left(self, monkeypatch):
        clock = SimpleNamespace(now=1000.0)
        monkeypatch.setattr(cli_progress, "DELAY", 0)
        monkeypatch.setattr(cli_progress, "time", SimpleNamespace(monotonic=lambda: clock.now))
        monkeypatch.setattr("tqdm.std.time", lambda: clock.now)
        for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
            monkeypatch.setattr("sys.stderr", stream)
            with cli_progress.counter(1000) as count:
                count(50, 500, fresh=False)  # an earlier run's: no measure of this one's rate
                for position in (600, 700):
                    clock.now += 10
                    count(10, position)
            lines = stream.getvalue().split("\r")
            wanted = [line for line in lines if line.startswith("70 articles, 1.0/s  70%")]
            assert bool(wanted) == shown
            assert all("00:20, left 00:30" in line for line in wanted)

    def test_steps_are_shown_on_a_terminal_only(self, monkeypatch):
        monkeypatch.setattr(cli_progress, "DELAY", 0)
        for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
            monkeypatch.setattr("sys.stderr", stream)
            with cli_progress.steps() as report:
                report("reading", 0, 2)
                time.sleep(0.15)  # the bar is drawn ten times a second at most
                report("reading", 2, 2)
            assert ("reading" in stream.getvalue()) == shown


class TestExamples:
    def test_every_example_is_a_command_that_there_is(self):
        context = click.Context(group)
        commands = {f"{name} ": group.get_command(context, name) for name in COMMANDS}
        tried = 0
        for name, command in list(commands.items()):
            if isinstance(command, click.Group):
                commands |= {f"{name}{sub} ": entry for sub, entry in command.commands.items()}
        for help_ in (group.help, *(command.help for command in commands.values())):
            for line in re.findall(
                r"^ *(?:cat \S+ \| )?stance (.+)$", help_.split("Example")[1], re.MULTILINE
            ):
                name = max((name for name in commands if line.startswith(name)), key=len)
                flags = {flag for entry in commands[name].params for flag in entry.opts}
                assert set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", line)) <= flags, line
                tried += 1
        assert tried >= len(COMMANDS)

    def test_python_m_stance(self, monkeypatch, capfd):
        monkeypatch.setattr("sys.argv", ["stance", "--version"])
        with pytest.raises(SystemExit) as left:
            runpy.run_module("stance", run_name="__main__")
        assert (left.value.code, capfd.readouterr().out) == (0, f"stance, version {stance.__version__}\n")

    def test_an_output_that_breaks_is_one_line(self, monkeypatch, capfd):
        def full(*args, **kwargs):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("stance.cli.topic.check", full)
        assert main(["topic", "check", "open"]) == 2
        assert capfd.readouterr().err == "Error: output: No space left on device\n"
