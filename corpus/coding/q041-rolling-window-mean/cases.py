"""Cases for rolling_window_mean: what tells a right solution from a subtly wrong one."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tutor.cases import Call, Case, Outcome

NON_FINITE = "NaN or an infinity in each window that holds one, the plain mean in every other"
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
CLOSE = 1e-6  # the question does not fix the float type


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Inputs vary with ``rng``. Expected are the reference's values, or a check where several answers are right."""
    for case in (*_full_windows(rng), *_odd_sizes(rng), *_types(rng)):
        yield Case(**case, rtol=CLOSE, atol=CLOSE)
    yield from _non_finite(rng)
    yield from _refused(rng)


def timed(n: int, rng: np.random.Generator) -> Call:
    """A window that grows with the series shows which ways take longer for a wide one."""
    return Call((rng.normal(0, 1, n), n // 20))


def _full_windows(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    k = int(rng.integers(3, 6))
    yield {
        "name": "the first full window",
        "why": "The first k - 1 entries are NaN, and entry k - 1 is the first mean: counting is easily off by one.",
        "args": (rng.integers(1, 90, 2 * k).astype(float), k),
    }
    yield {
        "name": "a random series",
        "why": "Entry i is the mean of the k values that end at i, none before them and none after.",
        "args": (rng.normal(0, 10, int(rng.integers(23, 32))), int(rng.integers(2, 8))),
    }
    yield {
        "name": "a long series, a wide window",
        "why": "Rounding errors must not pile up along the series.",
        "args": (rng.normal(50, 10, 3000), 700),
        "shown": "3,000 values, k = 700",
    }
    series = rng.integers(1, 9, 14).astype(float)
    series[3] = 10.0 ** rng.integers(20, 30)
    yield {
        "name": "a huge value early",
        "why": "A difference of running totals loses the small values that come after a huge one.",
        "args": (series, int(rng.integers(2, 4))),
    }


def _odd_sizes(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    n = int(rng.integers(4, 9))
    series = rng.normal(0, 10, n)
    yield {
        "name": "k = n",
        "why": "There is exactly one full window, so only the last entry is a number.",
        "args": (series, n),
    }
    yield {
        "name": "k larger than n",
        "why": "No window is ever full: n entries, all NaN. np.convolve swaps its inputs here.",
        "calls": (Call((series, n + 1)), Call((series, n + int(rng.integers(2, 50))))),
    }
    yield {
        "name": "k = 1",
        "why": "Each value is its own mean, so nothing is NaN; whole numbers become floats.",
        "calls": (Call((series, 1)), Call((rng.integers(-9, 9, n), 1))),
    }
    yield {
        "name": "an empty series",
        "why": "No values give no means: an empty array, no error.",
        "calls": (Call(([], int(rng.integers(2, 5)))), Call((np.zeros(0), 1))),
    }


def _types(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    yield {
        "name": "whole numbers",
        "why": "An integer array as a result could hold neither NaN nor a fraction.",
        "args": (rng.integers(-50, 50, 11), 4),
    }
    yield {
        "name": "small integers",
        "why": "Sums of 8-bit numbers pass 255 and start again at 0 unless they are converted first.",
        "args": (rng.integers(150, 256, 9).astype(np.uint8), 3),
    }
    yield {
        "name": "a list",
        "why": "The series may be a list, whose slices know no arithmetic.",
        "args": (rng.integers(-50, 50, 8).tolist(), 3),
    }


def _non_finite(rng: np.random.Generator) -> Iterator[Case]:
    k = int(rng.integers(2, 5))
    for name, why, values in (
        ("a NaN in the middle", "One NaN must not spoil the windows after it.", [np.nan]),
        ("an infinity in the middle", "Taking an infinity out of a running sum again leaves NaN for ever.", [np.inf]),
        ("both infinities", "In one window they give NaN, and a sum that refuses them raises.", [np.inf, 1.0, -np.inf]),
    ):
        series = rng.normal(0, 10, 16)
        start = int(rng.integers(4, 7))
        series[start : start + len(values)] = values
        yield Case(name, why, args=(series, max(k, len(values))), check=_only_own_windows, expected=NON_FINITE)


def _only_own_windows(outcomes: tuple[Outcome, ...]) -> str:
    """The windows are summed one by one, so nothing can pass from one to the next."""
    (outcome,) = outcomes
    series, k = outcome.call.args
    means = np.asarray(outcome.value, dtype=float)
    if means.shape != series.shape:
        return f"The result has shape {means.shape}; expected {series.shape}."
    for i, mean in enumerate(means):
        window = series[max(0, i - k + 1) : i + 1]
        if len(window) < k:
            if not np.isnan(mean):
                return f"Entry {i} is {mean}; expected NaN, because its window is not full."
        elif not np.isfinite(window).all():
            if np.isfinite(mean):
                return f"Entry {i} is {mean}, although its window holds {window[~np.isfinite(window)][0]}."
        elif not np.isclose(mean, window.mean(), rtol=CLOSE, atol=CLOSE):
            return f"Entry {i} is {mean}; expected {window.mean():.6g}: its window holds neither NaN nor an infinity."
    return ""


def _refused(rng: np.random.Generator) -> Iterator[Case]:
    series = rng.normal(0, 10, 5)
    for name, k in (("k = 0", 0), ("k below 0", -int(rng.integers(1, 4)))):
        why = "A window needs at least one value; a negative k would count from the end."
        yield Case(name, why, args=(series, k), raises=("ValueError",))
    table = rng.normal(0, 10, (4, 3))
    for name, call in (
        ("a table", Call((table, 2))),
        ("a table of one column", Call((table[:, :1], 2))),
        ("a list of lists", Call((table.tolist(), 9))),
    ):
        why = "Only a one-dimensional series has an order to slide along."
        yield Case(name, why, calls=(call,), raises=("ValueError",))
