"""The grader's numbers come from answers of known worth, and from nothing that measures it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from tutor.calibration import grader
from tutor.calibration.grader import ANSWERS, fit_grader
from tutor.corpus import read_corpus
from tutor.grading.verdicts import FITS, WITH_VECTORS, Fits, read_fits, write_fits
from tutor.json_lines import read_rows
from tutor.settings import default_corpus

MEASURED = Path(__file__).parent / "answers"
FEW = ("q001", "q005", "q007", "q009", "q013", "q018", "q024", "q033", "q036", "q048", "q054", "q060")


class Expert(GenericFakeChatModel):
    """Says yes to every answer but the wrong ones."""

    wrong: tuple[str, ...] = ()

    def _generate(self, messages: list[BaseMessage], *args: object, **kwargs: object) -> ChatResult:
        is_wrong = any(answer in str(messages[-1].content) for answer in self.wrong)
        tokens = [{"token": "yes", "logprob": -2.0 if is_wrong else -0.2}, {"token": "no", "logprob": -0.2}]
        logprobs = {"content": [{"top_logprobs": tokens}]}
        message = AIMessage("yes", response_metadata={"logprobs": logprobs})
        return ChatResult(generations=[ChatGeneration(message=message)])


def rows() -> list[dict[str, str]]:
    return list(read_rows(ANSWERS, "answer"))


def test_no_answer_that_is_fitted_on_measures() -> None:
    measured = {
        row[field].strip()
        for name, fields in (("levels", ("answer",)), ("paraphrases", ("answer",)), ("short_long", ("short", "long")))
        for row in read_rows(MEASURED / f"{name}.jsonl", *fields)
        for field in fields
    }
    assert not measured & {row["answer"].strip() for row in rows()}


def test_every_question_of_words_has_answers_of_each_kind() -> None:
    counts = Counter((row["item"], row["level"]) for row in rows())
    items = {row["item"] for row in rows()}
    assert len(items) == 60
    once = ("excellent", "partial", "paraphrase", "poor", "short")
    assert all(counts[item, level] == 1 for item in items for level in once)
    assert all(counts[item, "wrong"] == 2 for item in items)


@pytest.fixture
def fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Fits, Fits, list[str]]:
    few = [row for row in rows() if row["item"] in FEW]
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in few))
    monkeypatch.setattr(grader, "ANSWERS", path)
    model = Expert(messages=iter(()), wrong=tuple(row["answer"][:40] for row in few if row["level"] == "wrong"))
    items = {item.id: item for item in read_corpus(default_corpus()).items}
    fits, sentences = fit_grader(items, HashingEmbedder(), model, lambda what, done, total: None)
    return fits.with_vectors, fits.words_only, sentences


def test_a_fit_believes_what_tells_wrong_answers_from_right_ones(fitted: tuple[Fits, Fits, list[str]]) -> None:
    with_vectors, words_only, sentences = fitted
    for fits in (with_vectors, words_only):
        assert fits.heard.weights["yes"] < 0 < fits.heard.weights["against"]
        assert fits.partly < fits.covered
    assert set(words_only.said.weights) < set(with_vectors.said.weights)
    assert all("with the model 1.000" in sentence for sentence in sentences)


def test_what_was_fitted_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    shipped = read_fits()
    write_fits(shipped, tmp_path / "fits.json")
    assert asdict(read_fits(tmp_path / "fits.json")) == asdict(shipped)
    assert (tmp_path / "fits.json").read_bytes() == FITS.read_bytes()
    assert shipped.with_vectors == WITH_VECTORS
