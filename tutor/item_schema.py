"""The schema of an item's front matter: what every item needs, and what a curated one owes beyond that."""

from __future__ import annotations

import ast
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic import Field as Constrained

from tutor.records import Kind, Level
from tutor.topics import TOPICS

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1500)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{1,79}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _KeyPoint(_Strict):
    text: Line
    weight: int = Constrained(ge=1, le=3)
    probe: Line | None = None


class _Misconception(_Strict):
    claim: Line
    why: Line


class _FollowUp(_Strict):
    question: Line
    item: Identifier


class TeachingFields(_Strict):
    simpler: Paragraph
    example: Paragraph
    analogy: Paragraph
    one_sentence: Line
    hints: list[Line] = []


class FrontMatter(_Strict):
    """The schema of every item. What only a curated item owes is checked by ``CuratedFrontMatter``."""

    id: Identifier
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)] | None = None
    section: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    kind: Kind
    level: Level
    topics: list[str] = Constrained(min_length=1, max_length=4)
    asks: list[Line] = []
    key_points: list[_KeyPoint] = []
    misconceptions: list[_Misconception] = []
    follow_ups: list[_FollowUp] = []
    related: list[Identifier] = []
    teaching: TeachingFields | None = None
    function: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$")] | None = None
    signature: Line | None = None
    sample: Line | None = None
    hints: list[Line] = []
    complexity: Line | None = None
    interviewer: list[Line] = []
    options: dict[Literal["A", "B", "C", "D", "E", "F"], Line] | None = None
    key: str | None = None
    distractors: dict[str, Line] | None = None

    @model_validator(mode="after")
    def _parts_of_the_kind(self) -> FrontMatter:
        if self.kind == "mcq":
            self._check_choices()
        if self.kind == "coding":
            self._check_exercise()
        unknown = [topic for topic in self.topics if topic not in TOPICS]
        if unknown:
            raise ValueError(f"topics: {', '.join(unknown)} is not in the list of corpus/README.md")
        return self

    def _check_choices(self) -> None:
        options, distractors = self.options or {}, self.distractors or {}
        if self.key not in options:
            raise ValueError(f"key: {self.key!r} is not a letter of the options")
        if set(distractors) != set(options) - {self.key}:
            raise ValueError("distractors: one sentence is needed for each option but the key")

    def _check_exercise(self) -> None:
        if not (self.function and self.signature and self.sample):
            raise ValueError("function: a coding item needs function, signature and sample")
        call = _literal_call(self.sample)
        if call != self.function:
            raise ValueError(f"sample: must be a call of {self.function} whose arguments are literals")


class CuratedFrontMatter(FrontMatter):
    """What an item of the corpus owes beyond the schema, so that it can be found and graded."""

    @model_validator(mode="after")
    def _enough_to_find_and_grade(self) -> CuratedFrontMatter:
        if self.kind == "mcq":
            return self
        exercise = (("hints", 3, 3), ("interviewer", 2, 6)) if self.kind == "coding" else ()
        for name, least, most in (
            ("asks", 8, 40),
            ("key_points", 3, 7),
            ("misconceptions", 1, 6),
            ("follow_ups", 3, 6),
            *exercise,
        ):
            count = len(getattr(self, name))
            if not least <= count <= most:
                needed = f"{least} to {most}" if least < most else f"{least}"
                raise ValueError(f"{name}: {count} given, {needed} needed")
        if self.kind == "coding" and not self.complexity:
            raise ValueError("complexity: a coding item needs the cost of its solution in time and memory")
        return self


def _literal_call(sample: str) -> str | None:
    """The name of the function that ``sample`` calls with literal arguments only, else None."""
    try:
        call = ast.parse(sample, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            return None
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            ast.literal_eval(argument)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None
    return call.func.id
