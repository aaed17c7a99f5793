"""Two texts side by side: paired lines, marked words, nothing of theirs as markup."""

from __future__ import annotations

from tutor.web.text_diff import rows, side_by_side


def test_lines_are_paired_where_they_agree_and_marked_where_they_differ() -> None:
    assert list(rows("a\nb\nc", "a\nx\ny\nc")) == [
        ("equal", 1, "a", 1, "a"),
        ("replace", 2, "b", 2, "x"),
        ("replace", 0, "", 3, "y"),
        ("equal", 3, "c", 4, "c"),
    ]
    assert list(rows("", "a")) == [("insert", 0, "", 1, "a")]
    shown = side_by_side("a\n  b", "a", "Mine", "Theirs")
    assert '<td class="gone"><code>  b</code></td><td class="line none"></td>' in shown


def test_the_changed_words_of_a_line_are_marked_however_long_it_is() -> None:
    common = "The rate sets the <step> of each update. " * 12
    shown = side_by_side(f"{common}It is 0.1 today.", f"{common}It is 0.2 today.", "Now", "As published")
    assert "<mark>1</mark> today." in shown
    assert "<mark>2</mark> today." in shown
    assert "<step>" not in shown
    much = common * 20
    longer = side_by_side(f"{much}It is 0.1.{much}", f"{much}It is 0.2.{much}", "Now", "As published")
    assert "<mark>1</mark>" in longer
    assert len(longer) < len(much) * 2


def test_two_lines_that_have_little_in_common_have_no_marked_words() -> None:
    assert "<mark>" not in side_by_side("return x + y", "import numpy as np", "Mine", "Theirs")
