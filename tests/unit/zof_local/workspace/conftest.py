"""A store with a clock that only moves when told, and ids that count."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest

from zof_local.workspace.seed import demo_seed
from zof_local.workspace.store import Store


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Store:
    counter = itertools.count(1)
    return Store(demo_seed(), clock=clock, new_id=lambda: f"ID{next(counter):06d}")
