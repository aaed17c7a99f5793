"""The command line: reads arguments, calls the parts, prints for a person or as one line of JSON.

Holds no logic. An error is a sentence on standard error and exit code 1; wrong use is exit code 2.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from tqdm import tqdm

from tutor.errors import ChatModelError, SandboxError, StoreError, TutorError
from tutor.settings import Settings, keep_libraries_offline, read_settings
from tutor.terminal_text import printable

if TYPE_CHECKING:
    from tutor.answering import Tutor
    from tutor.embedding import SentenceEmbedder

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

MAX_FILE_BYTES = 4_000_000

NoModel = Annotated[bool, typer.Option("--no-llm", help="Generate no text and ask no chat model.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]


def main() -> None:
    """The console script ``tutor``."""
    keep_libraries_offline()
    try:
        app()
    except TutorError as error:
        print(f"tutor: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"tutor: {error.filename or 'A file or an address'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def serve() -> None:
    """Open the page; everything slow gets ready behind it."""
    from tutor.service import Service
    from tutor.web import launch

    logging.basicConfig(format="%(relativeCreated)6d ms  %(message)s")
    logging.getLogger("tutor").setLevel(logging.INFO)
    launch(Service(read_settings()))


@app.command()
def fetch() -> None:
    """Fetch the model weights and check their SHA-256."""
    from tutor.chat_model import parse_spec
    from tutor.weights import CHAT_MODEL, EMBEDDING_MODEL
    from tutor.weights import fetch as fetch_weights

    settings = read_settings()
    wanted = [EMBEDDING_MODEL]
    if parse_spec(settings.chat_model).kind == "embedded":
        wanted.append(CHAT_MODEL)
    for weights in wanted:
        with _bar(unit="B", scale=True) as progress:
            path = fetch_weights(weights, settings.weights, progress)
        print(f"{weights.title}: {path}")


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Documents or folders to import.")] = None,
    remove: Annotated[str, typer.Option(help="Take out what was imported under this name.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change and change nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Take every change of a file in, until Ctrl-C.")] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Take the items of folders out that are empty now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the search index up to date with the corpus and the imported documents."""
    if watch and (paths or remove or dry_run or allow_empty or as_json):
        raise typer.BadParameter("--watch goes with nothing else: first python ingest.py …, then ingest.py --watch")
    from tutor.assembly import sentence_embedder
    from tutor.ingestion import ingest as run_ingest
    from tutor.weights import EMBEDDING_MODEL
    from tutor.weights import fetch as fetch_weights

    settings = read_settings()
    with _bar(unit="B", scale=True) as progress:
        fetch_weights(EMBEDDING_MODEL, settings.weights, progress)
    embedder = sentence_embedder(settings)
    if watch:
        _watch(settings, embedder)
        return
    with _bar(unit="passages") as progress:
        may_empty = ["*"] if allow_empty else []
        report = run_ingest(settings, embedder, paths or (), remove, dry_run, progress, may_empty)
    if as_json:
        print(json.dumps(asdict(report), ensure_ascii=False))
    else:
        for problem in report.errors:
            print(f"error: {problem}", file=sys.stderr)
        for doubt in report.doubtful:
            print(f"doubtful: {doubt}", file=sys.stderr)
        print(
            f"{'Would be' if dry_run else 'Done'}: {report.imported} imported, {report.added} added, "
            f"{report.updated} updated, {report.removed} removed, {report.unchanged} unchanged, "
            f"{len(report.errors)} errors, {report.seconds:.1f} s, generation {report.generation or 'none'}"
        )
    if report.errors:
        raise typer.Exit(1)


def _watch(settings: Settings, embedder: SentenceEmbedder) -> None:
    from tutor.store.database import Database
    from tutor.watching import watch

    embedder.load()
    print(f"Watching {settings.corpus} and {settings.library}; Ctrl-C ends it", file=sys.stderr)
    watch(settings, embedder, Database.open(settings.database), lambda said: print(said, flush=True), threading.Event())


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")] = "",
    as_json: AsJson = False,
    no_llm: NoModel = False,
    batch: Annotated[Path | None, typer.Option(help="A file of JSON lines with id and question, or turns.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of a batch go.")] = None,
    decide_only: Annotated[bool, typer.Option("--decide-only", help="Decide with the model, write no answer.")] = False,
) -> None:
    """Answer one question, or a file of them."""
    from tutor.assembly import build_tutor
    from tutor.batch import answer_row, as_record, run_batch

    if (batch is None) != (out is None) or bool(question) == (batch is not None):
        raise typer.BadParameter('give a question, or --batch FILE with --out FILE: tutor ask "What is PCA?"')
    tutor = build_tutor(_with_model(read_settings(), no_llm))
    if batch and out:
        count = run_batch(tutor, batch, out, not no_llm, decide_only)
        print(f"{count} answers are in {out}", file=sys.stderr)
        return
    answer = answer_row(tutor, {"question": question}, not (no_llm or decide_only))
    if as_json:
        record = as_record(answer)
        print(json.dumps(record | {"answer": ""} if decide_only else record, ensure_ascii=False))
        return
    print(f"[{answer.decision}, {answer.confidence.band} confidence: {answer.confidence.reason}]\n")
    print("\n\n".join(filter(None, [answer.text, answer.tailored])))
    for citation in answer.citations:
        print(f"\n[{citation.number}] {citation.item_id}: {citation.quote}")
    for notice in answer.notices:
        print(f"\n({notice})")


@app.command()
def lint(as_json: AsJson = False) -> None:
    """Check every item of the corpus, and run every exercise's reference and mutants against its cases."""
    from tutor.exercise_lint import lint_exercises
    from tutor.judging import Judge
    from tutor.lint import lint as run_lint

    corpus = read_settings().corpus
    with Judge(corpus) as judge:
        shelf, problems = run_lint(corpus)
        try:
            problems += lint_exercises(corpus, judge)
        except SandboxError as error:
            print(f"The exercises were not run: {error}", file=sys.stderr)
    for problem in problems:
        print(json.dumps(asdict(problem)) if as_json else problem)
    print(f"{len(shelf.items)} items, {len(problems)} problems", file=sys.stderr)
    if problems or not shelf.items:
        raise typer.Exit(1)


@app.command()
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


@app.command()
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


@app.command()
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
    settings = _with_model(read_settings(), no_llm)
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


@app.command("eval")
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

    settings = _with_model(read_settings(), no_llm)
    embedder = sentence_embedder(settings)
    tutor = build_tutor(settings, embedder, warming=not no_llm)
    items = SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url).items
    subject = Subject(tutor, items, embedder, "" if no_llm else model_title(settings.chat_model))
    try:
        with _bar(unit="questions") as progress:
            measured = run_evaluation(subject, questions, progress)
    except NoQuestionsError:
        _run_regressions(settings, tutor, not no_llm)
        raise
    print(as_json_line(measured) if as_json else as_markdown(measured))
    if report:
        print(f"The report is {write_report(measured, report)}", file=sys.stderr)
    _run_regressions(settings, tutor, not no_llm)


def _run_regressions(settings: Settings, tutor: Tutor, judge: bool) -> None:
    """The questions that trainers published items for; one that is not answered any more fails the command."""
    if not settings.database.exists():
        return
    from tutor.evaluation.regressions import run_regressions
    from tutor.store.database import Database
    from tutor.store.inbox import Inbox

    cases = Inbox(Database.open(settings.database)).regressions()
    with _bar(unit="cases") as progress:
        failed = run_regressions(tutor, cases, judge, progress)
    for each in failed:
        print(f"regression: {each}", file=sys.stderr)
    if cases:
        print(f"Regression cases: {len(cases)}, of which {len(failed)} fail", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


@app.command()
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

    settings = _with_model(read_settings(), no_llm)
    embedder = sentence_embedder(settings)
    index = SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url)
    model, summaries = chat_model_of(settings), list[object]()
    if grader:
        if model is None:
            raise ChatModelError(
                "The grader is fitted with a chat model", "one", "leave out --no-llm, or set TUTOR_MODEL"
            )
        with _bar(unit="answers") as progress:
            fits, told = fit_grader(index.items, embedder, model, progress)
        path = out or FITS
        write_fits(fits, path)
        summaries += told
    else:
        with _bar(unit="questions") as progress:
            title = model_title(settings.chat_model)
            calibration, told_of = run_calibration(index, embedder, model, title, progress)
        path = out or settings.calibration
        write_calibration(calibration, path)
        summaries += told_of
    for summary in summaries:
        print(summary)
    print(f"The numbers are in {path}", file=sys.stderr)


@app.command()
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
    from tutor.practice_commands import hold_interview, setup_from

    setup = setup_from(role, level, topic or (), kind or (), number, minutes, not real, weak)
    hold_interview(_with_model(read_settings(), no_llm), setup, resume, input, print)


@app.command()
def quiz(
    number: Annotated[int, typer.Option(help="How many questions at most.")] = 10,
    topic: Annotated[list[str] | None, typer.Option(help="A topic, such as ensembles; may be repeated.")] = None,
    at_end: Annotated[bool, typer.Option("--at-end", help="Tell the right answers at the end.")] = False,
    seed: Annotated[int | None, typer.Option(help="The same seed makes the same quiz.")] = None,
) -> None:
    """Answer questions with options on the terminal."""
    from tutor.practice_commands import hold_quiz

    hold_quiz(read_settings(), number, topic or (), not at_end, seed, input, print)


@app.command()
def doctor(
    verify: Annotated[bool, typer.Option("--verify", help="Read all weights again and check their SHA-256.")] = False,
) -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from tutor.doctor import examine

    findings = list(examine(read_settings(), verify))
    for finding in findings:
        print(f"{'ok  ' if finding.well else 'MEND'}  {finding.part:<22} {finding.words}")
        if not finding.well:
            print(f"{'':28} to mend it: {finding.mend}")
    if not all(finding.well for finding in findings if finding.part != "address"):
        raise typer.Exit(1)


def _evaluate_grader(folder: Path, no_llm: bool, as_json: bool) -> None:
    from tutor.assembly import chat_model_of, sentence_embedder
    from tutor.corpus import read_corpus
    from tutor.evaluation.grading import grading_json, grading_markdown, measure_grading

    settings = _with_model(read_settings(), no_llm)
    items = {item.id: item for item in read_corpus(settings.corpus).items}
    with _bar(unit="answers") as progress:
        figures = measure_grading(items, folder, sentence_embedder(settings), chat_model_of(settings), progress)
    print(grading_json(figures) if as_json else grading_markdown(figures))


def _with_model(settings: Settings, no_llm: bool) -> Settings:
    """A measurement without a model must say so: with one it fails where there is none."""
    if no_llm:
        return replace(settings, chat_model="none")
    if settings.chat_model == "none":
        raise TutorError("TUTOR_MODEL is none", "a chat model", "unset TUTOR_MODEL, or add --no-llm")
    return settings


@contextmanager
def _bar(unit: str, scale: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error that changes its name with the work."""
    bars: dict[str, tqdm[NoReturn]] = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in bars:
            close()
            bars[what] = tqdm(total=total, unit=unit, unit_scale=scale, desc=what, file=sys.stderr, mininterval=0.3)
        bars[what].update(done - bars[what].n)

    def close() -> None:
        for bar in bars.values():
            bar.close()

    try:
        yield progress
    finally:
        close()


if __name__ == "__main__":
    main()
