"""Signatures, as slack_sdk verifies them."""

from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from zof_local.workspace.signing import signed_headers


class Fixed(Clock):
    def now(self):
        return 1_700_000_000.0


SECRETS = st.text("0123456789abcdef", min_size=1)


@given(SECRETS, st.text().map(str.encode))
def test_slack_sdk_accepts_our_signature(secret, body):
    verifier = SignatureVerifier(secret, Fixed())
    headers = signed_headers(secret, 1_700_000_000.9, body)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"x", headers)


def test_a_documented_example():
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = signed_headers("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, body)
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert headers["X-Slack-Signature"] == expected
