"""The words and small pieces of HTML that several parts of the page share."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from tutor.records import Field, Item, Kind, Level
from tutor.topics import topic_name
from tutor.web.safe_markdown import attribute, escape, inline

KINDS: dict[Kind, str] = {
    "concept": "Concept",
    "scenario": "Scenario",
    "coding": "Coding",
    "mcq": "Multiple choice",
    "guide": "Preparation guide",
    "faq": "Career question",
}
LEVELS: dict[Level, str] = {"beginner": "Beginner", "intermediate": "Intermediate", "advanced": "Advanced"}
FIELDS: dict[Field, str] = {
    "question": "Its question reads like yours",
    "answer": "Its answer speaks of what you ask",
    "both": "Its question and answer together come near yours",
    "ask": "People ask it in words like yours",
    "asks": "Several ways of asking it come near yours",
    "words": "It shares words with your question",
    "wording": "Its ways of asking hold your question’s words",
    "content": "Its answer holds your question’s words",
}


def chips(item: Item) -> str:
    """The item's level, kind and topics, as a row of small labels."""
    return chip_row([LEVELS[item.level], KINDS[item.kind], *(topic_name(name) for name in item.topics)])


def chip_row(words: Iterable[str]) -> str:
    return f'<div class="chips">{"".join(f"<span>{escape(word)}</span>" for word in words)}</div>'


def png(content: bytes, alt: str, style: str = "") -> str:
    """A picture that holds its own bytes; nothing is fetched."""
    return f'<img class="{style}" src="data:image/png;base64,{b64encode(content).decode()}" alt="{attribute(alt)}">'


def button(action: str, value: str, label: str, style: str = "", title: str = "") -> str:
    """A button that page.js acts on: ``action`` is one of page.js's; ``label`` is safe HTML."""
    hint = f' title="{attribute(title)}"' if title else ""
    return f'<button type="button" class="{style} do-{action}" value="{attribute(value)}"{hint}>{label}</button>'


def questions(texts: Iterable[str], style: str = "chip") -> str:
    """Buttons that ask their own text."""
    return "".join(button("ask", text, inline(text), style) for text in texts)


def disclosure(summary: str, content: str, style: str = "", opened: bool = False) -> str:
    """Something folded away, unless ``opened``. Both are safe HTML without empty lines."""
    return f'<details class="{style}"{" open" if opened else ""}><summary>{summary}</summary>{content}</details>'


def one_line(html: str) -> str:
    """Blocks of safe_markdown joined, so that they may stand inside another block."""
    return html.replace("\n\n", "")
