"""pytest fixtures: `pytest_plugins = ["zof_core.testing.plugin"]`."""

from __future__ import annotations

import pytest

from zof_core.testing.fake import FakeZof


@pytest.fixture
def fake_zof() -> FakeZof:
    """A Zof in memory that knows the project `proj_abc`."""
    fake = FakeZof()
    fake.add_project("proj_abc", "Checkout")
    return fake
