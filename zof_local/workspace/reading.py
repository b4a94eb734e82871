"""JSON from outside: bounded in depth, and with no half characters that no answer could carry (pure)."""

from __future__ import annotations

import json
from typing import Any

MAX_DEPTH = 100


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; lone surrogates in it become U+FFFD.

    Raises:
        ValueError: it is no JSON, or nested deeper than ``MAX_DEPTH``.
    """
    try:
        return _clean(json.loads(text), MAX_DEPTH)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _clean(value: Any, left: int) -> Any:
    if isinstance(value, str):
        return (
            value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if not isinstance(value, dict | list):
        return value
    if not left:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [_clean(item, left - 1) for item in value]
    return {_clean(key, left - 1): _clean(item, left - 1) for key, item in value.items()}
