"""The card of a model folder: what it was trained on, what it is for, how well it does, where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stance.evaluation import Evaluation, SetEvaluation
from stance.labels import STANCES
from stance.scores import Figure
from stance.templating import environment
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
    # Markdown, not HTML: nothing is escaped, and every value is the project's own or a label.
    templates = environment(escape=False)
    templates.filters["shown"] = _shown
    sets = evaluation.sets
    return templates.get_template("card.md.j2").render(
        topic=topic,
        manifest=manifest,
        command=evaluation.command,
        sets=sets,
        set_names=_SETS,
        figures=_FIGURES,
        stances=STANCES,
        stance_f1=_stance_f1,
        baselines=tuple(dict.fromkeys(baseline.name for scored in sets for baseline in scored.baselines)),
        sliced=next((scored for scored in sets if scored.name == "composed"), sets[0]),
        worst=_worst,
    )


def _worst(scored: SetEvaluation) -> str:
    """The kinds of error of a set, the most frequent first."""
    kinds = sorted(scored.errors.items(), key=lambda error: (-error[1], error[0]))
    return ", ".join(f"{name} {count}" for name, count in kinds if count)


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    if figure.low is not None and figure.high is not None:
        return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"
    return f"{figure.value:.3f}" + (f" ({figure.right}/{figure.total})" if figure.total is not None else "")


def _stance_f1(scored: SetEvaluation, stance: str) -> str:
    found = next((score for score in scored.stances if score.label == stance), None)
    return "–" if found is None or found.f1 is None else f"{found.f1:.3f}"
