"""One world for the tests of what a command becomes; each test sends its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from zofops.examples import example
from zofops.world import World, open_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    home = tmp_path_factory.mktemp("world")
    async with open_world(home, suites=example("suites.toml"), config=example("zofops.toml")) as opened:
        yield opened
