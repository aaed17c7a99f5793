"""Pictures of the references' results: PNGs of a sensible size, others for other inputs, none where none fits."""

from __future__ import annotations

import io
import math
import struct
from typing import Any

import numpy as np
import pytest

from tutor.cases import Call, Odd
from tutor.drawings import DPI, MOST_POINTS, SIZE, TIMES, draw, supplement

NAN = math.nan
BOXES = [[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]]
FOLDS = np.array([1.5, 1.5, 2.5, 2.5])
SAMPLES = [[0, 1], [1, 2], [0, 2]]
EXAMPLES: list[tuple[str, Call, Any, tuple[Any, ...]]] = [
    ("rolling_window_mean", Call(([1, 2, NAN, 4], 2)), np.array([NAN, 1.5, NAN, NAN]), ()),
    ("target_encode_cv", Call((["a", "b", "a", "$x"], [1, 0, 1, 0], 2)), np.array([0.5, 1.0, 0.25, 0.5]), (FOLDS,)),
    ("nms", Call((BOXES, [0.9, 0.8, 0.7], 0.5)), np.array([0, 2]), ()),
    ("cosine_similarity_matrix", Call(([[1, 0]], [[0, 1], [1, 1]])), np.array([[0.0, NAN]]), ()),
    ("reservoir_sample", Call((["a", "b", "c"], 2)), ["c", "b"], tuple(SAMPLES)),
]


def pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return np.asarray(imread(io.BytesIO(png), format="png"))


@pytest.mark.parametrize(("function", "call", "value", "more"), EXAMPLES, ids=lambda each: str(each)[:24])
def test_each_exercise_has_a_picture_with_something_on_it(
    function: str, call: Call, value: Any, more: tuple[Any, ...]
) -> None:
    png = draw(function, call, value, more)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (SIZE[0] * DPI, SIZE[1] * DPI)
    assert 5_000 < len(png) < 100_000
    image = pixels(png)[:, :, :3]
    colourful = (image.max(axis=2) - image.min(axis=2)) > 0.15
    assert 0.0005 < colourful.mean() < 0.9


def test_the_same_call_gives_the_same_picture_and_another_one_another() -> None:
    def png(series: list[float]) -> bytes:
        means = np.convolve(series, [0.5, 0.5])[: len(series)]
        means[0] = NAN
        return draw("rolling_window_mean", Call((series, 2)), means)

    assert png([1, 2, 3]) == png([1, 2, 3])
    assert png([1, 2, 3]) != png([1, 2, 5])


def test_a_suppressed_box_is_on_the_left_only() -> None:
    call = Call((BOXES[:2], [0.9, 0.8], 0.5))
    both, one = (pixels(draw("nms", call, np.array(kept)))[:, :, :3] for kept in ([0, 1], [0]))
    orange = np.abs(one - np.array([0xD5, 0x5E, 0x00]) / 255).max(axis=2) < 0.05
    middle = one.shape[1] // 2
    assert orange[:, :middle].sum() > 100
    assert orange[:, middle:].sum() == 0
    assert not np.array_equal(both, one)


def test_a_keyword_argument_is_as_good_as_a_position() -> None:
    means = np.array([NAN, 1.5])
    by_name = draw("rolling_window_mean", Call((), {"x": [1, 2], "k": 2}), means)
    assert by_name == draw("rolling_window_mean", Call(([1, 2], 2)), means) != b""


@pytest.mark.parametrize(
    ("function", "call", "value"),
    [
        ("a_trainers_own", Call(([1], 2)), [1]),
        ("rolling_window_mean", Call(([], 2)), np.array([])),
        ("rolling_window_mean", Call(([NAN], 1)), np.array([NAN])),
        ("rolling_window_mean", Call(([1.0] * (MOST_POINTS + 1), 1)), np.ones(MOST_POINTS + 1)),
        ("rolling_window_mean", Call(([1, 2], 1)), Odd("a generator")),
        ("rolling_window_mean", Call((["a"], 1)), None),
        ("rolling_window_mean", Call((), {}), np.array([1.0])),
        ("nms", Call(([], [], 0.5)), np.array([], dtype=int)),
        ("nms", Call((BOXES, [0.9], 0.5)), np.array([0])),
        ("nms", Call(([[0, 0, 1]], [0.9], 0.5)), np.array([0])),
        ("cosine_similarity_matrix", Call(([], [])), np.zeros((0, 0))),
        ("target_encode_cv", Call((["a"], [1], 2)), np.array([1.0])),
        ("reservoir_sample", Call(([1], 1)), [1]),
    ],
)
def test_what_has_no_picture_gives_no_bytes(function: str, call: Call, value: Any) -> None:
    assert draw(function, call, value) == b""


def test_a_sample_is_drawn_again_many_times_from_positions_and_without_its_seed() -> None:
    second = supplement("reservoir_sample", Call((["a", "b"],), {"k": 1, "seed": 7}))
    assert second == Call(([0, 1],), {"k": 1}, TIMES)


def test_the_folds_of_an_encoding_are_asked_for_with_one_category_and_the_same_seed() -> None:
    second = supplement("target_encode_cv", Call((["a", "b", "a"], [1, 0, 1]), {"n_splits": 3, "seed": 5}))
    assert second is not None
    assert second.args[0] == ["same"] * 3
    assert len(set(second.args[1])) == 3
    assert second.kwargs == {"n_splits": 3, "seed": 5}


@pytest.mark.parametrize("function", ["nms", "rolling_window_mean", "cosine_similarity_matrix", "anything"])
def test_other_exercises_need_no_second_call(function: str) -> None:
    assert supplement(function, Call(([1], 2))) is None
