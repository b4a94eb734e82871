"""The tool the checks are made with: a place in a block tree that collects what is wrong there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from zof_local.workspace.blockkit import limits

PLAIN = frozenset({"plain_text"})
ANY_TEXT = frozenset({"plain_text", "mrkdwn"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing Slack would refuse, and where (a JSON pointer)."""

    pointer: str
    message: str

    def short(self) -> str:
        """As in Slack's ``errors``."""
        return f"{self.message} [json-pointer:{self.pointer}]"

    def __str__(self) -> str:
        return f"[ERROR] {self.short()}"


class Place:
    """A value in the tree. Checks on it add to the one list of problems of the whole tree."""

    __slots__ = ("_problems", "pointer", "value")

    def __init__(self, value: Any, pointer: str, problems: list[Problem]) -> None:
        self.value = value
        self.pointer = pointer
        self._problems = problems

    def fail(self, message: str) -> None:
        """Note a problem here."""
        self._problems.append(Problem(self.pointer, message))

    def at(self, key: str | int) -> Place:
        """The place of a member or item; its value is None when absent."""
        if isinstance(key, int):
            value = self.value[key]
        else:
            value = self.value.get(key) if isinstance(self.value, dict) else None
        return Place(value, f"{self.pointer}/{key}", self._problems)

    def has(self, key: str) -> bool:
        """Whether a member is there and not null."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def object(self) -> bool:
        """Check that this is an object."""
        if isinstance(self.value, dict):
            return True
        self.fail("must be an object")
        return False

    def require(self, key: str) -> bool:
        """Check that a member is there."""
        if self.has(key):
            return True
        self.fail(f"missing required field: {key}")
        return False

    def string(
        self, key: str, most: int | None = None, *, least: int = 0, required: bool = False, pattern: str = ""
    ) -> None:
        """Check a string member's type and length."""
        if required and not self.require(key):
            return
        if not self.has(key):
            return
        place = self.at(key)
        if not isinstance(place.value, str):
            place.fail("must be a string")
            return
        if most is not None and len(place.value) > most:
            place.fail(f"must be less than {most + 1} characters")
        if len(place.value) < least:
            place.fail(f"must be more than {least - 1} characters")
        if pattern and not place.value.startswith(tuple(pattern.split())):
            place.fail("must be a valid URL")

    def boolean(self, key: str) -> None:
        """Check a flag."""
        if self.has(key) and not isinstance(self.value[key], bool):
            self.at(key).fail("must be a boolean")

    def integer(self, key: str, least: int, most: int | None = None) -> None:
        """Check a whole number's bounds."""
        if not self.has(key):
            return
        place = self.at(key)
        if isinstance(place.value, bool) or not isinstance(place.value, int):
            place.fail("must be an integer")
        elif place.value < least or (most is not None and place.value > most):
            place.fail(
                f"must be between {least} and {most}" if most is not None else f"must be at least {least}"
            )

    def one_of(self, key: str, allowed: Collection[str], *, required: bool = False) -> None:
        """Check that a member is one of a few words."""
        if required and not self.require(key):
            return
        if self.has(key) and str(self.value[key]) not in allowed:
            self.at(key).fail(f"must be one of {', '.join(sorted(allowed))}")

    def text(
        self, key: str, most: int = limits.TEXT, *, kinds: frozenset[str] = ANY_TEXT, required: bool = False
    ) -> None:
        """Check a text object member."""
        if required and not self.require(key):
            return
        if self.has(key):
            self.at(key).is_text(most, kinds)

    def is_text(self, most: int = limits.TEXT, kinds: frozenset[str] = ANY_TEXT) -> None:
        """Check that this is a text object with 1 to ``most`` characters."""
        if not self.object():
            return
        kind = self.value.get("type")
        if not isinstance(kind, str) or kind not in kinds:
            self.at("type").fail(f"must be one of {', '.join(sorted(kinds))}")
            return
        self.string("text", most, least=1, required=True)
        self.boolean("verbatim" if kind == "mrkdwn" else "emoji")
        if self.has("emoji") and kind == "mrkdwn":
            self.at("emoji").fail("is only allowed for plain_text")

    def items(self, key: str, least: int, most: int, *, required: bool = True) -> Iterator[Place]:
        """Check a list member's size and give its items' places."""
        if required and not self.require(key):
            return
        if not self.has(key):
            return
        place = self.at(key)
        if not isinstance(place.value, list):
            place.fail("must be an array")
            return
        if len(place.value) > most:
            place.fail(f"no more than {most} items allowed")
        if len(place.value) < least:
            place.fail(f"no fewer than {least} items allowed")
        for index in range(min(len(place.value), most)):
            yield place.at(index)


Check = Callable[[Place], None]


def typed(place: Place, checks: dict[str, Check], allowed: Collection[str], noun: str) -> None:
    """Check an object by its ``type``, which must be one of ``allowed``."""
    if not place.object() or not place.require("type"):
        return
    kind = place.value["type"]
    if not isinstance(kind, str) or kind not in checks:
        place.at("type").fail(f"unsupported type: {str(kind)[:80]}")
    elif kind not in allowed:
        place.at("type").fail(f"{kind} is not allowed {noun}")
    else:
        checks[kind](place)
