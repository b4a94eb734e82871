from __future__ import annotations

import asyncio
from typing import Any

import pytest

from notebook_ext.reading import Reading
from zof_core import Page, Run, ZofConnectionError, ZofDecodeError
from zof_core.ambient import ambient_priority
from zof_core.builders import list_runs


class Client:
    """Answers with pages, or fails, in turn."""

    def __init__(self, *answers: Page[Run] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Any, str]] = []

    async def run(self, call: Any) -> Page[Run]:
        self.asked.append((call.query.get("starting_after"), ambient_priority()))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def page(*ids: str, then: str | None = None) -> Page[Run]:
    data = [Run(id=name, status="passed") for name in ids]
    return Page[Run](data=data, has_more=then is not None, next_cursor=then)


def read(reading: Reading[Run], client: Client) -> None:
    asyncio.run(reading.read_page(client))  # type: ignore[arg-type]  # all of a client that is needed


def test_pages_come_when_they_are_asked_for_and_can_wait_for_peoples_calls() -> None:
    client = Client(page("a", "b", then="b"), page("b", "c"))
    reading = Reading(list_runs())
    assert (reading.begun, reading.whole, reading.items) == (False, False, [])
    read(reading, client)
    assert (reading.begun, reading.whole, [run.id for run in reading.items]) == (True, False, ["a", "b"])
    read(reading, client)
    assert (reading.whole, [run.id for run in reading.items]) == (True, ["a", "b", "c"])
    assert client.asked == [(None, "background"), ("b", "background")]


def test_after_trouble_the_same_page_is_asked_for_again() -> None:
    client = Client(page("a", then="a"), ZofConnectionError("gone"), page("b"))
    reading = Reading(list_runs())
    read(reading, client)
    with pytest.raises(ZofConnectionError):
        read(reading, client)
    assert [run.id for run in reading.items] == ["a"]
    read(reading, client)
    assert [cursor for cursor, _ in client.asked] == [None, "a", "a"]
    assert reading.whole


def test_a_list_that_leads_in_a_circle_is_refused() -> None:
    client = Client(page("a", then="x"), page("b", then="x"))
    reading = Reading(list_runs())
    read(reading, client)
    with pytest.raises(ZofDecodeError, match="never end"):
        read(reading, client)
    assert [run.id for run in reading.items] == ["a"]
