"""The evidence panel: the items an answer rests on, in full, with the supporting sentences marked.

Knows items, hits and citations; nothing of how they were found or of the chat's messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tutor.records import Citation, Hit, Item
from tutor.sentences import sentences, strip_marks
from tutor.web.labels import FIELDS, button, chips, disclosure, one_line
from tutor.web.safe_markdown import Span, escape, inline, render
from tutor.web.turns import ShownTurn

_EMPTY = "The items an answer rests on appear here, with the sentences it uses marked."
_NOTHING = "This message rests on no item of the corpus."
_CHECKING = "These were found. Whether they answer the question is being checked."
_UNANSWERED = {
    "abstain": "None of these answers the question. They are what comes nearest.",
    "clarify": "Nothing is answered yet. These items come nearest.",
}


def panel(turn: ShownTurn | None, opened: int = 0) -> str:
    """The panel for a turn, or its empty state. ``opened`` is the number of the citation to show, 0 for the first."""
    top = f'<div class="panel-top"><h2>Evidence</h2>{button("close", "", "Close", "action close")}</div>'
    if turn is None:
        return f'{top}\n\n<p class="empty">{_EMPTY}</p>'
    blocks = [top, f'<p class="small asked">For: {inline(_short(turn.question))}</p>']
    if turn.decision in ("smalltalk", "refuse") or ((turn.decision or turn.finished) and not turn.items):
        return "\n\n".join([*blocks, f'<p class="empty">{_NOTHING}</p>'])
    if turn.decision in _UNANSWERED:
        blocks.append(f'<p class="small">{_UNANSWERED[turn.decision]}</p>')
    if turn.items and not turn.decision and not turn.finished:
        return "\n\n".join([*blocks, f'<p class="small working">{_CHECKING}</p>', *_cards(_unclaimed(turn), opened)])
    return "\n\n".join([*blocks, *_cards(turn, opened)])


def _unclaimed(turn: ShownTurn) -> ShownTurn:
    """Before the decision nothing is marked as support, so that nothing has to be taken back."""
    return replace(turn, citations=())


def _short(text: str, limit: int = 140) -> str:
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _cards(turn: ShownTurn, opened: int) -> list[str]:
    hits = {hit.item_id: hit for hit in turn.hits}
    cited = _by_item(turn.citations)
    supporting = sorted((item for item in turn.items if item.id in cited), key=lambda item: cited[item.id][0].number)
    others = [item for item in turn.items if item.id not in cited]
    blocks = []
    for place, item in enumerate(supporting):
        numbers = [citation.number for citation in cited[item.id]]
        blocks.append(card(item, hits.get(item.id), cited[item.id], opened in numbers or (not opened and place == 0)))
    if others and supporting:
        blocks.append('<p class="lead">Also found, not used</p>')
    blocks += [card(item, hits.get(item.id), (), False) for item in others]
    return blocks


def _by_item(citations: Sequence[Citation]) -> dict[str, list[Citation]]:
    grouped: dict[str, list[Citation]] = {}
    for citation in sorted(citations, key=lambda citation: citation.number):
        grouped.setdefault(citation.item_id, []).append(citation)
    return grouped


def card(item: Item, hit: Hit | None, citations: Sequence[Citation], opened: bool) -> str:
    """One item: its title and labels, its answer with the cited sentences marked, and why it was found."""
    numbers = sorted({citation.number for citation in citations})
    marks = "".join(f'<span class="number">{number}</span>' for number in numbers)
    body = one_line(render(item.body, [span for one in citations for span in located(item.body, one.quote)]))
    anchors = " ".join(f"card-{number}" for number in numbers)
    state = " open" if opened else ""
    return (
        f'<details class="card {anchors}"{state}><summary>{marks}<span class="title">{inline(item.title)}</span>'
        f'<span class="id">{escape(item.id)}</span></summary>'
        f'<div class="inside">{chips(item)}{_asked(item)}<div class="body">{body}</div>{_why(hit)}'
        f"{button('open', item.id, 'Open in the library', 'action')}</div></details>"
    )


def _asked(item: Item) -> str:
    question = " ".join(item.question.split())
    return "" if question == item.title else f'<p class="asked-in-full">{inline(question)}</p>'


def _why(hit: Hit | None) -> str:
    if hit is None:
        return ""
    reason = (
        f'<p class="why"><strong>Why it is here.</strong> {FIELDS[hit.field]}: “{inline(_short(hit.matched, 200))}”</p>'
    )
    parts = "".join(f"<li>{escape(FIELDS[name])}: {value:.3f}</li>" for name, value in hit.scores.items())
    return reason + disclosure("Scores", f"<ul><li>Ranking score: {hit.score:.3f}</li>{parts}</ul>", "scores")


def located(body: str, quote: str) -> list[Span]:
    """Where ``quote`` stands in ``body``: as it is, or the sentence that reads so, or the sentences it holds."""
    wanted = _folded(quote)
    if not wanted:
        return []
    start = body.find(quote.strip())
    if start >= 0:
        return [Span(start, start + len(quote.strip()))]
    known = [(sentence, _folded(sentence.text)) for sentence in sentences(body)]
    same = [Span(sentence.start, sentence.end) for sentence, text in known if text == wanted]
    if same:
        return same[:1]
    return [
        Span(sentence.start, sentence.end) for sentence, text in known if text and (text in wanted or wanted in text)
    ]


def _folded(text: str) -> str:
    return " ".join(strip_marks(text).casefold().split()).rstrip(".")
