"""What the interview shows, as HTML: the talk, the clock, a question's result, the scorecard.

Plain functions. Everything that a candidate wrote is escaped here. No score is shown that the interview does not tell.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tutor.excerpt import beginning
from tutor.interview.records import Asked, Interview, Line
from tutor.interview.results import ChoiceResult, QuestionResult, question_result
from tutor.interview.scorecard import Competence, Scorecard
from tutor.interview.scoring import HINT_COST
from tutor.interview.steps import LONGEST_ABSENCE, hints_of, limit_seconds, seconds_used
from tutor.topics import topic_name
from tutor.web import lab_views
from tutor.web.labels import KINDS, LEVELS, button, chip_row, disclosure, one_line
from tutor.web.safe_markdown import attribute, escape, inline, literal, render

if TYPE_CHECKING:
    from tutor.store.practice import SavedPractice

MAX_SHOWN = 6_000
_VERDICTS = {"covered": "Covered", "partly": "Partly", "missing": "Missing", "contradicted": "Contradicted"}


def problem(text: str) -> str:
    return f'<p class="error" role="alert">{escape(text)}</p>' if text else ""


def talk(interview: Interview) -> str:
    """The open question with all that was said to it, the earlier ones folded away above."""
    parts = [_progress(interview), *(f'<p class="small">{escape(note)}</p>' for note in interview.notes)]
    for place, asked in enumerate(interview.questions[:-1]):
        told = question(question_result(interview, place)) if interview.tells(asked) else ""
        title = f"Question {place + 1}: {inline(interview.item(asked).title)}"
        parts.append(disclosure(title, _lines(asked) + told, "fold"))
    parts.append(_lines(interview.current))
    if interview.current.phase == "predicting":
        parts.append('<p class="iv-next">Before you see the score: how much of the answer did you have?</p>')
    elif interview.tells(interview.current):
        parts.append(question(question_result(interview, len(interview.questions) - 1)))
    elif interview.current.phase == "told":
        parts.append('<p class="iv-next">Noted. All scores come at the end.</p>')
    return f'<section class="iv-talk">{"".join(parts)}</section>'


def clock(id: str, interview: Interview, now: datetime) -> str:
    """The time of the open question; page-side code counts on from ``data-used``, the seconds at ``now``, and warns."""
    asked = interview.current
    item = interview.item(asked)
    running = "1" if interview.standing == "running" and asked.phase == "answering" else ""
    words = "Paused" if interview.standing == "paused" else ""
    return (
        f'<p class="iv-clock" role="timer" data-used="{seconds_used(asked, now):.1f}" '
        f'data-limit="{limit_seconds(item):.0f}" data-absence="{LONGEST_ABSENCE.total_seconds():.0f}" '
        f'data-running="{running}" '
        f'data-draft="{attribute(draft_key(id, interview))}">{words}</p><p class="iv-warning small" role="status"></p>'
    )


def draft_key(id: str, interview: Interview) -> str:
    """Names what a draft is for: it changes with each question and each thing said to it. A
    program's ends with ``:code``."""
    said = sum(line.speaker == "candidate" for line in interview.current.lines)
    code = ":code" if interview.item(interview.current).exercise else ""
    return f"{id}:{len(interview.questions)}:{said}{code}"


def hint_label(interview: Interview) -> str:
    """The button's words, with the cost."""
    left = len(hints_of(interview.item(interview.current))) - interview.current.hints
    return f"Hint (costs {HINT_COST:.0%}, {left} left)" if left > 0 else "No more hints"


def send_label(interview: Interview) -> str:
    """The button's words: a program is handed in once."""
    return "Hand in" if interview.item(interview.current).exercise else "Send the answer"


def saved_label(row: SavedPractice) -> str:
    words = {"running": "goes on", "paused": "paused", "finished": "finished"}[row.standing]
    return f"{row.created_at.astimezone():%d %B, %H:%M} ({words})"


def question(result: QuestionResult) -> str:
    """One question's result: the score, what made it, the points with the candidate's words, the model answer."""
    predicted = "" if result.predicted is None else f"You predicted {result.predicted:.0%}. "
    late = " It was over its time." if result.late else ""
    time = f"It took {result.minutes} minutes.{late}" if result.minutes else ""
    parts = [
        f'<p class="iv-score"><strong>{escape(result.score_words)}</strong> <span>{escape(result.made_by)}</span></p>',
        *(f'<p class="small">{escape(words)}</p>' for words in (result.rubric_words, predicted + time) if words),
        _choice(result.choice) if result.choice and result.choice.why else "",
        lab_views.cases(result.cases, result.printed),
        _points(result),
        _misconceptions(result),
    ]
    sources = "".join(f"<li>{inline(each.quote)}</li>" for each in result.sources)
    cited = f"<h4>Where it says the points</h4><ol>{sources}</ol>" if sources else ""
    read = button("open", result.item, "Open it in the library", "action")
    model = f"{one_line(render(result.model_answer))}{cited}<p>{read}</p>"
    parts.append(disclosure("Model answer", model, "fold"))
    parts.append(f'<p class="iv-drill"><strong>Next:</strong> {inline(result.drill)}</p>')
    if result.objection:
        parts.append(f'<p class="small">You objected: {escape(result.objection)}</p>')
    return f'<div class="iv-result">{"".join(parts)}</div>'


def scorecard(card: Scorecard, picture: str) -> str:
    """The whole scorecard, the verdict first; ``picture`` is safe HTML."""
    compared = ""
    if card.predicted is not None and card.actual is not None:
        compared = f"<p>You predicted {card.predicted:.0%} on average and scored {card.actual:.0%}.</p>"
    notes = "".join(f'<p class="small">{escape(note)}</p>' for note in card.notes)
    rows = "".join(_competence(each) for each in card.competences)
    left = ", ".join(card.unjudged)
    unjudged = f'<p class="small">Beside the scores, nobody judged: {left}.</p>' if left else ""
    head = "<th>Competence</th><th>Score</th><th>Asked</th><th>Judged</th><th>Next</th>"
    table = f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    questions = "".join(_card_question(each) for each in card.questions)
    return (
        f'<section class="iv-card"><h2>{escape(card.verdict)}</h2><p>{inline(card.sentence)}</p>{compared}{notes}'
        f"<h3>Competences</h3>{picture}{table}<h3>Questions</h3>{unjudged}{questions}</section>"
    )


def _card_question(result: QuestionResult) -> str:
    answer = (
        literal(beginning(result.answer, MAX_SHOWN)) if result.answer else '<p class="small">There is no answer.</p>'
    )
    answer = f'<div class="iv-program">{answer}</div>' if result.answer and result.kind == "coding" else answer
    said = disclosure("Your answer", answer, "fold")
    title = f"<h4>{result.place + 1}. {inline(result.title)}</h4>"
    return f'<article class="iv-question">{title}{question(result)}{said}</article>'


def _competence(competence: Competence) -> str:
    cells = [competence.name, competence.words, str(competence.asked), str(competence.judged)]
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}<td>{inline(competence.drill)}</td></tr>"


def _points(result: QuestionResult) -> str:
    rows = []
    for point in result.points:
        quote = f"<q>{escape(point.quote[:300])}</q>" if point.quote else ""
        after = " after a follow-up" if point.probed and point.verdict == "covered" else ""
        cited = f'<span class="small">[{point.cited}]</span>' if point.cited else ""
        badge = f'<span class="iv-badge iv-{point.verdict}">{_VERDICTS[point.verdict]}{after}</span>'
        rows.append(f"<li>{badge} {inline(point.text)} {cited} {quote}</li>")
    return f'<ul class="iv-points">{"".join(rows)}</ul>' if rows else ""


def _misconceptions(result: QuestionResult) -> str:
    rows = [
        f'<li><span class="iv-badge iv-contradicted">Wrong claim</span> {inline(each.claim)} '
        f"<q>{escape(each.evidence[:300])}</q><div>{inline(each.why)}</div></li>"
        for each in result.misconceptions
    ]
    return f'<ul class="iv-points">{"".join(rows)}</ul>' if rows else ""


def _choice(choice: ChoiceResult) -> str:
    wrong = '<span class="iv-badge iv-missing">Wrong (your choice)</span>'
    right = '<span class="iv-badge iv-covered">Right</span>'
    return (
        f'<ul class="iv-points"><li>{wrong} <strong>{inline(choice.chosen)}</strong>'
        f"<div>{one_line(render(choice.why))}</div></li><li>{right} <strong>{inline(choice.right)}</strong></li></ul>"
    )


def _progress(interview: Interview) -> str:
    item = interview.item(interview.current)
    of = f"Question {len(interview.questions)} of {interview.setup.number}"
    topics = [topic_name(name) for name in item.topics if topic_name(name) != KINDS[item.kind]]
    feedback = "Coached" if interview.setup.coached else "Scores at the end"
    left = max(interview.seconds_left, 0) / 60
    time = [f"{left:.0f} of {interview.setup.minutes} minutes left"] if interview.setup.minutes else []
    return chip_row([of, LEVELS[item.level], KINDS[item.kind], *topics, feedback, *time])


def _lines(asked: Asked) -> str:
    return "".join(_line(line) for line in asked.lines)


def _line(line: Line) -> str:
    if line.speaker == "interviewer":
        return f'<div class="iv-line iv-interviewer">{one_line(render(line.text))}</div>'
    program = " iv-program" if line.kind == "code" else ""
    return f'<div class="iv-line iv-candidate{program}">{literal(beginning(line.text, MAX_SHOWN))}</div>'
