"""The plots of the report as SVG text, drawn by matplotlib without its global state.

Ink is `currentColor` and areas are one hue at several opacities, so a plot reads on light and on dark paper.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stance.calibration import Reliability
from stance.evaluation import Confusion, SetEvaluation
from stance.report.words import baseline_name
from stance.scores import Figure

__all__ = ["PLOTS", "draw"]

_INK = "#010203"
"""A colour that nothing else has; it is replaced by the page's own."""

_HUE = "#3b7dd8"
_OTHER = "#d9822b"
_GREY = "#8a8f98"

_STYLE: Any = {
    "svg.hashsalt": "stance",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.titlesize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def draw(name: str, each: SetEvaluation) -> str:
    """One of `PLOTS` for a set, as an SVG element whose ids are its own.

    The same figures give the same text.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context(_STYLE):
        canvas = Canvas(layout="constrained")
        FigureCanvasSVG(canvas)
        PLOTS[name](canvas, each)
        buffer = io.StringIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), f"{each.name}-{name}")


def _inline(svg: str, prefix: str) -> str:
    """Strip what only a file of its own needs; keep ids apart between the plots of one page."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    return svg.replace(_INK, "currentColor").replace("'DejaVu Sans'", "system-ui, 'DejaVu Sans'").strip()


def _baselines(canvas: Any, each: SetEvaluation) -> None:
    canvas.set_size_inches(9, 0.9 + 0.32 * (1 + len(each.baselines)))
    names = ["this system", *(baseline_name(base.name) for base in each.baselines)]
    panels = {
        "joint_accuracy": "joint accuracy",
        "speaker_accuracy": "speaker accuracy",
        "stance_macro_f1": "stance macro-F1",
    }
    for axes, (key, title) in zip(canvas.subplots(1, 3, sharey=True), panels.items(), strict=True):
        found = [each.figures[key], *(base.figures[key] for base in each.baselines)]
        _bars(axes, names, found, [_HUE, *[_GREY] * len(each.baselines)])
        axes.set_title(title)


def _bars(axes: Any, names: Sequence[str], found: Sequence[Figure], colours: Sequence[str]) -> None:
    """Horizontal bars with their intervals; the values stand in a column of their own, clear of lines."""
    places = range(len(names))
    axes.barh(places, [figure.value or 0 for figure in found], color=colours, alpha=0.75, height=0.62)
    for at, figure in zip(places, found, strict=True):
        if figure.low is not None and figure.high is not None:
            axes.plot([figure.low, figure.high], [at, at], color=_INK, linewidth=1.1)
        value = "–" if figure.value is None else f"{figure.value:.2f}"
        axes.text(1.15, at, value, va="center", ha="right", fontsize=8)
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1.17)
    axes.set_xticks([0, 0.5, 1])
    axes.spines["bottom"].set_bounds(0, 1)


def _learning(canvas: Any, each: SetEvaluation) -> None:
    canvas.set_size_inches(5.2, 3)
    axes = canvas.subplots()
    shares = [100 * point.share for point in each.curve]
    found = [point.joint_accuracy for point in each.curve]
    values = [figure.value or 0.0 for figure in found]
    low = [value - (value if f.low is None else f.low) for f, value in zip(found, values, strict=True)]
    high = [(value if f.high is None else f.high) - value for f, value in zip(found, values, strict=True)]
    axes.errorbar(shares, values, yerr=[low, high], color=_HUE, marker="o", markersize=4, capsize=3)
    axes.set(xlabel="% of the other folds' articles that were learnt from", ylabel="joint accuracy")
    axes.set(xlim=(0, 105), xticks=shares)


def _confusions(canvas: Any, each: SetEvaluation) -> None:
    canvas.set_size_inches(9, 3.7)
    sizes = [len(each.speaker_confusion.labels), len(each.stance_confusion.labels)]
    left, right = canvas.subplots(1, 2, width_ratios=sizes)
    _heat(left, each.speaker_confusion, each.labels, "speaker")
    _heat(right, each.stance_confusion, {}, "stance")


def _heat(axes: Any, confusion: Confusion, labels: Mapping[str, str], title: str) -> None:
    """Opacity is the share of the row: what the sentences of one gold label were taken for."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    for row, counts in enumerate(confusion.counts):
        for column, n in enumerate(counts):
            share = n / sum(counts) if n else 0.0
            shade = to_rgba(_HUE if row == column else _OTHER, 0.85 * share + 0.08 if n else 0)
            axes.add_patch(
                Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, facecolor=shade, edgecolor="none")
            )
            axes.text(column, row, str(n) if n else "·", ha="center", va="center")
    names = [labels.get(label, label).replace("_", "\n") for label in confusion.labels]
    axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(names) - 0.5, -0.5), xlabel="predicted", ylabel="gold")
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"{title} (n = {sum(map(sum, confusion.counts)):,} sentences)")


def _reliability(canvas: Any, each: SetEvaluation) -> None:
    canvas.set_size_inches(11, 3.2)
    titles = {
        "speaker": "speaker",
        "stance": "stance, given the speaker",
        "row": "both",
        "nobody": "nobody speaks",
    }
    for axes, (key, title) in zip(canvas.subplots(1, len(titles), sharey=True), titles.items(), strict=True):
        one = each.calibration[key]
        _diagram(axes, one)
        ece = "–" if one.ece is None else f"{one.ece:.3f}"
        axes.set_title(f"{title}\nn = {one.n:,}, ECE {ece}")
        axes.set_xlabel("confidence")
    canvas.axes[0].set_ylabel("share right")


def _diagram(axes: Any, one: Reliability) -> None:
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    if one.bins:
        axes.plot(
            [each.confidence for each in one.bins],
            [each.accuracy for each in one.bins],
            color=_HUE,
            linewidth=1,
        )
        axes.scatter(
            [each.confidence for each in one.bins],
            [each.accuracy for each in one.bins],
            s=[8 + 160 * each.n / one.n for each in one.bins],
            color=_HUE,
            alpha=0.75,
            linewidths=0,
            clip_on=False,
        )
    axes.set(xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])


def _risk(canvas: Any, each: SetEvaluation) -> None:
    canvas.set_size_inches(5.6, 3.2)
    axes = canvas.subplots()
    curve = each.risk_coverage
    if curve.points:
        axes.plot(*zip(*curve.points, strict=True), color=_HUE, linewidth=1.6)
        axes.axhline(curve.points[-1][1], color=_GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    sure, unsure = each.unflagged.total or 0, each.flagged.total or 0
    if each.unflagged.value is not None:
        place = (sure / (sure + unsure), 1 - each.unflagged.value)
        axes.scatter(*place, color=_OTHER, s=42, zorder=3)
        axes.annotate(
            "not marked\nfor review", place, (-8, 10), textcoords="offset points", ha="right", fontsize=8
        )
    top = max([risk for _, risk in curve.points] + [0.05])
    axes.set(xlim=(0, 1.02), ylim=(0, min(1.02, 1.25 * top)), xlabel="coverage", ylabel="share of them wrong")
    axes.set_title(f"n = {curve.n:,} predicted attributions, the surest first")


def _slices(canvas: Any, each: SetEvaluation) -> None:
    cuts = [cut for cut in each.slices if cut.n]
    canvas.set_size_inches(9, 0.8 + 0.27 * len(cuts))
    left, right = canvas.subplots(1, 2, sharey=True)
    names = [f"{cut.name} ({cut.n:,})" for cut in cuts]
    _bars(left, names, [cut.joint for cut in cuts], [_HUE] * len(cuts))
    _bars(right, names, [Figure(cut.attribution_f1) for cut in cuts], [_HUE] * len(cuts))
    for axes, title, key in (
        (left, "joint accuracy", "joint_accuracy"),
        (right, "attribution F1", "attribution_f1"),
    ):
        axes.set_title(title)
        axes.axvline(each.figures[key].value or 0, color=_OTHER, linewidth=1)


PLOTS: Mapping[str, Callable[[Any, SetEvaluation], None]] = {
    "baselines": _baselines,
    "confusion": _confusions,
    "learning": _learning,
    "reliability": _reliability,
    "risk": _risk,
    "slices": _slices,
}
"""Each plot by its name in the page."""
