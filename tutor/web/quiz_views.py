"""What a quiz shows, as HTML: the question at hand, whether its answer was right and why, the result at the end.

Plain functions. Which option is right is shown only where the quiz tells it.
"""

from __future__ import annotations

from tutor.quiz.answering import score
from tutor.quiz.records import Quiz
from tutor.topics import topic_name
from tutor.web.labels import button, chip_row, one_line
from tutor.web.safe_markdown import escape, inline, render


def question(quiz: Quiz, place: int) -> str:
    """The prompt with its context, without the options."""
    asked = quiz.questions[place]
    chips = chip_row(
        [f"Question {place + 1} of {len(quiz.questions)}", asked.form.capitalize(), *map(topic_name, asked.topics)]
    )
    notes = "".join(f'<p class="small">{escape(note)}</p>' for note in quiz.notes) if place == 0 else ""
    return f"{notes}{chips}<h3>{inline(asked.prompt)}</h3>{one_line(render(asked.context))}"


def told(quiz: Quiz, place: int) -> str:
    """Right or wrong, and why each option is; "" while the quiz does not tell it."""
    if not quiz.tells(place):
        return ""
    asked, given = quiz.questions[place], quiz.answers[place]
    head = "Not answered" if given is None else "Right" if given == asked.key else "Wrong"
    rows = []
    for number, (option, why) in enumerate(zip(asked.options, asked.why, strict=True)):
        mark = "Right" if number == asked.key else "Wrong"
        own = " (your choice)" if number == given else ""
        badge = f'<span class="iv-badge iv-{"covered" if number == asked.key else "missing"}">{mark}{own}</span>'
        rows.append(f"<li>{badge} <strong>{inline(option)}</strong><div>{one_line(render(why))}</div></li>")
    read = button("open", asked.item, "Read the item in the library", "action")
    return (
        f'<div class="iv-result"><p><strong>{head}.</strong></p><ul class="iv-points">{"".join(rows)}</ul>{read}</div>'
    )


def result(quiz: Quiz) -> str:
    """The count, and every question with its reasons."""
    right, given = score(quiz)
    left = len(quiz.questions) - given
    words = f"{right} of {given} answers are right."
    words += f" {left} questions were not answered." if left else ""
    parts = [f"<h2>{words}</h2>"]
    for place, asked in enumerate(quiz.questions):
        context = one_line(render(asked.context))
        parts.append(f"<h4>{place + 1}. {inline(asked.prompt)}</h4>{context}{told(quiz, place)}")
    return f'<section class="iv-card">{"".join(parts)}</section>'
