"""From lines of a cart to what is to be paid: discounts, VAT, shipping."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from checkout.catalogue import Product
from checkout.money import Money

VAT_RATES = {"standard": Decimal(19), "reduced": Decimal(7)}
DISCOUNT_CODES = {"WELCOME10": Decimal(10), "SUMMER15": Decimal(15)}
FREE_SHIPPING_FROM = Money.parse("50.00")
SHIPPING = Money.parse("4.90")


class UnknownCodeError(ValueError):
    """Nobody gave out this discount code."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a cart costs; `vat` is contained in `total`."""

    subtotal: Money
    discount: Money
    shipping: Money
    vat: Money
    total: Money


def discount_rate(codes: tuple[str, ...]) -> Decimal:
    """The sum of the codes' rates in per cent; each code counts once."""
    rate = Decimal(0)
    for code in set(codes):
        if code.upper() not in DISCOUNT_CODES:
            raise UnknownCodeError(f"discount code {code!r} is not known")
        rate += DISCOUNT_CODES[code.upper()]
    return rate


def included_vat(product: Product, quantity: int) -> Money:
    """The VAT contained in the price of one line."""
    rate = VAT_RATES[product.vat]
    per_piece = product.price.percent(rate * 100 / (100 + rate))
    return per_piece * quantity


def quote(lines: list[tuple[Product, int]], codes: tuple[str, ...] = ()) -> Quote:
    """Prices the lines of a cart (product, quantity)."""
    subtotal = Money(0)
    vat = Money(0)
    for product, quantity in lines:
        subtotal = subtotal + product.price * quantity
        vat = vat + included_vat(product, quantity)
    discount = subtotal.percent(discount_rate(codes))
    goods = subtotal - discount
    shipping = SHIPPING if lines and goods < FREE_SHIPPING_FROM else Money(0)
    return Quote(subtotal=subtotal, discount=discount, shipping=shipping, vat=vat, total=goods + shipping)
