"""The machine-readable forms of answers: one line of JSON a question, for files and for ``tutor ask --json``.

The fields are a contract for tests and measurement. Knows nothing of how answers come about.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tutor.answering import Tutor
from tutor.dialogue import exchange
from tutor.errors import TutorError
from tutor.json_lines import read_rows
from tutor.records import Answer, Question, ReferenceRun, Turn


def as_record(answer: Answer) -> dict[str, Any]:
    """The answer with the fields of the contract; ``run`` is there only where something ran."""
    record = {
        "decision": answer.decision,
        "confidence": answer.confidence.value,
        "band": answer.confidence.band,
        "reason": answer.confidence.reason,
        "hits": [{"id": hit.item_id, "score": hit.score} for hit in answer.hits],
        "answer": f"{answer.text}\n\n{answer.tailored}".strip(),
        "citations": [{"id": citation.item_id, "quote": citation.quote} for citation in answer.citations],
        "choices": list(answer.choices),
        "standalone": answer.standalone,
        "timings": asdict(answer.timings),
        "origin": answer.origin,
        "model": answer.model,
        "notices": list(answer.notices),
    }
    told = {"style": answer.style, "points": [asdict(point) for point in answer.points]} if answer.style else {}
    return record | told | ({"run": _run_record(answer.run)} if answer.run else {})


def _run_record(run: ReferenceRun) -> dict[str, Any]:
    """A run as ``tutor run --json`` gives it; the picture, a PNG, in Base64."""
    return {
        "exercise": run.exercise,
        "call": run.call,
        "value": None if run.problem else run.value,
        "stdout": run.printed,
        "ms": run.ms,
        "problem": run.problem,
        "code": run.code,
        "picture": b64encode(run.picture).decode(),
    }


def answer_row(tutor: Tutor, row: dict[str, Any], generate: bool) -> Answer:
    """Answers ``question``, or the last of ``turns``; the turns before it are answered with the corpus's own words."""
    turns = row["turns"] if "turns" in row else [row["question"]]
    history: tuple[Turn, ...] = ()
    for turn in turns[:-1]:
        earlier = tutor.invoke(Question(turn, history, generate=False))
        history += exchange(turn, earlier)
    return tutor.invoke(Question(turns[-1], history, generate))


def run_batch(tutor: Tutor, source: Path, target: Path, generate: bool, decide_only: bool = False) -> int:
    """Answers every row of ``source`` into ``target``; returns how many. ``target`` appears only when it is whole."""
    rows = list(read_rows(source, "question", "turns"))
    beside = target.with_name(target.name + ".partial")
    try:
        with beside.open("w", encoding="utf-8") as out:
            for row in rows:
                record = as_record(answer_row(tutor, row, generate and not decide_only))
                if decide_only:
                    record["answer"] = ""
                out.write(json.dumps({"id": row.get("id"), **record}, ensure_ascii=False) + "\n")
        beside.replace(target)
    except OSError as error:
        raise TutorError(f"{target} cannot be written ({error.strerror or error})", "a file to write to") from error
    return len(rows)
