"""The topics that items are filed under, and how a person reads their names. Knows nothing of items."""

from __future__ import annotations

TOPICS = (
    "foundations supervised-learning unsupervised-learning ensembles trees linear-models svm-kernels probability "
    "regularization dimensionality-reduction feature-engineering data-preparation imbalanced-data evaluation "
    "deep-learning nlp-llm mlops privacy explainability time-series coding career imported"
).split()

PRACTISED = [topic for topic in TOPICS if topic not in ("career", "imported")]
"""Those that one is interviewed on."""

_NAMES = {"nlp-llm": "NLP and LLMs", "svm-kernels": "SVM and kernels", "mlops": "MLOps"}


def topic_name(topic: str) -> str:
    """``linear-models`` as a person reads it."""
    return _NAMES.get(topic, topic.replace("-", " ").capitalize())
