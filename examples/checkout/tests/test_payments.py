"""Cards, limits, captures and refunds."""

from __future__ import annotations

import sys

import pytest
from checkout.config import Profile
from checkout.money import Money
from checkout.payments import CardError, Gateway, PaymentError, card_token, luhn_valid

GOOD_CARD = "4242424242424242"


@pytest.fixture
def gateway(settings: Profile) -> Gateway:
    return Gateway(settings)


@pytest.mark.smoke
@pytest.mark.parametrize(
    "number", ["4242424242424242", "5555555555554444", "378282246310005"], ids=["visa", "mastercard", "amex"]
)
def test_card_is_authorised_and_captured(gateway: Gateway, number: str) -> None:
    payment = gateway.authorise(number, Money.parse("10.00"))
    assert number not in payment.token
    assert gateway.capture(payment.id).captured


@pytest.mark.parametrize(
    "number", ["4242424242424241", "42", "４２４２４２４２４２４２４２４２", "4242-4242-4242-4242", ""]
)
def test_an_impossible_card_number_is_refused(number: str) -> None:
    assert not luhn_valid(number)
    with pytest.raises(CardError):
        card_token(number, b"salt")


def test_the_same_card_has_another_token_in_another_vault() -> None:
    assert card_token(GOOD_CARD, b"one") != card_token(GOOD_CARD, b"two")


def test_a_declined_card_takes_no_money(gateway: Gateway) -> None:
    with pytest.raises(PaymentError, match="declined"):
        gateway.authorise("4000000000000002", Money.parse("10.00"))


def test_the_limit_of_the_environment_holds(gateway: Gateway, settings: Profile) -> None:
    gateway.authorise(GOOD_CARD, settings.payment_limit)
    with pytest.raises(PaymentError, match="above the limit"):
        gateway.authorise(GOOD_CARD, settings.payment_limit + Money(1))


def test_a_payment_is_captured_once(gateway: Gateway) -> None:
    payment = gateway.authorise(GOOD_CARD, Money.parse("10.00"))
    gateway.capture(payment.id)
    with pytest.raises(PaymentError, match="already"):
        gateway.capture(payment.id)


def test_refunds_never_exceed_the_payment(gateway: Gateway) -> None:
    payment = gateway.authorise(GOOD_CARD, Money.parse("10.00"))
    gateway.capture(payment.id)
    gateway.refund(payment.id, Money.parse("6.00"))
    with pytest.raises(PaymentError, match="cannot refund"):
        gateway.refund(payment.id, Money.parse("6.00"))


@pytest.mark.skip(reason="needs a device with a wallet")
def test_pay_with_a_phone() -> None:
    raise NotImplementedError


@pytest.mark.skipif(sys.platform != "win32", reason="the cash drawer's driver exists for Windows only")
def test_cash_drawer_opens() -> None:
    raise NotImplementedError
