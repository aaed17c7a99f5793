"""Draws the reliability diagram and the risk-coverage curves. The only importer of matplotlib.

Colours are those of Okabe and Ito, which colour-blind people tell apart; lines differ in their dashes too.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from tutor.evaluation.measuring import Bin, Pictured

INK, GRID = "#222222", "#dddddd"
BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
_LINES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."))
_LIMITS = (0.02, 0.05, 0.10)
SETTLED = 0.1
"""The coverage from which on a curve must fit into the chart."""


def draw_risk_coverage(pictured: Pictured, path: Path) -> None:
    """Risk over coverage of every method, the limits of risk, and where the tutor itself stands."""
    figure = _figure(7.0, 4.6)
    axes = figure.add_subplot()
    for (name, points), (colour, dashes) in zip(pictured.curves.items(), _LINES, strict=True):
        axes.plot(*_columns(points), color=colour, linestyle=dashes, linewidth=2, label=name)
    for limit in _LIMITS:
        axes.axhline(limit, color=INK, linewidth=0.7, linestyle=":")
        axes.annotate(f"{limit:.0%}", (1.005, limit), va="center", fontsize=9, color=INK, annotation_clip=False)
    axes.plot(*pictured.decided, "o", color=INK, markersize=8, label="what the tutor answers", zorder=5, clip_on=False)
    _share_axis(
        axes, "share of the answerable questions that are answered (coverage)", "wrong among all answers (risk)"
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, _highest_risk(pictured))
    axes.set_title("Answering the surest questions first: answerable and near misses", fontsize=11, color=INK)
    axes.legend(frameon=False, fontsize=10)
    _save(figure, path)


def draw_reliability(pictured: Pictured, path: Path) -> None:
    """Share of right first hits over confidence in 10 bins of equal width, and how many questions each bin holds."""
    figure = _figure(6.0, 6.0)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    bins = pictured.reliability
    above.plot([0, 1], [0, 1], color=INK, linewidth=1, linestyle=":", label="perfect calibration")
    above.errorbar(
        [each.confidence for each in bins],
        [each.right.value for each in bins],
        yerr=[_reach(bins, -1), _reach(bins, 1)],
        fmt="o-",
        color=BLUE,
        capsize=3,
        linewidth=2,
        label="tutor, with 95 % intervals",
    )
    _share_axis(above, "", "first hit is right")
    above.set_ylim(-0.02, 1.02)
    above.set_title("Confidence against what came true", fontsize=11, color=INK)
    above.legend(frameon=False, fontsize=10, loc="upper left")
    below.bar([each.confidence for each in bins], [each.count for each in bins], width=0.05, color=BLUE)
    for each in bins:
        below.annotate(str(each.count), (each.confidence, each.count), ha="center", va="bottom", fontsize=8, color=INK)
    below.margins(y=0.2)
    _share_axis(below, "confidence", "")
    below.yaxis.set_major_formatter("{x:.0f}")
    below.set_ylabel("questions", fontsize=10)
    below.set_xlim(0, 1)
    _save(figure, path)


def _highest_risk(pictured: Pictured) -> float:
    """The top of the chart: what the risk is with the first few answers says little."""
    risks = [risk for points in pictured.curves.values() for coverage, risk in points if coverage >= SETTLED]
    return min(1.0, 1.2 * max([*_LIMITS, *risks]))


def _columns(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [coverage for coverage, _ in points], [risk for _, risk in points]


def _reach(bins: list[Bin], side: int) -> list[float]:
    """How far each interval goes down (-1) or up (1) from its value."""
    return [max(0.0, side * ((each.right.high if side > 0 else each.right.low) - each.right.value)) for each in bins]


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), dpi=150, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def _share_axis(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across, fontsize=10, color=INK)
    axes.set_ylabel(up, fontsize=10, color=INK)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})
