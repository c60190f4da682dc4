"""The command line: exit codes, streams, messages. The model is a fake; the plumbing is real."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

import stance
from stance.articles import ArticleFailure
from stance.cli import COMMANDS, group, main
from stance.corpus import ModelLabeller, Shard, label_corpus
from stance.errors import ArticleError, ModelError, UsageError
from stance.records import Article, Attribution, LabelledArticle, Sentence
from stance.topic import load_topic


def fake_label(article: Article) -> LabelledArticle:
    """One sentence per line; whoever says "no" denies."""
    if "unlabellable" in article.text:
        raise ArticleError("has no sentence that can be read")
    sentences, attributions, start = [], [], 0
    for number, line in enumerate(article.text.splitlines()):
        sentences.append(Sentence(number, number, start, start + len(line), line))
        denial = Attribution("leader", "vucic", "denies", speaker_confidence=0.9, stance_confidence=0.8)
        attributions.append((denial,) if "no" in line else ())
        start += len(line) + 1
    return LabelledArticle(
        article,
        tuple(sentences),
        tuple(attributions),
        (0.5,) * len(sentences),
        "serbia-arms",
        "ab",
        True,
        "sha256:cd",
    )


def slip(article: Article) -> LabelledArticle:
    raise KeyError(article.id)


@pytest.fixture
def model(monkeypatch):
    """Stands where the model is loaded; records what it was asked to load."""
    asked = []

    def load(path=None, topic=None):
        asked.append((path, topic))
        return SimpleNamespace(
            label=fake_label,
            digest="sha256:cd",
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
    (["in", "--jobs", "0"], "jobs"),
    (["in", "--model", "nowhere"], "nowhere"),
    (["in", "--topic", "nowhere.toml"], "nowhere.toml"),
    (["in", "--errors", "no/such/folder/e.jsonl"], "cannot write here"),
    (["in/a.txt", "-o", "in/a.txt", "--format", "csv"], "one of the inputs"),
]


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
        assert (code, out, err) == (0, "", "")
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
            "stance.model.load", lambda path=None, topic=None: SimpleNamespace(label=interrupted)
        )
        code, _, err = run(capfdbinary, "label", articles, *output)
        assert (code, err.strip()) == (130, told)
        assert [path.name for path in Path().iterdir()] == ["in"]


INPUTS = [
    Article("a", "He said no."),
    ArticleFailure("b", "is empty"),
    Article("c", "unlabellable"),
    Article("d", "It rained."),
]


class TestCorpus:
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
        found = label_corpus(INPUTS, fake_label, shard=Shard(*shard))
        assert [
            getattr(item, "article", None) if isinstance(item, ArticleFailure) else item.article.id
            for item in found
        ] == list(ids)

    @pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/2/3", "-1/2", "1 /2"])
    def test_a_bad_shard(self, text):
        with pytest.raises(UsageError, match="expected I/N"):
            Shard.parse(text)

    def test_a_process_keeps_one_model_of_each_digest(self, model):
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


class TestOthers:
    def test_explain(self, model, articles, capfdbinary):
        assert run(capfdbinary, "explain", "in/a.txt", "--sentence", 1) == (0, "a 1\n", "")
        code, _, err = run(capfdbinary, "explain", "in", "--sentence", 1)
        assert (code, err) == (
            2,
            "Error: in holds several articles, expected one: give the file of one article\n",
        )

    def test_verify(self, model, tmp_path, monkeypatch, capfdbinary):
        monkeypatch.setattr("stance.model.verify", lambda path: [])
        assert run(capfdbinary, "verify", "m") == (0, "m: fine, sha256:cd\n", "")
        monkeypatch.setattr(
            "stance.model.verify", lambda path: ["card.md is missing", "heads.json is damaged"]
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
        code, _, err = run(capfdbinary, "topic", "new", "grain-deal")
        assert (code, "exists already" in err) == (2, True)

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

    def test_audit(self, tmp_path, monkeypatch, capfdbinary):
        monkeypatch.setattr("stance.audit.audit", lambda folder, fix: [f"broken {fix}"])
        monkeypatch.setattr("stance.audit.second_looks", lambda folder: ["odd"])
        told = "1 broken, 1 for a second look\n"
        assert run(capfdbinary, "audit", tmp_path, "--fix") == (1, "broken True\nodd\n", told)
        monkeypatch.setattr("stance.audit.audit", lambda folder, fix: [])
        assert run(capfdbinary, "audit", tmp_path)[:2] == (0, "odd\n")


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

    def test_a_reader_that_goes_away_is_no_error(self, articles):
        script = (
            "import sys, stance.cli, tests.test_cli as t, stance.model\n"
            "from types import SimpleNamespace\n"
            "stance.model.load = lambda path=None, topic=None: SimpleNamespace(label=t.fake_label)\n"
            "sys.exit(stance.cli.main(['label', 'big.txt', '--format', 'jsonl']))"
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
