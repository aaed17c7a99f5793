"""A scorecard as Markdown to read and as JSON to keep. Knows nothing of how scores come about."""

from __future__ import annotations

import json
from dataclasses import asdict

from tutor.interview.scorecard import QuestionResult, Scorecard


def as_json(card: Scorecard) -> str:
    """Every field of the scorecard, as one JSON object with sorted keys left as they are declared."""
    return json.dumps(asdict(card), ensure_ascii=False, indent=2) + "\n"


def as_markdown(card: Scorecard) -> str:
    """The scorecard to read, print or keep."""
    lines = [
        f"# Interview of {card.started}: {card.verdict}",
        "",
        card.sentence,
        "",
        f"Role: {card.role}. Level: {card.level}.",
    ]
    if card.predicted is not None and card.actual is not None:
        lines += ["", f"You predicted {card.predicted:.0%} and scored {card.actual:.0%}."]
    lines += ["", *(f"- {note}" for note in card.notes)]
    lines += ["", "| Competence | Score | Asked | Judged |", "|---|---|---|---|"]
    lines += [f"| {each.name} | {each.words} | {each.asked} | {each.judged} |" for each in card.competences]
    for result in card.questions:
        lines += ["", *_question(result)]
    return "\n".join(lines) + "\n"


def _question(result: QuestionResult) -> list[str]:
    score = result.state if result.score is None else f"{result.score:.0%}"
    lines = [f"## {result.place + 1}. {result.title}: {score}", "", " ".join(result.reasons)]
    if result.predicted is not None:
        lines += ["", f"You predicted {result.predicted:.0%}."]
    late = ", over its time" if result.late else ""
    lines += ["", f"Time: {result.minutes} minutes{late}. Hints: {result.hints}."]
    if result.answer:
        lines += ["", "### Your answer", "", *(f"> {line}" for line in result.answer.splitlines())]
    if result.points:
        lines += ["", "### Key points", ""]
        for point in result.points:
            quote = f" You said: “{point.quote}”" if point.quote else ""
            after = " (after a follow-up)" if point.probed and point.verdict == "covered" else ""
            lines.append(f"- {point.verdict}{after}: {point.text}{quote}")
    if result.misconceptions:
        lines += ["", "### Known wrong claims that you made", "", *(f"- {each}" for each in result.misconceptions)]
    lines += ["", "### Model answer", "", result.model_answer.strip()]
    if result.sources:
        lines += ["", *(f"[{each.number}] {each.item_id}: {each.quote}" for each in result.sources)]
    lines += ["", f"**Next:** {result.drill} ({result.drill_item})"]
    if result.objection:
        lines += ["", f"You objected: {result.objection}"]
    return lines
