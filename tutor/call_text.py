"""Reads the call in a message, such as ``rolling_window_mean([1, 2, nan], k=2)``, as literals. Evaluates nothing.

Besides Python's literals it knows nan and inf (also as np.nan, float("nan")), np.array([…]) and range(…).
"""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from tutor.cases import Call
from tutor.errors import ExerciseError

MAX_CHARACTERS = 20_000
MAX_RANGE = 10_000
_NUMBERS = {"nan": math.nan, "inf": math.inf}


def parse_call(text: str, function: str) -> Call:
    """The arguments of a call of ``function``. Raises ExerciseError where it is none, or holds more than literals."""
    if len(text) > MAX_CHARACTERS:
        raise _wrong(f"A call of {len(text):,} characters", function)
    try:
        tree = ast.parse(text.strip().rstrip(";"), mode="eval").body
        if not isinstance(tree, ast.Call) or _name(tree.func) != function:
            raise _wrong(f"{text.strip()[:80]!r} is no call of {function}", function)
        args = tuple(_value(each) for each in tree.args)
        kwargs = {str(each.arg): _value(each.value) for each in tree.keywords if each.arg}
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError, OverflowError) as error:
        words = error.msg if isinstance(error, SyntaxError) else str(error)
        raise _wrong(f"The call cannot be read ({words[:100]})", function) from None
    if len(kwargs) != len(tree.keywords):
        raise _wrong("The call unpacks an argument with **", function)
    return Call(args, kwargs)


def _wrong(found: str, function: str) -> ExerciseError:
    return ExerciseError(
        found, f"{function}(…) with numbers, texts and lists written out", "run the sample, or edit the call"
    )


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.List | ast.Tuple):
        values = [_value(each) for each in node.elts]
        return values if isinstance(node, ast.List) else tuple(values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = _value(node.operand)
        if isinstance(number, bool) or not isinstance(number, int | float | complex):
            raise ValueError("a sign before something that is no number")
        return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.Name | ast.Attribute) and (name := _name(node)) in _NUMBERS:
        return _NUMBERS[name]
    if isinstance(node, ast.Call):
        return _call(node)
    return ast.literal_eval(node)


def _call(node: ast.Call) -> Any:
    name = _name(node.func)
    arguments = [_value(each) for each in node.args]
    if node.keywords or not arguments:
        raise ValueError(f"{name}(…) with these arguments is not known here")
    if name in ("array", "asarray") and len(arguments) == 1 and isinstance(arguments[0], list | tuple):
        return np.array(arguments[0])
    if name == "float" and str(arguments[0]).strip("+-").lower() in _NUMBERS:
        return float(arguments[0])
    if name == "range" and len(range(*arguments)) <= MAX_RANGE:
        return list(range(*arguments))
    raise ValueError(f"{name}(…) is not known here")


def _name(node: ast.expr) -> str:
    """``nan`` for ``nan``, ``np.nan`` and ``math.nan``; "" for anything else."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("np", "numpy", "math")
    ):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
