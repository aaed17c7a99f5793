"""Turns a document into drafts of items: one a row, one a numbered question, or one a section.

Knows nothing of ids, sources and folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutor.importing.article import parse_article
from tutor.importing.article_lines import odd_words
from tutor.importing.article_markdown import NO_ANSWER
from tutor.importing.clean_text import clean_text, one_line, without_markup
from tutor.importing.document_sections import sections
from tutor.importing.documents import Document
from tutor.sentences import sentences
from tutor.topics import TOPICS

MAX_TITLE_CHARS, MAX_QUESTION_CHARS, MAX_ASK_CHARS = 300, 4000, 600
MAX_TOPICS = 4

_LEVELS = {
    **dict.fromkeys(("beginner", "basic", "easy", "junior", "fresher", "newbie"), "beginner"),
    **dict.fromkeys(("intermediate", "medium", "middle", "moderate", "mid"), "intermediate"),
    **dict.fromkeys(("advanced", "hard", "expert", "senior", "experienced", "difficult"), "advanced"),
}
_CHOICE_FIELDS = ("options", "key", "distractors")


@dataclass(frozen=True)
class Draft:
    """An item before it has an id and a source. ``fields`` are further fields of the front matter as they stand.

    ``place`` says for messages where it stood; ``former_id`` is the id that other items of its source know it by.
    """

    title: str
    body: str
    question: str = ""
    level: str = "intermediate"
    topics: tuple[str, ...] = ("imported",)
    asks: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""
    former_id: str = ""


@dataclass(frozen=True)
class Reading:
    """What a document gave. ``doubtful`` and ``left_out`` are sentences that begin with the file's name."""

    drafts: tuple[Draft, ...]
    doubtful: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def drafts_of(document: Document) -> Reading:
    """The items a document holds, in its order."""
    if document.rows:
        return _from_rows(document)
    if _is_item(document):
        return _from_item(document)
    article = parse_article(document.text)
    if article.is_question_list:
        drafts = tuple(_draft(item.title, item.body, f"question {item.number}") for item in article.items)
        return _reading(document, drafts, article.doubtful, article.left_out)
    drafts = tuple(_draft(title, body, f"section {title!r}") for title, body in sections(document))
    return _reading(document, drafts, _odd_drafts(drafts))


def _reading(
    document: Document, drafts: tuple[Draft, ...], doubtful: Iterable[str], left_out: Iterable[str] = ()
) -> Reading:
    named = tuple(f"{document.file}: {note}" for note in doubtful)
    return Reading(drafts, named, tuple(f"{document.file}: {note}" for note in left_out))


def _draft(title: str, body: str, place: str, **more: Any) -> Draft:
    """A draft with a title and a body within bounds and without markup that a page could run, load or follow."""
    wording = one_line(title)
    short = shortened(wording, MAX_TITLE_CHARS)
    question = more.pop("question", "") or (wording if short != wording else "")
    if len(wording) > MAX_QUESTION_CHARS:
        body = f"{wording}\n\n{body}"
    text = without_markup(clean_text(body)).strip()
    return Draft(short, text or NO_ANSWER, question[:MAX_QUESTION_CHARS].strip(), place=place, **more)


def shortened(text: str, most: int) -> str:
    """``text`` up to its last sentence's end within ``most`` characters, or up to a word's end with '…'."""
    if len(text) <= most:
        return text
    ends = [sentence.end for sentence in sentences(text[: 2 * most]) if sentence.end <= most]
    if ends:
        return text[: ends[-1]].strip()
    return text[: most - 1].rsplit(" ", 1)[0].strip() + "…"


def _from_rows(document: Document) -> Reading:
    doubtful: list[str] = []
    drafts = []
    for row in document.rows:
        place = f"row at line {row.line}"
        topics, other = _known_topics(row.topics)
        asks = tuple(ask for ask in row.asks if len(ask) <= MAX_ASK_CHARS)
        if other:
            doubtful.append(f"{place}: topics not in the list are left out: {', '.join(other)}")
        if len(asks) < len(row.asks):
            doubtful.append(f"{place}: asks of more than {MAX_ASK_CHARS} characters are left out")
        if row.level and row.level.lower() not in _LEVELS:
            doubtful.append(f"{place}: the level {row.level!r} is not known, intermediate is taken")
        if not row.answer:
            doubtful.append(f"{place}: it has no answer")
        level = _LEVELS.get(row.level.lower(), "intermediate")
        drafts.append(_draft(row.question, row.answer, place, level=level, topics=topics, asks=asks))
    return _reading(document, tuple(drafts), [*doubtful, *_odd_drafts(drafts)])


def _known_topics(names: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The topics of the list among ``names``, and the others."""
    slugs = [one_line(name).lower().replace(" ", "-").replace("_", "-") for name in names]
    known = list(dict.fromkeys(slug for slug in slugs if slug in TOPICS))[:MAX_TOPICS]
    return tuple(known) or ("imported",), [slug for slug in slugs if slug not in TOPICS]


def _odd_drafts(drafts: Iterable[Draft]) -> list[str]:
    notes = []
    for draft in drafts:
        odd = odd_words(f"{draft.title} {draft.body}")
        if odd:
            shown = ", ".join(repr(word[:40]) for word in odd[:5])
            notes.append(f"{draft.place}: it holds characters that do not belong: {shown}")
    return notes


def _is_item(document: Document) -> bool:
    """Whether the front matter is an item's, and no blog post's or page's."""
    front = document.front
    has_both = all(isinstance(front.get(name), str) and front[name].strip() for name in ("id", "title"))
    return has_both and any(name in front for name in ("kind", "section", "asks", "key_points", "topics"))


def _from_item(document: Document) -> Reading:
    """An item file is taken over, an exercise as a concept: its reference solution does not come with it."""
    front, doubtful = document.front, []
    kind = front.get("kind") if front.get("kind") in ("concept", "scenario", "mcq", "guide", "faq") else "concept"
    if front.get("kind") == "coding":
        doubtful.append("an exercise is taken over as a concept, without its reference solution")
    topics, other = _known_topics(_texts(front.get("topics")))
    if other:
        doubtful.append(f"topics not in the list are left out: {', '.join(other)}")
    fields: dict[str, Any] = {"kind": kind}
    if isinstance(front.get("section"), str) and front["section"].strip():
        fields["section"] = one_line(front["section"])[:80]
    for name, parts in (("key_points", ("text", "weight")), ("misconceptions", ("claim", "why"))):
        fields[name] = _records(front.get(name), parts)
    fields["follow_ups"] = _records(front.get("follow_ups"), ("question", "item"))
    fields["related"] = _texts(front.get("related"))
    if kind == "mcq":
        fields |= {name: _plain(front.get(name)) for name in _CHOICE_FIELDS}
    draft = _draft(
        front["title"],
        document.text,
        "item",
        question=clean_text(front["question"]).strip() if isinstance(front.get("question"), str) else "",
        level=_LEVELS.get(str(front.get("level")).lower(), "intermediate"),
        topics=topics,
        asks=tuple(_texts(front.get("asks"))),
        fields={name: value for name, value in fields.items() if value},
        former_id=front["id"].strip(),
    )
    return _reading(document, (draft,), [*doubtful, *_odd_drafts([draft])])


def _texts(value: object) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [text for text in (one_line(str(part)) for part in parts if isinstance(part, str | int | float)) if text]


def _records(value: object, parts: tuple[str, str]) -> list[dict[str, Any]]:
    found = [record for record in value if isinstance(record, dict)] if isinstance(value, list) else []
    return [{part: _plain(record.get(part)) for part in parts} for record in found]


def _plain(value: object) -> Any:
    """One level of plain data: YAML's aliases can make a small file endless."""
    if isinstance(value, dict):
        texts = ((key, one) for key, one in value.items() if isinstance(one, str | int | float))
        return {one_line(str(key)): one_line(str(one)) for key, one in texts}
    return one_line(value) if isinstance(value, str) else value if isinstance(value, int) else ""
