"""A calibration is kept in a file, read back whole or not at all, and says when it does not fit the corpus."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import SURE_BY_WORDS, hand_made
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.calibration.record import SHIPPED, Fit, read_calibration, write_calibration
from tutor.corpus import read_corpus
from tutor.errors import CalibrationError
from tutor.passages import passages
from tutor.pinned_weights import EMBEDDING_MODEL
from tutor.prompts import fingerprint
from tutor.settings import default_corpus
from tutor.signals import RETRIEVAL_SIGNALS, SUFFICIENCY

FULL = Fit({"score": 3.0, "sufficiency": 0.5}, -1.5, 0.1, 0.7, None, 0.2)


def _written(path: Path, change: dict[str, Any], fit: dict[str, Any] | None = None) -> Path:
    write_calibration(hand_made(with_model=FULL), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["without_model"] |= fit or {}
    path.write_text(json.dumps(content | change), encoding="utf-8")
    return path


# --- the probability --------------------------------------------------------------------------------------------------


def test_the_probability_is_the_logistic_function_of_the_weighted_signals() -> None:
    fit = Fit({"score": 2.0, "words": -1.0}, 0.5, 0.1, 0.6, 0.8, 0.2)
    assert fit.probability({"score": 0.75, "words": 1.0, "ask": 9.0}) == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert fit.probability({"score": 0.0, "words": 0.5}) == 0.5


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_a_probability_lies_between_nothing_and_one_whatever_the_numbers(weight: float, value: float) -> None:
    assert 0 <= Fit({"score": weight}, 0.0, 0.1, None, None, 0.2).probability({"score": value}) <= 1


# --- the corpus -------------------------------------------------------------------------------------------------------

TEN = tuple(f"q{number:03}" for number in range(10))


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (TEN, ""),
        ((*TEN, "a", "b"), ""),
        (TEN[:8], ""),
        (("a", "b", *TEN[2:]), ""),
        ((*TEN, "a", "b", "c"), "grown by 30%"),
        (TEN[:7], "shrunk by 30%"),
        (("a", "b", "c", *TEN[3:]), "grown by 30%"),
        ((), "shrunk by 100%"),
    ],
)
def test_a_corpus_that_changed_by_more_than_a_fifth_is_another_one(now: tuple[str, ...], says: str) -> None:
    told = hand_made(items=TEN).mismatch(now)
    assert bool(told) == bool(says)
    assert says in told


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_model", [None, FULL])
def test_what_is_written_is_read_back_and_leaves_nothing_beside_it(tmp_path: Path, with_model: Fit | None) -> None:
    path = tmp_path / "new" / "calibration.json"
    made = hand_made(with_model=with_model)
    write_calibration(made, path)
    assert read_calibration(path) == made
    assert list(path.parent.iterdir()) == [path]


def test_writing_again_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    write_calibration(hand_made(), path)
    write_calibration(replace(hand_made(), date="2026-02-02"), path)
    assert read_calibration(path).date == "2026-02-02"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"date": "2026-01-01"}', b"\xff\xfe", b"null"])
def test_a_damaged_file_is_named_with_what_mends_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(content)
    with pytest.raises(CalibrationError, match=r"calibration\.json cannot be read as a calibration.*tutor calibrate"):
        read_calibration(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(CalibrationError, match="cannot be read as a calibration"):
            read_calibration(path)


@pytest.mark.parametrize(
    ("change", "fit"),
    [
        ({"items": []}, {}),
        ({}, {"intercept": math.nan}),
        ({}, {"weights": {"score": math.inf}}),
        ({}, {"weights": {"unheard": 1.0}}),
        ({}, {"weights": {"sufficiency": 1.0}}),
        ({}, {"answer": -0.5}),
        ({}, {"high": 1.5}),
        ({}, {"abstain": math.nan}),
    ],
)
def test_a_file_whose_numbers_cannot_be_used_is_refused(
    tmp_path: Path, change: dict[str, Any], fit: dict[str, Any]
) -> None:
    with pytest.raises(CalibrationError, match=r"cannot be read|no usable calibration"):
        read_calibration(_written(tmp_path / "calibration.json", change, fit))


def test_the_chat_models_signal_may_stand_in_the_fit_with_a_model_only(tmp_path: Path) -> None:
    path = _written(tmp_path / "calibration.json", {})
    assert read_calibration(path).with_model == FULL
    assert SURE_BY_WORDS.weights.keys() <= set(RETRIEVAL_SIGNALS)


# --- the shipped one --------------------------------------------------------------------------------------------------


def test_the_shipped_calibration_fits_the_corpus_the_prompts_and_the_embedder() -> None:
    shipped = read_calibration(SHIPPED)
    searched = [item.id for item in read_corpus(default_corpus()).items if passages(item)]
    mend = "the corpus, the prompts or the embedder have changed: run tutor calibrate again"
    assert shipped.items == tuple(sorted(searched)), mend
    assert shipped.prompts == fingerprint(), mend
    assert shipped.embedder == EMBEDDING_MODEL.name, mend
    assert shipped.mismatch(searched) == ""


def test_the_shipped_calibration_weighs_every_signal_and_certifies_both_thresholds() -> None:
    shipped = read_calibration(SHIPPED)
    names = set(RETRIEVAL_SIGNALS)
    fits = [(shipped.without_model, names)]
    if shipped.with_model:
        fits.append((shipped.with_model, names | {SUFFICIENCY}))
        assert shipped.chat_model != "none"
    for fit, expected in fits:
        assert set(fit.weights) == expected
        assert fit.risk == 0.1
        assert fit.answer is not None
        assert fit.high is not None
        assert 0 < fit.abstain < fit.answer < fit.high < 1
        assert fit.weights["score"] > 0
        assert fit.weights.get(SUFFICIENCY, 1.0) > 0
