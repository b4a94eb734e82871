"""`pytest_plugins = ["zof_local.testing.plugin"]` gives the fixtures `local_slack` and `local_zof` (pytest-asyncio)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from zof_local.testing.slack import LocalSlack
from zof_local.testing.zof import LocalZof

PASSING = "def test_passes(): pass\n"


@pytest_asyncio.fixture
async def local_slack() -> AsyncIterator[LocalSlack]:
    """A workspace with the demo's people: dana, sam and mira, in #releases and #general."""
    async with LocalSlack() as slack:
        yield slack


@pytest_asyncio.fixture
async def local_zof() -> AsyncIterator[LocalZof]:
    """A platform with the project `proj_abc` and one suite, `suite_smoke`, that passes."""
    async with LocalZof({"suite_smoke": PASSING}) as zof:
        yield zof
