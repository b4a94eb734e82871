"""Amounts of money in minor units (cents), so that sums are exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met in one sum."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of a currency: `Money(1999, "EUR")` is 19.99 EUR."""

    minor: int
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str, currency: str = "EUR") -> Money:
        """Reads a decimal amount such as `"19.99"`."""
        amount = (Decimal(text) * 100).to_integral_value(rounding=ROUND_HALF_UP)
        return cls(int(amount), currency)

    def __add__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)

    def percent(self, rate: Decimal) -> Money:
        """`rate` per cent of this amount, half a cent rounded up."""
        share = (Decimal(self.minor) * rate / 100).to_integral_value(rounding=ROUND_HALF_UP)
        return Money(int(share), self.currency)

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02d} {self.currency}"

    def _require_same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"cannot combine {self.currency} with {other.currency}")
