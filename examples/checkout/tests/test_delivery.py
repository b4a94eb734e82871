"""What happens after the payment: the warehouse packs and ships."""

from __future__ import annotations

import json
import urllib.request

import pytest


def _get(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return dict(json.load(answer))


def test_the_warehouse_knows_every_article(warehouse: str) -> None:
    assert _get(f"{warehouse}/articles/MUG-01")["sku"] == "MUG-01"


def test_a_parcel_gets_a_tracking_number(warehouse: str) -> None:
    assert _get(f"{warehouse}/parcels/next")["tracking"]


@pytest.mark.xfail(reason="express delivery is not sold yet", strict=False)
def test_express_delivery_has_a_price() -> None:
    from checkout import pricing  # noqa: PLC0415 - what is missing is looked for when the case runs

    assert pricing.EXPRESS_SHIPPING  # type: ignore[attr-defined]  # the defect itself
