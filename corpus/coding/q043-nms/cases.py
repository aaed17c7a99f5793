"""Cases for nms: what tells a right solution from a subtly wrong one."""

from collections.abc import Iterator

import numpy as np

from tutor.cases import Call, Case

SIZES = (50, 100, 300, 1_000, 2_000)
UNIT = [0.0, 0.0, 10.0, 10.0]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Inputs vary with ``rng``; what is expected is what the reference does."""
    yield from _random_boxes(rng)
    yield from _overlaps(rng)
    yield from _ranking(rng)
    yield from _odd_boxes(rng)
    yield from _types(rng)
    yield from _refused(rng)


def timed(n: int, rng: np.random.Generator) -> Call:
    """Boxes spread out so that most are kept, which is the slowest input."""
    return Call((_boxes(rng, n, 10.0) + rng.uniform(0, 10.0 * n**0.5, (n, 1)), rng.permutation(n) / n, 0.5))


def _random_boxes(rng: np.random.Generator) -> Iterator[Case]:
    for name, why, n, size in (
        ("random boxes", "Sort, keep the best, remove what overlaps it, and go on with what is left.", 40, 100.0),
        ("coordinates from 0 to 1", "A width of x2 - x1 + 1 suits whole pixels only and swamps small boxes.", 20, 1.0),
        ("many boxes", "Every kept box must be compared with all that are left.", 200, 300.0),
    ):
        boxes = _boxes(rng, n, size)
        yield Case(name, why, args=(boxes, rng.permutation(n) / n, _clear_threshold(rng, boxes)))


def _boxes(rng: np.random.Generator, n: int, size: float) -> np.ndarray:
    """(n, 4) boxes in a square of this side, many of which overlap."""
    corner = rng.uniform(0, 0.6 * size, (n, 2))
    return np.hstack([corner, corner + rng.uniform(0.1 * size, 0.4 * size, (n, 2))])


def _clear_threshold(rng: np.random.Generator, boxes: np.ndarray) -> float:
    """A threshold that no two boxes' IoU comes near, so that rounding decides nothing."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    overlaps = np.sort((shared / (areas[:, None] + areas - shared)).ravel())
    middle = np.unique(np.append(overlaps[(overlaps > 0.2) & (overlaps < 0.5)], [0.2, 0.5]))
    gaps = np.diff(middle)
    widest = np.argsort(gaps)[-3:]
    chosen = int(rng.choice(widest))
    return float(middle[chosen] + gaps[chosen] / 2)


def _overlaps(rng: np.random.Generator) -> Iterator[Case]:
    height = float(rng.integers(4, 7))
    exact, plus_one = height / 10, (height + 1) / 11
    yield Case(
        "IoU without + 1",
        "Coordinates are continuous: 1 added to each side makes boxes look more alike than they are.",
        args=([UNIT, [0, 0, 10, height]], [0.9, 0.8], (exact + plus_one) / 2),
    )
    side = float(2 ** rng.integers(0, 6))
    halves = [[0, 0, 2 * side, side], [0, 0, side, side], [0, 0, side / 2, side]]
    yield Case(
        "IoU equal to the threshold",
        "A box goes where its IoU is larger than the threshold; an equal one stays.",
        calls=(Call((halves, [0.9, 0.8, 0.7], 0.5)), Call((halves, [0.9, 0.8, 0.7], 0.25))),
    )
    x = float(rng.integers(-20, 20))
    yield Case(
        "touching boxes",
        "Boxes that share an edge or a corner share no area, so even a threshold of 0 keeps both.",
        args=([[x, 0, x + 5, 5], [x + 5, 0, x + 10, 5], [x + 10, 5, x + 15, 10]], [0.7, 0.9, 0.8], 0.0),
    )
    yield Case(
        "threshold 0",
        "Any shared area is larger than 0.",
        args=([UNIT, [9.9, 9.9, 20, 20], [50, 50, 60, 60]], [0.9, 0.8, 0.7], 0.0),
    )
    yield Case(
        "threshold 1",
        "No IoU is larger than 1, so even identical boxes stay.",
        args=([UNIT, UNIT, [1, 1, 11, 11]], [0.7, 0.9, 0.8], 1.0),
    )
    gap = float(rng.integers(4, 6))
    yield Case(
        "boxes apart on both axes",
        "The product of two negative sides is positive: clip them at 0 before you multiply.",
        args=([UNIT, [10 + gap, 10 + gap, 20 + gap, 20 + gap]], [0.9, 0.8], 0.05),
    )
    inner = float(rng.integers(2, 5))
    yield Case(
        "a small box inside a large one",
        "Their IoU is small; the overlap divided by the smaller area would be 1.",
        args=([UNIT, [1, 1, 1 + inner, 1 + inner]], [0.9, 0.8], 0.3),
    )
    # IoU with a kept box 6 / 14; the shared area over the sum of the areas is 6 / 20
    yield Case(
        "the union counts the shared area once",
        "IoU divides by both areas less the shared one, not by their sum.",
        args=([UNIT, [4, 0, 14, 10]], [0.9, 0.8], float(rng.uniform(0.32, 0.41))),
    )


def _ranking(rng: np.random.Generator) -> Iterator[Case]:
    step = float(rng.integers(3, 5))
    chain = [[i * step, 0, i * step + 10, 10] for i in range(5)]
    yield Case(
        "a removed box removes nothing",
        "Box 1 goes because of box 0; box 2 overlaps only box 1 too much, so it stays.",
        args=(chain, [0.9, 0.8, 0.7, 0.6, 0.5], 0.3),
    )
    yield Case(
        "every kept box counts",
        "A box must be compared with all kept boxes, not only with the last one.",
        args=([UNIT, [50, 50, 60, 60], [0, 1, 10, 11]], [0.9, 0.8, 0.7], 0.5),
    )
    apart = [[20.0 * i, 0, 20.0 * i + 10, 10] for i in range(60)]
    yield Case(
        "equal scores",
        "Of equal scores the earlier index wins; reversing an ascending sort turns ties round.",
        calls=(Call(([UNIT, UNIT, UNIT], [0.5, 0.5, 0.5], 0.5)), Call((apart, rng.integers(0, 3, 60) / 4, 0.5))),
        shown="3 equal boxes; then 60 boxes apart from one another, with 3 different scores",
    )
    yield Case(
        "best score first",
        "The order of the result is that of the scores, whatever the order of the boxes.",
        args=(apart[:9], rng.permutation(9) / 10, 0.5),
    )
    yield Case(
        "negative scores",
        "Scores may be logits or log-probabilities: a score below 0 is no reason to drop a box.",
        args=(apart[:6], -1.0 - rng.permutation(6), 0.5),
    )


def _odd_boxes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case(
        "no boxes",
        "An image may hold nothing. np.array([]) holds floats, which cannot index.",
        calls=(Call(([], [], 0.5)), Call((np.zeros((0, 4)), np.zeros(0), 0.5))),
    )
    yield Case("one box", "There is nothing to compare it with.", args=([UNIT], [0.3], 0.5))
    point = [float(v) for v in rng.integers(2, 8, 2)] * 2
    yield Case(
        "boxes without area",
        "Their IoU is 0 with every box, their twins included: 0/0 must not decide.",
        args=([point, point, [0, 5, 10, 5], [0, 5, 10, 5], UNIT], [0.9, 0.8, 0.7, 0.6, 0.5], 0.0),
    )
    swapped = [UNIT[2:] + UNIT[:2], [10, 0, 0, 10], [0, 10, 10, 0]]
    yield Case(
        "swapped corners",
        "A side below zero gives IoU 0 with every box. Nobody asked to repair the corners.",
        args=([UNIT, *swapped, *swapped], [0.1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4], 0.0),
    )


def _types(rng: np.random.Generator) -> Iterator[Case]:
    boxes = [[0, 0, 200, 200], [10, 10, 210, 210], [90, 90, 250, 250], [3, 120, 9, 130]]
    scores = rng.permutation([1, 2, 3, 4])
    yield Case(
        "small integers",
        "In 8 bits, 200 · 200 is 64 and 3 - 9 is 250: convert before you calculate.",
        args=(np.array(boxes, dtype=np.uint8), scores / 8, 0.4),
    )
    yield Case(
        "whole-number scores",
        "The negative of an unsigned number is a large positive one, and 0 stays 0.",
        args=(np.array(boxes) * 1.0, np.array([0, 200, 3, 100], dtype=np.uint8), 0.4),
    )
    yield Case("lists", "Boxes and scores may be lists, which know no .T.", args=(boxes, [0.1, 0.9, 0.5, 0.7], 0.4))


def _refused(rng: np.random.Generator) -> Iterator[Case]:
    boxes, scores = _boxes(rng, 3, 10.0), rng.uniform(0, 1, 3)
    nan_corner, infinite_corner, nan_score = boxes.copy(), boxes.copy(), scores.copy()
    nan_corner[1, 2], infinite_corner[2, 3], nan_score[int(rng.integers(3))] = np.nan, np.inf, np.nan
    five = np.hstack([boxes, scores[:, None]])
    mismatch = "Boxes and scores that differ in number mean that rows were lost."
    wrong_shape = "Boxes are rows of four corners."
    for name, why, args in (
        ("too few scores", mismatch, (boxes, scores[:2], 0.5)),
        ("too many scores", mismatch, (boxes[:2], scores, 0.5)),
        ("three coordinates", wrong_shape, (boxes[:, :3], scores, 0.5)),
        ("five columns", wrong_shape, (five, scores, 0.5)),
        ("one box without its row", wrong_shape, (boxes[0], scores[:1], 0.5)),
        (
            "a NaN coordinate",
            "Comparisons with NaN are all false, so the result would be arbitrary.",
            (nan_corner, scores, 0.5),
        ),
        ("an infinite coordinate", "Infinite areas give inf/inf.", (infinite_corner, scores, 0.5)),
        ("a NaN score", "NaN has no place in a ranking.", (boxes, nan_score, 0.5)),
        ("a threshold below 0", "IoU is never below 0: this is a mistake.", (boxes, scores, -0.1)),
        ("a threshold above 1", "IoU is never above 1; 50 was meant to be 0.5.", (boxes, scores, 50.0)),
    ):
        yield Case(name, why, args=args, raises=("ValueError",))
