"""Cases for cosine_similarity_matrix: what tells a right solution from a subtly wrong one."""

from collections.abc import Iterator

import numpy as np

from tutor.cases import Call, Case, Outcome

SIZES = (30, 100, 300, 600, 1_000)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Inputs vary with ``rng``; what is expected is what the reference does, except where the last bits matter."""
    yield from _directions(rng)
    yield from _shapes(rng)
    yield from _lengths(rng)
    yield from _types(rng)
    yield from _non_finite(rng)
    yield from _refused(rng)


def timed(n: int, rng: np.random.Generator) -> Call:
    """Two matrices of n rows of width 64."""
    return Call((rng.normal(0, 1, (n, 64)), rng.normal(0, 1, (n, 64))))


def _directions(rng: np.random.Generator) -> Iterator[Case]:
    d = int(rng.integers(3, 7))
    yield Case(
        "random rows",
        "Entry (i, j) compares row i of A with row j of B.",
        args=(rng.normal(0, 3, (4, d)), rng.normal(1, 3, (6, d))),
    )
    row = rng.integers(1, 9, 2).astype(float)
    turned = [[row[1], -row[0]], [-row[0], -row[1]], [2 * row[0], 2 * row[1]]]
    yield Case(
        "right angles and opposite rows",
        "A right angle gives 0, the opposite direction -1, the same direction 1.",
        args=([row.tolist()], turned),
        atol=1e-9,
    )
    parallel = rng.normal(0, 1, (60, 3))
    yield Case(
        "rounding at 1 and -1",
        "1.0000000000000002 turns arccos into NaN, so results are clipped.",
        args=(parallel, parallel * rng.choice([-3.0, -0.7, 0.1, 7.0], (60, 1))),
        check=_inside_the_range,
        expected="60 × 60 numbers from -1 to 1, each the cosine of two rows",
        shown="60 random rows, and the same rows times -3, -0.7, 0.1 or 7",
    )


def _inside_the_range(outcomes: tuple[Outcome, ...]) -> str:
    (outcome,) = outcomes
    rows, others = outcome.call.args
    cosines = np.asarray(outcome.value, dtype=float)
    if cosines.shape != (len(rows), len(others)):
        return f"The result has shape {cosines.shape}; expected {(len(rows), len(others))}."
    if not np.isfinite(cosines).all():
        return "The result holds NaN or infinite entries."
    farthest = float(cosines.flat[np.argmax(np.abs(cosines))])
    if abs(farthest) > 1:
        return f"The result holds {farthest!r}, which lies outside -1 to 1."
    lengths = np.linalg.norm(rows, axis=1)[:, None] * np.linalg.norm(others, axis=1)
    worst = np.abs(cosines - rows @ others.T / lengths).max()
    return f"An entry is wrong by {worst:.2g}." if worst > 1e-9 else ""


def _shapes(rng: np.random.Generator) -> Iterator[Case]:
    d = int(rng.integers(2, 6))
    A, B = rng.normal(0, 3, (3, d)), rng.normal(0, 3, (5, d))
    yield Case(
        "one-row matrices",
        "The result is always a matrix, 1 × 1 too; a lost dimension breaks the code that follows.",
        calls=(Call((A[:1], B[:1])), Call((A[:1], B)), Call((A, B[:1]))),
    )
    yield Case(
        "one column",
        "With one column only the sign is left of a direction.",
        args=(rng.uniform(1, 9, (3, 1)) * [[1], [-1], [1]], rng.uniform(1, 9, (2, 1)) * [[1], [-1]]),
    )
    yield Case(
        "as many rows as columns",
        "A square matrix hides a wrong axis: rows have lengths here, columns have not.",
        args=(rng.normal(0, 3, (d, d)), rng.normal(0, 3, (d, d))),
    )
    yield Case(
        "no rows",
        "No rows of A give a 0 × m array, no rows of B an n × 0 array.",
        calls=(Call((A[:0], B)), Call((A, B[:0])), Call((A[:0], B[:0]))),
    )
    yield Case(
        "many rows",
        "One matrix product must give the same as row by row.",
        args=(rng.normal(0, 1, (120, 48)), rng.normal(0, 1, (90, 48))),
        shown="120 and 90 rows of width 48",
    )


def _lengths(rng: np.random.Generator) -> Iterator[Case]:
    d = int(rng.integers(3, 6))
    A, B = rng.normal(0, 3, (4, d)), rng.normal(0, 3, (3, d))
    with_zero, other_zero = A.copy(), B.copy()
    with_zero[int(rng.integers(4))] = 0.0
    other_zero[int(rng.integers(3))] = 0.0
    yield Case(
        "a row of zeros",
        "It has no direction: its similarity is 0 to everything, another row of zeros too, and no 0/0 is warned of.",
        calls=(Call((with_zero, B)), Call((A, other_zero)), Call((with_zero, other_zero))),
        quiet=True,
    )
    yield Case(
        "short rows",
        "A constant such as 1e-8 or 1e-12 added to a length, or put below it, changes the cosine of short rows.",
        calls=(Call((A * 10.0 ** -rng.integers(13, 16), B)), Call((A, B * 10.0 ** -rng.integers(13, 16)))),
    )
    yield Case(
        "very short rows",
        "The square of 1e-200 is 0 in floating point, so the length must be taken after scaling.",
        args=(A * 1e-200, B * 1e-200),
    )
    yield Case(
        "very long rows",
        "The square of 1e200 is infinite in floating point, and so is the product of two such lengths.",
        args=(A * 1e200, B * 1e200),
    )
    yield Case(
        "short against long rows",
        "Rows of 1e-200 and 1e200 in the same direction give 1.",
        args=(np.vstack([A * 1e-200, A * 1e200]), np.vstack([A * 1e200, B * 1e-200])),
    )


def _types(rng: np.random.Generator) -> Iterator[Case]:
    d = int(rng.integers(3, 6))
    A, B = rng.integers(-9, 10, (3, d)), rng.integers(-9, 10, (4, d))
    A[:, 0], B[:, 0] = 5, 7  # no row of zeros
    yield Case("whole numbers", "Cosines are fractions, which an integer array cuts off.", args=(A, B))
    yield Case(
        "small integers",
        "Products of 8-bit numbers overflow unless they are converted first.",
        args=((A * 10).astype(np.int8), (B * 10).astype(np.int8)),
    )
    yield Case("nested lists", "The matrices may be lists of lists, which know no .T.", args=(A.tolist(), B.tolist()))


def _non_finite(rng: np.random.Generator) -> Iterator[Case]:
    for name, value in (("a NaN in a row", np.nan), ("an infinity in a row", float(rng.choice([np.inf, -np.inf])))):
        A, B = rng.normal(0, 3, (4, 3)), rng.normal(0, 3, (3, 3))
        left, right = A.copy(), B.copy()
        left[int(rng.integers(4)), int(rng.integers(3))] = value
        right[int(rng.integers(3)), int(rng.integers(3))] = value
        yield Case(
            name,
            "It makes its own entries NaN and leaves all others alone.",
            calls=(Call((left, B)), Call((A, right))),
        )


def _refused(rng: np.random.Generator) -> Iterator[Case]:
    A, B = rng.normal(0, 3, (3, 3)), rng.normal(0, 3, (2, 3))
    flat = "One row must be passed as a matrix of one row; guessing hides mistakes."
    widths = "Rows of different width have no angle between them; a width of 1 must not be stretched."
    for name, why, args in (
        ("A is one-dimensional", flat, (A[0], B)),
        ("B is one-dimensional", flat, (A, B[0])),
        ("both are one-dimensional", flat, (A[0].tolist(), B[0].tolist())),
        ("three dimensions", "A stack of matrices was not asked for.", (A[None], B[None])),
        ("widths that differ", widths, (A, B[:, :2])),
        ("a width of 1 against 3", widths, (A[:, :1], B)),
    ):
        yield Case(name, why, args=args, raises=("ValueError",))
