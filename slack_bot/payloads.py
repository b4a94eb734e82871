"""Reading JSON that others wrote: a value of the wrong shape is as good as missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ID_MAX: Final = 128


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(data: Mapping[str, Any], key: str, limit: int = ID_MAX) -> str:
    """The string under a key; empty if it is missing, no string, not printable, or too long for its place."""
    value = data.get(key)
    return value if isinstance(value, str) and len(value) <= limit and value.isprintable() else ""
