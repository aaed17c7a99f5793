"""The corpus that ships: complete, of the right kinds, with reference solutions that run."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tutor.corpus import read_corpus
from tutor.records import Item
from tutor.settings import default_corpus


@pytest.fixture(scope="module")
def corpus() -> dict[str, Item]:
    shelf = read_corpus(default_corpus())
    assert shelf.problems == ()
    return {item.id: item for item in shelf.items}


def test_the_corpus_holds_all_83_items(corpus: dict[str, Item]) -> None:
    expected = {
        *(f"q{number:03}" for number in range(1, 66)),
        *(f"mcq{number:02}" for number in range(1, 11)),
        *(f"guide{number:02}" for number in range(1, 6)),
        *(f"faq{number:02}" for number in range(1, 4)),
    }

    assert set(corpus) == expected
    assert len(corpus) == 83


def test_each_item_of_the_corpus_is_of_the_kind_its_id_says(corpus: dict[str, Item]) -> None:
    for id, item in corpus.items():
        prefix = id.rstrip("0123456789")
        if prefix == "q":
            assert item.kind == "coding" if "q041" <= id <= "q045" else item.kind in ("concept", "scenario"), id
        else:
            assert item.kind == prefix


SAMPLES: dict[str, Callable[[Any], bool]] = {
    # (1+2+3)/3 = 2, …, (4+5+6)/3 = 5; the first two windows are not full
    "q041": lambda got: np.allclose(got, [np.nan, np.nan, 2, 3, 4, 5], equal_nan=True),
    # the fold of the lone c holds one row more; of the four rows of the other folds 3 or 4 have the target 1
    "q042": lambda got: np.shape(got) == (6,) and bool(np.isin(got[5], [0.75, 1.0])),
    # boxes 0 and 1 share 81 of 119, an IoU of 0.68 > 0.5; box 2 stands alone
    "q043": lambda got: list(got) == [0, 2],
    "q044": lambda got: np.allclose(got, [[1, 0], [0.5**0.5, 0.5**0.5], [0, 0]]),
    "q045": lambda got: len(set(got)) == 4 and set(got) <= {3, 1, 4, 15, 9, 26, 5, 35, 8, 97},
}


@pytest.mark.parametrize("id", sorted(SAMPLES))
def test_a_reference_solution_gives_the_right_result_for_its_sample(id: str, corpus: dict[str, Item]) -> None:
    exercise = corpus[id].exercise
    assert exercise is not None
    namespace: dict[str, Any] = {"__name__": "solution"}

    exec(compile(exercise.solution, f"{id}/solution.py", "exec"), namespace)

    assert SAMPLES[id](eval(exercise.sample, namespace))


@pytest.mark.parametrize("id", sorted(SAMPLES))
def test_a_reference_solution_has_docstrings_type_hints_and_few_imports(id: str, corpus: dict[str, Item]) -> None:
    exercise = corpus[id].exercise
    assert exercise is not None
    tree = ast.parse(exercise.solution)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}

    main = functions[exercise.function]
    assert "Returns" in (ast.get_docstring(main) or "")
    for function in functions.values():
        parameters = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
        assert function.returns is not None, function.name
        assert all(parameter.annotation for parameter in parameters), function.name
    signature = ast.parse(f"def {exercise.signature}: ...").body[0]
    assert isinstance(signature, ast.FunctionDef)
    assert signature.name == exercise.function
    assert [each.arg for each in signature.args.args] == [each.arg for each in main.args.args]
    assert imported_packages(tree) <= {"numpy", "operator", "random", "collections", "math", "typing", "itertools"}


def imported_packages(tree: ast.Module) -> set[str]:
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}
