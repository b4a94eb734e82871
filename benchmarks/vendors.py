"""One GET by each other vendor's client that is installed (`pip install openai anthropic stripe`).

Their own defaults hold: their pools, their models, their retries. Only the address, and for a mock transport the
transport, is ours.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks.measure import BODY

Get = Callable[[], object]
AsyncGet = Callable[[], Coroutine[Any, Any, object]]


def _mock(http: Any) -> Any:
    return http.MockTransport(
        lambda _: http.Response(200, content=BODY, headers={"Content-Type": "application/json"})
    )


def _library_of(client_class: Any) -> Any:
    """The HTTP library a vendor's client is built on: httpx, or httpx2 in newer ones."""
    of_httpx = any(base.__module__.partition(".")[0] == "httpx" for base in client_class.__mro__)
    return importlib.import_module("httpx" if of_httpx else "httpx2")


def _by_models(name: str, kind: str) -> tuple[Callable[[], Get], Callable[[str], AsyncGet]]:
    """The clients of openai and anthropic have the same shape."""

    def mocked() -> Get:
        vendor = importlib.import_module(name)
        http = _library_of(vendor.DefaultHttpxClient)
        client = getattr(vendor, kind)(
            api_key="k", base_url="https://api.zof.ai/v1", http_client=http.Client(transport=_mock(http))
        )
        return lambda: client.models.retrieve("run_xyz")

    def over(base: str) -> AsyncGet:
        vendor = importlib.import_module(name)
        client = getattr(vendor, f"Async{kind}")(api_key="k", base_url=base)
        return lambda: client.models.retrieve("run_xyz")

    return mocked, over


def _stripe_mocked() -> Get:
    stripe, httpx = importlib.import_module("stripe"), importlib.import_module("httpx")
    http = stripe.HTTPXClient(allow_sync_methods=True)
    http._client = httpx.Client(transport=_mock(httpx))
    client = stripe.StripeClient("sk_test_k", http_client=http)
    return lambda: client.v1.customers.retrieve("run_xyz")


def _stripe_over(base: str) -> AsyncGet:
    stripe = importlib.import_module("stripe")
    client = stripe.StripeClient(
        "sk_test_k", http_client=stripe.HTTPXClient(), base_addresses={"api": base.removesuffix("/v1")}
    )
    return lambda: client.v1.customers.retrieve_async("run_xyz")


_ALL = {
    "stripe": (_stripe_mocked, _stripe_over),
    "openai": _by_models("openai", "OpenAI"),
    "anthropic": _by_models("anthropic", "Anthropic"),
}
INSTALLED = {name: gets for name, gets in _ALL.items() if importlib.util.find_spec(name)}


def mocked_gets() -> dict[str, Get]:
    """A blocking GET on a mock transport by each."""
    return {name: mocked() for name, (mocked, _) in INSTALLED.items()}


def async_gets(base: str) -> dict[str, AsyncGet]:
    """An async GET by each over a socket; made and used in one event loop."""
    return {name: over(base) for name, (_, over) in INSTALLED.items()}
