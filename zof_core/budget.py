"""A limit on retries over all calls of a client: when everything fails, retries only add to the load."""

from __future__ import annotations

import threading

from zof_core.assumptions import (
    RETRY_BUDGET,
    RETRY_COST,
    RETRY_REFUND_AFTER_SUCCESS,
    RETRY_TIMEOUT_COST,
)
from zof_core.forks import forget_at_fork


class RetryBudget:
    """A store of tokens that retries take and successes give back.

    Args:
        capacity: tokens at the start, and at most.
    """

    def __init__(self, capacity: int = RETRY_BUDGET) -> None:
        self._capacity = capacity
        self._left = capacity
        self.forget()
        forget_at_fork(self)

    def forget(self) -> None:
        """In a forked child: a thread of the parent may hold the lock."""
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """Tokens left."""
        return self._left

    def take(self, *, after_timeout: bool) -> int | None:
        """Takes what a retry costs. Gives what was taken, None if there is not enough."""
        cost = RETRY_TIMEOUT_COST if after_timeout else RETRY_COST
        with self._lock:
            if cost > self._left:
                return None
            self._left -= cost
            return cost

    def give_back(self, taken: int) -> None:
        """After a success: what its last retry took, or a little if it needed none."""
        with self._lock:
            self._left = min(self._capacity, self._left + (taken or RETRY_REFUND_AFTER_SUCCESS))
