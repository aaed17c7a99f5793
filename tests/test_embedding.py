"""Texts become unit vectors in their order, whoever makes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import REAL_WEIGHTS, HashingEmbedder
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from tutor.embedding import BATCH, SentenceEmbedder, embed_all, embedder_name, unit
from tutor.errors import WeightsError
from tutor.pinned_weights import EMBEDDING_MODEL
from tutor.weights import weight_path


class LengthEmbedder(Embeddings):
    """A text's length, twice: a vector that is not of unit length. Remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.batches.append(texts)
        return [[3.0 * len(text), 4.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def test_vectors_come_in_the_order_of_the_texts_and_have_length_one() -> None:
    rows = embed_all(LengthEmbedder(), ["a", "", "aaaa"], lambda done: None)
    assert [row.tolist() for row in rows] == [
        pytest.approx([0.6, 0.8]),
        pytest.approx([0.0, 1.0]),
        pytest.approx([12 / 160**0.5, 4 / 160**0.5]),
    ]
    assert all(row.dtype == np.float32 for row in rows)


def test_texts_of_like_length_share_a_batch_and_progress_counts_them() -> None:
    embedder, heard = LengthEmbedder(), list[int]()
    texts = ["long " * 20 if number % 2 else "short" for number in range(2 * BATCH)]
    embed_all(embedder, texts, heard.append)
    assert [set(batch) for batch in embedder.batches] == [{"short"}, {"long " * 20}]
    assert heard == [BATCH, 2 * BATCH]


def test_no_texts_make_no_vectors_and_no_call() -> None:
    embedder = LengthEmbedder()
    assert embed_all(embedder, [], lambda done: None) == []
    assert embedder.batches == []


@given(st.lists(st.text(max_size=30), max_size=3 * BATCH))
def test_each_text_gets_its_own_vector_whatever_the_batches(texts: list[str]) -> None:
    embedder = HashingEmbedder()
    rows = embed_all(embedder, texts, lambda done: None)
    assert len(rows) == len(texts)
    for text, row in zip(texts, rows, strict=True):
        assert row == pytest.approx(embedder.embed_query(text), abs=1e-6)


def test_an_embedder_that_gives_too_few_vectors_is_not_believed() -> None:
    class Forgetful(LengthEmbedder):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return super().embed_documents(texts)[1:]

    with pytest.raises(ValueError, match="zip"):
        embed_all(Forgetful(), ["a", "b"], lambda done: None)


def test_unit_scales_to_length_one_and_leaves_zeros() -> None:
    assert unit([3.0, 4.0]).tolist() == pytest.approx([0.6, 0.8])
    assert unit([0.03, 0.04]).tolist() == pytest.approx([0.6, 0.8])
    assert unit([-5.0, 0.0]).tolist() == [-1.0, 0.0]
    assert unit([0.0, 0.0]).tolist() == [0.0, 0.0]


def test_an_embedder_is_known_by_its_name_its_model_or_its_class() -> None:
    class Named(LengthEmbedder):
        model = "text-embedding-3-small"

    class OldNamed(LengthEmbedder):
        model_name = "bge-small"

    assert embedder_name(HashingEmbedder()) == "hashing"
    assert embedder_name(Named()) == "text-embedding-3-small"
    assert embedder_name(OldNamed()) == "bge-small"
    assert embedder_name(DeterministicFakeEmbedding(size=3)) == "DeterministicFakeEmbedding"
    assert embedder_name(SentenceEmbedder(Path("nowhere"), "all-MiniLM-L6-v2")) == "all-MiniLM-L6-v2"


def test_missing_weights_are_an_error_that_names_the_command(tmp_path: Path) -> None:
    embedder = SentenceEmbedder(tmp_path / "model", "all-MiniLM-L6-v2")
    with pytest.raises(WeightsError, match=r"model.*tutor fetch") as caught:
        embedder.embed_query("What is PCA?")
    assert str(tmp_path) in str(caught.value)
    assert not embedder.ready


@pytest.mark.model
def test_the_real_model_gives_unit_vectors_that_are_the_same_for_the_same_text() -> None:
    embedder = SentenceEmbedder(weight_path(EMBEDDING_MODEL, REAL_WEIGHTS), EMBEDDING_MODEL.name)
    assert not embedder.ready
    dropout, boosting, again = np.asarray(
        embedder.embed_documents(["What is dropout?", "How does boosting work? " * 30, "What is dropout?"])
    )
    assert embedder.ready
    assert dropout.shape == (384,)
    assert np.linalg.norm([dropout, boosting], axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert dropout == pytest.approx(again, abs=1e-5)
    assert embedder.embed_query("What is dropout?") == pytest.approx(dropout.tolist(), abs=1e-5)
    meant = np.asarray(embedder.embed_query("explain the dropout technique of neural networks"))
    assert meant @ dropout > 0.5 > meant @ boosting
