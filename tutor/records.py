"""Frozen records that pass between the stages, from a corpus item to a finished answer.

Knows no stage: every module may import this one, and it imports none of them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["concept", "scenario", "coding", "mcq", "guide", "faq"]
Level = Literal["beginner", "intermediate", "advanced"]
Decision = Literal["answer", "clarify", "abstain", "refuse", "smalltalk"]
Band = Literal["high", "medium", "low"]
Field = Literal["question", "answer", "both", "ask", "asks", "words", "wording", "content"]
Origin = Literal["item", "model", "memory"]
Style = Literal["", "simpler", "deeper", "example", "analogy", "summary", "sentence", "hint", "guided"]
"""How an answer is told: "" is the item's answer to the question; the others are other ways of telling the same."""

STYLES: tuple[Style, ...] = get_args(Style)

HIDES_EVIDENCE: tuple[Style, ...] = ("hint", "guided")
"""Those whose evidence would be the answer that is not to be told yet."""


@dataclass(frozen=True)
class KeyPoint:
    """A fact that a good answer holds. ``weight`` is 1 (nice to have) to 3 (the answer fails without it). ``probe`` is
    the question that leads a learner to it and does not give it away."""

    text: str
    weight: int
    probe: str = ""


@dataclass(frozen=True)
class Misconception:
    """A wrong claim that candidates make, and why it is wrong."""

    claim: str
    why: str


@dataclass(frozen=True)
class FollowUp:
    """A next question and the id of the item that answers it."""

    question: str
    item: str


@dataclass(frozen=True)
class Teaching:
    """Other ways of telling what an item's answer tells: plainly, by an example, by a likeness, in the one sentence
    that one would say in an interview. ``hints`` climb from a nudge over the key idea to a worked similar case; a
    coding item's stand in its Exercise."""

    simpler: str
    example: str
    analogy: str
    one_sentence: str
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """What a coding item has besides: the function to write, a sample call of literals, the reference's source, the
    text of its ``cases.py``.

    ``hints`` climb from a nudge over the key idea to a worked similar case. ``complexity`` is the reference's cost in
    time and memory; ``interviewer`` are the questions that an interviewer asks once the code runs. ``cases`` is code of
    a trainer that runs outside the sandbox, so only the curated corpus gives it: "" in an imported item, where the file
    is missing, and in copies from before copies held it.
    """

    function: str
    signature: str
    sample: str
    solution: str
    hints: tuple[str, ...] = ()
    complexity: str = ""
    interviewer: tuple[str, ...] = ()
    cases: str = dataclasses.field(default="", repr=False)

    @property
    def usage(self) -> str:
        """How the function is called: its signature, then the sample."""
        return f"{self.signature}\n\n{self.sample}"


@dataclass(frozen=True)
class Choices:
    """What a multiple-choice item has besides: options by letter, the right letter, why each other one is wrong."""

    options: dict[str, str]
    key: str
    distractors: dict[str, str]


@dataclass(frozen=True)
class Item:
    """One taught unit: a question with its model answer in Markdown, and what surrounds it.

    ``question`` is the full wording an interviewer uses, ``title`` its short form. ``source`` is ``corpus`` or the
    name of an imported library; ``digest`` is the SHA-256 of the item's files, by which changes are noticed.
    """

    id: str
    title: str
    question: str
    section: str
    kind: Kind
    level: Level
    topics: tuple[str, ...]
    body: str
    asks: tuple[str, ...] = ()
    key_points: tuple[KeyPoint, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    related: tuple[str, ...] = ()
    teaching: Teaching | None = None
    exercise: Exercise | None = None
    choices: Choices | None = None
    source: str = "corpus"
    digest: str = ""


@dataclass(frozen=True)
class Passage:
    """A text of an item that gets a vector of its own. ``id`` is ``<item>/<field>/<n>``."""

    id: str
    item_id: str
    field: Field
    text: str


@dataclass(frozen=True)
class Match:
    """A passage near a query: cosine similarity in [-1, 1]."""

    item_id: str
    field: Field
    similarity: float
    passage_id: str


@dataclass(frozen=True)
class Hit:
    """An item found for a question. Scores are cosine similarities in [-1, 1] (``words``: BM25 scaled to [0, 1];
    ``wording`` and ``content``: shares of the question's terms).

    ``score`` is the combination the ranking uses; ``matched`` is the text of the best field, ``field`` its name.
    """

    item_id: str
    score: float
    field: Field
    matched: str
    scores: dict[Field, float] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Citation:
    """``[number]`` in an answer: the item it names and the exact sentence it rests on."""

    number: int
    item_id: str
    quote: str


@dataclass(frozen=True)
class Confidence:
    """``value`` is the probability that the first hit answers the question; ``band`` and ``reason`` are its words."""

    value: float
    band: Band
    reason: str


@dataclass(frozen=True)
class Turn:
    """One earlier message of the conversation. ``standalone`` is what a person's message was understood as. Of the
    tutor's message, ``item`` is the id of the item it rests on, ``offered`` are the questions and items it offered to
    click, in the order shown, and ``style`` is how it told what it told."""

    role: Literal["user", "assistant"]
    text: str
    standalone: str = ""
    item: str = ""
    offered: tuple[FollowUp, ...] = ()
    style: Style = ""


@dataclass(frozen=True)
class Question:
    """What a person asks, with the conversation before it. ``generate`` False asks for the corpus's own words only;
    ``judge`` False asks no chat model at all, not even whether a passage answers the question. ``chosen`` is the id of
    the item that the person clicked, when asked which one was meant. ``from_memory`` asks for the chat model's own
    words, which nothing verifies. ``style`` asks for another way of telling, of the item ``chosen`` or of the one
    before; the words of ``text`` can ask for it too."""

    text: str
    history: tuple[Turn, ...] = ()
    generate: bool = True
    judge: bool = True
    chosen: str = ""
    from_memory: bool = False
    style: Style = ""


@dataclass(frozen=True)
class PointReached:
    """A key point in guided mode: its text once the learner has said it ("" before), and how far the learner is."""

    text: str
    verdict: Literal["covered", "partly", "missing", "contradicted"]


@dataclass(frozen=True)
class Timings:
    """Milliseconds from the start of the question: to the hits, to the decision, to the first word of the model (which
    nobody sees yet), to its first checked sentence, to the end. 0 where there was none."""

    retrieval_ms: float = 0.0
    decision_ms: float = 0.0
    first_token_ms: float = 0.0
    first_sentence_ms: float = 0.0
    total_ms: float = 0.0


@dataclass(frozen=True)
class ReferenceRun:
    """A reference solution that was run for the chat: its code, the call, the value shortened to a text, what it
    printed, milliseconds. ``problem`` says why there is no value, "" where there is one; ``picture`` is a PNG, b"" for
    none."""

    exercise: str
    code: str
    call: str
    value: str = ""
    printed: str = ""
    ms: float = 0.0
    problem: str = ""
    picture: bytes = dataclasses.field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    """The finished turn. ``origin`` says whose words ``text`` is: the item's own, the model's, checked, or the model's
    from memory, which nothing verifies.

    ``tailored`` are the model's checked words below the item's own answer, on a direct match. ``notices`` are
    sentences about how the answer came to be (the model is still loading, its words were dropped, the question is not
    in English); ``dropped`` are the sentences that did not pass the check, each with its reason. ``run`` is the
    reference solution that was run, where the person asked for it. ``style`` is how the item is told, ``points`` what
    of it a learner has reached in guided mode.
    """

    decision: Decision
    confidence: Confidence
    text: str
    standalone: str
    hits: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    choices: tuple[str, ...] = ()
    suggestions: tuple[FollowUp, ...] = ()
    notices: tuple[str, ...] = ()
    origin: Origin = "item"
    tailored: str = ""
    model: str = "none"
    dropped: tuple[str, ...] = ()
    timings: Timings = Timings()
    run: ReferenceRun | None = None
    style: Style = ""
    points: tuple[PointReached, ...] = ()


@dataclass(frozen=True)
class Status:
    """How far the parts of a running tutor are, in words for a person. ``generating`` says the model can answer now."""

    index: str
    embedder: str
    model: str
    index_ready: bool
    embedder_ready: bool
    generating: bool


@dataclass(frozen=True)
class ChatModelChoice:
    """Which chat model answers: a spec as in TUTOR_MODEL, and a key that stays in memory and out of every log."""

    spec: str
    api_key: str = dataclasses.field(default="", repr=False)
