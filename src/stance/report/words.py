"""What both reports say in words: figures as text, names, and how far they can be trusted."""

from __future__ import annotations

from stance.evaluation import OURS, Evaluation, SetEvaluation
from stance.heldout import Pair
from stance.scores import CLUSTERS, RESAMPLES, Figure

__all__ = [
    "CONFIRMS_NOTE",
    "CURVE_NOTE",
    "FIGURES",
    "INTERVAL_NOTE",
    "SETS",
    "baseline_name",
    "beaten",
    "gold_note",
    "heading",
    "number",
    "pair",
    "rival_note",
    "score",
    "system",
]

_GOLD = {
    "seeds": "The gold labels of the seeds are readings by language models after the annotators' guide, not "
    "by human coders.",
    "composed": "Composed and contrast articles are invented, and their labels are those of their writers, "
    "language models too.",
    "annotations": "The gold labels of the annotations are their annotators' own.",
}

CONFIRMS_NOTE = (
    "'confirms' means 'presents as true': the one who makes the accusation confirms it. It does not mean "
    "that the allegation was verified."
)

INTERVAL_NOTE = (
    f"Brackets hold 95 % bootstrap intervals over articles ({RESAMPLES:,} resamples); a set of fewer than "
    f"{CLUSTERS} articles has counts and no interval."
)

CURVE_NOTE = (
    "The classifiers learnt from a share of the articles of the other folds, worlds whole; the encoder is "
    "the same throughout. A curve that still rises at its end says that more articles would pay. "
    "Lines are intervals."
)

SETS = {
    "seeds": "News articles as they were published; the model that labels one was trained on the others.",
    "composed": "Invented articles about invented countries, predicted in folds that share no name.",
    "contrast": "Families of invented snippets: a few words change, and with them the stance or the speaker.",
    "annotations": "Your own annotated articles; the model that labels one was trained on the others.",
}
"""What each set is."""

FIGURES = (
    (
        "joint_accuracy",
        "joint accuracy",
        "sentences whose primary speaker and stance are both right",
    ),
    ("speaker_accuracy", "speaker accuracy", "primary speaker right"),
    ("stance_accuracy", "stance accuracy", "primary stance right"),
    ("speaker_macro_f1", "speaker macro-F1", "mean F1 of the speakers in the gold, none included"),
    ("stance_macro_f1", "stance macro-F1", "mean F1 of the stances in the gold, none included"),
    (
        "attribution_f1",
        "attribution F1",
        "over the set of (sentence, speaker, stance); nobody does not count",
    ),
    ("attribution_precision", "  precision", "attributions that are right, of those predicted"),
    ("attribution_recall", "  recall", "attributions that are found, of those in the gold"),
    ("source_f1", "source span F1", "spans that pair off one to one with an overlap (IoU) of a half or more"),
    ("cue_f1", "cue span F1", "spans that pair off one to one with an overlap (IoU) of a half or more"),
)
"""The figures in the order of the report: key, name, meaning."""

_BASELINES = {
    "constant": "constant",
    "cues": "cue lexicon",
    "tfidf": "TF-IDF + logistic reg.",
    OURS: "the model, held out",
}


def gold_note(evaluation: Evaluation) -> str:
    """Whose readings the gold labels are."""
    told = [note for name, note in _GOLD.items() if any(each.name == name for each in evaluation.sets)]
    return " ".join([*told, "A figure says how well a system repeats these readings, not how true they are."])


def number(value: float | None, digits: int = 3) -> str:
    """A score as text, a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def score(figure: Figure | None, signed: bool = False) -> str:
    """A figure with its interval, or with its counts where it has none."""
    if figure is None or figure.value is None:
        return "–"
    sign = "+" if signed and figure.value > 0 else ""
    text = f"{sign}{figure.value:.3f}"
    if figure.low is not None and figure.high is not None:
        return f"{text} [{figure.low:.3f}, {figure.high:.3f}]"
    return text if figure.right is None else f"{text} ({sign}{figure.right}/{figure.total})"


def heading(each: SetEvaluation) -> str:
    """The size of a set in words."""
    return f"{each.articles} articles, {each.sentences:,} sentences, {each.attributions:,} attributions"


def baseline_name(name: str) -> str:
    """What a baseline is called for people."""
    return _BASELINES.get(name, name)


def beaten(each: SetEvaluation) -> str | None:
    """A warning where a baseline does as well as the system; None where it beats them all."""
    rules = [one for one in each.baselines if one.name != OURS]
    names = [baseline_name(one.name) for one in rules if (one.gain.value or 0) <= 0]
    if not names:
        return None
    return (
        f"No better here than {' and '.join(names)}: on sentences like these the labels are not worth more."
    )


def pair(labels: Pair | None, each: SetEvaluation) -> str:
    """A role and stance in the topic's words."""
    return "nobody" if labels is None else f"{each.labels[labels[0]]} {labels[1]}"


def system(evaluation: Evaluation) -> str:
    """Whose predictions are scored."""
    if evaluation.predictions is None:
        return "the model's out-of-fold predictions (no sentence of the same article seen before)"
    return f"the rows of {evaluation.predictions}"


def rival_note(evaluation: Evaluation) -> list[str]:
    """How well another system's rows met the gold; nothing for the model itself."""
    if evaluation.predictions is None:
        return []
    missing = ", ".join(f"{each.name} {each.missing} of {each.sentences}" for each in evaluation.sets)
    notes = [f"Sentences without a row, counted as nobody speaking: {missing}."]
    if evaluation.unmatched:
        notes.append(
            f"{evaluation.unmatched} rows meet no gold sentence by article, start and end and are left aside "
            f"(such as {', '.join(evaluation.unmatched_examples)})."
        )
    if evaluation.left_out:
        notes.append(f"Not scored, since no row meets the set: {', '.join(evaluation.left_out)}.")
    return notes
