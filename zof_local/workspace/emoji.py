"""Emoji shortcodes as signs that any terminal font has. The page draws its own (static/emoji.js)."""

from __future__ import annotations

SIGNS: dict[str, str] = {
    "white_check_mark": "✓",
    "heavy_check_mark": "✓",
    "ballot_box_with_check": "✓",
    "x": "✗",
    "negative_squared_cross_mark": "✗",
    "warning": "⚠",
    "no_entry": "⊘",
    "no_entry_sign": "⊘",
    "octagonal_sign": "⊘",
    "black_circle_for_record": "●",
    "hourglass_flowing_sand": "◔",
    "hourglass": "◔",
    "raised_hand": "✋",
    "arrows_counterclockwise": "↻",
    "large_green_circle": "●",
    "red_circle": "●",
    "large_yellow_circle": "●",
    "large_orange_circle": "●",
    "large_blue_circle": "●",
    "large_purple_circle": "●",
    "white_circle": "○",
    "black_circle": "●",
    "large_green_square": "■",
    "large_red_square": "■",
    "large_yellow_square": "■",
    "large_orange_square": "■",
    "large_blue_square": "■",
    "white_large_square": "□",
    "black_large_square": "■",
    "arrow_forward": "▶",
    "fast_forward": "»",
    "double_vertical_bar": "‖",
    "question": "?",
    "grey_question": "?",
    "exclamation": "!",
    "alarm_clock": "◷",
    "bell": "♪",
    "no_bell": "–",
    "wrench": "⚒",
    "information_source": "ℹ",
    "lock": "⚿",
}


def sign(name: str) -> str:
    """The sign of a shortcode; unknown ones stay ``:name:``."""
    return SIGNS.get(name, f":{name}:")
