"""A turn as the two messages of the chat: what the person typed, and what the tutor made of it.

Knows the turn's record and how it reads on the page; nothing of gradio's events or of evidence cards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.records import Confidence, Decision, Item
from tutor.web.feedback import below
from tutor.web.labels import button, disclosure, one_line, questions
from tutor.web.retelling_view import next_heading, reached, ways, whose_words
from tutor.web.run_view import run_view
from tutor.web.safe_markdown import attribute, citation, escape, inline, literal, render
from tutor.web.turns import ShownTurn

BUBBLE_LIMIT = 1200
NEAREST = 3
EXAMPLE_LIMIT = 130
EDIT_LIMIT = 10_000
_WRITTEN = "In the model’s words, each sentence checked against"
_HEADINGS: dict[Decision, str] = {"clarify": "A question back", "abstain": "Not in the corpus"}
_REMEMBERED = "Unverified: from the model’s memory"
_LET_REMEMBER = "Let the model answer from memory (unverified)"
_CHECKING = "Checking whether the corpus answers this"
_REMEMBERING = "The model is writing from memory; nothing vouches for its words"
_WRITING = "The model is writing; each sentence is checked before it is shown"
_INTERRUPTED = "Interrupted. What was written so far stays."
_UNBEGUN = "Interrupted before the answer began."
_CHANGED = "An item was edited since; the evidence shows it as it is now."
_UNSEEN = '<span class="unseen">{}</span>'
"""Gradio takes labels for screen readers away, so such words stand in the text and out of sight."""
_BANDS = {"high": "High confidence", "medium": "Medium confidence", "low": "Low confidence"}


def messages(
    turns: Sequence[ShownTurn], titles: Mapping[str, str], first: int = 0, can_remember: bool = False
) -> list[dict[str, str]]:
    """The turns, numbered from ``first``, as messages of the chat. ``titles`` are the items' titles by id;
    ``can_remember`` says that a chat model could answer from its memory."""
    shown: list[dict[str, str]] = []
    for number, turn in enumerate(turns, first):
        shown.append({"role": "user", "content": asked(turn, number)})
        shown.append({"role": "assistant", "content": answered(turn, number, titles, can_remember)})
    return shown


def asked(turn: ShownTurn, number: int) -> str:
    """The person's message; its other versions and the pencil stand below it."""
    below = _versions(turn, number)
    if turn.finished and not turn.chosen and not turn.from_memory and len(turn.question) <= EDIT_LIMIT:
        below += button("edit", str(number), "Edit", "action")
        below += f'<span class="whole" hidden>{_kept(turn.question)}</span>'
    return typed(turn.question, turn.from_memory) + (f'<div class="below">{below}</div>' if below else "")


def _versions(turn: ShownTurn, number: int) -> str:
    if len(turn.siblings) < 2 or turn.id not in turn.siblings:
        return ""
    place, count = turn.siblings.index(turn.id) + 1, len(turn.siblings)
    back, on = (_UNSEEN.format(f"The {which}") for which in ("version before", "next version"))
    earlier = button("version", f"{number}:-1", back, "action icon before") if place > 1 else ""
    later = button("version", f"{number}:1", on, "action icon after") if place < count else ""
    return f'{earlier}<span class="small">{place} / {count}</span>{later}'


def typed(question: str, from_memory: bool = False) -> str:
    """The question as it was typed; a very long one is shown in part."""
    text, notes = question.strip(), []
    if len(text) > BUBBLE_LIMIT:
        notes.append(f"{len(text):,} characters; the first {BUBBLE_LIMIT:,} are shown")
        text = f"{text[:BUBBLE_LIMIT]}…"
    if from_memory:
        notes.append("Asked of the model’s memory")
    small = "".join(f'<p class="small">{note}</p>' for note in notes)
    return f'<div class="typed">{literal(text)}{small}</div>'


def answered(turn: ShownTurn, number: int, titles: Mapping[str, str], can_remember: bool = False) -> str:
    """The tutor's message, block by block, as far as the turn has come."""
    blocks = [*_head(turn), *_words(turn, number), *_progress(turn), *_offers(turn, number, titles, can_remember)]
    if turn.finished:
        blocks += [
            *reached(turn),
            *_confidence(turn),
            *_notices(turn),
            *ways(turn, number),
            *_next(turn),
            *_actions(turn, number),
            below(turn, number),
        ]
    return "\n\n".join(block for block in blocks if block)


def _head(turn: ShownTurn) -> list[str]:
    """A heading comes with the first words: before them the question may still turn out to be one for the memory."""
    if turn.remembered.strip():
        return [f'<h3 class="verdict remembered">{_REMEMBERED}</h3>']
    heading = _HEADINGS.get(turn.decision or "answer") if turn.own.strip() else None
    blocks = [f'<h3 class="verdict {turn.decision}">{heading}</h3>'] if heading else []
    understood = turn.decision in ("answer", "clarify", "abstain") and not turn.chosen
    if understood and turn.standalone and _differs(turn.standalone, turn.question):
        blocks.append(f'<p class="small">Understood as: {inline(turn.standalone)}</p>')
    return blocks


def _differs(one: str, other: str) -> bool:
    return one.casefold().split() != other.casefold().split()


def _words(turn: ShownTurn, number: int) -> list[str]:
    if turn.answer and turn.answer.run:
        return [run_view(turn.answer.run)]
    if turn.remembered.strip():
        return [f'<div class="memory">{one_line(render(turn.remembered))}</div>']
    if turn.decision == "refuse":
        return [f'<div class="refused">{one_line(render(turn.plain))}</div>'] if turn.plain else []
    if turn.decision not in ("answer", None):
        return [render(turn.plain)] if turn.plain else []
    cited = [cited.number for cited in turn.citations]
    blocks = []
    if turn.own.strip():
        mark = citation(1, str(number)) if 1 in cited else ""
        blocks += [f'<p class="origin own">{whose_words(turn)} {mark}</p>', render(turn.own)]
    if turn.written.strip():
        marks = " ".join(citation(n, str(number)) for n in sorted(set(cited)))
        blocks += [f'<p class="origin written">{_WRITTEN} {marks or "its source"}</p>']
        blocks.append(render(turn.written, citations=cited, link=str(number)))
    return blocks


def _progress(turn: ShownTurn) -> list[str]:
    if turn.error:
        return [f'<p class="error">{escape(turn.error)}</p>']
    if turn.stopped:
        return ['<p class="stopped">Stopped. What was shown stays.</p>']
    if turn.interrupted:
        return [f'<p class="stopped">{_INTERRUPTED if turn.own or turn.written or turn.remembered else _UNBEGUN}</p>']
    words = _working(turn)
    return [f'<p class="working">{words}</p>'] if words and not turn.finished else []


def _working(turn: ShownTurn) -> str:
    if turn.queued:
        return f"The model is answering others: number {turn.queued} in the queue"
    if turn.decision == "answer":
        return _WRITING
    if turn.from_memory or turn.remembered or (turn.decision == "abstain" and not turn.hits and not turn.own):
        return _REMEMBERING
    if turn.decision:
        return ""
    return _CHECKING if turn.hits and not turn.chosen else "Looking in the corpus"


def _offers(turn: ShownTurn, number: int, titles: Mapping[str, str], can_remember: bool) -> list[str]:
    """What to click where the question itself was not answered: the readings of it, or what comes nearest, and the
    model's memory where the corpus holds nothing."""
    if not turn.answer or turn.decision not in ("clarify", "abstain") or turn.remembered or turn.from_memory:
        return []
    blocks = []
    if choices := _choices(turn, titles):
        blocks.append(f'<div class="choices {turn.decision}">{choices}</div>')
    if choices and turn.hits and turn.decision == "clarify":
        blocks.append(button("none", str(number), "None of these", "action quiet"))
    if can_remember and turn.decision == "abstain":
        blocks.append(button("memory", str(number), _LET_REMEMBER, "action quiet"))
    return blocks


def _choices(turn: ShownTurn, titles: Mapping[str, str]) -> str:
    """Buttons that ask for one item each, however the question reads."""
    if turn.answer is None or turn.declined:
        return ""
    known = {**titles, **{item.id: item.title for item in turn.items}}
    ids = turn.answer.choices or (tuple(hit.item_id for hit in turn.hits)[:NEAREST])
    return "".join(button("choose", id, inline(known[id]), "choice") for id in ids if id in known)


def _confidence(turn: ShownTurn) -> list[str]:
    """None where nothing was looked up: then there is nothing to be sure of."""
    if turn.confidence is None or turn.decision in ("smalltalk", "refuse", None):
        return []
    if turn.answer and (turn.answer.run or turn.answer.style):
        return []
    if turn.remembered or turn.from_memory or (turn.decision == "clarify" and not turn.hits):
        return []
    return [f'<div class="confidence {turn.confidence.band}">{confidence(turn.confidence)}</div>']


def confidence(judged: Confidence) -> str:
    """The word and its reason; the number is folded away."""
    reason = judged.reason.strip().rstrip(".")
    words = f"<strong>{_BANDS[judged.band]}</strong>{': ' + inline(reason) if reason else ''}"
    number = f"Estimated probability that the first item found answers the question: {judged.value:.2f}"
    return disclosure(words, f"<p>{number}</p>")


def _notices(turn: ShownTurn) -> list[str]:
    notices = [*(turn.answer.notices if turn.answer else ()), *filter(None, [turn.unkept])]
    if turn.changed:
        notices.append(_CHANGED)
    return [f'<p class="small notice">{inline(notice)}</p>' for notice in notices]


def _next(turn: ShownTurn) -> list[str]:
    following = [suggestion.question for suggestion in turn.answer.suggestions[:3]] if turn.answer else []
    return (
        [f'<div class="next"><p class="lead">{next_heading(turn)}</p>{questions(following)}</div>'] if following else []
    )


def _actions(turn: ShownTurn, number: int) -> list[str]:
    """The row of buttons under a message; the text that Copy takes stands hidden beside them."""
    actions = []
    if turn.interrupted:
        actions.append(button("continue", str(number), "Continue", "action strong"))
    if turn.items and turn.decision not in ("smalltalk", "refuse"):
        label = "Evidence" if turn.citations else "Nearest items"
        actions.append(button("show", f"{number}:0", label, "action evidence"))
    if turn.plain and turn.decision == "answer":
        actions.append(button("copy", "", "Copy", "action"))
        actions.append(f'<span class="plain" hidden>{_kept(turn.plain)}</span>')
    actions.append(button("retry", str(number), "Try again", "action retry"))
    return [f'<div class="actions">{"".join(actions)}</div>']


def _kept(text: str) -> str:
    return escape(text).replace("\n", "&#10;")


def placeholder(titles: Sequence[str], items: Sequence[Item]) -> str:
    """The empty chat: one sentence on what this does, and some questions to begin with."""
    about = (
        "Ask a machine-learning interview question. The answer comes from a curated corpus, with its evidence beside "
        "it; what the corpus does not hold, the tutor says it does not know."
    )
    waiting = "" if items else '<p class="small">The corpus is being read; questions can be asked in a moment.</p>'
    asked = "".join(button("ask", title, f"<span>{inline(title)}</span>", "example") for title in titles)
    return (
        f'<div class="welcome"><h2>What would you like to practise?</h2><p>{attribute(about)}</p>{waiting}'
        f'<div class="examples-grid">{asked}</div></div>'
    )


def examples(items: Sequence[Item]) -> list[str]:
    """Four questions to begin with, of different kinds and spread over the corpus, as a person would put them."""
    chosen: list[Item] = []
    for kind, place in (("concept", 0.2), ("concept", 0.55), ("scenario", 0.3), ("coding", 0.6)):
        pool = [item for item in items if item.kind == kind and item not in chosen]
        chosen += pool[int(len(pool) * place) :][:1]
    chosen += [item for item in items if item not in chosen][: 4 - len(chosen)]
    return [_as_question(item) for item in chosen]


def _as_question(item: Item) -> str:
    """The title where it is a question, else the longest ask that fits a button and reads like one."""
    asks = [ask for ask in item.asks if ask[:1].isupper() and ask.endswith(("?", ".")) and len(ask) <= EXAMPLE_LIMIT]
    return item.title if item.title.endswith("?") or not asks else max(asks, key=len)
