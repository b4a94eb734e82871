"""Carts and orders: what turns a choice of articles into a paid order."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from checkout.catalogue import Inventory
from checkout.payments import Gateway, Payment
from checkout.pricing import Quote, quote

MAX_QUANTITY = 100


class CartError(ValueError):
    """The cart cannot be changed or ordered in this way."""


@dataclass(slots=True)
class Cart:
    """Articles that a customer has chosen: article number to quantity."""

    id: str
    items: dict[str, int] = field(default_factory=dict)
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A cart that was paid."""

    id: str
    items: dict[str, int]
    quote: Quote
    payment: Payment


class Shop:
    """The checkout itself: carts, and orders made from them."""

    def __init__(self, inventory: Inventory, gateway: Gateway) -> None:
        self.inventory = inventory
        self.gateway = gateway
        self._carts: dict[str, Cart] = {}
        self._orders: dict[str, Order] = {}

    def open_cart(self) -> Cart:
        """A new, empty cart."""
        cart = Cart(id=f"cart_{secrets.token_hex(6)}")
        self._carts[cart.id] = cart
        return cart

    def cart(self, cart_id: str) -> Cart:
        """The cart with this id, else CartError."""
        if cart_id not in self._carts:
            raise CartError(f"no cart {cart_id!r}")
        return self._carts[cart_id]

    def put(self, cart_id: str, sku: str, quantity: int) -> Cart:
        """Sets how many of an article are in a cart; 0 takes it out."""
        if not 0 <= quantity <= MAX_QUANTITY:
            raise CartError(f"quantity {quantity} is not between 0 and {MAX_QUANTITY}")
        cart = self.cart(cart_id)
        self.inventory.product(sku)
        if quantity:
            cart.items[sku] = quantity
        else:
            cart.items.pop(sku, None)
        return cart

    def add_code(self, cart_id: str, code: str) -> Cart:
        """Adds a discount code to a cart."""
        cart = self.cart(cart_id)
        quote([], (*cart.codes, code))
        cart.codes = (*cart.codes, code)
        return cart

    def price(self, cart_id: str) -> Quote:
        """What a cart costs now."""
        cart = self.cart(cart_id)
        lines = [(self.inventory.product(sku), quantity) for sku, quantity in cart.items.items()]
        return quote(lines, cart.codes)

    def check_out(self, cart_id: str, card: str) -> Order:
        """Takes the pieces from stock and the money from the card; if the card fails, the pieces go back."""
        cart = self.cart(cart_id)
        if not cart.items:
            raise CartError(f"{cart_id} is empty")
        price = self.price(cart_id)
        self.inventory.take(cart.items)
        try:
            payment = self.gateway.authorise(card, price.total)
        except Exception:
            self.inventory.give_back(cart.items)
            raise
        order = Order(
            f"ord_{secrets.token_hex(6)}", dict(cart.items), price, self.gateway.capture(payment.id)
        )
        self._orders[order.id] = order
        del self._carts[cart_id]
        return order

    def order(self, order_id: str) -> Order:
        """The order with this id, else CartError."""
        if order_id not in self._orders:
            raise CartError(f"no order {order_id!r}")
        return self._orders[order_id]
