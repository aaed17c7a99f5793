"""The askers' words in a draft: each once, in every style of front matter, none that the schema refuses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from tutor.desk.item_drafts import Sketch, check, compose
from tutor.desk.wordings import MOST_ASKS, with_asks, wordings
from tutor.store.feedback_records import Exchange, Inquiry, InquiryKind, Spoken

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = compose(Sketch("What is a VAE?", "It learns codes.", ["vae pls"])).replace("{id}", "t-1")


def inquiry(question: str, asked: str = "", before: bool = False, kind: InquiryKind = "escalation") -> Inquiry:
    exchange = Exchange((Spoken("a", "b"),) if before else (), asked)
    return Inquiry("1", 1, "local", kind, "turn", question, "", exchange, "open", "", "", None, None, NOW, NOW)


def asks(text: str) -> list[str]:
    read: list[str] = yaml.safe_load(text.split("---")[1])["asks"]
    return read


def test_every_wording_counts_once_and_a_follow_up_only_as_it_was_understood() -> None:
    asked = [
        inquiry("What is a VAE?", "wots a  VAE"),
        inquiry("what is a vae?", "WOTS a VAE"),
        inquiry("How is a VAE trained?", "and how is it trained", before=True),
        inquiry("What is dropout? (q002)", kind="objection"),
    ]
    assert wordings(asked) == ["What is a VAE?", "wots a VAE", "How is a VAE trained?"]


def test_a_wording_that_the_draft_holds_already_is_not_added_again() -> None:
    assert with_asks(TEXT, ["what is a  vae?", "VAE pls"]) == TEXT


@pytest.mark.parametrize(
    "given",
    [
        "asks:\n- vae pls\n",
        "asks:\n  - vae pls  # short\n",
        "asks: [vae pls]\n",
        "asks: []\n",
        "",
        "asks:\n- 'vae pls'\n# a note\nrelated: []\n",
    ],
)
def test_a_wording_is_added_in_the_style_of_the_file_and_all_else_stays(given: str) -> None:
    before = TEXT.replace("asks:\n- vae pls\n", given)
    after = with_asks(before, ['explain "vaes": now', "a # b"])
    assert asks(after) == [*(["vae pls"] if "vae" in given else []), 'explain "vaes": now', "a # b"]
    assert check(after, "t-1").item.body == check(before, "t-1").item.body
    assert set(before.splitlines()) - set(after.splitlines()) <= {"asks: [vae pls]", "asks: []"}


@pytest.mark.parametrize("broken", ["no front matter", "---\nid: [\n---\n", "---\nid: t-1\nasks: one\n---\nbody\n"])
def test_a_file_that_cannot_be_added_to_stays_as_it_is(broken: str) -> None:
    assert with_asks(broken, ["explain vaes"]) == broken


def test_no_wording_makes_a_draft_break_the_schema() -> None:
    after = with_asks(TEXT, ["<script>alert(1)</script>", "x" * 5000, *(f"vae {n}" for n in range(100))])
    assert len(asks(after)) == MOST_ASKS
    check(after, "t-1")
