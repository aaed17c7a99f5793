"""The commands to practise with: ``run`` and ``attempt`` an exercise, ``grade`` an answer, ``interview``, ``quiz``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tutor.commands.options import AsJson, NoModel, with_model
from tutor.errors import StoreError
from tutor.settings import read_settings
from tutor.terminal_text import printable

MAX_FILE_BYTES = 4_000_000


def run(
    exercise: Annotated[str, typer.Argument(help="Id, slug or function name: q043 or nms.")],
    call: Annotated[str, typer.Option(help="A call of literals instead of the sample.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run the reference solution of an exercise in the sandbox."""
    from tutor.exercises import find_exercise
    from tutor.judging import Judge

    corpus = read_settings().corpus
    with Judge(corpus) as judge:
        execution = judge.run(find_exercise(exercise, corpus), call or None)
    if as_json:
        value = None if execution.problem else execution.shown
        record = {"exercise": execution.exercise, "call": execution.call, "value": value, "stdout": execution.printed}
        print(json.dumps(record | {"ms": execution.ms, "problem": execution.problem, "code": execution.code}))
    else:
        print(f"{execution.code}\n>>> {execution.call}\n{printable(execution.printed)}{printable(execution.shown)}")
        print(execution.problem or f"({execution.ms:.2f} ms)", file=sys.stderr)
    if execution.problem:
        raise typer.Exit(1)


def attempt(
    exercise: Annotated[str, typer.Argument(help="Id, slug or function name: q043 or nms.")],
    file: Annotated[Path, typer.Argument(help="The candidate's solution.")],
    as_json: AsJson = False,
) -> None:
    """Judge a solution: run it in the sandbox on the exercise's cases; what came of it counts in your progress."""
    from tutor.attempts import keep_attempt
    from tutor.exercises import find_exercise
    from tutor.judging import Judge

    settings = read_settings()
    with file.open("rb") as opened:
        source = opened.read(MAX_FILE_BYTES).decode("utf-8-sig", "replace")
    item = find_exercise(exercise, settings.corpus)
    with Judge(settings.corpus) as judge:
        judged = judge.attempt(item, source)
    try:
        keep_attempt(settings, item, judged)
    except StoreError as error:
        print(f"The attempt does not count in your progress: {error}", file=sys.stderr)
    if as_json:
        record = asdict(judged)
        print(json.dumps({"verdict": record.pop("verdict"), "stdout": record.pop("printed")} | record))
        return
    for row in judged.cases:
        print(f"{row.verdict:<8} {row.name}" + (f": {printable(row.found)}" if row.found else ""))
    print(f"{judged.verdict}" + (f": {printable(judged.problem)}" if judged.problem else ""))


def grade(
    item: Annotated[str, typer.Argument(help="The id of the item that was asked: q013.")] = "",
    answer: Annotated[str, typer.Argument(help="The answer to grade.")] = "",
    as_json: AsJson = False,
    no_llm: NoModel = False,
    batch: Annotated[Path | None, typer.Option(help="A file of JSON lines with id, item and answer.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the grades of a batch go.")] = None,
) -> None:
    """Grade one answer against an item's key points, or a file of them."""
    from tutor.assembly import chat_model_of, sentence_embedder
    from tutor.corpus import read_corpus
    from tutor.grading.batch import as_record, grade_batch, item_called
    from tutor.grading.grader import grade as grade_answer

    if (batch is None) != (out is None) or bool(item) == (batch is not None):
        raise typer.BadParameter('give an item and an answer, or --batch FILE with --out FILE: tutor grade q013 "…"')
    settings = with_model(read_settings(), no_llm)
    items = {each.id: each for each in read_corpus(settings.corpus).items}
    embedder = sentence_embedder(settings)
    if batch and out:
        count = grade_batch(items, batch, out, embedder, chat_model_of(settings))
        print(f"{count} grades are in {out}", file=sys.stderr)
        return
    given = grade_answer(item_called(items, item), answer, embedder, chat_model_of(settings))
    if as_json:
        print(json.dumps(as_record(given), ensure_ascii=False))
        return
    for point in given.points:
        print(
            f"{point.verdict:<13} {point.text}" + (f"\n{'':14}“{printable(point.evidence)}”" if point.evidence else "")
        )
    for wrong in given.misconceptions:
        print(f"{'wrong':<13} “{printable(wrong.evidence)}” {wrong.why}")
    print(f"{given.score:.2f} ({given.reason})" if given.enough else f"Not enough to judge. {given.reason}")


def interview(
    role: Annotated[str, typer.Option(help="ML engineer, data scientist, researcher or custom.")] = "custom",
    level: Annotated[str, typer.Option(help="beginner, intermediate or advanced.")] = "intermediate",
    topic: Annotated[list[str] | None, typer.Option(help="A topic, such as ensembles; may be repeated.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="concept, scenario, coding, mcq, or mixed: all.")] = None,
    number: Annotated[int, typer.Option(help="How many questions at most.")] = 5,
    minutes: Annotated[int, typer.Option(help="How long; 0 means no limit.")] = 0,
    real: Annotated[bool, typer.Option("--real", help="Tell all scores at the end.")] = False,
    weak: Annotated[bool, typer.Option("--weak", help="Ask what you are weak at.")] = False,
    resume: Annotated[str, typer.Option(help="Go on with this interview, or with the last one: last.")] = "",
    no_llm: NoModel = False,
) -> None:
    """Hold a mock interview on the terminal; it is saved after each step."""
    from tutor.commands.practice_assembly import hold_interview, setup_from

    setup = setup_from(role, level, topic or (), kind or (), number, minutes, not real, weak)
    hold_interview(with_model(read_settings(), no_llm), setup, resume, input, print)


def quiz(
    number: Annotated[int, typer.Option(help="How many questions at most.")] = 10,
    topic: Annotated[list[str] | None, typer.Option(help="A topic, such as ensembles; may be repeated.")] = None,
    at_end: Annotated[bool, typer.Option("--at-end", help="Tell the right answers at the end.")] = False,
    seed: Annotated[int | None, typer.Option(help="The same seed makes the same quiz.")] = None,
) -> None:
    """Answer questions with options on the terminal."""
    from tutor.commands.practice_assembly import hold_quiz

    hold_quiz(read_settings(), number, topic or (), not at_end, seed, input, print)
