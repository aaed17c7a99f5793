"""A scorecard as Markdown to read and as JSON to keep. Knows nothing of how scores come about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from tutor.case_records import CaseResult
from tutor.interview.results import ChoiceResult, QuestionResult
from tutor.interview.scorecard import Competence, Scorecard
from tutor.markdown_text import code_block, code_span, plain


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
    lines += ["", "| Competence | Score | Asked | Judged | Next |", "|---|---|---|---|---|"]
    lines += [_competence(each) for each in card.competences]
    if card.unjudged:
        lines += ["", f"Beside the scores, nobody judged: {', '.join(card.unjudged)}."]
    for result in card.questions:
        lines += ["", *_question(result)]
    return "\n".join(lines) + "\n"


def _competence(competence: Competence) -> str:
    drill = competence.drill.replace("|", "\\|")
    return f"| {competence.name} | {competence.words} | {competence.asked} | {competence.judged} | {drill} |"


def _question(result: QuestionResult) -> list[str]:
    lines = [f"## {result.place + 1}. {result.title}: {result.score_words}", "", *_score(result)]
    if result.predicted is not None:
        lines += ["", f"You predicted {result.predicted:.0%}."]
    late = ", over its time" if result.late else ""
    lines += ["", f"Time: {result.minutes} minutes{late}. Hints: {result.hints}."]
    if result.answer:
        lines += ["", "### Your answer", "", *_answer(result)]
    if result.points:
        lines += ["", "### Key points", "", *point_lines(result)]
    if result.cases:
        lines += ["", "### Cases", "", *case_lines(map(_in_markdown, result.cases))]
    if result.misconceptions:
        lines += ["", "### Known wrong claims that you made", "", *misconception_lines(result)]
    lines += ["", "### Model answer", "", result.model_answer.strip()]
    if result.sources:
        lines += ["", *source_lines(result)]
    lines += ["", f"**Next:** {result.drill} ({result.drill_item})"]
    if result.objection:
        lines += ["", f"You objected: {result.objection}"]
    return lines


def _score(result: QuestionResult) -> list[str]:
    lines = [plain(" ".join(result.made_by.split()))]
    if result.choice and result.choice.why:
        lines += ["", *choice_lines(result.choice)]
    return [*lines, "", result.rubric_words] if result.rubric_words else lines


def _answer(result: QuestionResult) -> list[str]:
    if result.kind == "coding":
        return [code_block(result.answer, "python")]
    return [f"> {line}" for line in result.answer.splitlines()]


def choice_lines(choice: ChoiceResult) -> list[str]:
    """The option that was chosen, why it is wrong, and the right one."""
    return [f"- You chose “{choice.chosen}”, which is wrong: {choice.why}", f"- Right is: {choice.right}"]


def point_lines(result: QuestionResult) -> list[str]:
    """Each point with its verdict, the candidate's words and the number of the sentence that says it."""
    lines = []
    for point in result.points:
        cited = f" [{point.cited}]" if point.cited else ""
        quote = f" You said: “{point.quote}”" if point.quote else ""
        after = " (after a follow-up)" if point.probed and point.verdict == "covered" else ""
        lines.append(f"- {point.verdict}{after}: {point.text}{cited}{quote}")
    return lines


def case_lines(cases: Iterable[CaseResult]) -> list[str]:
    """Each case of a program with its verdict, and what was expected and found where it did not pass."""
    lines = []
    for case in cases:
        told = [f"Input: {case.input}", f"Expected: {case.expected}", f"Got: {case.got}"]
        words = [case.found, *(each for each in told if not each.endswith(": "))] if case.verdict != "pass" else []
        lines.append(" ".join([f"- {case.verdict}: {case.name}.", *words[: 1 if case.verdict == "skipped" else 4]]))
    return [" ".join(line.split()) for line in lines]


def _in_markdown(case: CaseResult) -> CaseResult:
    """The row with what a program gave as code and as plain words."""
    given, expected, got = code_span(case.input), code_span(case.expected), code_span(case.got)
    return replace(case, name=plain(case.name), input=given, expected=expected, got=got, found=plain(case.found))


def source_lines(result: QuestionResult) -> list[str]:
    """The sentences of the model answer that the points cite, by their numbers."""
    return [f"[{each.number}] {each.item_id}: {each.quote}" for each in result.sources]


def misconception_lines(result: QuestionResult) -> list[str]:
    """Each known wrong claim with the candidate's words and why it is wrong."""
    return [f"- You said: “{each.evidence}” That is: {each.claim} {each.why}" for each in result.misconceptions]
