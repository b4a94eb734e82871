"""What a client knows of itself, for people who watch it."""

from __future__ import annotations

from dataclasses import dataclass

from zof_core.call import Plan
from zof_core.poller import Poller, poller_stats


@dataclass(frozen=True, slots=True)
class Stats:
    """A client's figures. Counts are since it was made.

    Args:
        requests: requests sent, tries included.
        retries: those of them that were not the first try of their call.
        failures: those without a success as answer.
        seconds_waited: seconds spent before tries, for backoff, Retry-After or the rate window.
        retry_tokens: what is left of the retry budget; at 0 nothing is tried again.
        rate_limit: `X-RateLimit-Limit` of the present window, None if not known.
        rate_remaining: requests left in it, those in flight counted as used.
        rate_resets_in: seconds until the next window.
        watched: runs that this process watches with this key.
        watch_rounds: rounds of looking at them so far.
        watch_interval: seconds between the last round and the next; stretched to stay within 30 % of the rate limit.
        watch_requests: requests for that in the last minute.
    """

    requests: int
    retries: int
    failures: int
    seconds_waited: float
    retry_tokens: int
    rate_limit: int | None
    rate_remaining: int | None
    rate_resets_in: float | None
    watched: int
    watch_rounds: int
    watch_interval: float
    watch_requests: int


def stats_of(plan: Plan, poller: Poller | None = None) -> Stats:
    """The figures of a client.

    Args:
        plan: the client's.
        poller: the one it has watched runs with, if it has.
    """
    now = plan.clock.monotonic()
    window = plan.governor().window(now) if plan.key.known else None
    counts = plan.observer.counts
    watching = poller.stats if poller else poller_stats(plan)
    return Stats(
        requests=counts.requests,
        retries=counts.retries,
        failures=counts.failures,
        seconds_waited=counts.seconds_waited,
        retry_tokens=plan.budget.left,
        rate_limit=window.limit if window else None,
        rate_remaining=window.remaining if window else None,
        rate_resets_in=window.resets_at - now if window else None,
        watched=watching.watched,
        watch_rounds=watching.rounds,
        watch_interval=watching.interval,
        watch_requests=watching.requests,
    )
