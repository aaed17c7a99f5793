"""Who presses a button, as far as the page knows."""

from __future__ import annotations

import gradio as gr


def user_of(request: gr.Request) -> str:
    """Whose runs are counted."""
    return request.client.host if request.client else "somebody"
