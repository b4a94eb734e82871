"""`make referee`: the workspace and npm's `emulate` are asked the same, and must answer alike or for a known reason."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import httpx

from tests.referee.compare import Side, answers, ask, differences
from tests.referee.emulate import SCOPES, TOKEN, RefereeError, emulate
from tests.referee.known import KNOWN, known, stale
from zof_local.testing import LocalSlack
from zof_local.workspace import RateLimits, WorkspaceSettings, demo_seed


async def main() -> int:
    """Compares, prints, and gives the exit code: 0 when all is alike or known, 1 when not, 2 without a referee."""
    try:
        with tempfile.TemporaryDirectory(prefix="referee-") as home, emulate(Path(home), SCOPES) as url:
            return await _compare(url)
    except RefereeError as error:
        print(f"referee: {error}", file=sys.stderr)
        return 2


async def _compare(url: str) -> int:
    settings = WorkspaceSettings(
        seed=demo_seed(has_home=True), scopes=frozenset(SCOPES), limits=RateLimits(enabled=False)
    )
    async with LocalSlack(settings) as slack:
        with httpx.Client(trust_env=False, timeout=30) as http:

            def their_trigger(user: str) -> str:
                return str(ask(theirs, http, "views.generateTriggerId", {"user_id": user})["trigger_id"])

            def our_trigger(user: str) -> str:
                return slack.workspace.store.new_trigger(user, settings.trigger_lifetime).id

            theirs = Side(url, TOKEN, their_trigger)
            ours = Side(slack.api_url, slack.bot_token, our_trigger)
            left = await asyncio.to_thread(lambda: list(answers(theirs, http)))
            right = await asyncio.to_thread(lambda: list(answers(ours, http)))
    found = [
        difference
        for (call, their), (_, our) in zip(left, right, strict=True)
        for difference in differences(their, our, call.name)
    ]
    places = [(one.call, one.what) for one in found]
    new = 0
    for one, place in zip(found, places, strict=True):
        entry = known(place)
        new += entry is None
        print(f"known  {one} ({KNOWN[entry]})" if entry else f"NEW    {one}")
    gone = stale(places)
    for name, what in gone:
        print(
            f"STALE  {name}: {what}: there is no such difference any more; take it from tests/referee/known.py"
        )
    print(f"{len(left)} calls: {len(found) - new} known differences, {new} new, {len(gone)} stale")
    return 1 if new or gone else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
