"""One GET by each client: ours, a raw httpx with pydantic, and other vendors' where they are installed.

The defaults of each hold: pools, models, retries. Only the address, and for a mock transport the transport, is ours.
What a client needs is imported when it is made, so that one can be timed from nothing.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from benchmarks.measure import BODY

BASE = "https://api.zof.ai/v1"
RAW = "raw httpx + pydantic"
Get = Callable[[], object]
AsyncGet = Callable[[], Coroutine[Any, Any, object]]


def _mock(http: Any) -> Any:
    return http.MockTransport(
        lambda _: http.Response(200, content=BODY, headers={"Content-Type": "application/json"})
    )


def _zof() -> Get:
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


def _plain_model() -> Any:
    from benchmarks.plain import Run

    return Run


def _raw() -> Get:
    import httpx

    raw = httpx.Client(transport=_mock(httpx), base_url=BASE, headers={"Authorization": "Bearer zk_bench"})
    model = _plain_model()
    return lambda: model.model_validate_json(raw.get("/runs/run_xyz").content)


def _raw_over(base: str, closing: AsyncExitStack) -> AsyncGet:
    import httpx

    raw = httpx.AsyncClient(headers={"Authorization": "Bearer zk_bench"})
    closing.push_async_callback(raw.aclose)
    model = _plain_model()

    async def get() -> object:
        return model.model_validate_json((await raw.get(f"{base}/runs/run_xyz")).content)

    return get


def _by_models(name: str, kind: str) -> tuple[Callable[[], Get], Callable[[str, AsyncExitStack], AsyncGet]]:
    """The clients of openai and anthropic have the same shape."""

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

    return mocked, over


def _stripe() -> Get:
    stripe, httpx = importlib.import_module("stripe"), importlib.import_module("httpx")
    http = stripe.HTTPXClient(allow_sync_methods=True)
    http._client = httpx.Client(transport=_mock(httpx))
    client = stripe.StripeClient("sk_test_k", http_client=http)
    return lambda: client.v1.customers.retrieve("run_xyz")


def _stripe_over(base: str, closing: AsyncExitStack) -> AsyncGet:
    stripe = importlib.import_module("stripe")
    http = stripe.HTTPXClient()
    closing.push_async_callback(http.close_async)
    client = stripe.StripeClient(
        "sk_test_k", http_client=http, base_addresses={"api": base.removesuffix("/v1")}
    )
    return lambda: client.v1.customers.retrieve_async("run_xyz")


_ALL: dict[str, tuple[Callable[[], Get], Callable[[str, AsyncExitStack], AsyncGet]]] = {
    "zof_core": (_zof, _zof_over),
    RAW: (_raw, _raw_over),
    "stripe": (_stripe, _stripe_over),
    "openai": _by_models("openai", "OpenAI"),
    "anthropic": _by_models("anthropic", "Anthropic"),
}
CLIENTS = {name: gets for name, gets in _ALL.items() if name == RAW or importlib.util.find_spec(name)}


def mocked_gets() -> dict[str, Get]:
    """A blocking GET on a mock transport by each."""
    return {name: mocked() for name, (mocked, _) in CLIENTS.items()}


def async_gets(base: str, closing: AsyncExitStack) -> dict[str, AsyncGet]:
    """An async GET by each over a socket; made, used and closed in one event loop."""
    return {name: over(base, closing) for name, (_, over) in CLIENTS.items()}
