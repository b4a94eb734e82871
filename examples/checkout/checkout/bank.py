"""A stand-in for the bank that issued a card: it thinks for a moment, then approves or declines."""

from __future__ import annotations

import time

from checkout.money import Money

_DECLINED_CARDS = frozenset({"4000000000000002"})


class Bank:
    """Decides about payments; `seconds` is how long it takes, as a real one would."""

    def __init__(self, seconds: float = 0.15) -> None:
        self._seconds = seconds

    def approves(self, number: str, amount: Money) -> bool:
        """Whether the card's owner may spend this amount."""
        time.sleep(self._seconds)
        return number not in _DECLINED_CARDS and amount.minor > 0
