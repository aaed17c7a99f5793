"""Measures the tutor on a folder of questions whose right outcome is known, beside two baselines, in one run.

``questions`` reads the folder, ``asking`` and ``baselines`` answer it, ``metrics`` holds the measures, ``figures`` and
``speed`` apply them, ``measuring`` runs it all, ``report`` and ``pictures`` show it.
"""

from tutor.evaluation.measuring import Measurement, Subject, evaluate
from tutor.evaluation.report import as_json_line, as_markdown, write_report

__all__ = ["Measurement", "Subject", "as_json_line", "as_markdown", "evaluate", "write_report"]
