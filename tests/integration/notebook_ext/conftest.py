"""A platform on a real socket, some of whose cases wait for the test, and a kernel that knows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.gated_zof import Zof, start_zof
from tests.support.kernel import Kernel


@pytest.fixture(scope="session")
def zof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zof]:
    platform = start_zof(tmp_path_factory.mktemp("zof"))
    yield platform
    platform.end()


@pytest.fixture(scope="session")
def kernel(zof: Zof, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    yield from fresh_kernel(zof, tmp_path_factory)


def fresh_kernel(zof: Zof, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel in which nothing was done yet, for a fixture."""
    started = Kernel(zof.env, tmp_path_factory.mktemp("kernel"))
    started.run("import ipywidgets, notebook_ext\nfrom notebook_ext import RunForm, watch")
    yield started
    started.stop()
