"""Draws what one call of an exercise's reference did, where a picture says more than its value. PNG bytes.

Works on arguments and values alone; a second call, which ``supplement`` names, shows what one value does not: the
folds of an encoding, the frequencies of a sample. Knows nothing of sandboxes, pages or how a call came about. Colours
are those of Okabe and Ito, which colour-blind people tell apart; markers and dashes differ too.
"""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tutor.cases import Call

TIMES = 2000
"""How often a sample is drawn for a picture of its frequencies."""
MOST_POINTS, MOST_BOXES, MOST_CELLS, MOST_ROWS, MOST_ITEMS = 2000, 60, 400, 60, 60
SIZE = (6.4, 3.6)
DPI = 100

_INK, _GRID, _SOFT = "#222222", "#dddddd", "#8a8a8a"
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = "osD^vPX"
_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "rolling_window_mean": ("x", "k"),
    "target_encode_cv": ("col", "y", "n_splits"),
    "nms": ("boxes", "scores", "iou_thresh"),
    "cosine_similarity_matrix": ("A", "B"),
    "reservoir_sample": ("stream", "k"),
}


def supplement(function: str, call: Call) -> Call | None:
    """A second call of the reference that ``draw`` needs beside the first; None where it needs none.

    For a sample: many draws of positions, not of the items. For an encoding: one category for all rows, so that rows
    have equal codes exactly where they share a fold, because the folds depend on neither column nor target.
    """
    given = _given(function, call)
    if function == "reservoir_sample" and 0 < _size(given.get("stream")) <= MOST_ITEMS:
        more = {name: value for name, value in given.items() if name not in ("stream", "seed")}
        return Call((list(range(_size(given["stream"]))),), more, TIMES)
    if function == "target_encode_cv" and 0 < _size(given.get("col")) <= MOST_ROWS:
        rows = _size(given["col"])
        more = {name: value for name, value in given.items() if name not in ("col", "y", "smoothing")}
        return Call((["same"] * rows, [math.sqrt(2 + row) for row in range(rows)]), more)
    return None


def draw(function: str, call: Call, value: Any, more: Sequence[Any] = ()) -> bytes:
    """The picture of ``value``, what ``function`` gave back for ``call``; b"" where there is none for it.

    ``more`` are the results of the call that ``supplement`` named. What is too large, empty or of another form than
    expected has no picture.
    """
    drawing = _DRAWINGS.get(function)
    if drawing is None:
        return b""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    try:
        if not drawing(figure, _given(function, call), value, more):
            return b""
        with io.BytesIO() as out:
            figure.savefig(out, format="png", metadata={"Software": None})
            return out.getvalue()
    except (ValueError, TypeError, LookupError, OverflowError, ArithmeticError):  # values of a form that has no picture
        return b""


def _given(function: str, call: Call) -> dict[str, Any]:
    """The arguments by name; those beyond the known ones are left out."""
    return dict(zip(_PARAMETERS.get(function, ()), call.args, strict=False)) | dict(call.kwargs)


def _size(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple | str | np.ndarray) else 0


def _rolling_mean(figure: Any, given: Mapping[str, Any], value: Any, more: Sequence[Any]) -> bool:
    series, means = np.asarray(given["x"], dtype=float), np.asarray(value, dtype=float)
    if not 0 < series.size <= MOST_POINTS or not np.isfinite(series).any():
        return False
    axes = _axes(figure, f"Series and the mean of the last {given['k']} values", "position", "value")
    place = np.arange(series.size)
    marker = "o" if series.size <= 60 else ""
    axes.plot(place, _finite(series), color=_SOFT, linewidth=1, marker=marker, markersize=5, label="series")
    axes.plot(
        place, _finite(means), color=_COLOURS[0], linewidth=2.2, marker=marker, markersize=5, label="rolling mean"
    )
    if missing := int(np.isnan(means[: int(given["k"]) - 1]).sum()):
        axes.axvspan(-0.5, missing - 0.5, color=_GRID, alpha=0.6, linewidth=0, label="no full window yet")
    axes.set_xlim(-0.5, series.size - 0.5)
    _whole_numbers(axes.xaxis)
    axes.legend(frameon=False, fontsize=9)
    return True


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)


def _boxes(figure: Any, given: Mapping[str, Any], value: Any, more: Sequence[Any]) -> bool:
    boxes, scores = np.asarray(given["boxes"], dtype=float), np.asarray(given["scores"], dtype=float)
    kept = {int(index) for index in value}
    if not 0 < len(boxes) <= MOST_BOXES:
        return False
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    low, high = boxes.reshape(-1, 2).min(axis=0), boxes.reshape(-1, 2).max(axis=0)
    margin = 0.06 * np.maximum(high - low, 1e-9 + 0.05 * np.max(high - low))
    for axes, title in ((left, f"Before: {len(boxes)} boxes"), (right, f"After: {len(kept)} kept")):
        _dress(axes, title, "x", "y")
        axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
        axes.set_ylim(high[1] + margin[1], low[1] - margin[1])  # as in a picture: y grows downwards
    corners = itertools.cycle(((1, 1), (0, 1), (1, 0)))
    for index, (box, score) in enumerate(zip(boxes, scores, strict=True)):
        label = f"{index}: {score:.2g}"
        if index in kept:
            _box(left, box, label, _COLOURS[0], (0, 0))
            _box(right, box, label, _COLOURS[0], (0, 0))
        else:
            _box(left, box, label, _COLOURS[1], next(corners))
    figure.supxlabel("solid: kept, dashed: suppressed; index: score", fontsize=8, color=_INK)
    return True


def _box(axes: Any, box: np.ndarray, label: str, colour: str, corner: tuple[int, int]) -> None:
    """A box whose label stands inside ``corner``: 0 or 1 for left or right, top or bottom. Dashed but for (0, 0)."""
    from matplotlib.patches import Rectangle

    (x1, y1, x2, y2), (right, bottom) = box, corner
    dashes = "-" if corner == (0, 0) else "--"
    axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, facecolor=colour, alpha=0.10, linewidth=0))
    axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linestyle=dashes, linewidth=1.8))
    axes.annotate(
        label,
        (x2 if right else x1, y2 if bottom else y1),
        xytext=(-3 if right else 3, 3 if bottom else -3),
        textcoords="offset points",
        ha="right" if right else "left",
        va="bottom" if bottom else "top",
        fontsize=8,
        color=_INK,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
    )


def _similarities(figure: Any, given: Mapping[str, Any], value: Any, more: Sequence[Any]) -> bool:
    matrix = np.asarray(value, dtype=float)
    if matrix.ndim != 2 or not 0 < matrix.size <= MOST_CELLS:
        return False
    axes = figure.add_subplot()
    _dress(axes, "Cosine of row i of A with row j of B", "row of B", "row of A")
    axes.grid(visible=False)
    shown = axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    axes.set_facecolor("#bbbbbb")  # where the cosine is NaN
    figure.colorbar(shown, ax=axes, label="cosine")
    for axis in (axes.xaxis, axes.yaxis):
        _whole_numbers(axis)
    if matrix.size <= 100:
        for (row, column), cosine in np.ndenumerate(matrix):
            colour = "white" if abs(cosine) > 0.6 else _INK
            axes.text(column, row, f"{cosine:.2f}", ha="center", va="center", fontsize=9, color=colour)
    return True


def _frequencies(figure: Any, given: Mapping[str, Any], value: Any, more: Sequence[Any]) -> bool:
    items, draws = list(given["stream"]), [list(sample) for sample in more]
    if not 0 < len(items) <= MOST_ITEMS or not draws:
        return False
    share = np.bincount([int(place) for sample in draws for place in sample], minlength=len(items)) / len(draws)
    expected = min(1.0, max(0, int(given["k"])) / len(items))
    spread = 3 * math.sqrt(expected * (1 - expected) / len(draws))
    axes = _axes(figure, f"How often each item was drawn in {len(draws):,} runs", "item of the stream", "share of runs")
    axes.bar(range(len(items)), share, color=_COLOURS[0], width=0.7, label="drawn")
    axes.axhline(expected, color=_COLOURS[1], linewidth=1.6, label=f"k/n = {expected:.3g}")
    axes.axhspan(
        expected - spread, expected + spread, color=_COLOURS[1], alpha=0.2, linewidth=0, label="three standard errors"
    )
    labels = [str(item)[:8] for item in items]
    step = 1 + len(items) // 24
    axes.set_xticks(range(0, len(items), step), [_plain(label) for label in labels[::step]])
    axes.set_ylim(0, min(1.15, 1.45 * max(expected, float(share.max()), 0.01)))
    axes.legend(frameon=False, fontsize=9, ncols=3, loc="upper center")
    return True


def _codes(figure: Any, given: Mapping[str, Any], value: Any, more: Sequence[Any]) -> bool:
    categories = [_plain(str(each)[:12]) for each in given["col"]]
    codes, target = np.asarray(value, dtype=float), np.asarray(given["y"], dtype=float)
    if not 0 < len(categories) <= MOST_ROWS or not len(more):
        return False
    marks = np.round(np.asarray(more[0], dtype=float), 9)
    folds = {mark: number for number, mark in enumerate(dict.fromkeys(marks.tolist()))}
    if len(folds) > len(_COLOURS):
        return False
    axes = _axes(figure, "Each row's code, by category and fold", "row and its category", "code")
    axes.plot(range(codes.size), target, "_", color=_SOFT, markersize=12, label="the row's own target")
    for mark, number in folds.items():
        rows = np.flatnonzero(marks == mark)
        colour, marker = _COLOURS[number], _MARKERS[number]
        axes.plot(rows, codes[rows], marker, color=colour, markersize=8, label=f"fold {number + 1}")
    step = 1 + codes.size // 24
    ticks = range(0, codes.size, step)
    axes.set_xticks(ticks, [f"{row}\n{categories[row]}" for row in ticks], fontsize=8)
    axes.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.margins(y=0.12)
    return True


_DRAWINGS: Mapping[str, Callable[[Any, Mapping[str, Any], Any, Sequence[Any]], bool]] = {
    "rolling_window_mean": _rolling_mean,
    "target_encode_cv": _codes,
    "nms": _boxes,
    "cosine_similarity_matrix": _similarities,
    "reservoir_sample": _frequencies,
}


def _axes(figure: Any, title: str, across: str, up: str) -> Any:
    axes = figure.add_subplot()
    _dress(axes, title, across, up)
    return axes


def _dress(axes: Any, title: str, across: str, up: str) -> None:
    axes.set_title(title, fontsize=10.5, color=_INK)
    axes.set_xlabel(across, fontsize=9, color=_INK)
    axes.set_ylabel(up, fontsize=9, color=_INK)
    axes.tick_params(labelsize=8, colors=_INK)
    axes.grid(color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _whole_numbers(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True, nbins=12))


def _plain(label: str) -> str:
    """Text that a chart draws as it is: a dollar sign would begin a formula."""
    return "".join(each if each.isprintable() else "·" for each in label).replace("$", r"\$")
