"""What the code lab shows, as HTML: statement, hints, results, times, the reference beside the candidate's program.

Plain functions. Everything that a candidate or their program wrote is escaped here. Knows neither gradio nor a judge.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.case_records import CaseResult, Verdict
from tutor.excerpt import beginning
from tutor.exercises import exercise_of
from tutor.judging import MAX_PRINTED, Attempt, Execution
from tutor.markdown_text import code_block
from tutor.records import Item
from tutor.topics import topic_name
from tutor.web.lab import Tried
from tutor.web.labels import LEVELS, button, chip_row, disclosure, one_line
from tutor.web.safe_markdown import escape, inline, literal, render
from tutor.web.text_diff import side_by_side

NO_EXERCISE = '<p class="empty">The corpus holds no exercise. A folder in corpus/coding adds one.</p>'
BUSY = '<p class="lab-busy" role="status">Running in the sandbox…</p>'
VERDICTS: dict[Verdict, str] = {
    "pass": "Passed",
    "fail": "Wrong",
    "error": "Error",
    "timeout": "Too slow",
    "memory": "Too much memory",
    "output": "Too much output",
    "refused": "Not run",
    "skipped": "Not reached",
}
_HINTS = ("A nudge", "The key idea", "A similar case")


def statement(item: Item) -> str:
    """The task with its contract, and how the function is called."""
    exercise = exercise_of(item)
    call = one_line(render(code_block(exercise.usage)))
    chips = chip_row([LEVELS[item.level], *(topic_name(name) for name in item.topics if name != "coding")])
    return "\n\n".join([f'<h2 class="lab-title">{inline(title(item))}</h2>', chips, render(item.question), call])


def title(item: Item) -> str:
    """The exercise's name, without the words that tell it apart from a question."""
    name = item.title.removeprefix("Code it: ")
    return name[:1].upper() + name[1:]


def hints(item: Item, shown: int) -> str:
    """The first ``shown`` hints."""
    rows = "".join(
        f"<li><strong>{escape(name)}</strong>{one_line(render(hint))}</li>"
        for name, hint in zip(_HINTS, exercise_of(item).hints[:shown], strict=False)
    )
    return f'<ol class="lab-hints">{rows}</ol>' if rows else ""


def unavailable(problem: str) -> str:
    """Why programs cannot be run here, with what mends it."""
    words = f"{problem} You can read the exercises and write here, but nothing is run."
    return f'<div class="lab-unavailable" role="status"><p>{escape(words)}</p></div>' if problem else ""


def sample(run: Execution, expected: str = "") -> str:
    """What the candidate's program gave; beside it ``expected``, what the reference gives, where that is told."""
    rows = [("Call", run.call), ("Your result", run.shown), ("Reference", expected)]
    cells = "".join(f"<dt>{label}</dt><dd><code>{escape(text)}</code></dd>" for label, text in rows if text)
    problem = f'<p class="error">{escape(run.problem)}</p>' if run.problem else ""
    time = "" if run.problem else f'<p class="small">{run.ms:.3g} ms</p>'
    printed = _printed(beginning(run.printed, MAX_PRINTED))
    return f'<section class="lab-part"><h3>The sample</h3>{problem}<dl>{cells}</dl>{time}{printed}</section>'


def attempt(judged: Attempt | None) -> str:
    """The verdict, the sentence to read first, and every case."""
    if judged is None:
        return ""
    passed = sum(case.verdict == "pass" for case in judged.cases)
    rows = cases(judged.cases, beginning(judged.printed, MAX_PRINTED))
    return f'<section class="lab-part">{_headline(judged, passed)}{rows}</section>'


def cases(rows: Sequence[CaseResult], printed: str) -> str:
    """Every case and what the program printed, as much as is shown: the cases that went wrong open, the others folded
    away."""
    passed = [case for case in rows if case.verdict == "pass"]
    missed = [case for case in rows if case.verdict == "skipped"]
    wrong = [case for case in rows if case.verdict not in ("pass", "skipped")]
    parts = [_table(wrong) if wrong else "", _printed(printed)]
    if passed:
        parts.append(disclosure(f"{_count(passed)} passed", _table(passed), "fold"))
    if missed:
        parts.append(disclosure(f"{_count(missed)} not reached", _table(missed), "fold"))
    return "".join(parts)


def _headline(judged: Attempt, passed: int) -> str:
    name = _badge(judged.verdict)
    if judged.verdict == "pass":
        words = f"All {passed} cases pass, in {judged.ms:,.0f} ms."
        return f'<p class="lab-headline" role="status">{name} <span>{words}</span></p>'
    count = f"{passed} of {len(judged.cases)} cases pass." if judged.cases else ""
    problem = "" if judged.cases else f'<p class="lab-problem">{escape(judged.problem)}</p>'  # else its row says it
    return f'<p class="lab-headline" role="status">{name} <span>{count}</span></p>{problem}'


def _badge(verdict: Verdict) -> str:
    return f'<span class="lab-verdict lab-{verdict}">{VERDICTS[verdict]}</span>'


def _count(cases: Sequence[CaseResult]) -> str:
    return "1 case" if len(cases) == 1 else f"{len(cases)} cases"


def _table(cases: Sequence[CaseResult]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Case", "Input", "Expected", "Got"))
    rows = "".join(_row(case) for case in cases)
    return f'<table class="lab-cases"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(case: CaseResult) -> str:
    found = f'<p class="lab-found">{escape(case.found)}</p>' if case.found else ""
    name = f'<p class="lab-name">{_badge(case.verdict)} <strong>{escape(case.name)}</strong></p>'
    cells = [f"<td>{name}{found}<p>{inline(case.why)}</p></td>"]
    for text in (case.input, case.expected, case.got):
        content = f"<code>{escape(text)}</code>" if text else '<span class="small">nothing</span>'
        cells.append(f"<td>{content}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _printed(text: str) -> str:
    return f'<h4>Printed</h4><div class="lab-printed">{literal(text)}</div>' if text else ""


def times(tried: Tried, problem: str = "") -> str:
    if problem:
        return f'<section class="lab-part"><h3>Time</h3><p>{escape(problem)}</p></section>'
    if not tried.timings:
        return ""
    from tutor.web.lab_plot import picture  # matplotlib is slow to import

    lead = '<p class="small">Both axes grow by factors, so the slope of a line is the power of n.</p>'
    return f'<section class="lab-part"><h3>Time against the reference</h3>{lead}{picture(tried.timings)}</section>'


def told(item: Item) -> str:
    """Complexity of the reference and the interviewer's next questions."""
    exercise = exercise_of(item)
    questions = "".join(f"<li>{inline(question)}</li>" for question in exercise.interviewer)
    return (
        f'<section class="lab-part"><h3>Complexity of the reference</h3><p>{inline(exercise.complexity)}</p>'
        f"<h3>An interviewer asks next</h3><ul>{questions}</ul></section>"
    )


def reference(item: Item, source: str) -> str:
    """The reference beside the program in the editor, and the way to the model answer."""
    diff = side_by_side(source, exercise_of(item).solution, "Your program", "Reference")
    more = button("open", item.id, "Read how it works in the library", "action")
    return f'<section class="lab-part"><h3>The reference</h3>{diff}<p>{more}</p></section>'
