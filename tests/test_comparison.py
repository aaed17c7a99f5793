"""Results are compared as the question means them, and a difference is told in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tutor.cases import Call, Odd, Stream, same
from tutor.comparison import difference, shown, shown_call

NAN = math.nan


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ([NAN, 1.5], np.array([NAN, 1.5])),
        ((NAN, 1.5), np.array([NAN, 1.5])),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        ([1, 2], np.array([1.0, 2.0])),  # whole numbers in a list are numbers
        (np.array([1.0 + 1e-13]), np.array([1.0])),
        (np.array([1.0], dtype="f8"), np.array([1.0], dtype="f4")),
        (np.array([1, 2], dtype="i2"), np.array([1, 2], dtype="i8")),
        ([], np.array([], dtype=int)),
        ([], np.zeros((0, 3))),
        ([[], []], np.zeros((2, 0))),
        ([[1.0, 2.0]], np.array([[1.0, 2.0]])),
        ([np.float64(1), np.array(2.0)], np.array([1.0, 2.0])),
        (np.array([np.inf, -np.inf]), np.array([np.inf, -np.inf])),
        (3, np.int64(3)),
        (1, 1.0),
        ([], []),
        (["a", None], ["a", None]),
        (("a", 2), ["a", 2]),
        ({"a": [1.0]}, {"a": [1.0 + 1e-13]}),
        (np.array(["a"]), ["a"]),
    ],
)
def test_as_good_as_expected(got: Any, expected: Any) -> None:
    assert difference(got, expected) == ""


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (None, np.array([1.0]), "Is a return missing?"),
        (Odd("a generator"), np.array([1.0]), "Build the list or array"),
        (Odd("a list, too large"), np.array([1.0]), "far larger"),
        (np.array([1.0, 2.0]), np.array([1.0, 2.5]), "At position 1: expected 2.5, got 2.0. 1 of 2 values differ."),
        (np.array([[1.0]]), np.array([[NAN]]), "At position (0, 0): expected nan, got 1.0."),
        (np.array([1.0]), np.array([1.0, 2.0]), "Expected 2 real numbers, got 1 real numbers."),
        (np.array([1.0]), np.array([[1.0]]), "real numbers of shape (1, 1)"),
        (np.array([]), np.array([], dtype=int), "Expected whole numbers, got real numbers (float64)."),
        (np.array([0.0, 2.0]), np.array([0, 2]), "Expected whole numbers, got real numbers"),
        ([0.0, 2.0], np.array([0, 2]), "Expected whole numbers"),
        (np.array([1, 2]), np.array([1.0, 2.0]), "Expected real numbers, got whole numbers (int64)."),
        (np.array([True]), np.array([1]), "Expected whole numbers, got truth values"),
        ([True, False], np.array([1, 0]), "truth values"),
        ([True, 0], np.array([1, 0]), "something in it that is no number"),
        ([None, 1.0], np.array([NAN, 1.0]), "something in it that is no number"),
        (["1", 2], np.array([1, 2]), "something in it that is no number"),
        ([[1.0], [1.0, 2.0]], np.array([[1.0, 2.0]]), "no number"),
        ("text", np.array([1.0]), "got 'text'"),
        (np.array([1.0], dtype=object), np.array([1.0]), "no number"),
        (np.array([1.0 + 1e-6]), np.array([1.0]), "expected 1.0, got 1.000001."),
        (np.array([1e308]), np.array([-1e308]), "expected -1e+308"),
        (np.array([1 << 62]), np.array([(1 << 62) + 1]), "At position 0"),  # equal as real numbers
        (["b"], ["a"], "Expected ['a'], got ['b']."),
        (["a", "b"], ["a"], "Expected ['a']"),
        (1, "1", "Expected '1', got 1."),
        ({"a": 1}, {"b": 1}, "Expected {'b': 1}"),
    ],
)
def test_not_as_expected(got: Any, expected: Any, words: str) -> None:
    assert words in difference(got, expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, NAN]), "array([ 1., nan])"),
        (np.array([], dtype=int), "array([], dtype=int64)"),
        (np.arange(1000.0), "array([ 0., 1., 2., ..., 997., 998., 999.]) of shape (1000,)"),
        ([1, 2.5, "a"], "[1, 2.5, 'a']"),
        ((1,), "(1,)"),
        ({"a": [1]}, "{'a': [1]}"),
        ([1 << 100_000], "[a whole number of about 30,103 digits]"),
        (Stream([1, 2]), "iter([1, 2])"),
        (Stream(count=3_000_000), "a stream of 3,000,000 items"),
        (Stream(), "a stream without end"),
    ],
)
def test_a_value_is_shown_short(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    "value", [list(range(10**5)), "x" * 10**6, {n: n for n in range(999)}, [[[[[[[1]]]]]]], [1 << 9999]]
)
def test_what_is_shown_never_grows_long(value: Any) -> None:
    assert len(shown(value)) <= 160


def test_a_call_is_shown_as_it_would_be_written() -> None:
    assert shown_call("f", Call(([1, 2],), {"k": 3})) == "f([1, 2], k=3)"
    assert shown_call("f", Call((1,), times=2000)) == "f(1), 2,000 times"


def test_sameness_minds_every_bit() -> None:
    assert same([NAN, {"a": (1, None)}], [NAN, {"a": (1, None)}])
    assert same(np.array([NAN, 1.0]), np.array([NAN, 1.0]))
    for left, right in [(1, 1.0), (1, True), ([1], (1,)), (np.zeros(2), [0.0, 0.0]), (np.zeros(2), np.zeros(2, "f4"))]:
        assert not same(left, right)
