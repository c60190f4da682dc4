"""The sample and the shares estimated from it: formulas by hand, and coverage by simulation."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stance.annotations import read_annotations
from stance.cli import main
from stance.errors import AnnotationError, UsageError
from stance.records import Attribution
from stance.rows import ROW_COLUMNS, format_table
from stance.sample import (
    Answer,
    Candidate,
    Frame,
    candidates,
    difference,
    draw,
    estimate,
    interval,
    read_answers,
    read_frame,
    weights_path,
    write_sample,
)
from tests.handmade import labelled

STANCES = ("confirms", "denies", "hedges", "none")


ORDER = ("vucic", "svr", "other")


def candidate(
    number: int, label: tuple[str, str] = ("vucic", "denies"), confidence: float = 0.8
) -> Candidate:
    return Candidate("art", number, 0, 10 * number, 10 * number + 9, f"words {number}", label, confidence)


def place(one: Candidate) -> tuple[str, int, int]:
    return one.article, one.start, one.end


class TestDraw:
    def test_candidates_have_the_primary_label_and_its_confidence(self):
        found = list(candidates(labelled()))
        assert [one.label for one in found] == [
            ("none", "none"), ("vucic", "denies"), ("vucic", "denies"), ("vucic", "none"), ("none", "none"),
        ]  # fmt: skip
        assert [one.confidence for one in found] == pytest.approx([0.98765, 0.85, 0.5, 1, 0.9])
        assert "Share this" not in " ".join(one.text for one in found)

    @pytest.mark.parametrize("stance", ["none", "denies"])
    def test_the_confidence_is_that_of_the_whole_row(self, stance):
        sure = Attribution("leader", "vucic", stance, speaker_confidence=0.9, stance_confidence=0.9)
        rows = ((), (replace(sure, confidence=0.3),), (sure,), (), (), ())
        found = list(candidates(replace(labelled(), attributions=rows)))
        assert [one.confidence for one in found[1:3]] == [0.3, 1]

    def test_strata_are_the_finest_that_the_sample_can_fill(self):
        labels = [("vucic", "denies"), ("svr", "confirms"), ("none", "none")]
        population = [candidate(at, labels[at % 3], (0.5, 0.7, 0.95)[at // 3 % 3]) for at in range(900)]
        # Nine strata of label and band want 45 sentences, at most half of the sample.
        for n, strata in ((90, 9), (89, 9), (30, 3), (29, 1), (3, 1)):
            drawn = draw(population, n)
            assert len(drawn) == n
            expected = strata if n != 89 else 3
            assert len({one.stratum for one in drawn}) == expected, n

    def test_weights_stand_for_the_whole_population(self):
        rng = np.random.default_rng(0)
        population = [
            candidate(at, ("vucic", str(rng.choice(STANCES))), float(rng.uniform(0.3, 1)))
            for at in range(500)
        ]
        drawn = draw(population, 120, seed=4)
        assert len({place(one.candidate) for one in drawn}) == len(drawn) == 120
        assert sum(one.weight for one in drawn) == pytest.approx(500)
        assert [one.candidate.start for one in drawn] == sorted(one.candidate.start for one in drawn)
        sizes = {one.stratum: (one.size, one.taken) for one in drawn}
        assert Counter(one.stratum for one in drawn) == {
            number: taken for number, (_, taken) in sizes.items()
        }
        assert sum(size for size, _ in sizes.values()) == 500
        assert all(taken >= min(5, size) for size, taken in sizes.values())
        first = list(dict.fromkeys(one.stratum for one in drawn))
        assert first == sorted(first), "numbers go by the order of the sheet, not by label"

    def test_more_is_drawn_where_errors_are_likely(self):
        population = [candidate(at, confidence=0.99 if at < 500 else 0.5) for at in range(1000)]
        drawn = draw(population, 60)
        taken = Counter(one.candidate.confidence for one in drawn)
        # By size times deviation, which is taken as 0.1 where the model is sure, and 0.5 at even odds.
        assert taken == {0.99: 10, 0.5: 50}

    def test_the_same_seed_draws_the_same_and_all_are_drawn_alike(self):
        population = [candidate(at) for at in range(20)]
        assert draw(population, 6, seed=1) == draw(population, 6, seed=1)
        counts = Counter(one.candidate.sentence for seed in range(1000) for one in draw(population, 6, seed))
        # Each is drawn with probability 0.3: 300 times, give or take 14.5.
        assert all(abs(counts[at] - 300) < 4 * 14.5 for at in range(20))

    @pytest.mark.parametrize(("size", "n"), [(4, 9), (4, 4), (1, 1), (0, 3)])
    def test_all_are_drawn_where_there_are_no_more(self, size, n):
        drawn = draw([candidate(at) for at in range(size)], n)
        assert len(drawn) == size
        assert all(one.weight == 1 for one in drawn)


class TestEstimate:
    def test_the_difference_estimator_by_hand(self):
        # Two strata of 30 and 10 sentences; of the first 4 were drawn, of the second 2.
        mean, error = difference(0.25, [[1, 0, 0, 1], [-1, 0]], [30, 10])
        assert mean == pytest.approx(0.25 + 0.75 * 0.5 - 0.25 * 0.5)
        first = 0.75**2 * (1 - 4 / 30) * (1 / 3) / 4
        second = 0.25**2 * (1 - 2 / 10) * (1 / 2) / 2
        assert error == pytest.approx(math.sqrt(first + second))
        assert difference(0.25, [[1, 0, 0]], [3]) == (pytest.approx(0.25 + 1 / 3), 0.0), "all were drawn"

    def test_where_no_error_is_seen_the_interval_is_that_of_none_in_n(self):
        most = 1 - 0.025 ** (1 / 50)  # Clopper and Pearson's upper limit of 0 in 50
        low, high = interval(0.4, [[0] * 50], [10**9])
        assert (low, high) == pytest.approx((0.4 - most, 0.4 + most))
        assert interval(0.0, [[0] * 50], [10**9]) == pytest.approx((0.0, most))
        assert interval(0.4, [[0] * 50], [50]) == (0.4, 0.4), "all were drawn"
        # A half that was looked at whole can hold none.
        assert interval(0.4, [[0] * 50, [0] * 50], [10**6, 50])[1] == pytest.approx(0.4 + most, abs=1e-3)
        half = interval(0.4, [[0] * 50, [0] * 1000], [1000, 1000])
        assert half == pytest.approx((0.4 - most / 2, 0.4 + most / 2), abs=2e-3)

    def test_one_error_in_a_small_stratum_makes_a_large_one_no_surer(self):
        none, one = (interval(None, [[0] * 18 + [hit], [0] * 50], [20, 980]) for hit in (0, 1))
        assert one[1] > 0.9 * none[1] > 0.05
        assert interval(None, [[0] + [1] * 18, [1] * 50], [20, 980])[0] < 0.95

    def test_an_interval_lies_between_nothing_and_all(self):
        for predicted, sign in ((0.02, -1), (0.98, 1)):
            low, high = interval(predicted, [[sign] * 8 + [0] * 32], [5000])
            assert 0 <= low <= high <= 1

    def test_an_interval_is_exact_in_one_stratum_and_normal_with_many_errors(self):
        exact = (0.00623, 0.08518)  # Clopper and Pearson's of 3 in 100, as tables have it
        assert interval(None, [[1] * 3 + [0] * 97], [10**9]) == pytest.approx(exact, abs=5e-4)
        errors = [[1] * 300 + [-1] * 200 + [0] * 1500]
        mean, error = difference(0.3, errors, [10**9])
        assert interval(0.3, errors, [10**9]) == pytest.approx(
            (mean - 1.96 * error, mean + 1.96 * error), abs=3e-3
        )

    def test_one_stratum_is_the_prediction_powered_mean(self):
        rng = np.random.default_rng(1)
        predictions = rng.random(100_000)
        truth = predictions[:200] + rng.normal(0.1, 0.2, 200)
        rectifier = truth - predictions[:200]
        mean, error = difference(float(predictions.mean()), [rectifier.tolist()], [100_000])
        assert mean == pytest.approx(predictions.mean() + rectifier.mean())
        assert error == pytest.approx(rectifier.std(ddof=1) / math.sqrt(200), rel=2e-3)

    def test_shares_by_facet_and_what_the_model_gets_right(self):
        population = [
            candidate(at, ("vucic", "denies") if at < 6 else ("svr", "confirms")) for at in range(10)
        ]
        frame = {place(one): one.label for one in population}
        # Taken whole: of the six denials two are hedges of the analyst, and one is nobody's.
        truth = [("analyst", "hedges")] * 2 + [("none", "none")] + [("vucic", "denies")] * 3
        truth += [("svr", "confirms")] * 4
        answers = [Answer(place(one), label, 1, 10) for one, label in zip(population, truth, strict=True)]
        found = estimate(frame, answers, 10)
        shares = {(one.facet, one.label): one for one in found.shares}
        stances = {one.label: (one.predicted, one.share) for one in found.shares if one.facet == "stance"}
        assert stances == {
            "confirms": (0.4, 0.4), "denies": (0.6, pytest.approx(0.3)), "hedges": (0, 0.2), "none": (0, 0.1),
        }  # fmt: skip
        assert shares["both", "analyst hedges"].share == 0.2
        assert shares["speaker", "vucic"].share == pytest.approx(0.3)
        assert (shares["stance", "denies"].low, shares["stance", "denies"].high) == pytest.approx((0.3, 0.3))
        assert shares["stance", "denies"].seen == 6
        assert {one.facet: one.share for one in found.right} == pytest.approx(
            {"stance": 0.7, "speaker": 0.7, "both": 0.7}
        )
        assert list(stances) == ["confirms", "denies", "hedges", "none"]

    def test_a_stratum_without_a_variance_is_told(self):
        frame = {place(candidate(at)): ("vucic", "denies") for at in range(9)}
        answers = [Answer(place(candidate(at)), ("vucic", "denies"), 1 + at // 2, 4) for at in range(3)]
        with pytest.raises(UsageError, match="stratum 2 has 1 annotated sentence of 4, expected two or more"):
            estimate(frame, answers, 4)

    def test_intervals_cover_the_truth_in_400_corpora_with_a_biased_model(self):
        rng = np.random.default_rng(11)
        covered, off, raw = Counter(), defaultdict(list), defaultdict(list)
        for corpus in range(400):
            population, truth = simulated(rng, 800)
            drawn = draw(population, 180, seed=corpus)
            frame = {place(one): one.label for one in population}
            answers = [
                Answer(place(one.candidate), truth[one.candidate.sentence], one.stratum, one.size)
                for one in drawn
            ]
            for share in estimate(frame, answers, len(drawn)).shares:
                if share.facet != "both":
                    at = share.facet == "stance"
                    true = sum(label[at] == share.label for label in truth) / len(truth)
                    covered[share.facet, share.label] += share.low <= true <= share.high
                    off[share.facet, share.label].append(share.share - true)
                    raw[share.facet, share.label].append(share.predicted - true)
        assert len(covered) == 7
        for label, count in covered.items():
            assert 0.94 <= count / 400 <= 1, label
            assert abs(np.mean(off[label])) < 4 * np.std(off[label]) / 20, label
        # The model alone is off by more than five points, which the correction takes away.
        assert np.mean(raw["stance", "confirms"]) > 0.05
        assert abs(np.mean(off["stance", "confirms"])) < 0.005

    def test_intervals_cover_the_truth_where_the_model_is_seldom_wrong(self):
        """One sure label in a hundred is wrong: most strata show no error, and are not free of any."""
        rng = np.random.default_rng(5)
        labels = [("none", "none"), ("vucic", "denies"), ("svr", "confirms"), ("other", "hedges")]
        covered: Counter[tuple[str, str]] = Counter()
        for corpus in range(100):
            told = [labels[at] for at in rng.choice(4, 2000, p=[0.6, 0.2, 0.15, 0.05])]
            bands = rng.choice(3, 2000, p=[0.9, 0.08, 0.02])
            wrong = rng.random(2000) < np.array([0.01, 0.1, 0.5])[bands]
            truth = [
                labels[rng.choice(4)] if slip else label for label, slip in zip(told, wrong, strict=True)
            ]
            population = [
                candidate(at, label, (0.97, 0.8, 0.45)[band])
                for at, (label, band) in enumerate(zip(told, bands, strict=True))
            ]
            drawn = draw(population, 200, seed=corpus)
            answers = [
                Answer(place(one.candidate), truth[one.candidate.sentence], one.stratum, one.size)
                for one in drawn
            ]
            found = estimate({place(one): one.label for one in population}, answers, len(drawn))
            for share in found.shares:
                if share.facet == "stance":
                    true = sum(label[1] == share.label for label in truth) / len(truth)
                    covered["stance", share.label] += share.low <= true <= share.high
            hits = sum(left == right for left, right in zip(told, truth, strict=True)) / len(truth)
            covered["both", "right"] += found.right[2].low <= hits <= found.right[2].high
        assert len(covered) == 5
        assert min(covered.values()) >= 93


def simulated(rng: np.random.Generator, size: int) -> tuple[list[Candidate], list[tuple[str, str]]]:
    """A corpus with true labels, and a model that takes hedges for confirmations and misses denials."""
    speakers = ("vucic", "other", "none")
    heard = np.array(
        [
            [0.85, 0.02, 0.03, 0.10],
            [0.10, 0.68, 0.02, 0.20],
            [0.30, 0.05, 0.45, 0.20],
            [0.10, 0.02, 0.03, 0.85],
        ]
    )
    stance = rng.choice(4, size, p=[0.22, 0.12, 0.08, 0.58])
    predicted = (rng.random(size)[:, None] > heard.cumsum(1)[stance]).sum(1)
    speaker = np.where(stance == 3, rng.choice(3, size), rng.choice(2, size))
    named = np.where(rng.random(size) < 0.12, rng.choice(3, size), speaker)
    named = np.where((predicted != 3) & (named == 2), 1, named)
    sure = np.clip(rng.beta(8, 2, size) - 0.25 * (predicted != stance), 0.3, 0.999)
    population = [
        candidate(at, (speakers[named[at]], STANCES[predicted[at]]), float(sure[at])) for at in range(size)
    ]
    return population, [(speakers[speaker[at]], STANCES[stance[at]]) for at in range(size)]


class TestFiles:
    @pytest.fixture
    def sheet(self, tmp_path):
        population = [replace(candidate(at, confidence=0.5), topic="t") for at in range(30)]
        write_sample(tmp_path / "s.csv", draw(population, 6, seed=2))
        return tmp_path / "s.csv"

    @pytest.fixture
    def frame(self):
        labels = {place(candidate(at)): ("vucic", "denies") for at in range(30)}
        return Frame(
            labels, ORDER, {place(candidate(at)): f"words {at}" for at in range(30)}, frozenset(["t"])
        )

    def fill(self, sheet: Path, *labels: tuple[str, str]) -> None:
        with sheet.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for row, (speaker, stance) in zip(rows, labels, strict=False):
            row |= {"speaker": speaker, "stance": stance}
        with sheet.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ROW_COLUMNS)
            writer.writeheader()
            writer.writerows(rows)

    def test_the_sheet_is_blind_and_the_weights_lie_beside_it(self, sheet):
        text = sheet.read_text("utf-8")
        assert text.splitlines()[0] == ",".join(ROW_COLUMNS)
        assert len(text.splitlines()) == 7
        assert "vucic" not in text + weights_path(sheet).read_text("utf-8")
        assert "denies" not in text + weights_path(sheet).read_text("utf-8")
        weights = weights_path(sheet).read_text("utf-8").splitlines()
        assert weights[0] == "article,start,end,stratum,size,weight,topic_sha256"
        assert weights[1].endswith(",1,30,5.0,t")
        with pytest.raises(UsageError, match="exists already and may hold annotations"):
            write_sample(sheet, [])

    def test_answers_are_the_rows_with_a_speaker(self, sheet, frame):
        self.fill(sheet, ("vucic", "denies"), ("furniture", "none"), ("svr", "none"), ("", ""))
        answers, sampled = read_answers(sheet, frame)
        assert sampled == 6
        assert [answer.label for answer in answers] == [
            ("vucic", "denies"),
            ("none", "none"),
            ("svr", "none"),
        ]
        assert {(answer.stratum, answer.size) for answer in answers} == {(1, 30)}

    def test_a_sentence_with_two_attributions_has_its_primary_label(self, sheet, frame):
        self.fill(sheet, ("svr", "confirms"), ("none", "none"))
        lines = sheet.read_text("utf-8").splitlines()
        sheet.write_text(
            "\n".join([*lines[:2], lines[1].replace("svr,confirms", "vucic,denies"), *lines[2:]])
        )
        answers, _ = read_answers(sheet, frame)
        assert [answer.label for answer in answers] == [("vucic", "denies"), ("none", "none")]

    def test_slips_are_named_with_their_line(self, sheet, frame):
        self.fill(sheet, ("vucicc", "denies"), ("vucic", "denied"))
        with pytest.raises(AnnotationError) as caught:
            read_answers(sheet, frame, ("vucic", "svr"))
        first, second = caught.value.problems
        assert "s.csv:2: speaker is 'vucicc' (did you mean 'vucic'?)" in first
        assert "s.csv:3: stance is 'denied'" in second

    def test_a_number_of_5000_digits_is_named_with_its_line(self, sheet, frame):
        self.fill(sheet, ("vucic", "denies"))
        weights = weights_path(sheet)
        lines = weights.read_text("utf-8").splitlines()
        lines[1] = ",".join([*lines[1].split(",")[:4], "9" * 5000, "1", "t"])
        weights.write_text("\n".join(lines))
        with pytest.raises(AnnotationError, match=r"weights\.csv:2: size is '9+', expected a whole number"):
            read_answers(sheet, frame)

    def test_another_corpus_is_told(self, sheet, frame):
        self.fill(sheet, ("vucic", "denies"), ("vucic", "denies"))
        fewer = replace(frame, labels=dict(list(frame.labels.items())[:-1]))
        with pytest.raises(UsageError, match="drawn from 30 sentences and the labels are of others"):
            read_answers(sheet, fewer)
        changed = replace(frame, texts=dict.fromkeys(frame.texts, "other words"))
        with pytest.raises(UsageError, match=r"are of others \(art \d+:\d+ has other words there\)"):
            read_answers(sheet, changed)
        assert read_answers(sheet, replace(frame, texts={}, topics=frozenset()))[1] == 6
        with pytest.raises(UsageError, match="was drawn under another topic than the labels have"):
            read_answers(sheet, replace(frame, topics=frozenset(["u"])))
        self.fill(sheet, *[("", "")] * 6)
        with pytest.raises(UsageError, match="no sentence is annotated"):
            read_answers(sheet, frame)

    @pytest.mark.parametrize("name", ["l.csv", "l.jsonl"])
    def test_labels_of_both_shapes_give_the_frame(self, tmp_path, name):
        from stance.output.formats import choose_format, write_results
        from stance.output.options import WriteOptions

        chosen = choose_format(None, tmp_path / name, WriteOptions())
        write_results(chosen, iter([labelled()]), tmp_path / name, None, WriteOptions())
        found = read_frame([tmp_path / name])
        assert found.labels == {place(one): one.label for one in candidates(labelled())}
        assert found.texts == {place(one): one.text for one in candidates(labelled())}
        assert found.topics == {labelled().topic_sha256}

    def test_what_is_no_label_is_told(self, tmp_path):
        (tmp_path / "l.csv").write_text("article,start,end\na,0,9\n")
        with pytest.raises(UsageError, match=r"l\.csv: row 1 is no label"):
            read_frame([tmp_path / "l.csv"])

    def test_answers_are_taken_from_a_folder_of_annotations(self, sheet, frame, tmp_path):
        with sheet.open(encoding="utf-8", newline="") as stream:
            drawn = list(csv.DictReader(stream))
        folder = tmp_path / "sampled"
        folder.mkdir()
        rows = []
        for at, row in enumerate(drawn):
            said = (
                {"speaker": "svr", "stance": "confirms"} if at < 4 else {"speaker": "none", "stance": "none"}
            )
            rows.append({**row, **said, "annotator": "ada" if at < 5 else ""})  # the sixth is still open
        elsewhere = {"start": "7000", "end": "8000", "speaker": "svr", "stance": "none"}  # was not drawn
        rows.append({**drawn[0], **elsewhere})
        (folder / "art.csv").write_text(format_table(ROW_COLUMNS, (row.values() for row in rows)), "utf-8")
        answers, sampled = read_answers(sheet, frame, folder=folder)
        assert sampled == 6
        assert [one.label for one in answers] == [("svr", "confirms")] * 4 + [("none", "none")]
        with pytest.raises(UsageError, match="no sentence is annotated"):
            read_answers(sheet, frame)

    def test_a_drawn_sentence_that_was_cut_anew_is_told(self, sheet, frame, tmp_path):
        with sheet.open(encoding="utf-8", newline="") as stream:
            (first, *_) = csv.DictReader(stream)
        folder = tmp_path / "sampled"
        folder.mkdir()
        longer = {"end": str(int(first["end"]) + 10), "annotator": "ada"}
        joined = {**first, **longer, "speaker": "svr", "stance": "none"}
        (folder / "art.csv").write_text(format_table(ROW_COLUMNS, [joined.values()]), "utf-8")
        place = f"{first['start']}:{first['end']}"
        expected = rf"art\.csv:2: the sentence at .* was drawn as {place}, expected it as it was drawn"
        with pytest.raises(AnnotationError, match=expected):
            read_answers(sheet, frame, folder=folder)

    def test_a_sheet_without_sentences_is_told(self, sheet, frame):
        sheet.write_text(",".join(ROW_COLUMNS) + "\n")
        with pytest.raises(UsageError, match="has no sentence, expected those that 'stance sample' drew"):
            read_answers(sheet, frame)

    def test_a_slip_is_told_where_the_topic_is_not_known(self, sheet, frame):
        self.fill(sheet, ("vucicc", "denies"), ("somebody", "denies"))
        with pytest.raises(AnnotationError) as caught:
            read_answers(sheet, frame)
        (line,) = caught.value.problems
        assert (
            "s.csv:2: speaker is 'vucicc' (did you mean 'vucic'?), expected one of vucic, svr, other" in line
        )

    def test_corrected_labels_are_not_the_models(self, tmp_path):
        line = "a,0,9,words,vucic,denies,false"
        (tmp_path / "l.csv").write_text(
            f"article,start,end,text,speaker,stance,furniture,labelled_by\n{line},model\n{line},anna\n"
        )
        with pytest.raises(
            UsageError, match=r"l\.csv: row 2 was corrected by anna, expected the model's own"
        ):
            read_frame([tmp_path / "l.csv"])

    def test_one_mistake_is_told_in_one_line(self, sheet, frame):
        self.fill(sheet, *[("premier", "denies"), ("agency", "confirms")] * 3)
        expected = (
            "has the speakers agency, premier, expected vucic, svr; name the topic of both with --topic"
        )
        with pytest.raises(UsageError, match=expected) as told:
            read_answers(sheet, frame, ("vucic", "svr"))
        assert len(str(told.value).splitlines()) == 1
        weights_path(sheet).unlink()
        with pytest.raises(AnnotationError, match=r"s\.weights\.csv:1: cannot read") as told:
            read_answers(sheet, frame)
        assert len(told.value.problems) == 1


class TestCommand:
    def test_from_articles_to_shares(self, trained, tiny, tmp_path, capsys, monkeypatch):
        """The whole way with a real model: draw, annotate as the gold says, estimate."""
        annotated = read_annotations(tiny)
        folder = tmp_path / "in"
        folder.mkdir()
        for one in annotated:
            (folder / f"{one.article.id}.txt").write_text(one.article.text, "utf-8")
        monkeypatch.chdir(tmp_path)
        model = ("--model", str(trained))
        assert main(["label", "in", "-o", "l.jsonl", *model]) == 0
        assert main(["sample", "in", "-n", "40", "--seed", "1", *model]) == 0
        told = capsys.readouterr().err
        assert "Wrote 40 sentences to sample.csv. Then:\n" in told
        assert "  stance annotate in --sample sample.csv --annotations sample-annotations --topic " in told
        assert " --annotations sample-annotations --labels sample-labels.csv --topic " in told
        sheet = Path("sample.csv").read_text("utf-8")
        assert main(["sample", "in", "-n", "40", "-o", "again.csv", "--seed", "1", *model]) == 0
        assert Path("again.csv").read_text("utf-8") == sheet
        assert main(["sample", "in", "-n", "40", *model]) == 2
        assert "sample.csv exists already" in capsys.readouterr().err

        with Path("sample.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for at, row in enumerate(rows):
            row |= {"speaker": "vucic" if at % 2 else "none", "stance": "denies" if at % 2 else "none"}
        with Path("sample.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ROW_COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        ask = ["sample", "--estimate", "sample.csv", "--labels", "l.jsonl"]
        assert main(ask) == 0
        told = capsys.readouterr()
        assert "40 of 40 sampled annotated" in told.out
        assert main([*ask, "-o", "shares.csv", "--format", "json"]) == 2
        assert "shares.csv ends in '.csv' but --format is json" in capsys.readouterr().err
        assert not Path("shares.csv").exists()
        assert main([*ask, "-o", "in"]) == 2
        assert "in is a folder, expected a file: try  -o in/estimate.csv" in capsys.readouterr().err
        assert main([*ask, "-o", "shares.json"]) == main([*ask, "-o", "shares.csv"]) == 0
        shares = json.loads(Path("shares.json").read_text())["shares"]
        stances = {one["label"]: one for one in shares if one["facet"] == "stance"}
        with Path("sample.weights.csv").open(encoding="utf-8", newline="") as stream:
            weights = [float(row["weight"]) for row in csv.DictReader(stream)]
        denied = sum(weights[1::2]) / sum(weights)
        # The annotator's weighted share estimates the same, only with less certainty.
        assert abs(stances["denies"]["share"] - denied) < 0.2
        assert stances["denies"]["low"] < stances["denies"]["share"] < stances["denies"]["high"]
        assert Path("shares.csv").read_text().startswith("facet,label,predicted,share,error,low,high,seen\n")

    def test_an_estimate_is_written_over_no_input(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        write_sample(Path("sample.csv"), draw([candidate(at) for at in range(9)], 4))
        Path("l.csv").write_text("article,start,end\n")
        Path("kept").mkdir()
        Path("kept/a.csv").write_text("mine")
        inputs = [Path(name) for name in ("sample.csv", "sample.weights.csv", "l.csv", "kept/a.csv")]
        before = [path.read_bytes() for path in inputs]
        ask = ["sample", "--estimate", "sample.csv", "--labels", "l.csv", "--annotations", "kept", "-o"]
        for path in inputs:
            assert main([*ask, str(path)]) == 2
            assert f"-o {path} is one of the inputs" in capsys.readouterr().err
        assert [path.read_bytes() for path in inputs] == before

    WRONG = (
        ([], "a draw takes PATH... and -n N"),
        (["in.txt"], "a draw takes PATH... and -n N"),
        (["--estimate", "s.csv"], "add --labels LABELS"),
        (["--estimate", "s.csv", "--labels", "l.csv", "-n", "4"], "-n is for a draw"),
        (["--estimate", "s.csv", "--labels", "l.csv"], "s.weights.csv:1: cannot read"),
        (["--estimate", "s.csv", "--labels", "l.csv", "nowhere.csv"], "nowhere.csv"),
    )

    @pytest.mark.parametrize(("args", "words"), WRONG)
    def test_mistakes_are_told_in_a_line(self, args, words, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        Path("in.txt").write_text("He said no.")
        Path("s.csv").write_text(",".join(ROW_COLUMNS) + "\n")
        Path("l.csv").write_text(
            "article,sentence,start,end,furniture,text,speaker,stance\na,0,0,9,false,w,vucic,none\n"
        )
        assert main(["sample", *args]) == 2
        assert words in capsys.readouterr().err
