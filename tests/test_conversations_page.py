"""Conversations on the page without a browser: refresh, restart, versions, a store that fails, the list."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from test_web_chat import ASKED, LOST, VAGUE, ask, last
from web_fakes import FakeService

from tutor.errors import StoreError
from tutor.records import Question
from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.records import LISTED, LOCAL_USER, Asked, Content, Versions
from tutor.web.chat import Chat, View
from tutor.web.conversations import ConversationList, _when
from tutor.web.running_turn import RunningTurn
from tutor.web.session import Session
from tutor.web.turns import ShownTurn


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def chat(service: FakeService) -> Chat:
    return Chat(service)


@pytest.fixture
def kept(service: FakeService) -> Conversations:
    return Conversations(service.database, LOCAL_USER)


def opened(chat: Chat, conversation: str) -> tuple[Session, View]:
    """A page that was loaded at this conversation's address."""
    session = Session()
    return session, list(chat.open(session, conversation))[-1]


def failing(service: FakeService, monkeypatch: pytest.MonkeyPatch, error: StoreError) -> None:
    """From now on nothing can be opened."""

    def database(self: FakeService) -> Database:
        raise error

    monkeypatch.setattr(FakeService, "database", property(database))


FULL = StoreError("The disk is full", "some free space", "free some space")


@pytest.mark.parametrize("text", [ASKED, VAGUE, LOST, "hello", "is there no index", "pasta, from memory"])
def test_a_reloaded_page_shows_what_was_shown(chat: Chat, text: str) -> None:
    session = Session()
    before = ask(chat, session, text)[-1]
    _, after = opened(Chat(chat._service), session.conversation)
    assert after == before
    assert after.conversation


def test_the_next_question_after_a_restart_knows_what_was_said(chat: Chat, service: FakeService) -> None:
    session = Session()
    ask(chat, session, ASKED)
    again, _ = opened(Chat(service), session.conversation)
    ask(chat, again, "l1 vs l2")
    assert service.asked[-1][0].history == session.history()
    assert [turn.question for turn in again.turns] == [ASKED, "l1 vs l2"]


def test_a_turn_is_kept_before_it_is_answered(chat: Chat, kept: Conversations) -> None:
    session = Session()
    next(chat.ask(session, f"{ASKED} hold"))
    assert kept.open(session.conversation).turns[0].asked.message == f"{ASKED} hold"
    session.stop()


def interrupted(kept: Conversations, written: str) -> str:
    """What a killed tutor leaves behind; returns the conversation."""
    id = kept.create()
    ticket = kept.begin_turn(id, Asked(ASKED))
    kept.save_progress(ticket, Content(item_text=written, decision="answer"))
    return id


def test_the_decision_and_the_first_words_are_kept_at_once_with_who_answers(chat: Chat, kept: Conversations) -> None:
    turn, ticket = chat.keeping.begin(session := Session(), ShownTurn(ASKED), 0)
    decided = replace(turn, decision="answer")
    worded = replace(decided, own="Precision asks")
    steps = chat.keeping.kept(session, (each for each in (decided, worded, worded)), ticket)
    found = []
    for _ in steps:
        (stored,) = kept.open(session.conversation).turns
        found.append((stored.content.decision, stored.content.item_text, stored.versions.tutor))
    assert found == [(None, "", "test"), ("answer", "", "test"), ("answer", "Precision asks", "test")]


def test_a_turn_that_a_crash_broke_off_is_marked_and_can_be_continued(chat: Chat, kept: Conversations) -> None:
    id = interrupted(kept, "Precision asks")
    session, view = opened(chat, id)
    assert "Interrupted. What was written so far stays." in last(view)
    assert "Precision asks" in last(view)
    assert "do-continue" in last(view)
    assert "is writing" not in last(view)
    final = list(chat.go_on(session, 0))[-1]
    assert "word for word" in last(final)
    assert "Interrupted" not in last(final)
    (turn,) = kept.open(id).turns
    assert turn.state == "done"


def test_a_turn_that_broke_off_before_its_first_word_says_so(chat: Chat, kept: Conversations) -> None:
    assert "Interrupted before the answer began." in last(opened(chat, interrupted(kept, ""))[1])


def test_only_an_interrupted_turn_can_be_continued(chat: Chat, service: FakeService) -> None:
    session = Session()
    ask(chat, session, ASKED)
    assert list(chat.go_on(session, 0)) == list(chat.go_on(session, 4)) == []
    assert len(service.asked) == 1


def test_an_answer_goes_on_when_its_page_goes_away_and_the_next_page_watches_it(
    chat: Chat, service: FakeService
) -> None:
    session = Session()
    views = chat.ask(session, f"{ASKED} hold")
    for view in views:
        if "word for word" in last(view):
            break
    views.close()  # type: ignore[attr-defined]
    reloaded = Session()
    watching = chat.open(reloaded, session.conversation)
    first = next(watching)
    assert first.busy
    assert "Precision asks" in last(first)
    service.held.set()
    final = list(watching)[-1]
    assert not final.busy
    assert "In the model’s words" in last(final)
    assert len(service.asked) == 1


def test_a_reloaded_page_can_stop_the_answer(chat: Chat, service: FakeService) -> None:
    session = Session()
    for view in chat.ask(session, f"{ASKED} hold"):
        if "word for word" in last(view):
            break
    reloaded = Session()
    watching = chat.open(reloaded, session.conversation)
    next(watching)
    reloaded.stop()
    assert "Stopped." in last(list(watching)[-1])
    service.held.set()


def held(chat: Chat, session: Session) -> Iterator[View]:
    """The rest of the views of an answer that waits in the middle until ``service.held`` is set."""
    views = chat.ask(session, f"{ASKED} hold")
    for view in views:
        if "word for word" in last(view):
            break
    return views


def test_an_answer_goes_on_while_its_page_shows_another_conversation(
    chat: Chat, service: FakeService, kept: Conversations
) -> None:
    session, other = Session(), Session()
    ask(chat, other, "l1 vs l2")
    views, answered = held(chat, session), session.conversation
    elsewhere = list(chat.open(session, other.conversation))[-1]
    assert not elsewhere.busy
    assert list(views) == []
    back = chat.open(session, answered)
    assert next(back).busy
    service.held.set()
    final = list(back)[-1]
    assert "In the model’s words" in last(final)
    assert "Stopped" not in last(final)
    assert kept.open(answered).turns[0].state == "done"


def test_the_open_conversation_clicked_in_the_list_goes_on_with_its_answer_once(
    chat: Chat, service: FakeService
) -> None:
    session = Session()
    before = held(chat, session)
    after = chat.open(session, session.conversation)
    assert next(after).busy
    assert list(before) == []
    service.held.set()
    assert "In the model’s words" in last(list(after)[-1])
    assert not session.busy


def test_another_page_that_watched_leaves_and_the_answer_goes_on(chat: Chat, service: FakeService) -> None:
    session, other = Session(), Session()
    views = held(chat, session)
    watching = chat.open(other, session.conversation)
    next(watching)
    chat.empty(other)
    assert list(watching) == []
    service.held.set()
    assert "In the model’s words" in last(list(views)[-1])


def test_an_answer_that_ends_while_its_conversation_is_opened_is_shown_whole(
    chat: Chat, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    views = held(chat, session)
    look = chat._running.get

    def ended(id: str) -> RunningTurn | None:
        service.held.set()
        list(views)
        return look(id)

    monkeypatch.setattr(chat._running, "get", ended)
    final = opened(chat, session.conversation)[1]
    assert "In the model’s words" in last(final)
    assert "do-continue" not in last(final)


def test_a_question_that_arrives_twice_is_asked_once(chat: Chat, service: FakeService) -> None:
    session = Session()
    list(chat.ask(session, ASKED, "name"))
    assert list(chat.ask(session, ASKED, "name")) == []
    other, _ = opened(chat, session.conversation)
    other.turns.clear()  # a page that does not know yet
    assert "word for word" in last(list(chat.ask(other, ASKED, "name"))[-1])
    assert len(service.asked) == 1


def test_a_question_tried_again_and_one_edited_are_versions_to_switch_between(chat: Chat) -> None:
    session = Session()
    ask(chat, session, ASKED)
    ask(chat, session, "l1 vs l2")
    list(chat.retry(session, 1))
    edited = list(chat.edit(session, 1, "bagging vs boosting"))[-1]
    assert "3 / 3" in edited.messages[2]["content"]
    assert [turn.question for turn in session.turns] == [ASKED, "bagging vs boosting"]
    back = list(chat.show_version(session, 1, -2))[-1]
    assert "1 / 3" in back.messages[2]["content"]
    assert [turn.question for turn in session.turns] == [ASKED, "l1 vs l2"]
    assert opened(chat, session.conversation)[1] == back
    assert list(chat.show_version(session, 1, -1)) == []


def test_the_first_question_edited_keeps_what_followed_it(chat: Chat) -> None:
    session = Session()
    ask(chat, session, ASKED)
    ask(chat, session, "l1 vs l2")
    list(chat.edit(session, 0, "bagging vs boosting"))
    assert len(session.turns) == 1
    list(chat.show_version(session, 0, -1))
    assert [turn.question for turn in session.turns] == [ASKED, "l1 vs l2"]


def test_an_edited_question_does_not_know_what_it_replaces(chat: Chat, service: FakeService) -> None:
    session = Session()
    ask(chat, session, ASKED)
    ask(chat, session, "l1 vs l2")
    list(chat.edit(session, 1, "bagging vs boosting"))
    assert [turn.text for turn in service.asked[-1][0].history][::2] == [ASKED]


def test_none_of_these_outlives_a_refresh(chat: Chat) -> None:
    session = Session()
    ask(chat, session, VAGUE)
    before = chat.decline(session, 0)
    assert before is not None
    assert last(opened(chat, session.conversation)[1]) == last(before)


def test_without_a_store_the_chat_goes_on_and_says_why_once(
    chat: Chat, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(service, monkeypatch, FULL)
    session = Session()
    first, second = ask(chat, session, ASKED)[-1], ask(chat, session, "l1 vs l2")[-1]
    assert "This conversation is not being kept. The disk is full." in last(first)
    assert "word for word" in last(first)
    assert "not being kept" not in last(second)
    list(chat.retry(session, 1))
    assert [turn.question for turn in session.turns] == [ASKED, "l1 vs l2"]


def test_what_could_not_be_kept_is_kept_as_soon_as_it_can_be(
    chat: Chat, service: FakeService, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    ask(chat, session, ASKED)
    with monkeypatch.context() as patch:
        failing(service, patch, FULL)
        ask(chat, session, "l1 vs l2")
    ask(chat, session, "bagging vs boosting")
    stored = kept.open(session.conversation).turns
    assert [turn.asked.message for turn in stored] == [ASKED, "l1 vs l2", "bagging vs boosting"]
    assert {turn.state for turn in stored} == {"done"}


def test_an_end_that_could_not_be_kept_is_kept_later(
    chat: Chat, service: FakeService, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    with monkeypatch.context() as patch:
        views = held(chat, session)
        failing(service, patch, FULL)
        service.held.set()
        assert "not being kept" in last(list(views)[-1])
    ask(chat, session, "l1 vs l2")
    assert [turn.state for turn in kept.open(session.conversation).turns] == ["done", "done"]


def test_an_end_that_could_not_be_kept_outlives_a_new_chat(
    chat: Chat, service: FakeService, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    with monkeypatch.context() as patch:
        views, answered = held(chat, session), session.conversation
        failing(service, patch, FULL)
        service.held.set()
        list(views)
        chat.empty(session)
    assert "Interrupted" not in last(opened(chat, answered)[1])
    assert kept.open(answered).turns[0].state == "done"


def test_a_turn_that_could_not_be_begun_is_kept_when_its_page_turns_away_later(
    chat: Chat, service: FakeService, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    with monkeypatch.context() as patch:
        failing(service, patch, FULL)
        ask(chat, session, ASKED)
    chat.empty(session)
    (entry,) = kept.entries()
    assert kept.open(entry.id).turns[0].state == "done"


def test_that_an_answer_is_not_kept_is_said_although_its_progress_failed_first(
    chat: Chat, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, ticket = chat.keeping.begin(session := Session(), ShownTurn(ASKED), 0)
    worded = replace(turn, decision="answer", own="Precision asks")
    failing(service, monkeypatch, FULL)
    *before, end = chat.keeping.kept(session, (each for each in (worded, replace(worded, stopped=True))), ticket)
    assert [each.unkept for each in before] == [""]
    assert "not being kept. The disk is full" in end.unkept


def test_a_conversation_deleted_in_another_tab_is_said_and_answered(chat: Chat, kept: Conversations) -> None:
    session = Session()
    ask(chat, session, ASKED)
    kept.delete(session.conversation)
    final = ask(chat, session, "l1 vs l2")[-1]
    assert "deleted elsewhere. A new one keeps what is shown here" in last(final)
    assert "word for word" in last(final)
    assert "deleted" not in last(ask(chat, session, "bagging vs boosting")[-1])
    (entry,) = kept.entries()
    assert entry.id == final.conversation == session.conversation
    assert [turn.asked.message for turn in kept.open(entry.id).turns] == [ASKED, "l1 vs l2", "bagging vs boosting"]


def test_a_turn_tried_again_after_its_conversation_was_deleted_has_no_version_that_is_gone(
    chat: Chat, kept: Conversations
) -> None:
    session = Session()
    ask(chat, session, ASKED)
    kept.delete(session.conversation)
    list(chat.retry(session, 0))
    assert session.turns[0].siblings == (session.turns[0].id,)


def test_a_conversation_deleted_in_the_middle_of_an_answer_is_said_and_the_next_question_keeps_it(
    chat: Chat, service: FakeService, kept: Conversations
) -> None:
    session = Session()
    views = held(chat, session)
    kept.delete(session.conversation)
    service.held.set()
    assert "deleted elsewhere. What you ask next" in last(list(views)[-1])
    final = ask(chat, session, "l1 vs l2")[-1]
    assert "not being kept" not in last(final)
    assert [turn.asked.message for turn in kept.open(final.conversation).turns] == [f"{ASKED} hold", "l1 vs l2"]


def test_an_address_of_no_conversation_changes_nothing(chat: Chat) -> None:
    session = Session()
    ask(chat, session, ASKED)
    with pytest.raises(StoreError, match="not there any more"):
        list(chat.open(session, "nothing"))
    assert session.conversation
    assert len(session.turns) == 1


def test_evidence_that_was_not_read_yet_at_the_restart_comes_later(chat: Chat, service: FakeService) -> None:
    session = Session()
    before = ask(chat, session, ASKED)[-1]
    shelf, service.shelf = service.shelf, ()
    reloaded, view = opened(chat, session.conversation)
    assert 'class="card' not in view.panel
    assert chat.refresh(reloaded) is None
    service.shelf = shelf
    after = chat.refresh(reloaded)
    assert after is not None
    assert after.panel == before.panel
    assert chat.refresh(reloaded) is None


def test_an_item_that_was_edited_since_is_said(chat: Chat, service: FakeService) -> None:
    session = Session()
    ask(chat, session, ASKED)
    service.shelf = tuple(replace(item, digest="other") for item in service.shelf)
    assert "was edited since" in last(opened(chat, session.conversation)[1])


def test_a_model_that_says_nothing_leaves_a_turn_that_can_be_tried_again() -> None:
    class Silent(FakeService):
        def _search(self, question: Question, text: str) -> Iterator[object]:  # type: ignore[override]
            return iter(())

    session = Session()
    chat = Chat(Silent())
    assert "do-retry" in last(ask(chat, session, ASKED)[-1])
    assert "do-retry" in last(opened(chat, session.conversation)[1])


def test_half_of_a_surrogate_pair_is_asked_and_kept(chat: Chat, kept: Conversations) -> None:
    session = Session()
    ask(chat, session, f"{ASKED} \ud83d")
    assert kept.open(session.conversation).turns[0].asked.message == f"{ASKED} ?"


def rows(chat: Chat, session: Session | None = None) -> str:
    return ConversationList(chat.keeping).show(session or Session())


def test_the_list_marks_the_conversation_that_is_open(chat: Chat) -> None:
    one, other = Session(), Session()
    ask(chat, one, ASKED)
    ask(chat, other, "l1 vs l2")
    html = rows(chat, one)
    assert html.count("<li") == 2
    assert html.index("l1 vs l2") < html.index("precision vs recall")
    current = html.split('<li class="current">')[1].split("</li>")[0]
    assert f'do-resume" value="{one.conversation}"' in current


def test_a_list_that_leaves_some_out_says_so(chat: Chat, kept: Conversations) -> None:
    for number in range(LISTED):
        kept.begin_turn(kept.create(), Asked(f"question {number}"))
    assert rows(chat).count("<li") == LISTED
    assert "newest" not in rows(chat)
    kept.begin_turn(kept.create(), Asked("one more"))
    assert rows(chat).count("<li") == LISTED
    assert "The newest 100 are shown. Search finds the others." in rows(chat)


def test_a_hostile_name_stays_text(chat: Chat) -> None:
    session = Session()
    ask(chat, session, '<img src=x onerror=alert(1)> " $x$')
    html = rows(chat)
    assert "<img" not in html
    assert "$" not in html
    assert html.count("alert(1)") == html.count("onerror=alert(1)&gt;")


def test_the_list_is_searched_and_says_when_nothing_is_found(chat: Chat) -> None:
    session = Session()
    listed = ConversationList(chat.keeping)
    assert "as soon as you ask" in listed.show(session)
    ask(chat, session, ASKED)
    assert ASKED in listed.search(session, "recall")
    assert "No conversation holds these words" in listed.search(session, "xylophone")


def test_a_name_that_does_not_fit_is_said_above_the_list(chat: Chat) -> None:
    session = Session()
    listed = ConversationList(chat.keeping)
    ask(chat, session, ASKED)
    html = listed.rename(session, session.conversation, "n" * 10_000)
    assert "10,000 characters" in html
    assert ASKED in html
    assert "Ratios" in listed.rename(session, session.conversation, "Ratios")


def test_a_conversation_is_taken_away_brought_in_and_deleted(chat: Chat) -> None:
    session = Session()
    listed = ConversationList(chat.keeping)
    ask(chat, session, ASKED)
    markdown, whole = (json.loads(listed.file(session.conversation, form)) for form in ("markdown", "json"))
    assert markdown["name"].endswith("-precision-vs-recall.md")
    assert markdown["text"].startswith("# precision vs recall")
    assert "<li" not in listed.delete(session, session.conversation)
    brought = opened(chat, listed.take_in(whole["text"]))[0]
    assert [turn.question for turn in brought.turns] == [ASKED]
    assert 'class="current"' in listed.show(brought)
    with pytest.raises(StoreError, match="is no JSON"):
        listed.take_in(whole["text"][:100])


def test_without_a_store_the_list_says_why(chat: Chat, service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(service, monkeypatch, FULL)
    assert "The disk is full." in rows(chat)


def test_times_read_as_one_would_say_them() -> None:
    now = datetime(2026, 3, 5, 9, 0).astimezone()
    ago = {timedelta(minutes=5): "08:55", timedelta(hours=10): "yesterday", timedelta(days=3): "2 Mar"}
    assert {age: _when(now - age, now) for age in ago} == ago
    assert _when(now - timedelta(days=365), now) == "5 Mar 2025"


def test_two_hundred_turns_open_in_half_a_second(chat: Chat, service: FakeService, kept: Conversations) -> None:
    session = Session()
    ask(chat, session, ASKED)
    (turn,) = kept.open(session.conversation).turns
    parent = turn.id
    for _ in range(199):
        ticket = kept.begin_turn(session.conversation, turn.asked, parent)
        kept.finish_turn(ticket, "done", turn.content, Versions())
        parent = ticket.turn
    took = min(timed(lambda: opened(chat, session.conversation)) for _ in range(3))
    assert took < 0.5


def timed(act: Callable[[], object]) -> float:
    """CPU seconds, so that other programs on the machine do not count."""
    started = time.process_time()
    act()
    return time.process_time() - started


def test_the_database_of_a_running_tutor_is_opened_once_in_its_home(tmp_path: Path) -> None:
    from tutor.service import Service
    from tutor.settings import Settings

    service = Service(Settings(home=tmp_path, corpus=FakeService().settings.corpus, chat_model="none"))
    assert service.database is service.database
    assert (tmp_path / "tutor.db").exists()
    assert service.versions().prompts
    service.close()
