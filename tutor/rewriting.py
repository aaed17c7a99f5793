"""The chat model's reading of a follow-up: where words alone leave it open what is meant, the model says it in full.

Costs a second or two and is asked only then. What it writes is searched and judged like any other reading, and counts
only where that leads to an answer. Knows nothing of pages.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor import acts, prompts
from tutor.confidence import Verdict
from tutor.deciding import decide
from tutor.dialogue import leans_on_history
from tutor.finding import Found, Resources, find
from tutor.index import SearchIndex
from tutor.lexical import terms
from tutor.pointing import sides
from tutor.records import Question

MOST_TOKENS = 40
_LOG = logging.getLogger(__name__)


def reconsider(
    question: Question,
    found: Found,
    verdict: Verdict,
    index: SearchIndex,
    resources: Resources,
    config: RunnableConfig | None,
) -> tuple[Found, Verdict]:
    """What the model's reading leads to, where that is an answer; else ``found`` and ``verdict`` as they are."""
    leans = found.added is not None or (question.history and leans_on_history(acts.clean(question.text)))
    open_still = leans and verdict.decision != "answer" and not found.rejects
    if not open_still or not question.judge or resources.chat_model is None:
        return found, verdict
    text = rewrite(resources.chat_model, question, config)
    if not text or not _keeps(text, found):
        return found, verdict
    alone = replace(question, text=text, history=())
    again, judged = decide(alone, find(alone, text, index, resources), index, resources, config)
    if judged.decision != "answer":
        return found, verdict
    return replace(again, milliseconds=found.milliseconds, notices=found.notices), judged


def _keeps(text: str, found: Found) -> bool:
    """Whether a reading holds some word of what the message adds, else it is the question before it; and two sides
    where the message compares."""
    keeps_words = not found.added or bool(set(found.added) & set(terms(text)))
    return keeps_words and bool(sides(text) or not sides(found.standalone))


def rewrite(model: BaseChatModel, question: Question, config: RunnableConfig | None = None) -> str:
    """The last message as a question that stands by itself, "" where the model fails or brings in words that nobody
    said."""
    messages = prompts.rewrite_prompt(question.text, question.history)
    try:
        reply = str(model.invoke(messages, config, max_tokens=MOST_TOKENS).text)
    except Exception:  # each engine raises its own kinds; all mean that there is no reading
        _LOG.warning("the chat model gave no reading", exc_info=True)
        return ""
    text = acts.clean((reply.strip().splitlines() or [""])[0]).strip('"')
    said = set(terms(" ".join([question.text, *(turn.text for turn in question.history)])))
    return text if terms(text) and set(terms(text)) <= said and acts.act(text) == "question" else ""
