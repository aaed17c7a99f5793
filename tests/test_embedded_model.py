"""What the embedded chat model has read: found by the next start, and a damaged file costs only time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from langchain_core.messages import BaseMessage

from tutor import embedded_model
from tutor.assembly import embedded_chat_model
from tutor.embedded_model import EmbeddedChatModel
from tutor.prompt_cache import file_of
from tutor.prompts import answer_prompt, fixed_prompts, sufficiency_prompt, warming_prompts
from tutor.records import Item
from tutor.settings import Settings, default_corpus

QUESTION = "Which neurons does it switch off?"
DROPOUT, BOOSTING = (
    Item(id, title, title, "basic", "concept", "beginner", ("foundations",), body)
    for id, title, body in (
        ("q1", "What is dropout?", "Dropout switches random neurons off while a network is trained. " * 8),
        ("q2", "What is boosting?", "Boosting fits one small tree after the other to what is still wrong. " * 8),
    )
)


@pytest.fixture(scope="module")
def settings(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("kept")
    (home / "weights").symlink_to(real_home / "weights", target_is_directory=True)
    return Settings(home=home, corpus=default_corpus())


@pytest.fixture(scope="module")
def kept_before(settings: Settings) -> EmbeddedChatModel:
    """A model that finds what an earlier start has kept: what all prompts begin with, and ``DROPOUT``."""
    before = embedded_chat_model(settings)
    for prompt in (*fixed_prompts(), _whole(DROPOUT)):
        before.keep(prompt)
    return embedded_chat_model(settings)


def _whole(item: Item) -> list[BaseMessage]:
    *_, whole = warming_prompts(item)
    return whole


def _tokens_read(model: EmbeddedChatModel, item: Item) -> tuple[int, int]:
    """Of a prompt about ``item``: tokens that had to be read, and all of them."""
    usage = model.invoke(sufficiency_prompt(QUESTION, item), max_tokens=1).usage_metadata
    assert usage
    return usage["input_tokens"] - usage["input_token_details"].get("cache_read", 0), usage["input_tokens"]


def test_the_first_request_of_a_start_does_not_read_what_all_begin_with(kept_before: EmbeddedChatModel) -> None:
    read, whole = _tokens_read(kept_before, BOOSTING)
    assert 80 < whole - read < 130


def test_a_passage_that_an_earlier_start_has_read_is_not_read_again(kept_before: EmbeddedChatModel) -> None:
    assert kept_before.keeps(_whole(DROPOUT))
    assert not kept_before.keeps(_whole(BOOSTING))
    read, whole = _tokens_read(kept_before, DROPOUT)
    assert read < 50 < 150 < whole


def test_between_two_others_too(kept_before: EmbeddedChatModel) -> None:
    for number in range(3):
        kept_before.invoke(answer_prompt(f"{number}?", [replace(BOOSTING, body=f"{number} " * 200)]), max_tokens=1)
    read, _ = _tokens_read(kept_before, DROPOUT)
    assert read < 50


def test_a_damaged_file_is_dropped_and_the_passage_is_read_again(kept_before: EmbeddedChatModel) -> None:
    state = kept_before._cache.folder / file_of(embedded_model._words(_whole(DROPOUT)))  # type: ignore[union-attr]
    state.write_bytes(state.read_bytes()[:100_000])
    kept_before._slots._free = dict.fromkeys(kept_before._slots._free, "")
    read, whole = _tokens_read(kept_before, DROPOUT)
    assert read > whole / 2
    assert not kept_before.keeps(_whole(DROPOUT))
    assert not state.exists()


def test_with_no_room_nothing_is_kept_and_all_is_answered(settings: Settings) -> None:
    model = embedded_chat_model(replace(settings, cache_mib=0))
    model.keep(_whole(BOOSTING))
    assert model.room_mib == 0
    assert not model.keeps(_whole(BOOSTING))
    assert model.invoke(answer_prompt(QUESTION, [DROPOUT]), max_tokens=2).content


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert embedded_model._cache(tmp_path / "model.gguf", tmp_path / "file" / "kept", 1024) == (0, None)
