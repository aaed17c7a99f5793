"""Out-of-fold target encoding: no row's own target can reach its own code."""

import operator
from collections.abc import Hashable

import numpy as np
from numpy.typing import ArrayLike


def target_encode_cv(
    col: ArrayLike, y: ArrayLike, n_splits: int, *, smoothing: float = 0.0, seed: int | None = 0
) -> np.ndarray:
    """Encode every row with its category's mean target in the other folds.

    col: (n,) hashable categories, list or array; None and NaN together are one category.
    y: (n,) finite targets, list or array.
    n_splits: number of folds, from 2 to n; their sizes differ by one at most.
    smoothing: how many rows' weight the global mean of the other folds gets in each category's mean.
    seed: for the random folds, which do not depend on y; None draws new folds at every call.
    Returns (n,) float64. A category that the other folds lack gets the global mean of those folds.
    Raises ValueError for wrong shapes, targets that are not finite, n_splits outside 2..n or
    smoothing that is negative or infinite; TypeError where n_splits is not an integer.

    O(n_splits * n) time, O(n) memory. Draws on no global random state.
    """
    codes = _category_codes(col)
    target = np.asarray(y, dtype=float)
    n_splits = operator.index(n_splits)
    _check(codes, target, n_splits, smoothing)
    n, n_categories = codes.size, int(codes.max()) + 1
    fold_of = np.random.default_rng(seed).permutation(np.arange(n) % n_splits)

    encoded = np.empty(n)
    for fold in range(n_splits):
        held_out = fold_of == fold
        seen, seen_target = codes[~held_out], target[~held_out]
        prior = seen_target.mean()
        weights = np.bincount(seen, minlength=n_categories) + smoothing
        sums = np.bincount(seen, weights=seen_target, minlength=n_categories) + smoothing * prior
        means = np.divide(sums, weights, out=np.full(n_categories, prior), where=weights > 0)
        encoded[held_out] = means[codes[held_out]]
    return encoded


def _category_codes(col: ArrayLike) -> np.ndarray:
    """(n,) categories to (n,) integers 0, 1, 2, ... in order of first appearance."""
    values = np.asarray(col, dtype=object)
    if values.ndim != 1:
        raise ValueError(f"col has {values.ndim} dimensions, expected 1")
    numbers: dict[Hashable, int] = {}
    keys = (None if value != value else value for value in values)  # NaN differs from itself
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)


def _check(codes: np.ndarray, target: np.ndarray, n_splits: int, smoothing: float) -> None:
    if target.shape != codes.shape:
        raise ValueError(f"y has shape {target.shape}, expected {codes.shape} as col has")
    if not np.isfinite(target).all():
        raise ValueError("y holds NaN or infinite targets, expected finite numbers")
    if n_splits < 2:
        raise ValueError(f"n_splits is {n_splits}, expected 2 or more: a fold is encoded from the other folds")
    if n_splits > codes.size:
        raise ValueError(f"n_splits is {n_splits}, but {codes.size} rows cannot fill that many folds")
    if not 0 <= smoothing < np.inf:
        raise ValueError(f"smoothing is {smoothing}, expected a finite number of 0 or more")
