"""Many items: what changed is found, what did not change costs little, and pruning changes no ranking."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import HashingEmbedder, item_text

from tutor import ingestion, vector_store
from tutor.front_matter import split_front_matter
from tutor.index import SearchIndex, current_generation
from tutor.ingestion import JOURNAL, ingest
from tutor.lexical import LexicalIndex
from tutor.passages import passages
from tutor.records import Item, Match, Passage
from tutor.retrieval import retrieve, retrieve_vector
from tutor.settings import Settings

COUNT = 120
WORDS = "tree loss data model error bias noise step rate layer weight test score split batch kernel prior graph".split()


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(6)).capitalize() + "."


def _write(folder: Path, number: int, seed: int | None = None) -> None:
    chance = random.Random(number if seed is None else seed)
    body = " ".join(_sentence(chance) for _ in range(3))
    text = item_text(f"x{number:03d}", f"About {chance.choice(WORDS)} number{number}?", body)
    (folder / f"x{number:03d}-item.md").write_text(text, encoding="utf-8")


@pytest.fixture
def many(tmp_path: Path) -> Settings:
    """Items enough for one of them to be less than a tenth."""
    folder = tmp_path / "corpus" / "questions"
    folder.mkdir(parents=True)
    for number in range(COUNT):
        _write(folder, number)
    settings = Settings(home=tmp_path / "home", corpus=folder.parent, chat_model="none")
    ingest(settings, HashingEmbedder())
    return settings


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose front matter is read from now on."""
    read: list[str] = []

    def split(content: str, name: str) -> tuple[str, str, int]:
        read.append(name)
        return split_front_matter(content, name)

    monkeypatch.setattr("tutor.corpus.split_front_matter", split)
    return read


def _open(settings: Settings) -> SearchIndex:
    return SearchIndex.open(settings.index, "hashing")


def _folder(settings: Settings) -> Path:
    return settings.corpus / "questions"


def test_few_changes_leave_the_ann_index_as_it_is_and_are_found(many: Settings) -> None:
    base = current_generation(many.index)
    _write(_folder(many), 7, seed=1007)
    (_folder(many) / "x008-item.md").unlink()
    _write(_folder(many), COUNT)
    report = ingest(many, HashingEmbedder())
    index = _open(many)
    index.check()
    assert (report.added, report.updated, report.removed) == (1, 1, 1)
    assert index.manifest.base == base != index.generation
    assert not (many.index / index.generation / "vectors").exists()
    for item_id in ("x007", f"x{COUNT}", "x009"):
        assert retrieve(index.items[item_id].title, index, HashingEmbedder())[0].item_id == item_id
    found = index.search_vector(HashingEmbedder().embed_query("about number8"), index.manifest.passages)
    assert len({match.passage_id for match in found}) == index.manifest.passages
    assert "x008" not in {match.item_id for match in found}


def test_an_item_that_goes_leaves_the_others_of_the_patch(many: Settings) -> None:
    _write(_folder(many), 200)
    _write(_folder(many), 201)
    ingest(many, HashingEmbedder())
    (_folder(many) / "x200-item.md").unlink()
    assert ingest(many, HashingEmbedder()).removed == 1
    assert _open(many).patch.item_ids() == {"x201"}


def test_a_patched_index_finds_what_one_built_anew_finds(many: Settings, tmp_path: Path) -> None:
    for number, seed in ((3, 1003), (50, 1050)):
        _write(_folder(many), number, seed)
        ingest(many, HashingEmbedder())
    anew = Settings(home=tmp_path / "anew", corpus=many.corpus, chat_model="none")
    ingest(anew, HashingEmbedder())
    patched, whole = _open(many), _open(anew)
    assert patched.manifest.base != patched.generation
    for question in (*WORDS, "about number3", patched.items["x050"].title, "a step of the tree"):
        ours, theirs = (retrieve(question, index, HashingEmbedder()) for index in (patched, whole))
        scores = [[hit.score for hit in hits] for hits in (ours, theirs)]
        assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    assert retrieve(patched.items["x050"].title, patched, HashingEmbedder())[0].item_id == "x050"


def test_many_changes_write_the_ann_index_anew(many: Settings) -> None:
    for number in range(COUNT // 4):
        _write(_folder(many), number, seed=1000 + number)
    embedder = HashingEmbedder()
    ingest(many, embedder)
    index = _open(many)
    index.check()
    assert index.manifest.base == index.generation
    assert index.patch.ids == ()
    changed = {row.text for number in range(COUNT // 4) for row in passages(index.items[f"x{number:03d}"])}
    assert set(embedder.embedded) <= changed


def test_a_change_taken_back_brings_the_old_text_back(many: Settings) -> None:
    before = _open(many).items["x007"]
    _write(_folder(many), 7, seed=1007)
    ingest(many, HashingEmbedder())
    _write(_folder(many), 7)
    ingest(many, HashingEmbedder())
    index = _open(many)
    index.check()
    assert index.items["x007"] == before
    assert retrieve(before.title, index, HashingEmbedder())[0].item_id == "x007"


def test_an_unchanged_item_is_not_read_again(many: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    read = _watched(monkeypatch)
    _write(_folder(many), 7, seed=1007)
    ingest(many, HashingEmbedder())
    assert read == ["questions/x007-item.md"]


def test_another_version_of_the_reader_reads_every_item_again(many: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    read = _watched(monkeypatch)
    monkeypatch.setattr(ingestion, "reader_fingerprint", lambda: "newer")
    ingest(many, HashingEmbedder())
    assert len(read) == COUNT


class _Interrupted(HashingEmbedder):
    """Gives up after some texts, as a person who presses Ctrl-C."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if len(self.embedded) >= 200:
            raise KeyboardInterrupt
        return super().embed_documents(texts)


def test_an_interrupted_ingestion_goes_on_where_it_stopped(tmp_path: Path, many: Settings) -> None:
    settings = Settings(home=tmp_path / "fresh", corpus=many.corpus, chat_model="none")
    first, second = _Interrupted(), HashingEmbedder()
    with pytest.raises(KeyboardInterrupt):
        ingest(settings, first)
    assert current_generation(settings.index) is None
    ingest(settings, second)
    assert not set(first.embedded) & set(second.embedded)
    texts = {row.text for item in _open(settings).items.values() for row in passages(item)}
    assert {*first.embedded, *second.embedded} == texts
    assert not (settings.index / JOURNAL).exists()


class _Pool:
    """Items with the vectors of their passages, searched exactly."""

    def __init__(self, items: Sequence[Item], vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
        self.items: Mapping[str, Item] = {item.id: item for item in items}
        self._rows = [row for item in items for row in passages(item)]
        self._vectors = vectors
        texts = [" ".join([item.title, *item.asks, item.body]) for item in items]
        self.words = LexicalIndex.build(texts, [item.id for item in items])

    def search_vector(self, vector: Sequence[float], count: int) -> list[Match]:
        similarities = self._vectors @ np.asarray(vector, dtype=np.float32)
        best = np.argsort(-similarities, kind="stable")[:count]
        rows = [(self._rows[place], float(similarities[place])) for place in best]
        return [Match(row.item_id, row.field, similarity, row.id) for row, similarity in rows]

    def passage_text(self, passage_id: str) -> str:
        return passage_id


def test_looking_at_the_best_words_only_changes_no_ranking(monkeypatch: pytest.MonkeyPatch) -> None:
    chance, draw = random.Random(3), np.random.default_rng(3)
    items = [
        Item(f"x{n:03d}", _sentence(chance), "", "basic", "concept", "beginner", (), _sentence(chance), asks)
        for n in range(200)
        for asks in [tuple(_sentence(chance) for _ in range(n % 3))]
    ]
    rows = sum(len(passages(item)) for item in items)
    vectors = draw.normal(size=(rows, 16)).astype(np.float32)
    pool = _Pool(items, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    monkeypatch.setattr("tutor.retrieval.PASSAGES", 40)
    questions = [(_sentence(chance), pool._vectors[chance.randrange(rows)].tolist()) for _ in range(40)]
    pruned = [retrieve_vector(question, vector, pool) for question, vector in questions]
    search = LexicalIndex.search
    monkeypatch.setattr(LexicalIndex, "search", lambda self, text, count, also=(): search(self, text, len(items)))
    assert pruned == [retrieve_vector(question, vector, pool) for question, vector in questions]


@pytest.mark.parametrize("damage", ["patch/rows.json", "patch/vectors.npy", "words/numbers.npz", "words/item_ids.json"])
def test_a_damaged_patch_is_built_anew(many: Settings, damage: str) -> None:
    _write(_folder(many), 7, seed=1007)
    ingest(many, HashingEmbedder())
    (many.index / _open(many).generation / damage).write_bytes(b"rubbish")
    _write(_folder(many), 8, seed=1008)
    ingest(many, HashingEmbedder())
    index = _open(many)
    index.check()
    assert retrieve(index.items["x008"].title, index, HashingEmbedder())[0].item_id == "x008"


def test_the_vectors_that_a_patch_rests_on_are_kept_while_they_are_read(many: Settings) -> None:
    base = current_generation(many.index)
    for seed in range(1000, 1004):
        _write(_folder(many), 7, seed)
        ingest(many, HashingEmbedder())
    kept = {path.name for path in many.index.iterdir() if path.is_dir()}
    assert base in kept
    assert len(kept) == 3
    _open(many).check()


@pytest.mark.parametrize(("vectors", "ef_search"), [(9, 256), (10, 768)])
def test_among_many_vectors_a_search_keeps_more_of_them_in_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vectors: int, ef_search: int
) -> None:
    monkeypatch.setattr(vector_store, "MANY", 10)
    rows = [Passage(f"x{number}#question", f"x{number}", "question", str(number)) for number in range(vectors)]
    store = vector_store.VectorStore(tmp_path, "")
    store.write(rows, np.eye(vectors, dtype=np.float32), lambda done: None)
    assert store._open().configuration["hnsw"]["ef_search"] == ef_search  # type: ignore[index]
    store.close()
