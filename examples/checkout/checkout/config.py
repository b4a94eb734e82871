"""What differs between the environments the shop runs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checkout.money import Money


@dataclass(frozen=True, slots=True)
class Profile:
    """An environment's rules: the highest single payment."""

    name: str
    payment_limit: Money


PROFILES = {
    "staging": Profile("staging", payment_limit=Money.parse("1000.00")),
    "production": Profile("production", payment_limit=Money.parse("2500.00")),
}


def profile(environment: Mapping[str, str]) -> Profile:
    """The profile that `CHECKOUT_PROFILE` names, `staging` without one."""
    name = environment.get("CHECKOUT_PROFILE", "staging")
    if name not in PROFILES:
        raise ValueError(f"CHECKOUT_PROFILE is {name!r}, but only {', '.join(sorted(PROFILES))} exist")
    return PROFILES[name]
