"""The checkout over its socket, as the shop's front end uses it."""

from __future__ import annotations

import concurrent.futures
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Api


@pytest.mark.smoke
def test_service_is_healthy(api: Api) -> None:
    status, health = api.call("GET", "/health")
    assert (status, health["status"]) == (200, "ok")


@pytest.mark.smoke
@pytest.mark.parametrize("sku", ["MUG-01", "TEE-02", "BOOK-03", "BEAN-04"])
def test_article_can_be_bought(api: Api, sku: str) -> None:
    status, order = api.buy({sku: 1})
    assert status == 201
    assert order["paid"] is True
    assert api.call("GET", f"/orders/{order['id']}")[1] == order


@pytest.mark.smoke
def test_mixed_cart_adds_up(api: Api) -> None:
    status, order = api.buy({"MUG-01": 2, "BOOK-03": 1, "CLIP-05": 10})
    assert (status, order["subtotal"], order["total"]) == (201, "65.30 EUR", "65.30 EUR")


@pytest.mark.smoke
def test_declined_card_gives_stock_back(api: Api) -> None:
    cart = api.cart_with({"DESK-06": 1})
    for _ in range(4):
        assert api.call("POST", f"/carts/{cart}/checkout", {"card": "4000000000000002"})[0] == 402
    assert api.call("POST", f"/carts/{cart}/checkout", {"card": "4242424242424242"})[0] == 201


@pytest.mark.smoke
def test_order_can_be_refunded_in_parts(api: Api) -> None:
    _, order = api.buy({"TEE-02": 2})
    path = f"/orders/{order['id']}/refunds"
    assert api.call("POST", path, {"amount": "24.50"}) == (201, {"refunded": "24.50 EUR"})
    assert api.call("POST", path, {"amount": "24.50"}) == (201, {"refunded": "49.00 EUR"})


@pytest.mark.smoke
def test_parallel_customers_get_their_own_orders(api: Api) -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as customers:
        answers = list(customers.map(lambda quantity: api.buy({"MUG-01": quantity}), range(1, 7)))
    assert [order["items"]["MUG-01"] for _, order in answers] == [1, 2, 3, 4, 5, 6]
    assert len({order["id"] for _, order in answers}) == 6


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("GET", "/carts/cart_missing", None, 400),
        ("PUT", "/carts/{cart}/items/NONE-99", {"quantity": 1}, 404),
        ("PUT", "/carts/{cart}/items/MUG-01", {"quantity": 101}, 400),
        ("PUT", "/carts/{cart}/items/MUG-01", {}, 400),
        ("POST", "/carts/{cart}/codes", {"code": "FREEBEER"}, 400),
        ("POST", "/carts/{cart}/checkout", {"card": "4242424242424242"}, 400),
    ],
    ids=["path", "cart", "article", "quantity", "field", "code", "empty-cart"],
)
def test_wrong_requests_are_told_why(
    api: Api, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    cart = api.cart_with({})
    answered, answer = api.call(method, path.format(cart=cart), body)
    assert answered == status
    assert answer["error"]


def test_the_last_desk_is_sold_once(api: Api) -> None:
    answers = []
    with concurrent.futures.ThreadPoolExecutor(4) as customers:
        answers = list(customers.map(lambda _: api.buy({"DESK-06": 1})[0], range(5)))
    assert answers.count(201) <= 3
    assert set(answers) <= {201, 409}


@pytest.mark.slow
def test_a_busy_hour(api: Api) -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as customers:
        answers = list(customers.map(lambda _: api.buy({"BEAN-04": 1}), range(20)))
    assert [status for status, _ in answers] == [201] * 20
