"""The checkout over HTTP: JSON in, JSON out, one thread a request.

POST /carts · PUT /carts/{id}/items/{sku} · POST /carts/{id}/codes · GET /carts/{id} ·
POST /carts/{id}/checkout · GET /orders/{id} · POST /orders/{id}/refunds · GET /health
"""

from __future__ import annotations

import argparse
import json
import os
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from checkout.catalogue import Inventory, OutOfStockError, UnknownProductError
from checkout.config import Profile, profile
from checkout.money import Money
from checkout.orders import CartError, Order, Shop
from checkout.payments import CardError, Gateway, PaymentError
from checkout.pricing import Quote, UnknownCodeError

_STATUS_OF = (
    (UnknownProductError, HTTPStatus.NOT_FOUND),
    (OutOfStockError, HTTPStatus.CONFLICT),
    (PaymentError, HTTPStatus.PAYMENT_REQUIRED),
    (CardError, HTTPStatus.BAD_REQUEST),
    (UnknownCodeError, HTTPStatus.BAD_REQUEST),
    (CartError, HTTPStatus.BAD_REQUEST),
)


class CheckoutServer(ThreadingHTTPServer):
    """A shop of its own behind a listening socket; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, settings: Profile, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.profile = settings
        self.shop = Shop(Inventory(), Gateway(settings))

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CheckoutServer

    def do_GET(self) -> None:
        self._dispatch()

    def do_POST(self) -> None:
        self._dispatch()

    def do_PUT(self) -> None:
        self._dispatch()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet: the tests' output is what people want to read."""

    def _dispatch(self) -> None:
        try:
            body = self._body()
            status, answer = _route(self.server, self.command, self.path.strip("/").split("/"), body)
        except tuple(kind for kind, _ in _STATUS_OF) as error:
            status, answer = _status_of(error), {"error": str(error)}
        except (KeyError, TypeError, ValueError) as error:
            status, answer = HTTPStatus.BAD_REQUEST, {"error": f"bad request: {error}"}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> dict[str, Any]:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else {}
        if not isinstance(body, dict):
            raise TypeError("the body must be a JSON object")
        return body


def _status_of(error: Exception) -> HTTPStatus:
    return next(status for kind, status in _STATUS_OF if isinstance(error, kind))


def _route(
    server: CheckoutServer, method: str, path: list[str], body: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    shop = server.shop
    match (method, path):
        case ("GET", ["health"]):
            return HTTPStatus.OK, {"status": "ok", "profile": server.profile.name}
        case ("POST", ["carts"]):
            return HTTPStatus.CREATED, {"id": shop.open_cart().id}
        case ("GET", ["carts", cart_id]):
            return HTTPStatus.OK, {"items": shop.cart(cart_id).items, **_quote(shop.price(cart_id))}
        case ("PUT", ["carts", cart_id, "items", sku]):
            return HTTPStatus.OK, {"items": shop.put(cart_id, sku, int(body["quantity"])).items}
        case ("POST", ["carts", cart_id, "codes"]):
            return HTTPStatus.OK, {"codes": list(shop.add_code(cart_id, str(body["code"])).codes)}
        case ("POST", ["carts", cart_id, "checkout"]):
            return HTTPStatus.CREATED, _order(shop.check_out(cart_id, str(body["card"])))
        case ("GET", ["orders", order_id]):
            return HTTPStatus.OK, _order(shop.order(order_id))
        case ("POST", ["orders", order_id, "refunds"]):
            payment = shop.gateway.refund(shop.order(order_id).payment.id, Money.parse(str(body["amount"])))
            return HTTPStatus.CREATED, {"refunded": str(payment.refunded)}
        case _:
            return HTTPStatus.NOT_FOUND, {"error": f"nothing at {method} /{'/'.join(path)}"}


def _quote(price: Quote) -> dict[str, str]:
    names = ("subtotal", "discount", "shipping", "vat", "total")
    return {name: str(getattr(price, name)) for name in names}


def _order(order: Order) -> dict[str, Any]:
    return {"id": order.id, "items": order.items, "paid": order.payment.captured, **_quote(order.quote)}


def main() -> None:
    """Serves the checkout until interrupted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    with CheckoutServer(profile(os.environ), parser.parse_args().port) as server:
        print(f"checkout ({server.profile.name}) on {server.url}", flush=True)  # noqa: T201 - its one line of output
        server.serve_forever()


if __name__ == "__main__":
    main()
