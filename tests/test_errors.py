"""Errors read as sentences: what was found, what was expected, the command that mends it."""

from __future__ import annotations

import inspect

import pytest

from tutor import errors
from tutor.errors import CorpusError, FileProblem, TutorError


def test_a_message_gives_what_was_found_what_was_expected_and_the_mend() -> None:
    error = TutorError("The port 7860 is taken", "a free port", "export TUTOR_PORT=7861")

    assert str(error) == "The port 7860 is taken. Expected: a free port. To mend it: export TUTOR_PORT=7861"
    assert (error.found, error.expected, error.mend) == (
        "The port 7860 is taken",
        "a free port",
        "export TUTOR_PORT=7861",
    )


def test_a_message_leaves_out_what_is_not_known() -> None:
    assert str(TutorError("Nothing answered")) == "Nothing answered."
    assert str(TutorError("Nothing answered", mend="try again")) == "Nothing answered. To mend it: try again"
    assert str(TutorError("Nothing answered", "an answer")) == "Nothing answered. Expected: an answer."


def test_a_message_never_ends_a_sentence_twice() -> None:
    assert str(TutorError("Nothing answered.", "an answer.")) == "Nothing answered. Expected: an answer."


def test_a_file_problem_names_file_and_line_or_the_file_alone() -> None:
    assert str(FileProblem("questions/q001.md", 7, "no field 'id'", "an id")) == (
        "questions/q001.md:7: found no field 'id'; expected an id"
    )
    assert str(FileProblem("questions/q001.md", 0, "500,000 bytes", "at most 400,000")) == (
        "questions/q001.md: found 500,000 bytes; expected at most 400,000"
    )


def test_a_corpus_error_carries_its_place_and_the_command_that_checks_it() -> None:
    problem = FileProblem("questions/q001.md", 7, "no field 'id'", "an id")
    error = CorpusError(problem)

    assert error.problem == problem
    assert str(error) == f"{problem}. To mend it: edit the file, then run: tutor lint"


@pytest.mark.parametrize(
    "kind", [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, BaseException)]
)
def test_every_error_of_the_package_is_one_tree_and_says_what_it_is(kind: type[BaseException]) -> None:
    assert issubclass(kind, TutorError)
    assert kind.__doc__
