"""What both answer to the same calls, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.referee.calls import CALLS, TRIGGER, Call

Json = dict[str, Any]

_KINDS = {bool: "flag", int: "number", float: "number", str: "text", list: "list", dict: "object"}


@dataclass(frozen=True)
class Side:
    """One of the two: where it is, and how dana gets a fresh trigger id there."""

    url: str
    token: str
    new_trigger: Callable[[str], str]


@dataclass(frozen=True)
class Difference:
    """Where the two differ: `what` is `error` or the dotted path of a field."""

    call: str
    what: str
    theirs: str
    ours: str

    def __str__(self) -> str:
        return f"{self.call}: {self.what}: emulate {self.theirs}, here {self.ours}"


def answers(side: Side, http: httpx.Client) -> Iterator[tuple[Call, Json]]:
    """What one side answers to each call."""
    known = _names(side, http)
    for call in CALLS:
        body = {key: _filled(value, known, side) for key, value in call.body.items()}
        answer = ask(side, http, call.method, body, call.token)
        for name, path in call.keep.items():
            known[name] = _at(answer, path)
        yield call, answer


def ask(side: Side, http: httpx.Client, method: str, body: Json, token: str = "right") -> Json:
    """One call; the HTTP status is part of the answer when it is not 200."""
    sent = {"right": side.token, "wrong": "xoxb-wrong"}.get(token)
    headers = {"Authorization": f"Bearer {sent}"} if sent else {}
    response = http.post(f"{side.url}{method}", json=body, headers=headers)
    try:
        answer = dict(response.json())
    except ValueError:
        answer = {"ok": False, "error": f"(no JSON, HTTP {response.status_code})"}
    return answer


def differences(theirs: Json, ours: Json, call: str) -> Iterator[Difference]:
    """Other error codes; fields of theirs that are missing here or hold something of another kind."""
    if theirs.get("ok") is not True or ours.get("ok") is not True:
        codes = [str(answer.get("error") or "ok") for answer in (theirs, ours)]
        if codes[0] != codes[1]:
            yield Difference(call, "error", *codes)
        return
    yield from _fields(theirs, ours, call, "")


def _fields(theirs: Json, ours: Json, call: str, above: str) -> Iterator[Difference]:
    for key, value in theirs.items():
        path = f"{above}{key}"
        there, here = _kind(value), _kind(ours[key]) if key in ours else "nothing"
        if there != here and "null" not in (there, here):
            yield Difference(call, path, there, here)
        elif isinstance(value, dict) and isinstance(ours.get(key), dict):
            yield from _fields(value, ours[key], call, f"{path}.")
        elif isinstance(value, list) and value and ours[key] and isinstance(value[0], dict):
            yield from _fields(value[0], ours[key][0], call, f"{path}[].")


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "null")


def _names(side: Side, http: httpx.Client) -> dict[str, str]:
    people = ask(side, http, "users.list", {"limit": 100})["members"]
    channels = ask(side, http, "conversations.list", {"limit": 100})["channels"]
    return {one["name"]: one["id"] for one in (*people, *channels)}


def _filled(value: Any, known: dict[str, str], side: Side) -> Any:
    if value == TRIGGER:
        return side.new_trigger(known["dana"])
    if isinstance(value, str) and value.startswith("$"):
        return known.get(value[1:], "")
    return value


def _at(answer: Json, path: str) -> Any:
    found: Any = answer
    for key in path.split("."):
        found = found.get(key, "") if isinstance(found, dict) else ""
    return found
