"""The commands that answer: ``serve`` on the page, ``ask`` on the terminal."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from tutor.commands.options import AsJson, NoModel, with_model
from tutor.settings import read_settings
from tutor.terminal_text import printable


def serve() -> None:
    """Open the page; everything slow gets ready behind it."""
    from tutor.service import Service
    from tutor.web import launch

    logging.basicConfig(format="%(relativeCreated)6d ms  %(message)s")
    logging.getLogger("tutor").setLevel(logging.INFO)
    launch(Service(read_settings()))


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
    tutor = build_tutor(with_model(read_settings(), no_llm))
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
    words = "\n\n".join(filter(None, [answer.text, answer.tailored]))
    quotes = [f"[{citation.number}] {citation.item_id}: {citation.quote}" for citation in answer.citations]
    print(printable("\n\n".join([words, *quotes, *(f"({notice})" for notice in answer.notices)])))
