"""One GET by each client: ours, a raw httpx with pydantic, and other vendors' where they are installed.

The defaults of each hold: pools, models, retries. Only the address, and for a mock transport the transport, is ours.
What a client needs is imported when it is made, so that one can be timed from nothing.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

from benchmarks.measure import BODY

BASE = "https://api.zof.ai/v1"
RAW = "raw httpx + pydantic"
Get = Callable[[], object]
AsyncGet = Callable[[], Coroutine[Any, Any, object]]


class Ways(NamedTuple):
    """How a client gets: on a mock transport, over a socket, and over a socket in an event loop."""

    mocked: Callable[[], Get]
    blocking: Callable[[str], Get]
    later: Callable[[str, AsyncExitStack], AsyncGet]


def _mock(http: Any) -> Any:
    return http.MockTransport(
        lambda _: http.Response(200, content=BODY, headers={"Content-Type": "application/json"})
    )


def _zof(base: str) -> Get:
    from zof_core import ZofClient

    zof = ZofClient("zk_bench", base_url=base)
    return lambda: zof.runs.retrieve("run_xyz")


def _zof_mocked() -> Get:
    import httpx

    from zof_core import ZofClient
    from zof_core.transport.blocking import HttpTransport

    zof = ZofClient("zk_bench", base_url=BASE, transport=HttpTransport(http=_mock(httpx)))
    return lambda: zof.runs.retrieve("run_xyz")


def _zof_over(base: str, closing: AsyncExitStack) -> AsyncGet:
    from zof_core import AsyncZofClient

    zof = AsyncZofClient("zk_bench", base_url=base)
    closing.push_async_callback(zof.aclose)
    return lambda: zof.runs.retrieve("run_xyz")


def _raw(base: str, **options: Any) -> Get:
    import httpx

    from benchmarks.plain import Run

    raw = httpx.Client(base_url=base, headers={"Authorization": "Bearer zk_bench"}, **options)
    return lambda: Run.model_validate_json(raw.get("/runs/run_xyz").content)


def _raw_mocked() -> Get:
    import httpx

    return _raw(BASE, transport=_mock(httpx))


def _raw_over(base: str, closing: AsyncExitStack) -> AsyncGet:
    import httpx

    from benchmarks.plain import Run

    raw = httpx.AsyncClient(base_url=base, headers={"Authorization": "Bearer zk_bench"})
    closing.push_async_callback(raw.aclose)

    async def get() -> object:
        return Run.model_validate_json((await raw.get("/runs/run_xyz")).content)

    return get


def _by_models(name: str, kind: str) -> Ways:
    """The clients of openai and anthropic have the same shape."""

    def blocking(base: str) -> Get:
        client = getattr(importlib.import_module(name), kind)(api_key="k", base_url=base)
        return lambda: client.models.retrieve("run_xyz")

    def mocked() -> Get:
        vendor = importlib.import_module(name)
        # Older ones are built on httpx, newer ones on httpx2.
        bases = {base.__module__.partition(".")[0] for base in vendor.DefaultHttpxClient.__mro__}
        http = importlib.import_module("httpx" if "httpx" in bases else "httpx2")
        client = getattr(vendor, kind)(
            api_key="k", base_url=BASE, http_client=http.Client(transport=_mock(http))
        )
        return lambda: client.models.retrieve("run_xyz")

    def over(base: str, closing: AsyncExitStack) -> AsyncGet:
        vendor = importlib.import_module(name)
        client = getattr(vendor, f"Async{kind}")(api_key="k", base_url=base)
        closing.push_async_callback(client.close)
        return lambda: client.models.retrieve("run_xyz")

    return Ways(mocked, blocking, over)


def _stripe_at(base: str, http: Any) -> Any:
    stripe = importlib.import_module("stripe")
    return stripe.StripeClient(
        "sk_test_k", http_client=http, base_addresses={"api": base.removesuffix("/v1")}
    )


def _stripe(base: str) -> Get:
    client = _stripe_at(base, None)
    return lambda: client.v1.customers.retrieve("run_xyz")


def _stripe_mocked() -> Get:
    stripe, httpx = importlib.import_module("stripe"), importlib.import_module("httpx")
    http = stripe.HTTPXClient(allow_sync_methods=True)
    http._client = httpx.Client(transport=_mock(httpx))
    client = _stripe_at(BASE, http)
    return lambda: client.v1.customers.retrieve("run_xyz")


def _stripe_over(base: str, closing: AsyncExitStack) -> AsyncGet:
    http = importlib.import_module("stripe").HTTPXClient()
    closing.push_async_callback(http.close_async)
    client = _stripe_at(base, http)
    return lambda: client.v1.customers.retrieve_async("run_xyz")


_ALL = {
    "zof_core": Ways(_zof_mocked, _zof, _zof_over),
    RAW: Ways(_raw_mocked, _raw, _raw_over),
    "stripe": Ways(_stripe_mocked, _stripe, _stripe_over),
    "openai": _by_models("openai", "OpenAI"),
    "anthropic": _by_models("anthropic", "Anthropic"),
}
CLIENTS = {name: ways for name, ways in _ALL.items() if name == RAW or importlib.util.find_spec(name)}


def mocked_gets() -> dict[str, Get]:
    """A blocking GET on a mock transport by each."""
    return {name: ways.mocked() for name, ways in CLIENTS.items()}


def async_gets(base: str, closing: AsyncExitStack) -> dict[str, AsyncGet]:
    """An async GET by each over a socket; made, used and closed in one event loop."""
    return {name: ways.later(base, closing) for name, ways in CLIENTS.items()}
