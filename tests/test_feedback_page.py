"""Feedback on the page without a browser: the buttons below an answer, what they keep, what the person is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from web_fakes import FakeService

from tutor.store.drafts import Drafts
from tutor.store.feedback import Feedback
from tutor.store.feedback_records import Exchange
from tutor.store.inbox import Inbox
from tutor.store.records import LOCAL_USER
from tutor.web.chat import Chat, View
from tutor.web.feedback import Reactions, news_view, questions_view
from tutor.web.session import Session

UNKNOWN = "How does a quantum annealer tunnel?"


@pytest.fixture
def service() -> Iterator[FakeService]:
    service = FakeService()
    yield service
    service.database.close()


@pytest.fixture
def chat(service: FakeService) -> Chat:
    return Chat(service)


def ask(chat: Chat, session: Session, question: str) -> str:
    """The tutor's last message once it is finished."""
    return list(chat.ask(session, question))[-1].messages[-1]["content"]


def last(view: View | None) -> str:
    assert view is not None
    return view.messages[-1]["content"]


def test_an_abstention_offers_to_ask_the_trainers_in_one_click_and_gives_a_number(
    chat: Chat, service: FakeService
) -> None:
    session = Session()
    assert "do-escalate" in ask(chat, session, UNKNOWN)
    shown = last(chat.escalate(session, 0, ""))
    assert "as number 1" in shown
    assert "do-escalate" not in shown
    assert [(each.number, each.question) for each in Feedback(service.database, LOCAL_USER).inquiries()] == [
        (1, UNKNOWN)
    ]


def test_an_answer_is_offered_to_the_trainers_after_it_was_rated_as_wrong(chat: Chat) -> None:
    session = Session()
    assert "do-escalate" not in ask(chat, session, "What is overfitting?")
    assert "do-escalate" not in last(chat.rate(session, 0, "unclear", ""))
    assert "do-escalate" in last(chat.rate(session, 0, "wrong", "It is the other way round."))


def test_before_a_rating_the_page_says_that_the_trainers_keep_a_copy(chat: Chat) -> None:
    said = "A copy of this question, its answer and the conversation goes to the trainers and stays there."
    up, down = ask(chat, Session(), "What is overfitting?").split('<details class="down">')
    assert said in up
    assert said in down


@pytest.mark.parametrize("verdict", ["correct", "wrong", "wrong_evidence", "unclear"])
def test_each_rating_can_be_pressed_and_is_confirmed(verdict: str, chat: Chat, service: FakeService) -> None:
    session = Session()
    assert f"0:{verdict}" in ask(chat, session, "What is overfitting?")
    assert "Thank you" in last(chat.rate(session, 0, verdict, "A note."))
    rating = Feedback(service.database, LOCAL_USER).ratings([session.turns[0].id])[session.turns[0].id]
    assert (rating.verdict, rating.note) == (verdict, "A note.")


def test_a_conversation_that_is_opened_again_shows_what_was_pressed(chat: Chat) -> None:
    session, later = Session(), Session()
    ask(chat, session, UNKNOWN)
    chat.escalate(session, 0, "")
    chat.rate(session, 0, "wrong", "")
    shown = last(list(chat.open(later, session.conversation))[-1])
    assert "as number 1" in shown
    assert "Rated as wrong" in shown


def test_small_talk_has_nothing_to_rate(chat: Chat) -> None:
    assert "do-rate" not in ask(chat, Session(), "hello")


def test_a_rating_of_a_conversation_that_was_deleted_meanwhile_says_why_it_is_not_kept(chat: Chat) -> None:
    session = Session()
    ask(chat, session, "What is overfitting?")
    chat.keeping.conversations().delete(session.conversation)
    assert "This answer is not there any more" in last(chat.rate(session, 0, "wrong", ""))


def test_a_turn_that_is_not_there_cannot_be_rated(chat: Chat) -> None:
    assert chat.rate(Session(), 3, "wrong", "") is None


def test_the_person_is_told_once_and_finds_the_state_under_my_questions(chat: Chat, service: FakeService) -> None:
    session, reactions = Session(), Reactions(service)
    ask(chat, session, UNKNOWN)
    chat.escalate(session, 0, "")
    assert news_view(reactions.news(), reactions.titles()) == ""
    assert "Waiting for a trainer" in questions_view(reactions.questions(), reactions.titles())
    Inbox(service.database).settle([1], "q001", "See gradient descent.", "tess")
    assert "is answered now" in news_view(reactions.news(), reactions.titles())
    assert "See gradient descent." in questions_view(reactions.questions(), reactions.titles())
    reactions.heard("1:answered")
    assert news_view(reactions.news(), reactions.titles()) == ""
    assert "is answered now" in questions_view(reactions.questions(), reactions.titles())


def sent(chat: Chat, *questions: str) -> None:
    session = Session()
    for number, question in enumerate(questions):
        ask(chat, session, question)
        chat.escalate(session, number, "")


def test_only_the_news_that_were_shown_are_marked_as_read(chat: Chat, service: FakeService) -> None:
    reactions, inbox = Reactions(service), Inbox(service.database)
    sent(chat, UNKNOWN, "Which anneals slower than zebrafish?")
    inbox.reject([1], "Not about interviews.", "tess")
    assert 'value="1:rejected"' in news_view(reactions.news(), {})
    inbox.reject([2], "Not about interviews.", "tess")
    reactions.heard("1:rejected")
    assert [each.number for each in reactions.news()] == [2]


def test_the_asker_opens_the_item_that_a_trainer_named_as_the_answer(chat: Chat, service: FakeService) -> None:
    reactions = Reactions(service)
    sent(chat, UNKNOWN)
    Inbox(service.database).settle([1], "q001", "", "tess")
    for html in (
        news_view(reactions.news(), reactions.titles()),
        questions_view(reactions.questions(), reactions.titles()),
    ):
        assert 'do-open" value="q001"' in html
        assert reactions.titles()["q001"] in html
    assert "do-open" not in news_view(reactions.news(), {})


def test_the_asker_is_told_that_an_answer_was_taken_back(chat: Chat, service: FakeService) -> None:
    reactions, drafts = Reactions(service), Drafts(service.database)
    sent(chat, UNKNOWN, "Which anneals slower than zebrafish?")
    draft = drafts.begin([1, 2], "id: {id}", "tess")
    Inbox(service.database).reject([2], "Not about interviews.", "tess")
    drafts.begin_publishing(draft.id, draft.revision, "place", "tess")
    published = drafts.finish_publishing(draft.id, "tess")
    reactions.heard("1:answered 2:rejected")
    assert reactions.news() == []
    drafts.begin_undoing(draft.id, published.revision, "tess")
    drafts.finish_undoing(draft.id, "tess")
    assert [each.number for each in reactions.news()] == [1]
    for html in (news_view(reactions.news(), {}), questions_view(reactions.questions(), {})):
        assert "taken back" in html
    reactions.heard("1:answered")
    assert [each.number for each in reactions.news()] == [1]
    reactions.heard("1:open")
    assert reactions.news() == []


def test_a_rating_can_be_given_anew(chat: Chat, service: FakeService) -> None:
    session = Session()
    ask(chat, session, "What is overfitting?")
    shown = last(chat.rate(session, 0, "wrong", "It is\n\nthe other way."))
    assert "Rated as wrong" in shown
    assert 'value="0:correct"' in shown
    assert "It is&#10;&#10;the other way.</span>" in shown
    assert "Rated as correct" in last(chat.rate(session, 0, "correct", ""))
    assert Inbox(service.database).open() == []


def test_a_note_stays_in_its_open_field_where_the_rating_could_not_be_kept(chat: Chat) -> None:
    session = Session()
    ask(chat, session, "What is overfitting?")
    chat.keeping.conversations().delete(session.conversation)
    shown = last(chat.rate(session, 0, "wrong", "The <other> way."))
    assert "The &lt;other&gt; way.</span>" in shown
    assert '<details class="down" open>' in shown


def test_an_earlier_answer_is_rated_and_sent_while_another_one_is_on_its_way(chat: Chat, service: FakeService) -> None:
    session = Session()
    ask(chat, session, UNKNOWN)
    views = chat.ask(session, "hold what is overfitting")
    assert next(views).busy
    pressed = chat.rate(session, 0, "wrong", "")
    assert pressed
    assert pressed.busy
    assert "Rated as wrong" in pressed.messages[1]["content"]
    assert chat.escalate(session, 0, "")
    assert chat.rate(session, 1, "wrong", "") is None
    service.held.set()
    shown = [view.messages[1]["content"] for view in views]
    assert all("Rated as wrong" in each and "as number 2" in each for each in shown)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("The point <b>is</b> missing.", "was looked at: The point &lt;b&gt;is&lt;/b&gt; missing."),
        ("", "was looked at."),
    ],
)
def test_whoever_objected_reads_that_it_was_looked_at_and_is_not_sent_to_ask_again(
    service: FakeService, reply: str, told: str
) -> None:
    number = Feedback(service.database, LOCAL_USER).object("i:0", "What is dropout? (q002)", "Unfair.", Exchange())
    Inbox(service.database).settle([number], "q002", reply, "tess")
    for html in (news_view(Reactions(service).news(), {}), questions_view(Reactions(service).questions(), {})):
        assert f"Your objection to the grade of “What is dropout? (q002)” {told}" in html
        assert "do-ask" not in html


def test_whoever_objected_reads_that_the_item_was_changed(service: FakeService) -> None:
    drafts = Drafts(service.database)
    number = Feedback(service.database, LOCAL_USER).object("i:0", "What is dropout? (q002)", "Unfair.", Exchange())
    draft = drafts.begin_change([number], "q002", "new", "old", "tess")
    drafts.finish_publishing(drafts.begin_publishing(draft.id, 1, "q002.md", "tess").id, "tess")
    assert "was looked at, and its item was changed." in news_view(Reactions(service).news(), {})


def test_what_a_stranger_wrote_is_shown_as_text(chat: Chat, service: FakeService) -> None:
    session, reactions = Session(), Reactions(service)
    hostile = "zzz <script>alert(1)</script> <img src=x onerror=alert(2)>"
    ask(chat, session, hostile)
    chat.escalate(session, 0, "")
    Inbox(service.database).reject([1], hostile, "tess")
    for html in (
        news_view(reactions.news(), reactions.titles()),
        questions_view(reactions.questions(), reactions.titles()),
    ):
        assert "&lt;script&gt;" in html
        assert "<script" not in html
        assert "<img" not in html
