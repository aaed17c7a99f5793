"""The look that Gradio's own components take: colours, type and radii, light and dark.

System fonts and one accent. Everything beyond these variables is in style.css.
"""

from __future__ import annotations

from gradio.themes import Base, Color

ACCENT = Color(
    name="ink-teal",
    c50="#effaf8",
    c100="#d5f0ec",
    c200="#abe0d9",
    c300="#74cabf",
    c400="#3fada1",
    c500="#1d8f85",
    c600="#0f756d",
    c700="#0f5e58",
    c800="#114b47",
    c900="#123e3b",
    c950="#062423",
)
NEUTRAL = Color(
    name="paper",
    c50="#fafaf8",
    c100="#f4f4f1",
    c200="#e6e6e1",
    c300="#d3d3cc",
    c400="#a3a39b",
    c500="#75756e",
    c600="#585852",
    c700="#41413c",
    c800="#2a2b29",
    c900="#1c1d1c",
    c950="#131413",
)
_SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


def theme() -> Base:
    """The page's theme."""
    made = Base(primary_hue=ACCENT, secondary_hue=ACCENT, neutral_hue=NEUTRAL, font=_SANS, font_mono=_MONO)
    return made.set(
        body_background_fill="#ffffff",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="#e9e9e4",
        body_text_color_subdued="#5f5f58",
        body_text_color_subdued_dark="#a9a9a1",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="*neutral_950",
        background_fill_secondary="*neutral_50",
        background_fill_secondary_dark="*neutral_900",
        border_color_primary="*neutral_200",
        border_color_primary_dark="#333431",
        color_accent="*primary_600",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*primary_950",
        block_border_width="0px",
        block_shadow="none",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_title_text_weight="600",
        block_title_text_size="*text_sm",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_900",
        input_border_color="#8b8b83",
        input_border_color_dark="#6d6e68",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        input_placeholder_color="#6b6b64",
        input_placeholder_color_dark="#9b9b93",
        input_shadow="none",
        input_shadow_focus="none",
        input_radius="10px",
        button_large_radius="10px",
        button_medium_radius="10px",
        button_small_radius="8px",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_300",
        button_primary_background_fill_hover_dark="*primary_200",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="*neutral_950",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_900",
        button_secondary_background_fill_hover_dark="*neutral_800",
    )
