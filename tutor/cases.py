"""What an exercise's ``cases.py`` is written in: calls of the candidate's function, and what to expect of them.

``corpus/coding/<exercise>/cases.py`` is a trainer's trusted code. It defines one function::

    def cases(rng: np.random.Generator) -> Iterable[Case]: ...

``rng`` is seeded anew at every attempt, so inputs vary; with the seed of a report the same cases come again. The
file is imported outside the sandbox and sees results as plain values; the candidate's program sees only the arguments.
Of the sandbox it knows the values only; imports NumPy and nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tutor.sandbox.inside.wire import Odd, Stream

__all__ = ["Call", "Case", "Check", "Odd", "Outcome", "Raised", "Stream", "same"]


@dataclass(frozen=True)
class Call:
    """One call of the candidate's function: ``function(*args, **kwargs)``, made ``times`` times.

    Arguments are None, bool, int, float, complex, str, bytes, list, tuple, dict, set, NumPy scalars and arrays (object
    arrays too), and Stream. Every one of the ``times`` calls gets fresh copies. Keep arguments below some megabytes,
    and all results of an attempt below one.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1


@dataclass(frozen=True)
class Raised:
    """An exception of the candidate's function: its class, the names of its base classes, its message, its line in
    the candidate's file (0: unknown)."""

    name: str
    bases: tuple[str, ...]
    message: str
    line: int = 0

    def is_a(self, *names: str) -> bool:
        """True where the exception's class or a base class of it has one of these names."""
        return self.name in names or any(base in names for base in self.bases)

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.message else self.name


@dataclass(frozen=True)
class Outcome:
    """What one Call did. Every value in it is a claim of the candidate's program and of plain type.

    ``value`` is the result of the first of the ``times`` calls, ``values`` all of them (both may hold Odd);
    ``raised`` is set where a call raised, and then the later ones of the ``times`` were not made.
    ``args_after`` and ``kwargs_after`` are the arguments after the first call (a Stream comes back as it was),
    ``read`` how many items of each Stream argument were taken, ``random_state_kept`` says whether the global
    generators of ``random`` and ``numpy.random`` are as before, ``warnings`` are the warnings shown, as
    "RuntimeWarning: divide by zero …", ``ms`` is the time of all ``times`` calls.
    """

    call: Call
    value: Any = None
    values: tuple[Any, ...] = ()
    raised: Raised | None = None
    args_after: tuple[Any, ...] = ()
    kwargs_after: Mapping[str, Any] = field(default_factory=dict)
    read: tuple[int, ...] = ()
    random_state_kept: bool = True
    warnings: tuple[str, ...] = ()
    ms: float = 0.0


Check = Callable[[tuple[Outcome, ...]], str]
"""Judges the outcomes of a case's calls, one each, none of which raised: "" where all is well, else what is wrong, as
a sentence for the candidate. The values may be of any type: an exception that the check itself raises counts as
"the result has a wrong form", so a check need not guard against a result that is no list. It must not do as much work
as a number in a result says, such as ``range(value)``: that number may be huge."""


@dataclass(frozen=True)
class Case:
    """One thing that tells right from wrong.

    What is expected, in this order:

    - ``check``: the function's word. ``expected`` then says in words what was expected, for the candidate's table.
    - ``accept``: any of these values is right.
    - otherwise what the reference solution does with the same calls: the same value, or an exception of a class that
      the reference's exception is or derives from (a ValueError where the reference raises ValueError).

    ``raises``: the call must raise one of these classes, by name; neither of the above is asked.
    ``may_raise``: what the question leaves open; an exception of these classes passes, and so does a right value.

    Arguments must come out of every call as they went in (``keeps_arguments``). ``keeps_random_state`` asks the same
    of the global random generators, ``quiet`` that no warning is shown.

    Values are equal where shape and kind (whole number, real number, truth value, text) are the same and numbers
    differ by ``atol + rtol * |expected|`` at most; NaN equals NaN. A list or tuple of numbers is as good as an array.
    """

    name: str
    why: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    """Instead of ``args`` and ``kwargs``: several calls, made one after the other in the same process."""
    check: Check | None = None
    expected: str = ""
    accept: tuple[Any, ...] = ()
    raises: tuple[str, ...] = ()
    may_raise: tuple[str, ...] = ()
    rtol: float = 1e-9
    atol: float = 1e-12
    keeps_arguments: bool = True
    keeps_random_state: bool = False
    quiet: bool = False
    shown: str = ""
    """How the input reads in the candidate's table; without it the call itself, shortened."""

    @property
    def all_calls(self) -> tuple[Call, ...]:
        """The calls of the case: ``calls``, or the one that ``args`` and ``kwargs`` make."""
        return self.calls or (Call(self.args, self.kwargs),)


def same(left: Any, right: Any) -> bool:
    """True where two plain values are equal in type, shape and every bit of content; NaN equals NaN."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        if not (isinstance(left, np.ndarray) and isinstance(right, np.ndarray)):
            return False
        if left.dtype != right.dtype or left.shape != right.shape:
            return False
        return all(same(one, other) for one, other in zip(left.ravel().tolist(), right.ravel().tolist(), strict=True))
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    return bool(left == right or (left != left and right != right))
