"""tutor grade and tutor eval --answers: their JSON, their exit codes, and how the measure of a grader counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import REAL_WEIGHTS, HashingEmbedder
from test_command_line import _tutor

from tutor.corpus import read_corpus
from tutor.errors import TutorError
from tutor.evaluation.cheats import cheats
from tutor.evaluation.grading import grading_json, grading_markdown, half, measure_grading, ranked_right
from tutor.grading.batch import grade_batch
from tutor.settings import default_corpus

ITEMS = {item.id: item for item in read_corpus(default_corpus()).items}


def write(path: Path, *rows: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_batch_gives_a_row_an_answer_with_the_fields_of_the_contract(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.jsonl",
        {"id": "a", "item": "q013", "answer": "Bagging mainly reduces variance, while boosting mainly reduces bias."},
        {"id": "b", "item": "q001", "answer": ""},
    )
    count = grade_batch(ITEMS, source, tmp_path / "out.jsonl", HashingEmbedder(), None)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert count == 2
    assert [row["id"] for row in rows] == ["a", "b"]
    assert all({"id", "score", "points", "grader"} <= row.keys() for row in rows)
    assert [set(point) for point in rows[0]["points"]] == [{"text", "verdict", "evidence"}] * len(
        ITEMS["q013"].key_points
    )
    assert rows[0]["score"] > rows[1]["score"] == 0


@pytest.mark.parametrize("row", [{"id": "a", "item": "q999", "answer": "x"}, {"id": "a", "item": "q001"}])
def test_a_row_that_cannot_be_graded_leaves_no_file(tmp_path: Path, row: dict[str, str]) -> None:
    with pytest.raises(TutorError):
        grade_batch(ITEMS, write(tmp_path / "in.jsonl", row), tmp_path / "out.jsonl", HashingEmbedder(), None)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_batch_without_a_model_exits_1_and_says_so(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", {"id": "a", "item": "q013", "answer": "x"})
    outcome = _tutor("grade", "--batch", str(source), "--out", str(tmp_path / "out.jsonl"), TUTOR_MODEL="none")
    assert outcome.returncode == 1
    assert "--no-llm" in outcome.stderr


def test_a_batch_without_a_file_to_write_to_is_wrong_use(tmp_path: Path) -> None:
    assert _tutor("grade", "--batch", str(tmp_path / "in.jsonl")).returncode == 2


@pytest.mark.model
def test_one_answer_is_graded_as_one_line_of_json(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "weights").symlink_to(REAL_WEIGHTS, target_is_directory=True)
    answer = "Bagging mainly reduces variance, while boosting mainly reduces bias."
    outcome = _tutor("grade", "q013", answer, "--json", "--no-llm", TUTOR_HOME=str(home))
    record = json.loads(outcome.stdout.splitlines()[-1])
    assert "covered" in [point["verdict"] for point in record["points"]]


def test_both_wrong_levels_near_zero_count_as_ranked_right() -> None:
    assert ranked_right({"excellent": 0.9, "partial": 0.4, "wrong": 0.0, "off_topic": 0.05}) == [True] * 6
    assert ranked_right({"excellent": 0.4, "partial": 0.4, "wrong": 0.2, "off_topic": 0.3}).count(False) == 2


def test_items_with_odd_numbers_are_held_out() -> None:
    assert [half(id) for id in ("q001", "q002", "guide05")] == ["held out", "looked at", "held out"]


def test_cheats_are_the_same_for_the_same_item_and_two_of_each_kind() -> None:
    made = list(cheats(ITEMS["q013"]))
    assert made == list(cheats(ITEMS["q013"]))
    kinds = [kind for kind, _ in made]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(kinds, 2)


def test_the_measure_tells_the_halves_apart_and_counts_each_kind_of_cheat(tmp_path: Path) -> None:
    right = " ".join(point.text for point in ITEMS["q013"].key_points)
    rows = [
        {"id": "1", "item": "q013", "level": "excellent", "answer": right},
        {"id": "2", "item": "q013", "level": "wrong", "answer": "I like to cook for my friends in the evening."},
    ]
    write(tmp_path / "levels.jsonl", *rows)
    write(
        tmp_path / "short_long.jsonl", {"id": "3", "item": "q013", "short": right, "long": "I do not know that. " * 9}
    )
    write(tmp_path / "paraphrases.jsonl", {"id": "4", "item": "q013", "answer": right})
    figures = measure_grading(ITEMS, tmp_path, HashingEmbedder(), None, lambda *_: None)
    fitted, held_out = figures.halves
    assert (fitted.items, held_out.items) == (0, 1)
    assert (held_out.pairs, held_out.excellent_above_wrong, held_out.short_above_long) == (1.0, 1.0, 1.0)
    assert figures.same_twice == 1.0
    assert set(figures.cheats) == {kind for kind, _ in cheats(ITEMS["q013"])}
    assert "held out (1 items)" in grading_markdown(figures)
    assert json.loads(grading_json(figures))["grader"] == "words and vectors"
