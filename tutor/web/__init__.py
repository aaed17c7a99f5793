"""The page in the browser: an adaptor over the tutor's stream of events, and the only importer of gradio.

Knows how things look and what a person can press; holds no logic of answering, retrieval or grounding.
"""

from __future__ import annotations

from tutor.web.page import build_page
from tutor.web.server import launch

__all__ = ["build_page", "launch"]
