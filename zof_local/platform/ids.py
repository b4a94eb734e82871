"""Ids: random ones for what happens, and steady ones for cases."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 14
_MAX_SLUG = 72

_PLAIN = re.compile(
    r"""tests/test_(?P<module>[a-z0-9]+(?:_[a-z0-9]+)*)\.py
        ::test_(?P<function>[a-z0-9]+(?:_[a-z0-9]+)*)
        (?:\[(?P<parameters>[A-Za-z0-9.-]+(?:_[A-Za-z0-9.-]+)*)\])?""",
    re.VERBOSE,
)


def new_id(prefix: str, choice: Callable[[str], str] = secrets.choice) -> str:
    """A random id such as `run_4k7q2m9xw3tb0c` (70 bits)."""
    return prefix + "".join(choice(_ALPHABET) for _ in range(_LENGTH))


def case_id(node_id: str) -> str:
    """The id of the case that pytest calls `node_id`: always the same, and never shared by two node ids.

    `tests/test_cart.py::test_total[2-EUR]` is `tc_cart__total__2-EUR`. A node id that does not follow that
    plain form gets a short digest at its end, which keeps it distinct.
    """
    plain = _PLAIN.fullmatch(node_id)
    if plain and len(node_id) <= _MAX_SLUG:
        return "tc_" + "__".join(part for part in plain.groups() if part)
    digest = hashlib.sha256(node_id.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"tc_{_slug(node_id)}__{digest}"


def _slug(node_id: str) -> str:
    parts = re.split(r"/|::", node_id.replace(".py", ""))
    words = [re.sub(r"^(tests$|test_|Test)", "", part) for part in parts]
    slug = re.sub(r"[^a-z0-9]+", "_", "_".join(words).lower()).strip("_")
    return slug[:_MAX_SLUG].strip("_") or "case"


def module_of(node_id: str) -> str:
    """The file part of a node id: `tests/test_cart.py`."""
    return node_id.partition("::")[0]


def name_of(node_id: str) -> str:
    """What people call the case: `TestCart::test_total[2-EUR]`."""
    return node_id.partition("::")[2] or node_id
