"""The commands that measure and fit: ``eval`` and ``calibrate``."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.commands.options import AsJson, NoModel, with_model
from tutor.commands.progress import bar
from tutor.errors import ChatModelError
from tutor.settings import Settings, read_settings

if TYPE_CHECKING:
    from tutor.answering import Tutor


def evaluate(
    questions: Annotated[
        Path, typer.Option(help="Folder with answerable.jsonl, near_miss.jsonl, far_ood.jsonl and others.")
    ] = Path("tests/questions"),
    no_llm: NoModel = False,
    as_json: AsJson = False,
    report: Annotated[Path | None, typer.Option(help="Folder for report.md and its pictures.")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Measure the grader instead: folder with levels.jsonl and others.")
    ] = None,
) -> None:
    """Measure retrieval, decisions, confidence and speed on a folder of questions, beside two baselines."""
    if answers:
        _evaluate_grader(answers, no_llm, as_json)
        return
    from tutor.assembly import build_tutor, sentence_embedder
    from tutor.chat_model import model_title
    from tutor.embedding import embedder_name
    from tutor.evaluation import Subject, as_json_line, as_markdown, write_report
    from tutor.evaluation import evaluate as run_evaluation
    from tutor.evaluation.questions import NoQuestionsError
    from tutor.index import SearchIndex

    settings = with_model(read_settings(), no_llm)
    embedder = sentence_embedder(settings)
    # Passages are measured before and after they were read, so none may be kept from an earlier time.
    unread = TemporaryDirectory()
    tutor = build_tutor(settings, embedder, prompt_cache=Path(unread.name))
    items = SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url).items
    subject = Subject(tutor, items, embedder, "" if no_llm else model_title(settings.chat_model))
    try:
        with bar(unit="questions") as progress:
            measured = run_evaluation(subject, questions, progress)
    except NoQuestionsError:
        _run_regressions(settings, tutor, not no_llm)
        raise
    print(as_json_line(measured) if as_json else as_markdown(measured))
    if report:
        print(f"The report is {write_report(measured, report)}", file=sys.stderr)
    _run_regressions(settings, tutor, not no_llm)


def _evaluate_grader(folder: Path, no_llm: bool, as_json: bool) -> None:
    from tutor.assembly import chat_model_of, sentence_embedder
    from tutor.corpus import read_corpus
    from tutor.evaluation.grading import grading_json, grading_markdown, measure_grading

    settings = with_model(read_settings(), no_llm)
    items = {item.id: item for item in read_corpus(settings.corpus).items}
    with bar(unit="answers") as progress:
        figures = measure_grading(items, folder, sentence_embedder(settings), chat_model_of(settings), progress)
    print(grading_json(figures) if as_json else grading_markdown(figures))


def _run_regressions(settings: Settings, tutor: Tutor, judge: bool) -> None:
    """The questions that trainers published items for; one that is not answered any more fails the command."""
    if not settings.database.exists():
        return
    from tutor.evaluation.regressions import run_regressions
    from tutor.store.database import Database
    from tutor.store.inbox import Inbox

    cases = Inbox(Database.open(settings.database)).regressions()
    with bar(unit="cases") as progress:
        failed = run_regressions(tutor, cases, judge, progress)
    for each in failed:
        print(f"regression: {each}", file=sys.stderr)
    if cases:
        print(f"Regression cases: {len(cases)}, of which {len(failed)} fail", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def calibrate(
    no_llm: NoModel = False,
    out: Annotated[Path | None, typer.Option(help="The file to write, this person's own where none is named.")] = None,
    grader: Annotated[
        bool, typer.Option("--grader", help="Fit the grader of answers instead, in this checkout.")
    ] = False,
) -> None:
    """Fit the confidence anew, to this corpus and these models; takes about a quarter of an hour with a model."""
    from tutor.assembly import chat_model_of, sentence_embedder
    from tutor.calibration.calibrate import calibrate as run_calibration
    from tutor.calibration.grader import fit_grader
    from tutor.calibration.record import write_calibration
    from tutor.chat_model import model_title
    from tutor.embedding import embedder_name
    from tutor.grading.verdicts import FITS, write_fits
    from tutor.index import SearchIndex

    settings = with_model(read_settings(), no_llm)
    embedder = sentence_embedder(settings)
    index = SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url)
    model, summaries = chat_model_of(settings), list[object]()
    if grader:
        if model is None:
            raise ChatModelError(
                "The grader is fitted with a chat model", "one", "leave out --no-llm, or set TUTOR_MODEL"
            )
        with bar(unit="answers") as progress:
            fits, told = fit_grader(index.items, embedder, model, progress)
        path = out or FITS
        write_fits(fits, path)
        summaries += told
    else:
        with bar(unit="questions") as progress:
            title = model_title(settings.chat_model)
            calibration, told_of = run_calibration(index, embedder, model, title, progress)
        path = out or settings.calibration
        write_calibration(calibration, path)
        summaries += told_of
    for summary in summaries:
        print(summary)
    print(f"The numbers are in {path}", file=sys.stderr)
