"""A checkout service for the tests: one that already runs, else one started on a free port."""

from __future__ import annotations

import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from checkout.catalogue import Inventory
from checkout.config import Profile, profile
from checkout.orders import Shop
from checkout.payments import Gateway
from checkout.service import CheckoutServer

GOOD_CARD = "4242424242424242"


@dataclass(frozen=True)
class Api:
    """Calls the service over its socket; an answer is (status, body)."""

    url: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def cart_with(self, items: dict[str, int]) -> str:
        _, cart = self.call("POST", "/carts")
        for sku, quantity in items.items():
            self.call("PUT", f"/carts/{cart['id']}/items/{sku}", {"quantity": quantity})
        return str(cart["id"])

    def buy(self, items: dict[str, int], card: str = GOOD_CARD) -> tuple[int, dict[str, Any]]:
        return self.call("POST", f"/carts/{self.cart_with(items)}/checkout", {"card": card})


@pytest.fixture(scope="session")
def settings() -> Profile:
    return profile(os.environ)


@pytest.fixture(scope="session")
def service_url(settings: Profile) -> Iterator[str]:
    running = os.environ.get("CHECKOUT_BASE_URL")
    if running:
        yield running.rstrip("/")
        return
    with CheckoutServer(settings) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.fixture
def api(service_url: str) -> Api:
    return Api(service_url)


@pytest.fixture
def shop(settings: Profile) -> Shop:
    return Shop(Inventory(), Gateway(settings))


@pytest.fixture
def cart_of(shop: Shop) -> Callable[[dict[str, int]], str]:
    def fill(items: dict[str, int]) -> str:
        cart = shop.open_cart()
        for sku, quantity in items.items():
            shop.put(cart.id, sku, quantity)
        return cart.id

    return fill


@pytest.fixture
def warehouse() -> str:
    """The base URL of the warehouse, which must answer."""
    url = os.environ.get("CHECKOUT_WAREHOUSE_URL", "http://127.0.0.1:9")
    try:
        urllib.request.urlopen(f"{url}/health", timeout=2).close()
    except OSError as error:
        raise ConnectionError(f"the warehouse does not answer at {url}: {error}") from error
    return url
