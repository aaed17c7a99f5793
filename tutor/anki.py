"""Anki decks from items: one note an item, its question in front, its answer behind. Knows nothing of learners.

Notes have ids of their own that stay the same, so that importing a deck again changes its notes and doubles none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import genanki
from markdown_it import MarkdownIt

from tutor.records import Item

DECK, DECK_ID, MODEL_ID = "ML interviews", 1_482_957_301, 1_207_764_913
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_MODEL = genanki.Model(
    MODEL_ID,
    "ML interview question",
    fields=[{"name": "Question"}, {"name": "Answer"}, {"name": "Source"}],
    templates=[
        {
            "name": "Card",
            "qfmt": "{{Question}}",
            "afmt": "{{FrontSide}}<hr>{{Answer}}<p><small>{{Source}}</small></p>",
        }
    ],
    css=".card { font-family: sans-serif; font-size: 18px; text-align: left; line-height: 1.5 } "
    "table { border-collapse: collapse } td, th { border: 1px solid #999; padding: 2px 8px }",
)


def write_deck(items: Iterable[Item], path: Path) -> int:
    """Writes an .apkg file with a note for each item. Returns how many notes it holds."""
    deck = genanki.Deck(DECK_ID, DECK)
    for item in items:
        deck.add_note(_note(item))
    genanki.Package(deck).write_to_file(str(path))
    return len(deck.notes)


def _note(item: Item) -> genanki.Note:
    front = item.question
    if item.choices:
        front += "\n\n" + "\n".join(f"- {letter}: {text}" for letter, text in item.choices.options.items())
    back = f"{item.choices.key}: {item.choices.options[item.choices.key]}\n\n{item.body}" if item.choices else item.body
    points = "\n".join(f"- {point.text}" for point in item.key_points)
    if points:
        back += f"\n\n**Key points**\n\n{points}"
    tags = [*item.topics, item.level, item.kind]
    guid = genanki.guid_for("ml-interview-tutor", item.id)
    return genanki.Note(_MODEL, [_html(front), _html(back), item.id], tags=tags, guid=guid)


def _html(source: str) -> str:
    """Markdown as Anki shows it: formulas in its own brackets, everything else without a stranger's tags."""
    kept: dict[str, str] = {}
    pieces = source.split("$$")
    for place in range(1, len(pieces) - 1, 2):
        pieces[place] = _keep(kept, f"\\[{pieces[place]}\\]")
    text = "".join(pieces) if len(pieces) % 2 else source
    parts = text.split("$")
    if len(parts) % 2:
        for place in range(1, len(parts), 2):
            parts[place] = _keep(kept, f"\\({parts[place]}\\)")
        text = "".join(parts)
    html = str(_PARSER.render(text))
    for name, formula in kept.items():
        html = html.replace(name, formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return html


def _keep(kept: dict[str, str], formula: str) -> str:
    name = f"x{hashlib.sha256(f'{len(kept)}{formula}'.encode()).hexdigest()[:16]}x"
    kept[name] = formula
    return name
