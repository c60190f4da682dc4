"""The card of a model folder: what it was trained on, what it is for, how well it does, where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stance.evaluation import Evaluation, SetEvaluation
from stance.labels import STANCES
from stance.scores import Figure
from stance.topic import Topic

__all__ = ["card", "headline"]

_SETS = {
    "seeds": "seeds, one article left out",
    "annotations": "annotated articles, left out",
    "composed": "composed articles, four folds",
    "contrast": "contrast families, four folds",
}
_FIGURES = {
    "joint_accuracy": "joint accuracy",
    "speaker_accuracy": "speaker accuracy",
    "stance_accuracy": "stance accuracy",
    "stance_macro_f1": "stance macro-F1",
    "attribution_f1": "attribution F1",
}


def headline(scored: SetEvaluation) -> dict[str, Any]:
    """The main figures of one set, rounded to four digits, as the manifest keeps them."""
    figures = {name: scored.figures[name].value for name in _FIGURES}
    rounded = {name: None if value is None else round(value, 4) for name, value in figures.items()}
    return {"articles": scored.articles, "sentences": scored.sentences, **rounded}


def card(topic: Topic, manifest: Mapping[str, Any], evaluation: Evaluation) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(topic, manifest, evaluation)) + "\n"


def _lines(topic: Topic, manifest: Mapping[str, Any], evaluation: Evaluation) -> Iterator[str]:
    base, own = manifest["data"]["base"], manifest["data"]["annotations"]
    yield f"# Model `{manifest['name']}`"
    yield ""
    yield f"Topic `{topic.name}`. {topic.allegation}"
    yield ""
    yield "## What it does"
    yield ""
    yield "It says for each sentence of an English news article who is presented as the source of what is stated, and"
    yield "what that source does to the allegation: presents it as true (`confirms`), rejects it (`denies`), leaves it"
    yield "open (`hedges`), or speaks of something else (`none`). **It labels what is said, never what is true**:"
    yield "`confirms` means that the speaker asserts the allegation, not that anything was corroborated."
    yield ""
    yield "Not for: deciding whether an allegation holds, judging people, other languages, social media, transcripts."
    yield ""
    yield "## Data"
    yield ""
    yield f"- {base['articles']} composed articles and snippets ({base['sentences']} sentences, {base['attributions']}"
    yield "  attributions) about invented states, written and labelled by language models for training. Nothing in them"
    yield "  is reporting."
    yield f"- {own['articles']} annotated articles ({own['sentences']} sentences, {own['attributions']} attributions)."
    yield "  For the shipped model these are the five seed articles, read by two language models after the annotators'"
    yield "  guide and adjudicated. No human coder has labelled them, so the figures below say how well the model agrees"
    yield "  with those readings."
    yield ""
    yield "## Held-out scores"
    yield ""
    yield f"Command: `{evaluation.command}`. No sentence of an article, and nothing derived from it, was seen by what"
    yield "predicted it. Intervals are 95 % bootstrap intervals over articles, where there are ten articles or more."
    yield ""
    names = [scored.name for scored in evaluation.sets]
    yield "| figure | " + " | ".join(_SETS[name] for name in names) + " |"
    yield "|---|" + "---|" * len(names)
    for key, name in _FIGURES.items():
        yield f"| {name} | " + " | ".join(_shown(scored.figures[key]) for scored in evaluation.sets) + " |"
    for stance in STANCES:
        yield (
            f"| F1 of `{stance}` | "
            + " | ".join(_stance_f1(scored, stance) for scored in evaluation.sets)
            + " |"
        )
    for name in dict.fromkeys(b.name for scored in evaluation.sets for b in scored.baselines):
        cells = (
            next((_shown(b.figures["joint_accuracy"]) for b in s.baselines if b.name == name), "–")
            for s in evaluation.sets
        )
        yield f"| baseline {name}, joint accuracy | " + " | ".join(cells) + " |"
    yield ""
    yield from _slices(evaluation)
    yield "## Known failures"
    yield ""
    yield from _failures(evaluation)
    yield ""
    yield "## Licence"
    yield ""
    yield "Apache-2.0, like the code and the annotations. The seed articles belong to their publishers."


def _slices(evaluation: Evaluation) -> Iterator[str]:
    scored = next((s for s in evaluation.sets if s.name == "composed"), evaluation.sets[0])
    yield f"## By kind of sentence ({_SETS[scored.name]})"
    yield ""
    yield "| kind | sentences | joint accuracy |"
    yield "|---|---|---|"
    for part in scored.slices:
        if part.n:
            yield f"| {part.name} | {part.n} | {_shown(part.joint)} |"
    yield ""
    unflagged = scored.unflagged
    yield f"Attributions that are not marked for review: {_shown(unflagged)} right"
    yield f"({unflagged.total} of {scored.attributions})."
    yield ""


def _failures(evaluation: Evaluation) -> Iterator[str]:
    for scored in evaluation.sets:
        most = sorted(scored.errors.items(), key=lambda error: (-error[1], error[0]))
        told = ", ".join(f"{name} {count}" for name, count in most if count)
        yield f"- {_SETS[scored.name]}: {scored.sentences_with_errors} of {scored.sentences} sentences have an error ({told})."


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    share = f" ({figure.right}/{figure.total})" if figure.total is not None and figure.low is None else ""
    interval = (
        f" [{figure.low:.3f}, {figure.high:.3f}]"
        if figure.low is not None and figure.high is not None
        else ""
    )
    return f"{figure.value:.3f}{interval}{share}"


def _stance_f1(scored: SetEvaluation, stance: str) -> str:
    found = next((s for s in scored.stances if s.label == stance), None)
    return "–" if found is None or found.f1 is None else f"{found.f1:.3f}"
