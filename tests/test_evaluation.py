"""Figures that can be counted by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import HashingEmbedder
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from tutor.answering import Tutor
from tutor.errors import TutorError
from tutor.evaluation import WARM_UP, as_table, auroc, evaluate, retrieval_figures
from tutor.index import IndexInUse
from tutor.records import Answer, Question, Timings
from tutor.settings import Settings
from tutor.warming import Warming


def _quiet(name: str, done: int, total: int) -> None:
    pass


def _write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    folder = tmp_path / "questions"
    _write(
        folder,
        "answerable",
        {"question": "What is gradient descent?", "gold": ["q001"]},
        {"question": "What is dropout?", "gold": [2]},
        {"question": "What is a confusion matrix?", "gold": ["q001"]},
        {"question": "dropout variant", "gold": ["q003", "q002"]},
    )
    _write(folder, "far_ood", {"text": "boil eggs softly"}, {"text": "hello"})
    return folder


@pytest.fixture
def tutor(indexed: Settings) -> Tutor:
    return Tutor(IndexInUse(indexed.index, "hashing"), HashingEmbedder())


# --- ranks ------------------------------------------------------------------------------------------------------------


def test_hit_recall_and_mean_reciprocal_rank_by_hand() -> None:
    rankings = [["a", "b"], ["b", "a"], ["x", "y", "z", "v", "a"], ["x", "y", "z", "v", "w", "a"], []]
    assert retrieval_figures(rankings, [{"a"}] * 5) == pytest.approx(
        {"hit@1": 1 / 5, "recall@5": 3 / 5, "mrr": (1 + 1 / 2 + 1 / 5 + 1 / 6 + 0) / 5}
    )


def test_one_of_several_right_items_is_enough() -> None:
    assert retrieval_figures([["x", "b", "a"]], [{"a", "b"}]) == {"hit@1": 0, "recall@5": 1, "mrr": 1 / 2}


def test_rankings_without_a_gold_each_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        retrieval_figures([["a"]], [])


# --- auroc ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1),
        ([0.1], [0.9], 0),
        ([0.5], [0.5], 1 / 2),
        ([0.9, 0.5], [0.5, 0.1], 3.5 / 4),
        ([0.3, 0.6, 0.9], [0.4, 0.7], 3 / 6),
    ],
)
def test_auroc_is_the_share_of_pairs_in_the_right_order(
    positives: list[float], negatives: list[float], expected: float
) -> None:
    assert auroc(positives, negatives) == pytest.approx(expected)


_scores = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=8)


@given(_scores, _scores)
def test_auroc_turns_around_with_its_sides(one: list[float], other: list[float]) -> None:
    assert auroc(one, other) + auroc(other, one) == pytest.approx(1)
    assert auroc([score * 3 + 1 for score in one], [score * 3 + 1 for score in other]) == auroc(one, other)


# --- a folder of questions --------------------------------------------------------------------------------------------


def test_all_files_are_measured_by_what_they_hold(tutor: Tutor, questions: Path) -> None:
    measured = evaluate(tutor, questions, False, _quiet)
    assert measured["questions"] == {"answerable": 4, "near_miss": 0, "far_ood": 2}
    assert (measured["hit@1"], measured["recall@5"]) == (3 / 4, 1)
    assert 3 / 4 < measured["mrr"] < 1
    assert measured["decisions"] == {"answerable": {"answer": 1}, "far_ood": {"abstain": 1 / 2, "smalltalk": 1 / 2}}
    assert measured["auroc against far_ood"] == 1
    assert "auroc against near_miss" not in measured
    assert "generation" not in measured


def test_progress_counts_every_question(tutor: Tutor, questions: Path) -> None:
    heard = list[tuple[str, int, int]]()
    evaluate(tutor, questions, False, lambda *each: heard.append(each))
    assert heard == [("answerable", done, 4) for done in (1, 2, 3, 4)] + [("far_ood", done, 2) for done in (1, 2)]


def test_near_misses_that_look_like_the_others_cannot_be_told_apart(tutor: Tutor, questions: Path) -> None:
    (questions / "near_miss.jsonl").write_bytes((questions / "answerable.jsonl").read_bytes())
    assert evaluate(tutor, questions, False, _quiet)["auroc against near_miss"] == 1 / 2


def test_generation_is_measured_before_and_after_the_model_has_read_an_item(indexed: Settings, questions: Path) -> None:
    _write(
        questions,
        "answerable",
        {"question": "during training which neurons does dropout switch off", "gold": ["q002"]},
        {"question": "rows and columns of a confusion matrix are what", "gold": ["q003"]},
    )
    model = FakeListChatModel(responses=["Dropout switches random neurons off during training. Bananas are yellow."])
    tutor = Tutor(IndexInUse(indexed.index, "hashing"), HashingEmbedder(), model, "fake", warming=Warming(model))
    generation = evaluate(tutor, questions, True, _quiet)["generation"]
    assert generation["answers with words of the model"] == 1 / 2
    assert generation["sentences dropped"] == 2 + 4
    assert set(generation["whole answer ms, passage new"]) == {"p50", "p95"}


class Timed(Tutor):
    """Answers for real and says that retrieval took 1, 2, 3 … milliseconds."""

    asked = -1

    def invoke(self, input: Question, config: Any = None, **kwargs: Any) -> Answer:
        self.asked += 1
        return replace(super().invoke(input, config, **kwargs), timings=Timings(self.asked - WARM_UP + 1.0))


def test_times_are_the_median_and_the_95th_percentile_without_the_warm_up(indexed: Settings, tmp_path: Path) -> None:
    _write(tmp_path / "timed", "answerable", *[{"question": "What is dropout?", "gold": ["q002"]}] * 20)
    tutor = Timed(IndexInUse(indexed.index, "hashing"), HashingEmbedder())
    assert evaluate(tutor, tmp_path / "timed", False, _quiet)["retrieval_ms"] == {"p50": 10.5, "p95": 19}


def test_a_folder_without_questions_is_an_error_with_its_mend(tutor: Tutor, tmp_path: Path) -> None:
    with pytest.raises(TutorError, match=r"no answerable\.jsonl.*--questions DIR"):
        evaluate(tutor, tmp_path, False, _quiet)


@pytest.mark.parametrize("row", [{}, {"gold": []}, {"gold": "q001"}, {"gold": None}, {"gold": [None]}])
def test_a_question_without_its_gold_is_named_before_anything_is_asked(
    tutor: Tutor, tmp_path: Path, row: dict[str, Any]
) -> None:
    _write(tmp_path / "bad", "answerable", {"question": "What is dropout?"} | row)
    with pytest.raises(TutorError, match=r"'What is dropout\?' has the gold .*a list of ids or numbers"):
        evaluate(tutor, tmp_path / "bad", False, lambda *each: pytest.fail("it was asked"))


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_table_has_date_and_machine_above_and_one_line_a_figure() -> None:
    measured = {
        "date": "2026-11-22",
        "machine": "Linux x86_64, 2 cores",
        "questions": {"answerable": 4, "far_ood": 2},
        "hit@1": 0.75,
        "decisions": {"far_ood": {"abstain": 0.5}},
    }
    assert as_table(measured).split("\n") == [
        "2026-11-22, Linux x86_64, 2 cores",
        "",
        "| figure | value |",
        "|---|---|",
        "| questions: answerable | 4 |",
        "| questions: far_ood | 2 |",
        "| hit@1 | 0.750 |",
        "| decisions: far_ood: abstain | 0.500 |",
    ]


def test_what_is_measured_fits_the_table(tutor: Tutor, questions: Path) -> None:
    table = as_table(evaluate(tutor, questions, False, _quiet))
    assert "| hit@1 | 0.750 |" in table
    assert "{" not in table
