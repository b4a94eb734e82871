"""Card payments: a vault that keeps cards unreadable, and a gateway that authorises, captures and refunds."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from checkout.bank import Bank
from checkout.config import Profile
from checkout.money import Money

_VAULT_ROUNDS = 150_000


class CardError(ValueError):
    """The card number cannot be right."""


class PaymentError(Exception):
    """The payment was refused, or the step is not possible now."""


def luhn_valid(number: str) -> bool:
    """Whether the check digit of a card number is right."""
    if not number.isascii() or not number.isdigit() or not 12 <= len(number) <= 19:
        return False
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card_token(number: str, salt: bytes) -> str:
    """A token to keep instead of the number; slow on purpose, for card numbers are easy to guess."""
    if not luhn_valid(number):
        raise CardError("the card number has a wrong check digit or length")
    return hashlib.pbkdf2_hmac("sha256", number.encode(), salt, _VAULT_ROUNDS).hex()


@dataclass(slots=True)
class Payment:
    """One payment and what has been given back of it."""

    id: str
    amount: Money
    token: str
    captured: bool = False
    refunded: Money = field(default_factory=lambda: Money(0))


class Gateway:
    """Authorises and captures payments under the limits of an environment."""

    def __init__(self, profile: Profile, bank: Bank | None = None) -> None:
        self._profile = profile
        self._bank = bank or Bank()
        self._salt = secrets.token_bytes(16)
        self._payments: dict[str, Payment] = {}

    def authorise(self, number: str, amount: Money) -> Payment:
        """Reserves an amount on a card, else CardError or PaymentError."""
        token = card_token(number, self._salt)
        if amount > self._profile.payment_limit:
            raise PaymentError(
                f"{amount} is above the limit of {self._profile.payment_limit} of {self._profile.name}"
            )
        if not self._bank.approves(number, amount):
            raise PaymentError("the bank declined this card")
        payment = Payment(id=f"pay_{secrets.token_hex(6)}", amount=amount, token=token)
        self._payments[payment.id] = payment
        return payment

    def capture(self, payment_id: str) -> Payment:
        """Takes the reserved amount; a second time is an error."""
        payment = self._payment(payment_id)
        if payment.captured:
            raise PaymentError(f"{payment_id} is captured already")
        payment.captured = True
        return payment

    def refund(self, payment_id: str, amount: Money) -> Payment:
        """Gives back a part or all of a captured payment."""
        payment = self._payment(payment_id)
        if not payment.captured:
            raise PaymentError(f"{payment_id} is not captured yet")
        if amount > payment.amount:
            raise PaymentError(f"cannot refund {amount} of {payment.amount}")
        payment.refunded = payment.refunded + amount
        return payment

    def _payment(self, payment_id: str) -> Payment:
        try:
            return self._payments[payment_id]
        except KeyError:
            raise PaymentError(f"no payment {payment_id!r}") from None
