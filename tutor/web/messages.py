"""A turn as the two messages of the chat: what the person typed, and what the tutor made of it.

Knows the turn's record and how it reads on the page; nothing of gradio's events or of evidence cards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.records import Confidence, Decision, Item
from tutor.web.labels import button, disclosure, questions
from tutor.web.safe_markdown import attribute, citation, escape, inline, literal, render
from tutor.web.turns import ShownTurn

BUBBLE_LIMIT = 1200
NEAREST = 3
EXAMPLE_LIMIT = 130
_OWN = "From the corpus, word for word"
_WRITTEN = "In the model’s words, each sentence checked against"
_HEADINGS: dict[Decision, str] = {
    "clarify": "A question back",
    "abstain": "Not in the corpus",
    "refuse": "Not something I answer",
}
_BANDS = {"high": "High confidence", "medium": "Medium confidence", "low": "Low confidence"}


def messages(turns: Sequence[ShownTurn], titles: Mapping[str, str], first: int = 0) -> list[dict[str, str]]:
    """The turns, numbered from ``first``, as messages of the chat. ``titles`` are the items' titles by id."""
    shown: list[dict[str, str]] = []
    for number, turn in enumerate(turns, first):
        shown.append({"role": "user", "content": typed(turn.question)})
        shown.append({"role": "assistant", "content": answered(turn, number, titles)})
    return shown


def typed(question: str) -> str:
    """The question as it was typed; a very long one is shown in part."""
    text = question.strip()
    if len(text) <= BUBBLE_LIMIT:
        return f'<div class="typed">{literal(text)}</div>'
    note = f"{len(text):,} characters; the first {BUBBLE_LIMIT:,} are shown"
    return f'<div class="typed">{literal(text[:BUBBLE_LIMIT])}…<p class="small">{note}</p></div>'


def answered(turn: ShownTurn, number: int, titles: Mapping[str, str]) -> str:
    """The tutor's message, block by block, as far as the turn has come."""
    blocks = [*_head(turn), *_words(turn, number), *_progress(turn), *_offers(turn, titles)]
    if turn.finished:
        blocks += [*_confidence(turn), *_notices(turn), *_next(turn), *_actions(turn, number)]
    return "\n\n".join(block for block in blocks if block)


def _head(turn: ShownTurn) -> list[str]:
    heading = _HEADINGS.get(turn.decision or "answer")
    blocks = [f'<h3 class="verdict {turn.decision}">{heading}</h3>'] if heading else []
    if turn.standalone and _differs(turn.standalone, turn.question):
        blocks.append(f'<p class="small">Understood as: {inline(turn.standalone)}</p>')
    return blocks


def _differs(one: str, other: str) -> bool:
    return one.casefold().split() != other.casefold().split()


def _words(turn: ShownTurn, number: int) -> list[str]:
    if turn.decision != "answer" and turn.answer:
        return [render(turn.plain)]
    cited = [cited.number for cited in turn.citations]
    blocks = []
    if turn.own.strip():
        mark = citation(1, str(number)) if 1 in cited else ""
        blocks += [f'<p class="origin own">{_OWN} {mark}</p>', render(turn.own)]
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
    if turn.answer:
        return []
    if turn.decision:
        return ['<p class="working">The model is writing; each sentence is checked before it is shown</p>']
    return ['<p class="working">Looking in the corpus</p>']


def _offers(turn: ShownTurn, titles: Mapping[str, str]) -> list[str]:
    """What to click where the question itself was not answered: the readings of it, or what comes nearest."""
    if not turn.answer or turn.decision not in ("clarify", "abstain"):
        return []
    known = {**titles, **{item.id: item.title for item in turn.items}}
    ids = turn.answer.choices or (tuple(hit.item_id for hit in turn.hits)[:NEAREST])
    offered = [known[item_id] for item_id in ids if item_id in known]
    return [f'<div class="choices">{questions(offered, "choice")}</div>'] if offered else []


def _confidence(turn: ShownTurn) -> list[str]:
    if turn.confidence is None or turn.decision in ("smalltalk", "refuse", None):
        return []
    return [f'<div class="confidence {turn.confidence.band}">{confidence(turn.confidence)}</div>']


def confidence(judged: Confidence) -> str:
    """The word and its reason; the number is folded away."""
    reason = judged.reason.strip().rstrip(".")
    words = f"<strong>{_BANDS[judged.band]}</strong>{': ' + inline(reason) if reason else ''}"
    number = f"Estimated probability that the first item found answers the question: {judged.value:.2f}"
    return disclosure(words, f"<p>{number}</p>")


def _notices(turn: ShownTurn) -> list[str]:
    notices = turn.answer.notices if turn.answer else ()
    return [f'<p class="small notice">{inline(notice)}</p>' for notice in notices]


def _next(turn: ShownTurn) -> list[str]:
    following = [suggestion.question for suggestion in turn.answer.suggestions[:3]] if turn.answer else []
    return [f'<div class="next"><p class="lead">Ask next</p>{questions(following)}</div>'] if following else []


def _actions(turn: ShownTurn, number: int) -> list[str]:
    """The row of buttons under a message; the text that Copy takes stands hidden beside them."""
    actions = []
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
