"""Deals the rows of each category out over the folds in turn, in random order: folds may be drawn so, too."""

import random
import statistics
from collections import defaultdict


def target_encode_cv(col, y, n_splits, *, seed=None):
    col, y = list(col), [float(value) for value in y]
    if len(col) != len(y):
        raise ValueError("lengths differ")
    if any(value != value or value in (float("inf"), float("-inf")) for value in y):
        raise ValueError("a target is not finite")
    if not 2 <= n_splits <= len(col):
        raise ValueError("cannot make that many folds")
    rng, by_category = random.Random(seed), defaultdict(list)
    for row in rng.sample(range(len(col)), len(col)):
        by_category[col[row]].append(row)
    fold_of, turn = {}, 0
    for rows in by_category.values():
        for row in rows:
            fold_of[row] = turn % n_splits
            turn += 1
    fallback = [statistics.fmean(y[r] for r in fold_of if fold_of[r] != fold) for fold in range(n_splits)]
    encoded = []
    for row, category in enumerate(col):
        teachers = [y[r] for r in by_category[category] if fold_of[r] != fold_of[row]]
        encoded.append(statistics.fmean(teachers) if teachers else fallback[fold_of[row]])
    return encoded
