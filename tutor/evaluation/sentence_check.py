"""Measures the check of generated sentences: how many wrong ones it drops, and how many right ones.

The right ones are those of ``right_sentences.jsonl`` (item, question, sentence) where the folder holds it, else the key
points of the items; the wrong ones are mutations of them. Knows nothing of how mutations are made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from tutor.errors import TutorError
from tutor.evaluation.metrics import Estimate, clopper_pearson
from tutor.grounding import check_sentence
from tutor.json_lines import read_rows
from tutor.mutations import mutation_table
from tutor.records import Item

FILE = "right_sentences.jsonl"
FALSE_ALARMS = "right sentences (false alarms)"


def dropped_sentences(items: Mapping[str, Item], folder: Path) -> dict[str, Estimate]:
    """The share that the check drops, by kind of mutation and of the right sentences.

    Raises TutorError for a bad row of the file.
    """
    rows, alarms = mutation_table(_right_sentences(items, folder), _is_supported)
    named = {f"{row.kind} ({row.count})": row for row in rows} | {f"{FALSE_ALARMS} ({alarms.count})": alarms}
    return {name: clopper_pearson(round(row.caught * row.count), row.count) for name, row in named.items()}


def _is_supported(sentence: str, item: Item, question: str) -> bool:
    return check_sentence(sentence, [item], question).supported


def _right_sentences(items: Mapping[str, Item], folder: Path) -> Iterator[tuple[Item, str, str]]:
    path = folder / FILE
    if not path.is_file():
        yield from ((item, "", point.text) for item in items.values() for point in item.key_points)
        return
    for row in read_rows(path, "sentence"):
        if row.get("item") not in items:
            raise TutorError(f"{path} has the row {json.dumps(row)[:80]}", "item: the id of an item of the index")
        yield items[row["item"]], str(row.get("question", "")), row["sentence"]
