"""The signals of a ranking are the first hit's numbers and its lead."""

from __future__ import annotations

import pytest

from tutor.records import Field, Hit
from tutor.signals import RETRIEVAL_SIGNALS, SUFFICIENCY, retrieval_signals

PARTS: dict[Field, float] = {"ask": 0.7, "words": 0.3, "wording": 0.25, "question": 0.9, "content": 1.0}


def test_the_signals_are_the_first_hits_numbers_and_its_lead_over_the_second() -> None:
    hits = [Hit("q001", 0.6, "ask", "text", PARTS), Hit("q002", 0.45, "ask", "text"), Hit("q003", 0.1, "ask", "text")]
    assert retrieval_signals(hits) == pytest.approx(
        {"score": 0.6, "margin": 0.15, "ask": 0.7, "words": 0.3, "wording": 0.25}
    )


def test_a_hit_without_a_second_leads_by_its_whole_score() -> None:
    assert retrieval_signals([Hit("q001", 0.6, "ask", "text", PARTS)])["margin"] == 0.6


def test_what_a_hit_lacks_counts_as_nothing() -> None:
    signals = retrieval_signals([Hit("q001", 0.4, "words", "text")])
    assert (signals["ask"], signals["words"], signals["wording"]) == (0, 0, 0)


def test_the_signals_have_the_names_that_a_calibration_weighs() -> None:
    assert tuple(retrieval_signals([Hit("q001", 0.4, "words", "text")])) == RETRIEVAL_SIGNALS
    assert SUFFICIENCY not in RETRIEVAL_SIGNALS
