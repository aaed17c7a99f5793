"""Asks the index in use once more what people asked: does the item that was published for it come first?

Retrieval alone, without a decision, so that it takes no time. Knows nothing of drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from langchain_core.embeddings import Embeddings

from tutor.embedding import embedder_name
from tutor.errors import SearchIndexError
from tutor.index import SearchIndex
from tutor.retrieval import retrieve
from tutor.settings import Settings


def found_elsewhere(settings: Settings, embedder: Embeddings, item_id: str, questions: Sequence[str]) -> list[str]:
    """A sentence for the trainer about each of ``questions`` that finds another item before ``item_id``."""
    try:
        with closing(SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url)) as index:
            firsts = {question: retrieve(question, index, embedder, 1) for question in questions}
            titles = {hit.item_id: index.items[hit.item_id].title for hits in firsts.values() for hit in hits}
    except SearchIndexError as error:
        return [f"Whether the questions find it is not known: {error}"]
    return [
        f"The question “{question}” still finds “{titles[hit.item_id]}” ({hit.item_id}) first; "
        "add other words for it under the ways people ask."
        for question, hits in firsts.items()
        for hit in hits
        if hit.item_id != item_id
    ]
