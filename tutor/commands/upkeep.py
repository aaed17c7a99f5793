"""The commands that get the tutor what it needs and keep it in order: ``fetch``, ``ingest``, ``lint``, ``doctor``."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.commands.options import AsJson
from tutor.commands.progress import bar
from tutor.errors import SandboxError
from tutor.settings import Settings, read_settings

if TYPE_CHECKING:
    from tutor.embedding import SentenceEmbedder


def fetch() -> None:
    """Fetch the model weights and check their SHA-256."""
    from tutor.chat_model import parse_spec
    from tutor.pinned_weights import CHAT_MODEL, EMBEDDING_MODEL
    from tutor.weights import fetch as fetch_weights

    settings = read_settings()
    wanted = [EMBEDDING_MODEL]
    if parse_spec(settings.chat_model).kind == "embedded":
        wanted.append(CHAT_MODEL)
    for weights in wanted:
        with bar(unit="B", scale=True) as progress:
            path = fetch_weights(weights, settings.weights, progress)
        print(f"{weights.title}: {path}")


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
    from tutor.pinned_weights import EMBEDDING_MODEL
    from tutor.weights import fetch as fetch_weights

    settings = read_settings()
    with bar(unit="B", scale=True) as progress:
        fetch_weights(EMBEDDING_MODEL, settings.weights, progress)
    embedder = sentence_embedder(settings)
    if watch:
        _watch(settings, embedder)
        return
    with bar(unit="passages") as progress:
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
