"""What the shop sells, and how many of each are left."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from checkout.money import Money


class UnknownProductError(LookupError):
    """No product has this article number."""


class OutOfStockError(Exception):
    """Fewer pieces are left than were asked for."""


@dataclass(frozen=True, slots=True)
class Product:
    """One article: `vat` is the name of its tax class, `stock` the pieces at opening time."""

    sku: str
    name: str
    price: Money
    vat: str = "standard"
    stock: int = 500


PRODUCTS = (
    Product("MUG-01", "Enamel mug", Money.parse("12.90")),
    Product("TEE-02", "Organic T-shirt", Money.parse("24.50")),
    Product("BOOK-03", "Reliability handbook", Money.parse("39.00"), vat="reduced"),
    Product("BEAN-04", "Coffee beans, 1 kg", Money.parse("17.25"), vat="reduced"),
    Product("CLIP-05", "Paper clip", Money.parse("0.05")),
    Product("DESK-06", "Standing desk", Money.parse("799.00"), stock=3),
)


class Inventory:
    """Counts what is left; safe to use from several threads."""

    def __init__(self, products: tuple[Product, ...] = PRODUCTS) -> None:
        self._products = {product.sku: product for product in products}
        self._left = {product.sku: product.stock for product in products}
        self._lock = threading.Lock()

    def product(self, sku: str) -> Product:
        """The product with this article number, else UnknownProductError."""
        try:
            return self._products[sku]
        except KeyError:
            raise UnknownProductError(f"no product {sku!r}") from None

    def left(self, sku: str) -> int:
        """How many pieces are left."""
        return self._left[self.product(sku).sku]

    def take(self, quantities: dict[str, int]) -> None:
        """Takes all of these pieces, or none of them and raises OutOfStockError."""
        with self._lock:
            for sku, quantity in quantities.items():
                if self.left(sku) < quantity:
                    raise OutOfStockError(f"only {self.left(sku)} of {sku} left, {quantity} asked for")
            for sku, quantity in quantities.items():
                self._left[sku] -= quantity

    def give_back(self, quantities: dict[str, int]) -> None:
        """Puts pieces back on the shelf."""
        with self._lock:
            for sku, quantity in quantities.items():
                self._left[sku] += quantity
