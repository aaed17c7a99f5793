"""Compares a result with what was expected, and says in words where they differ. Shows values shortened.

Both are plain values: what left the sandbox, decoded. Knows nothing of exercises.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.cases import Call, Odd, Stream

MAX_SHOWN = 160
_KINDS = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "real numbers", "c": "complex numbers"}


def difference(got: Any, expected: Any, rtol: float = 1e-9, atol: float = 1e-12) -> str:
    """ "" where ``got`` is as good as ``expected``, else a sentence for the candidate.

    Shape and kind of numbers must be the same; a list or tuple is as good as an array, and a whole number in a list
    as good as a real one. Numbers may differ by ``atol + rtol * |expected|``; NaN equals NaN.
    """
    if isinstance(got, Odd):
        return _odd(got)
    if got is None and expected is not None:
        return "Your function gave back None. Is a return missing?"
    numbers = _numbers(expected)
    if numbers is None:
        return "" if _alike(got, expected, rtol, atol) else _other(got, expected)
    found = _numbers(got)
    if found is None:
        return f"Expected {_described(numbers)}, got {_plain_type(got)}."
    return _array_difference(got, found, numbers, rtol, atol)


def _array_difference(got: Any, found: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> str:
    if found.size == 0 == expected.size and isinstance(got, list | tuple) and len(got) == expected.shape[0]:
        return ""
    if found.shape != expected.shape:
        return f"Expected {_described(expected)}, got {_described(found)}."
    if not _kind_fits(got, found, expected):
        return f"Expected {_KINDS[expected.dtype.kind]}, got {_KINDS[found.dtype.kind]} ({found.dtype})."
    if expected.dtype.kind in "biu" and found.dtype.kind in "biu":
        wrong = found != expected
    else:
        with np.errstate(all="ignore"):
            wrong = ~np.isclose(found, expected, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return ""
    place = tuple(int(each) for each in np.argwhere(wrong)[0])
    where = f"At position {place[0] if len(place) == 1 else place}: expected" if place else "Expected"
    more = f" {int(wrong.sum())} of {wrong.size} values differ." if wrong.size > 1 else ""
    return f"{where} {shown(expected[place].item())}, got {shown(found[place].item())}.{more}"


def _kind_fits(got: Any, found: np.ndarray, expected: np.ndarray) -> bool:
    kinds = "iu" if expected.dtype.kind in "iu" else expected.dtype.kind
    if found.dtype.kind in kinds:
        return True
    return expected.dtype.kind in "fc" and found.dtype.kind in "iuf" and not isinstance(got, np.ndarray)


def _numbers(value: Any) -> np.ndarray | None:
    """The value as an array of numbers; None where it is none."""
    if isinstance(value, str | bytes | dict | set) or value is None or not _is_flat_enough(value):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.dtype.kind in _KINDS else None


def _is_flat_enough(value: Any) -> bool:
    """Whether lists in it hold numbers only: NumPy would turn a text among numbers into text, and True into 1."""
    if not isinstance(value, list | tuple):
        return isinstance(value, np.ndarray | np.generic | int | float | complex)
    truth = [isinstance(each, bool | np.bool_) for each in value]
    return all(map(_is_flat_enough, value)) and (all(truth) or not any(truth))


def _alike(got: Any, expected: Any, rtol: float, atol: float) -> bool:
    """Equality of values that are not all numbers."""
    if isinstance(got, np.ndarray) and isinstance(expected, list | tuple | np.ndarray):
        got = got.tolist()
    if isinstance(expected, np.ndarray):
        expected = expected.tolist()
    if isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple) or len(got) != len(expected):
            return False
        return all(_alike(one, other, rtol, atol) for one, other in zip(got, expected, strict=True))
    if isinstance(expected, dict):
        if not isinstance(got, dict) or got.keys() != expected.keys():
            return False
        return all(_alike(got[key], expected[key], rtol, atol) for key in expected)
    if _numbers(expected) is not None:
        return _numbers(got) is not None and not difference(got, expected, rtol, atol)
    return type(got) is type(expected) and bool(got == expected)


def _odd(got: Odd) -> str:
    hint = ""
    if "too large" in got.words:
        hint = " It is far larger than any right answer."
    elif "iterator" in got.words or "generator" in got.words:
        hint = " Build the list or array before you return it."
    elif "not called" in got.words:
        hint = " Call it, and return what it gives."
    return f"Your function gave back {got.words}.{hint}"


def _other(got: Any, expected: Any) -> str:
    return f"Expected {shown(expected)}, got {shown(got)}."


def _described(array: np.ndarray) -> str:
    kind = _KINDS[array.dtype.kind]
    if array.ndim == 0:
        return f"one number ({kind.removesuffix('s')})"
    return f"{array.shape[0]} {kind}" if array.ndim == 1 else f"{kind} of shape {array.shape}"


def _plain_type(value: Any) -> str:
    return f"a {type(value).__name__} with something in it that is no number" if _is_container(value) else shown(value)


def _is_container(value: Any) -> bool:
    return isinstance(value, list | tuple | np.ndarray)


def shown(value: Any, room: int = MAX_SHOWN) -> str:
    """A value for a person's eyes, in ``room`` characters at most."""
    text = _text(value, room, 0)
    return text if len(text) <= room else text[: room - 1] + "…"


def shown_call(function: str, call: Call) -> str:
    """A call for a person's eyes."""
    room = max(30, MAX_SHOWN // max(1, len(call.args) + len(call.kwargs)))
    parts = [shown(value, room) for value in call.args]
    parts += [f"{name}={shown(value, room)}" for name, value in call.kwargs.items()]
    return f"{function}({', '.join(parts)})" + (f", {call.times:,} times" if call.times > 1 else "")


def _text(value: Any, room: int, depth: int) -> str:
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "O":
            return f"array({_text(value.tolist(), room, depth)}, dtype=object)"
        edge = 3 if value.size > 12 else 12
        words = np.array2string(value, threshold=12, edgeitems=edge, separator=", ", precision=6, max_line_width=10**6)
        whole = f", dtype={value.dtype}" if value.size == 0 or value.dtype.kind not in "fi" else ""
        return f"array({' '.join(words.split())}{whole})" + (f" of shape {value.shape}" if value.size > 12 else "")
    if isinstance(value, np.generic):
        return _text(value.item(), room, depth)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 200:
        return f"a whole number of about {round(value.bit_length() * math.log10(2)):,} digits"
    if isinstance(value, Stream):
        return _stream(value)
    if isinstance(value, list | tuple | set | Mapping):
        return _several(value, room, depth)
    if isinstance(value, str | bytes):
        return repr(value[:room])
    return repr(value)


def _several(value: Any, room: int, depth: int) -> str:
    opening, closing = "[]" if isinstance(value, list) else "()" if isinstance(value, tuple) else "{}"
    parts: list[str] = []
    used = 0
    for each in value:
        if used > room or depth > 4:
            parts.append(f"… {len(value):,} in all")
            break
        text = _text(each, room, depth + 1)
        parts.append(f"{text}: {_text(value[each], room, depth + 1)}" if isinstance(value, Mapping) else text)
        used += len(parts[-1]) + 2
    comma = "," if type(value) is tuple and len(value) == 1 else ""
    return opening + ", ".join(parts) + comma + closing


def _stream(stream: Stream) -> str:
    if stream.items is not None:
        return f"iter({shown(list(stream.items), 80)})"
    return "a stream without end" if stream.count is None else f"a stream of {stream.count:,} items"
