"""A call in a message is read as literals; nothing in it is evaluated."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tutor.call_text import parse_call
from tutor.cases import same
from tutor.errors import ExerciseError


@pytest.mark.parametrize(
    ("text", "args", "kwargs"),
    [
        ("f([1, 2, 3.5], 2)", ([1, 2, 3.5], 2), {}),
        (" f(x=[-1], k=+2); ", (), {"x": [-1], "k": 2}),
        ("f((1, 'a'), None, True, {'k': [1]}, b'x', 1+2j)", ((1, "a"), None, True, {"k": [1]}, b"x", 1 + 2j), {}),
        (
            "f([nan, -inf, np.nan, math.inf, float('-inf')])",
            ([math.nan, -math.inf, math.nan, math.inf, -math.inf],),
            {},
        ),
        ("f(np.array([[1, 2]]))", (np.array([[1, 2]]),), {}),
        ("f(range(3), range(5, 1, -2))", ([0, 1, 2], [5, 3]), {}),
        ("f()", (), {}),
    ],
)
def test_literals_are_read(text: str, args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    call = parse_call(text, "f")
    assert same(call.args, args)
    assert same(dict(call.kwargs), kwargs)


@pytest.mark.parametrize(
    "text",
    [
        "g([1])",
        "f",
        "f(x)",
        "f(open('/etc/passwd'))",
        "f(__import__('os').system('true'))",
        "f([1] * 10**9)",
        "f(10**10**10)",
        "f(2 ** 3)",
        "f(range(10**12))",
        "f(*[1, 2])",
        "f(**{'a': 1})",
        "f(lambda: 1)",
        "f([x for x in (1, 2)])",
        "f(f([1]))",
        "f(os.nan)",
        "f(np.zeros(3))",
        "f(float('1e9'))",
        "f(f'{1}')",
        "f(-'a')",
        "f(-True)",
        "f(1); f(2)",
        "f(1",
        "f(" + "[" * 300 + "]" * 300 + ")",
        "f(" + "-" * 5000 + "1)",
        "f(" + "9" * 5000 + ")",
        "f('" + "a" * 30_000 + "')",
        "f(1)\0",
        "",
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ExerciseError, match="Expected: f"):
        parse_call(text, "f")
