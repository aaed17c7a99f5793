"""The library's own logic and looks: which items match a search, the list of them, an item read in full.

Plain functions from items to HTML. Knows neither gradio nor the chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.records import Choices, Exercise, Item, KeyPoint
from tutor.topics import topic_name
from tutor.web.labels import KINDS, LEVELS, button, chips, disclosure, one_line
from tutor.web.safe_markdown import escape, inline, render

ALL = ""
_WEIGHTS = {3: "Essential", 2: "Expected", 1: "Extra"}
_TITLE, _ASK, _TOPIC, _BODY = 8, 4, 3, 1


@dataclass(frozen=True)
class Filters:
    """What to list. Empty strings let everything through."""

    words: str = ""
    topic: str = ALL
    level: str = ALL
    kind: str = ALL


def matching(items: Sequence[Item], filters: Filters) -> list[Item]:
    """The items that pass, best first where words are given: each word must occur somewhere in the item."""
    kept = [
        item
        for item in items
        if filters.topic in (ALL, *item.topics)
        and filters.level in (ALL, item.level)
        and filters.kind in (ALL, item.kind)
    ]
    words = filters.words.casefold().split()[:12]
    scored = [(sum(_score(item, word) for word in words), item) for item in kept if all(_score(item, w) for w in words)]
    return [item for _, item in sorted(scored, key=lambda pair: -pair[0])] if words else kept


def _score(item: Item, word: str) -> int:
    """How well one word fits; the start of a word of the title counts most."""
    score = 0
    title = item.title.casefold()
    if word in title:
        score += _TITLE + (_TITLE if f" {word}" in f" {title}" else 0)
    if any(word in ask.casefold() for ask in item.asks):
        score += _ASK
    if any(word in name or word in topic_name(name).casefold() for name in item.topics) or word == item.id:
        score += _TOPIC
    if word in item.body.casefold() or word in item.question.casefold():
        score += _BODY
    return score


def topics(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Label and value of each topic there is, for a menu."""
    names = sorted({name for item in items for name in item.topics}, key=topic_name)
    return [("All topics", ALL), *((topic_name(name), name) for name in names)]


def levels() -> list[tuple[str, str]]:
    return [("All levels", ALL), *((label, name) for name, label in LEVELS.items())]


def kinds() -> list[tuple[str, str]]:
    return [("All kinds", ALL), *((label, name) for name, label in KINDS.items())]


def listing(found: Sequence[Item], total: int, reading: str = "") -> str:
    """The list of results; ``reading`` is the id of the item that is open."""
    if not total:
        return '<p class="empty">Nothing is indexed yet. The corpus appears here as soon as it has been read.</p>'
    if not found:
        return '<p class="empty">Nothing matches. Try fewer words, or set a filter back to all.</p>'
    count = f"{len(found)} of {total} items" if len(found) < total else f"{total} items"
    rows = "".join(_row(item, item.id == reading) for item in found)
    return f'<p class="small count" role="status">{count}</p>\n\n<div class="rows">{rows}</div>'


def _row(item: Item, current: bool) -> str:
    words = " · ".join([KINDS[item.kind], LEVELS[item.level], *(topic_name(name) for name in item.topics)])
    label = f'<span class="title">{inline(item.title)}</span><span class="meta">{escape(words)}</span>'
    return button("open", item.id, label, "entry current" if current else "entry")


def reader(item: Item | None, known: Mapping[str, Item]) -> str:
    """An item in full, or what to do where none is open."""
    if item is None:
        return '<p class="empty">Choose an item to read it in full.</p>'
    blocks = [
        f'<div class="reader-top">{button("back", "", "Back to the list", "action back")}</div>',
        f'<h2 class="item-title">{inline(item.title)}</h2>',
        chips(item),
        *_question(item),
        *_options(item.choices, item.body),
        *([] if item.choices else [render(item.body)]),
        *_exercise(item.exercise),
        *_key_points(item.key_points),
        *_misconceptions(item),
        *_neighbours(item, known),
        f'<p class="small provenance">{escape(item.id)} · source: {escape(item.source)}</p>',
    ]
    ask = button("ask", item.title, "Ask about this", "primary")
    return "\n\n".join([*blocks[:3], f'<div class="reader-actions">{ask}</div>', *blocks[3:]])


def _question(item: Item) -> list[str]:
    question = " ".join(item.question.split())
    return [] if question == item.title else [f'<div class="statement">{one_line(render(item.question))}</div>']


def _options(choices: Choices | None, body: str) -> list[str]:
    """The options of a multiple-choice item, its key and reasons folded away."""
    if choices is None:
        return []
    options = "".join(
        f"<li><strong>{escape(letter)}</strong><span>{inline(text)}</span></li>"
        for letter, text in choices.options.items()
    )
    wrong = "".join(
        f"<li><strong>{escape(letter)}</strong><span>{inline(why)}</span></li>"
        for letter, why in choices.distractors.items()
    )
    answer = (
        f"<p><strong>{escape(choices.key)}</strong> {inline(choices.options.get(choices.key, ''))}</p>"
        f'{one_line(render(body))}<h4>Why not the others</h4><ul class="options">{wrong}</ul>'
    )
    return [f'<ul class="options">{options}</ul>', disclosure("Show the answer", answer, "fold")]


def _exercise(exercise: Exercise | None) -> list[str]:
    if exercise is None:
        return []
    call = render(f"```\n{exercise.signature}\n\n{exercise.sample}\n```")
    solution = one_line(render(f"````\n{exercise.solution}\n````"))
    return ["<h3>Signature and a sample call</h3>", call, disclosure("Show the reference solution", solution, "fold")]


def _key_points(points: Sequence[KeyPoint]) -> list[str]:
    if not points:
        return []
    rows = "".join(
        f'<li><span class="weight w{each.weight}">{_WEIGHTS[each.weight]}</span><span>{inline(each.text)}</span></li>'
        for each in sorted(points, key=lambda point: -point.weight)
    )
    return ["<h3>What a good answer holds</h3>", f'<ul class="points">{rows}</ul>']


def _misconceptions(item: Item) -> list[str]:
    if not item.misconceptions:
        return []
    rows = "".join(
        f'<li><p class="claim">“{inline(wrong.claim)}”</p><p>{inline(wrong.why)}</p></li>'
        for wrong in item.misconceptions
    )
    return ["<h3>What candidates get wrong</h3>", f'<ul class="wrong">{rows}</ul>']


def _neighbours(item: Item, known: Mapping[str, Item]) -> list[str]:
    following = "".join(
        button("open", follow.item, inline(follow.question), "chip")
        for follow in item.follow_ups
        if follow.item in known
    )
    related = "".join(
        button("open", other, inline(known[other].title), "chip") for other in item.related if other in known
    )
    blocks = []
    if following:
        blocks.append(f'<h3>Next questions</h3><div class="next">{following}</div>')
    if related:
        blocks.append(f'<h3>Related items</h3><div class="next">{related}</div>')
    return blocks
