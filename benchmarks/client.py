"""What the client costs beside raw httpx and pydantic, measured in the same run: `python -m benchmarks.client`.

Absolute times depend on the machine and on what else it does; the ratios are what counts. Other vendors' clients are
measured, too, where they are installed (`pip install openai anthropic stripe`).
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import httpx

from zof_core import AsyncZofClient, Page, Run, ZofClient
from zof_core.testing import FakeZof
from zof_core.transport.blocking import HttpTransport
from zof_core.watching import Watchlist

RUN = {
    "id": "run_xyz",
    "organization_id": "org_abc",
    "project_id": "proj_abc123",
    "environment": "staging",
    "status": "passed",
    "test_suite_id": "suite_pr_smoke",
    "test_case_ids": None,
    "summary": {"total": 14, "passed": 14, "failed": 0, "error": 0, "skipped": 0},
    "url": "https://console.zof.ai/runs/run_xyz",
    "created_at": "2026-05-20T12:00:00Z",
    "started_at": "2026-05-20T12:00:01Z",
    "completed_at": "2026-05-20T12:00:46Z",
}
BODY = json.dumps(RUN).encode()
IMPORTS = {
    "bare python": "pass",
    "httpx": "import httpx",
    "zof_core and a client": "import zof_core; zof_core.ZofClient('k')",
    "stripe": "import stripe",
    "anthropic": "import anthropic; anthropic.Anthropic(api_key='k')",
    "openai": "import openai; openai.OpenAI(api_key='k')",
}


def least_cpu(work: Callable[[], object], times: int, rounds: int = 9) -> float:
    """The least CPU seconds of one repetition, over several rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - began) / times)
    return best


def function_calls(work: Callable[[], object]) -> int:
    """Python and C function calls; the same on every machine."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def mock_clients() -> tuple[Callable[[], Run], Callable[[], Run]]:
    """A GET by our client and one by a raw `httpx.Client` with pydantic, on the same mock transport."""
    mock = httpx.MockTransport(lambda _: httpx.Response(200, content=BODY, headers={"x-request-id": "req_1"}))
    zof = ZofClient("zk_bench", base_url="https://api.zof.ai/v1", transport=HttpTransport(http=mock))
    raw = httpx.Client(
        transport=mock, base_url="https://api.zof.ai/v1", headers={"Authorization": "Bearer zk_bench"}
    )
    ours = lambda: zof.runs.retrieve("run_xyz")  # noqa: E731  # two of a kind
    theirs = lambda: Run.model_validate_json(raw.get("/runs/run_xyz").content)  # noqa: E731
    ours(), theirs()
    return ours, theirs


def one_get() -> None:
    ours, theirs = mock_clients()
    print("One GET on a mock transport")
    print(f"  function calls: zof_core {function_calls(ours)}, raw httpx + pydantic {function_calls(theirs)}")
    a, b = least_cpu(ours, 200), least_cpu(theirs, 200)
    print(f"  CPU: zof_core {a * 1e6:.0f} µs, raw httpx + pydantic {b * 1e6:.0f} µs, ratio {a / b:.2f}")


def construction() -> None:
    first = ZofClient("zk_bench")
    seconds = least_cpu(lambda: ZofClient("zk_bench"), 50)
    print(f"A second client: {seconds * 1000:.2f} ms")
    first.close()


def page() -> None:
    body = json.dumps({"data": [{**RUN, "id": f"run_{n}"} for n in range(100)], "has_more": False}).encode()
    kind = Page[Run]
    kind.model_validate_json(body)
    a, b = float("inf"), float("inf")
    for _ in range(9):
        a = min(a, least_cpu(lambda: kind.model_validate_json(body), 20, 1))
        b = min(b, least_cpu(lambda: json.loads(body), 20, 1))
    print(f"A page of 100 runs: models {a * 1e6:.0f} µs, json.loads {b * 1e6:.0f} µs, ratio {a / b:.2f}")


def imports() -> None:
    present = {
        name: code
        for name, code in IMPORTS.items()
        if name in {"bare python", "zof_core and a client"} or importlib.util.find_spec(name)
    }
    least = dict.fromkeys(present, float("inf"))
    for _ in range(5):
        for name, code in present.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", code], check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            least[name] = min(least[name], spent)
    bare = least.pop("bare python")
    print("Import, net of bare python, CPU")
    for name, seconds in least.items():
        net, unit = seconds - bare, least["httpx"] - bare
        print(f"  {name}: {net * 1000:.0f} ms, {net / unit:.2f} times httpx")


SERVER = """
import asyncio, sys
BODY = sys.argv[1].encode()
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(BODY) + BODY
class Answer(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while b"\\r\\n\\r\\n" in self.data:
            _, _, self.data = self.data.partition(b"\\r\\n\\r\\n")
            asyncio.get_running_loop().call_later(0.005, self.transport.write, ANSWER)
async def main():
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


async def _burst(
    get: Callable[[], Coroutine[Any, Any, object]], calls: int, at_once: int
) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of a request's duration in seconds."""
    gate = asyncio.Semaphore(at_once)
    took: list[float] = []

    async def one() -> None:
        async with gate:
            began = time.perf_counter()
            await get()
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(calls)))
    return calls / (time.perf_counter() - began), sorted(took)[int(len(took) * 0.99) - 1]


def concurrent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, BODY.decode()], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"

        async def compare() -> None:
            async with (
                AsyncZofClient("zk_bench", base_url=base) as zof,
                httpx.AsyncClient(headers={"Authorization": "Bearer zk_bench"}) as raw,
            ):
                ours = lambda: zof.runs.retrieve("run_xyz")  # noqa: E731  # two of a kind
                theirs = lambda: raw.get(f"{base}/runs/run_xyz")  # noqa: E731
                best = {"zof_core": (0.0, 9.9), "raw httpx": (0.0, 9.9)}
                for _ in range(3):
                    for name, get in (("zof_core", ours), ("raw httpx", theirs)):
                        rate, late = await _burst(get, 500, 50)
                        best[name] = max(best[name][0], rate), min(best[name][1], late)
            print("50 concurrent async GETs over a socket")
            for name, (rate, late) in best.items():
                print(f"  {name}: {rate:.0f} requests/s, p99 {late * 1000:.0f} ms")
            print(f"  ratio of requests/s: {best['zof_core'][0] / best['raw httpx'][0]:.2f}")

        asyncio.run(compare())
        server.terminate()


def watching() -> None:
    print("Watching runs for 10 minutes of virtual time")
    for count in (1, 100, 1000):
        fake = FakeZof(latency=0.001)
        fake.add_project("proj_abc")
        zof = fake.client()
        watch = Watchlist()
        due: dict[str, float] = {}
        for n in range(count):
            lasts = 60 + (n * 7919) % 480
            fake.runs_take(lasts)
            run = zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_1")
            due[run.id] = fake.time.now + 1 + lasts
            watch.add(run.id, run)
        fake.requests.clear()
        began, delays = fake.time.now, []
        driver = zof._driver
        assert driver is not None
        while fake.time.now - began < 600 and len(watch):
            for news in driver.drive(watch.round(zof.plan)):
                delays += [fake.time.now - due[news.run_id]] if news.is_last else []
            fake.time.sleep(watch.next_pause(zof.plan))
        minutes = (fake.time.now - began) / 60
        delays.sort()
        middle, worst = delays[len(delays) // 2], delays[-1]
        alone = count * 60 / 30
        print(
            f"  {count} runs: {len(fake.requests) / minutes:.0f} requests/min (a loop for each: {alone:.0f}), "
            f"an end is known after {middle:.0f} s (median), {worst:.0f} s (worst)"
        )


PARTS = {
    "get": one_get,
    "client": construction,
    "page": page,
    "imports": imports,
    "concurrent": concurrent,
    "watching": watching,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which; all if none is named")
    for name in parser.parse_args().parts or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
