"""A platform that is killed: nothing that was accepted is lost, nothing runs on without it."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager

import httpx

from zof_local.platform import create_key

SCRIPT = """
import asyncio, sys
from pathlib import Path
from zof_local.platform import PlatformSettings, serve
settings = PlatformSettings(
    data_dir=Path(sys.argv[1]), suites=Path(sys.argv[2]), max_concurrent_runs=1, rate_limit=100_000
)
asyncio.run(serve(settings, on_ready=lambda api, console: print(api, flush=True)))
"""


@asynccontextmanager
async def platform_process(world, secret):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, str(world.data), str(world.suites), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        assert url.startswith("http://127.0.0.1:"), url
        async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {secret}"}) as http:
            yield process, http
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_after_kill_9_the_queue_goes_on_and_the_orphan_is_an_error(world, until) -> None:
    secret = await asyncio.to_thread(create_key, world.data)
    body = {"project_id": "proj_shop", "environment": "staging"}
    async with platform_process(world, secret) as (process, http):
        held = (await http.post("/runs", json=body | {"test_suite_id": "suite_holds"})).json()
        queued = (await http.post("/runs", json=body | {"test_suite_id": "suite_quick"})).json()
        await until((world.marks / "holding").exists)
        assert len(world.alive()) == 3
        process.kill()
        assert await process.wait() == -signal.SIGKILL
    await until(lambda: not world.alive())

    async with platform_process(world, secret) as (process, http):

        async def ended():
            run = (await http.get(f"/runs/{queued['id']}")).json()
            return run if run["status"] == "passed" else None

        run = await until(ended)
        assert run["summary"]["passed"] == 3
        orphan = (await http.get(f"/runs/{held['id']}")).json()
        assert orphan["status"] == "error"
        assert "platform was ended from outside" in orphan["status_reason"]
        assert orphan["completed_at"] is not None
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
