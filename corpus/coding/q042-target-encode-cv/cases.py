"""Cases for target_encode_cv: what tells a right solution from a subtly wrong one.

Nobody sees the folds, and they may be new at every call. Targets that are powers of two show them: the sum of any
rows tells which rows they are.
"""

from collections.abc import Iterator

import numpy as np

from tutor.cases import Call, Case, Outcome

SIZES = (100, 1_000, 5_000, 20_000, 50_000)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Inputs vary with ``rng``. With as many folds as rows there is one right answer, the reference's."""
    yield from _folds(rng)
    yield from _leave_one_out(rng)
    yield from _refused(rng)
    yield Case(
        "global random state",
        "Drawing from a global generator changes what the rest of the program draws, and seeding it is worse.",
        args=(["a", "b"] * 6, _powers(rng, 12), 3),
        check=_each_code_leaves_one_fold_out,
        expected="the global generators of random and NumPy as they were",
        keeps_random_state=True,
    )


def timed(n: int, rng: np.random.Generator) -> Call:
    """Ten rows a category, five folds."""
    return Call((rng.integers(0, n // 10, n), rng.normal(0, 1, n), 5))


def _powers(rng: np.random.Generator, n: int) -> np.ndarray:
    return 2.0 ** rng.permutation(n)


def _folds(rng: np.random.Generator) -> Iterator[Case]:
    splits = int(rng.integers(3, 6))
    yield Case(
        "leakage of the held-out fold",
        "No row's own fold may take part in its code: with one category, a code is the mean of the other folds.",
        args=(["a"] * (4 * splits), _powers(rng, 4 * splits), splits),
        check=_each_code_leaves_one_fold_out,
        expected=f"in each of {splits} disjoint folds, the mean target of the rows outside it",
    )
    yield Case(
        "categories unseen in the other folds",
        "A category with one row is never seen outside its fold; the mean of all rows would hold its own target.",
        args=(rng.permutation(100)[: 4 * splits], _powers(rng, 4 * splits), splits),
        check=_each_code_leaves_one_fold_out,
        expected=f"in each of {splits} disjoint folds, the mean target of all rows outside it",
    )
    splits = int(rng.integers(4, 6))
    uneven = splits * int(rng.integers(3, 5)) + 2  # with 2 left over, neither the last fold nor small folds can hide
    yield Case(
        "fold sizes",
        "Where n_splits does not divide the number of rows, fold sizes differ by one at most and no row is left over.",
        args=(["a"] * uneven, _powers(rng, uneven), splits),
        check=_each_code_leaves_one_fold_out,
        expected=f"{uneven} rows in {splits} folds of {uneven // splits} or {uneven // splits + 1} rows",
    )
    yield Case(
        "random folds",
        "Rows are often sorted by date or by target; folds cut in that order hold rows that are alike.",
        args=(np.zeros(36, dtype=int), _powers(rng, 36), int(rng.choice([3, 4, 6]))),
        check=_folds_are_no_pattern,
        expected="folds without a pattern in the order of the rows or of their targets",
        shown="36 rows of one category",
    )
    splits = int(rng.choice([2, 3, 4]))
    many = [str(name) for name in rng.permutation(list("aaaaaaaabbbbbccc" + "defghijklmnopqrstuvw"))]
    yield Case(
        "frequent, rare and single categories",
        "Each row gets the mean of its own category over the other folds, in the order of the rows.",
        args=(many, _powers(rng, 36), splits),
        check=_codes_agree_with_folds,
        expected="the mean of the row's category in the other folds, or of all their rows where it is not there",
        shown="36 rows: a 8 times, b 5 times, c 3 times, 20 others once",
    )


def _each_code_leaves_one_fold_out(outcomes: tuple[Outcome, ...]) -> str:
    """Where all rows, or none, share a category (the last case: two), rows of one fold and category share a code."""
    (outcome,) = outcomes
    col, targets, splits = outcome.call.args
    codes, problem = _numbers(outcome)
    if problem:
        return problem
    names = np.array([str(name) for name in col])
    if len(set(names)) == len(names):
        names[:] = "x"  # all fall back to the mean of all rows, as if they were one category
    sizes = [0, 0]
    for name in sorted(set(names)):
        rows = np.flatnonzero(names == name)
        groups = _equal_codes(codes, rows)
        for group in groups:
            others = np.setdiff1d(rows, group)
            if others.size == 0:
                return _all_the_same(codes, targets, rows)
            if not np.isclose(codes[group[0]], targets[others].mean(), rtol=1e-9):
                return f"Row {group[0]} has the code {codes[group[0]]:.6g}. {_diagnosis(codes, targets, rows, group)}"
        sizes = [len(group) for group in groups]
    if len(set(names)) == 1 and len(sizes) != splits:
        return f"The codes show {len(sizes)} folds; expected {splits}."
    if len(set(names)) == 1 and max(sizes) - min(sizes) > 1:
        return f"The folds hold {', '.join(map(str, sorted(sizes)))} rows; expected sizes that differ by one at most."
    return ""


def _numbers(outcome: Outcome) -> tuple[np.ndarray, str]:
    """The codes as floats, and what is wrong with their form."""
    codes = np.asarray(outcome.value, dtype=float)
    n = len(outcome.call.args[0])
    if codes.shape != (n,):
        return codes, f"The result has shape {codes.shape}; expected ({n},)."
    if not np.isfinite(codes).all():
        row = int(np.flatnonzero(~np.isfinite(codes))[0])
        return codes, f"Row {row} has the code {codes[row]}; expected a finite number."
    return codes, ""


def _equal_codes(codes: np.ndarray, rows: np.ndarray) -> list[np.ndarray]:
    """The rows cut into groups whose codes are equal but for rounding."""
    ordered = rows[np.argsort(codes[rows], kind="stable")]
    steps = np.diff(codes[ordered]) > 1e-9 * np.abs(codes[ordered][1:])
    return np.split(ordered, np.flatnonzero(steps) + 1)


def _all_the_same(codes: np.ndarray, targets: np.ndarray, rows: np.ndarray) -> str:
    if np.isclose(codes[rows[0]], targets[rows].mean()):
        return "All rows have the mean of all rows as their code, so each code holds the row's own target."
    return f"All rows of a category have the code {codes[rows[0]]:.6g}, as if they were in one fold."


def _diagnosis(codes: np.ndarray, targets: np.ndarray, rows: np.ndarray, group: np.ndarray) -> str:
    code = codes[group[0]]
    if np.isclose(code, targets[group].mean()):
        return "That is the mean of its own fold; expected the mean of the other folds."
    if np.isclose(code, targets[rows].mean()):
        return "That is the mean of all rows, its own target among them."
    return "That is not the mean of the rows that have another code, as it is where folds are disjoint and held out."


def _folds_are_no_pattern(outcomes: tuple[Outcome, ...]) -> str:
    """Random folds fall into one of these patterns less than once in 10^13 calls (36 rows, 3 to 6 folds)."""
    problem = _each_code_leaves_one_fold_out(outcomes)
    if problem:
        return problem
    _, targets, splits = outcomes[0].call.args
    codes, _ = _numbers(outcomes[0])
    n = len(targets)
    ranks = np.argsort(np.argsort(targets))
    for order, words in ((np.arange(n), "the order of the rows"), (ranks, "the order of the targets")):
        for pattern, how in ((order // (n // splits), "blocks"), (order % splits, "every n_splits-th row")):
            if all(np.ptp(codes[pattern == fold]) <= 1e-9 * codes.max() for fold in range(splits)):
                return f"The folds follow {words} ({how}); expected rows put into folds at random."
    return ""


def _codes_agree_with_folds(outcomes: tuple[Outcome, ...]) -> str:
    """Rows of single categories show their whole fold; every row of that fold must agree with it."""
    (outcome,) = outcomes
    col, targets, splits = outcome.call.args
    codes, problem = _numbers(outcome)
    if problem:
        return problem
    names, n = np.array(col), len(col)
    folds: dict[int, frozenset[int]] = {}
    for row in range(n):
        if (names == names[row]).sum() == 1:
            folds[row] = _held_out(codes[row], targets, splits)
            if row not in folds[row]:
                return f"Row {row}, the only one of its category, has the code {codes[row]:.6g}. {_FALLBACK}"
    for fold in set(folds.values()):
        if any(fold & other and fold != other for other in folds.values()):
            return "The folds are not disjoint: a row counts as held out in two of them."
        for row in fold:
            expected = _mean_outside(names, targets, row, fold)
            if not np.isclose(codes[row], expected, rtol=1e-9):
                return (
                    f"Row {row} of category {names[row]} has the code {codes[row]:.6g}; expected {expected:.6g}, "
                    f"because the rows {sorted(fold)} form its fold."
                )
    return ""


_FALLBACK = "Expected the mean of all rows of the other folds: no row of its own fold, and each other row once."


def _held_out(code: float, targets: np.ndarray, splits: int) -> frozenset[int]:
    """The fold whose other rows have this mean target; empty where there is none. All folds have one size."""
    size = len(targets) // splits
    others = code * (len(targets) - size)
    left = int(targets.sum()) - round(others)
    if abs(others - round(others)) > 0.01 or left < 0:
        return frozenset()
    rows = frozenset(row for row, target in enumerate(targets) if left & int(target))
    return rows if len(rows) == size and left == sum(int(targets[row]) for row in rows) else frozenset()


def _mean_outside(names: np.ndarray, targets: np.ndarray, row: int, fold: frozenset[int]) -> float:
    outside = np.array([other not in fold for other in range(len(names))])
    own = outside & (names == names[row])
    return float(targets[own if own.any() else outside].mean())


def _leave_one_out(rng: np.random.Generator) -> Iterator[Case]:
    names = rng.permutation(["a"] * 4 + ["b"] * 3 + ["c", "d"])
    yield Case(
        "as many folds as rows",
        "With one row a fold nothing is random: the mean of the category's other rows, or of all other rows.",
        args=(names.tolist(), rng.normal(0, 5, 9).tolist(), 9),
    )
    low, high = rng.normal(0, 5, 2)
    yield Case(
        "two rows, two folds",
        "The smallest input: each row is encoded by the other one.",
        args=(["a", "a"], [low, high], 2),
    )
    yield Case(
        "whole-number targets",
        "Codes of targets 0 and 1 are fractions, which an integer array cuts off.",
        args=(rng.permutation(["a"] * 6 + ["b"] * 3), rng.permutation([0, 1, 1, 0, 1, 1, 0, 0, 1]), 9),
    )
    yield Case(
        "categories that are numbers",
        "A category's number is a name: it may be negative, huge or a fraction, and cannot serve as a position.",
        calls=(
            Call((rng.permutation([-7, -7, -7, 10**15, 10**15, 3, 3, 0]), rng.normal(0, 5, 8), 8)),
            Call((rng.permutation([0.5, 0.5, 0.25, 0.25, 0.75, 0.75]).tolist(), rng.normal(0, 5, 6), 6)),
        ),
    )
    yield Case(
        "categories that look alike",
        "Upper case, spaces and length make different categories; nobody asked to clean them.",
        args=(["a", "A", "a ", "a", "A", "a ", "", "", "a" * 40, "a" * 41], rng.normal(0, 5, 10), 10),
    )
    yield Case(
        "a mean of zero",
        "A category whose mean is 0 has a mean; only a missing category gets the mean of all.",
        args=(["a", "a", "a", "b", "b"], [0.0, 0.0, 0.0, 7.0, float(rng.integers(8, 20))], 5),
    )
    huge = 10.0 ** rng.integers(18, 25)
    yield Case(
        "a huge held-out target",
        "Taking the own fold off a grand total leaves rounding, and so traces of the fold's own targets.",
        calls=(
            Call((["a"] * 6, [huge, *rng.integers(1, 9, 5).astype(float)], 6)),
            Call((["a", "b", "b", "c", "c", "c"], [huge, *rng.integers(1, 9, 5).astype(float)], 6)),
        ),
    )


def _refused(rng: np.random.Generator) -> Iterator[Case]:
    col, y = ["a", "b", "a", "b", "a"], rng.normal(0, 5, 5)
    for name, why, call in (
        ("n_splits = 1", "One fold leaves no other fold to learn from.", Call((col, y, 1))),
        ("n_splits = 0", "There is no such number of folds.", Call((col, y, 0))),
        ("n_splits below 0", "There is no such number of folds.", Call((col, y, -2))),
        ("more folds than rows", "A fold would be empty.", Call((col, y, 6))),
        ("no rows", "No rows cannot fill two folds.", Call(([], [], 2))),
        ("too few targets", "Lengths that differ mean that rows were mixed up before.", Call((col, y[:4], 2))),
        ("too many targets", "Lengths that differ mean that rows were mixed up before.", Call((col[:4], y, 2))),
        ("a NaN target", "One NaN would silently spoil or skip codes.", Call((col, [1.0, np.nan, 0.0, 1.0, 2.0], 2))),
        ("an infinite target", "A mean with an infinity is useless.", Call((col, np.append(y[:4], np.inf), 2))),
    ):
        yield Case(name, why, calls=(call,), raises=("ValueError",))
