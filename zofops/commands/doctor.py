"""`zofops doctor`: what stands in the way of the bot, found by reading alone: nothing is started, posted or changed."""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slack_bot.audit import first_break
from slack_bot.config import load_config
from slack_bot.endpoint import PATH
from slack_bot.errors import BotError, StoreInUseError, StoreUnusableError
from slack_bot.manifest import SCOPES
from slack_bot.settings import BotSettings, Transport
from slack_bot.store import Store, StoreLock, told_of_trouble
from zof_core import ZofApiError, ZofClient, ZofPermissionError
from zof_core.wording import error_sentences
from zofops.exit_codes import ExitCode

GOOD, BAD, UNKNOWN = "✓", "✗", "–"
_SIGNED_WINDOW = 300.0
"""Seconds by which a request's timestamp may differ (docs.slack.dev, verifying requests)."""
_WORRYING_SKEW = 30.0
_TIMEOUT = 10.0
_DEFAULT_URL = "http://127.0.0.1:3000"
_READS: tuple[tuple[str, Callable[[ZofClient], object]], ...] = (
    ("projects:read", lambda zof: zof.projects.list(limit=1)),
    ("runs:read", lambda zof: zof.runs.list(limit=1)),
    ("results:read", lambda zof: zof.results.list(limit=1)),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: how it stands with something, and what to do next if there is anything to do."""

    mark: str
    about: str
    said: str
    next: str = ""


def main(arguments: argparse.Namespace) -> int:
    """Prints what it finds as it finds it; 0 if nothing is wrong, 1 if something is, 2 without settings."""
    try:
        transport = Transport(arguments.transport) if arguments.transport else None
        settings = BotSettings.from_env(os.environ, transport=transport)
    except BotError as error:
        _say([Finding(BAD, "settings", str(error))])
        return ExitCode.REFUSED
    findings: list[Finding] = []
    for finding in examine(settings, arguments.url):
        _say([finding])
        findings.append(finding)
    wrong = sum(finding.mark == BAD for finding in findings)
    unknown = sum(finding.mark == UNKNOWN for finding in findings)
    rest = f" {unknown} could not be known by reading." if unknown else ""
    first = f"{wrong} of {len(findings)} need you." if wrong else "Nothing is in the way."
    print(f"\n{first}{rest}")
    return ExitCode.FAILED if wrong else ExitCode.PASSED


def _say(findings: Iterable[Finding]) -> None:
    for finding in findings:
        first, *more = finding.said.splitlines() or [""]
        print(f"{finding.mark} {finding.about:<13} {first}", flush=True)
        for line in more:
            print(f"{'':15} {line}")
        if finding.next:
            print(f"{'':15} → {finding.next}", flush=True)


def examine(settings: BotSettings, url: str | None) -> Iterator[Finding]:
    """All findings, in the order in which one would mend things."""
    how = "Socket Mode" if settings.transport is Transport.SOCKET else "HTTP"
    yield Finding(GOOD, "settings", f"all there; Slack's requests come over {how}")
    yield rules(settings.config_path)
    yield from store(settings.store_path)
    yield from slack(settings)
    if settings.transport is Transport.SOCKET:
        yield sockets(settings)
        if url is None:
            yield Finding(
                UNKNOWN, "bot", "not asked", "give --url http://127.0.0.1:3000 to ask one that runs"
            )
        else:
            yield readiness(url)
    else:
        yield from itself(settings, url or _DEFAULT_URL)
    yield from zof(settings)


def rules(path: Path) -> Finding:
    """Whether the policy file is valid."""
    try:
        policy = load_config(path).policy
    except BotError as error:
        return Finding(BAD, "rules", str(error))
    said = f"{path}: {len(policy.allow)} allow, {len(policy.deny)} deny"
    if not policy.allow:
        return Finding(BAD, "rules", said, "nobody may do anything: write an [[allow]] rule")
    return Finding(GOOD, "rules", said)


def store(path: Path) -> Iterator[Finding]:
    """Whether the store can be written and locked, and whether the audit trail in it is whole."""
    place = path.parent if not path.exists() else path
    if not os.access(path.parent, os.W_OK | os.X_OK) or not os.access(place, os.W_OK):
        yield Finding(
            BAD, "store", f"{path} cannot be written", "give ZOFOPS_STORE a place this user may write"
        )
        return
    if not path.exists():
        yield Finding(GOOD, "store", f"{path} will be made at the first start")
        return
    lock, held = StoreLock(path), "nobody has it now"
    try:
        lock.acquire()
    except StoreInUseError:
        held = "a bot has it, as it should"
    finally:
        lock.release()
    try:
        with told_of_trouble(path), closing(Store(path)) as opened:
            opened.check()
            trail = opened.trail()
    except StoreUnusableError as error:
        yield Finding(BAD, "store", str(error))
        return
    yield Finding(GOOD, "store", f"{path}; {held}")
    broken = first_break(trail)
    if broken is not None:
        yield Finding(BAD, "audit trail", broken, "zofops audit export shows it; keep a copy of the file")
    else:
        yield Finding(GOOD, "audit trail", f"whole, {len(trail)} entries")


def slack(settings: BotSettings) -> Iterator[Finding]:
    """Whose the bot token is, what it may do, and whether the clocks agree."""
    client = _slack(settings)
    before = time.time()
    try:
        answer = client.auth_test()
    except (SlackApiError, SlackClientError, OSError) as error:
        yield _slack_trouble("Slack", error, "set SLACK_BOT_TOKEN from OAuth & Permissions")
        return
    headers = {name.lower(): value for name, value in answer.headers.items()}
    yield Finding(GOOD, "Slack", f"{answer.get('user')} in {answer.get('team')} ({answer.get('team_id')})")
    yield scopes(headers.get("x-oauth-scopes"))
    yield skew(headers.get("date"), (before + time.time()) / 2)


def scopes(header: str | None) -> Finding:
    """Whether the token may do what the bot does."""
    if header is None:
        return Finding(UNKNOWN, "scopes", "Slack did not say which the token has")
    granted = {one.strip() for one in header.split(",")}
    missing = sorted(set(SCOPES) - granted)
    if missing:
        todo = "paste the output of zofops manifest into the app's manifest, then reinstall the app"
        return Finding(BAD, "scopes", f"missing: {', '.join(missing)}", todo)
    more = sorted(granted - set(SCOPES) - {""})
    unused = f"; not needed: {', '.join(more)}" if more else ""
    return Finding(GOOD, "scopes", f"all {len(SCOPES)} there{unused}")


def skew(date: str | None, now: float) -> Finding:
    """Whether this clock and Slack's agree: a signed request is good for five minutes."""
    try:
        differs = now - parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return Finding(UNKNOWN, "clock", "Slack's answer has no date to compare with")
    # The header has whole seconds.
    differs = 0.0 if abs(differs) <= 1.5 else differs
    said = (
        f"{abs(differs):.0f} s {'ahead of' if differs > 0 else 'behind'} Slack's" if differs else "as Slack's"
    )
    if abs(differs) >= _SIGNED_WINDOW:
        return Finding(BAD, "clock", f"{said}: every request is refused as too old", "set it (NTP)")
    return Finding(
        BAD if abs(differs) > _WORRYING_SKEW else GOOD, "clock", said, "" if not differs else "set it (NTP)"
    )


def sockets(settings: BotSettings) -> Finding:
    """Whether Slack opens Socket Mode connections for the app token."""
    assert settings.slack_app_token is not None
    try:
        _slack(settings).apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except (SlackApiError, SlackClientError, OSError) as error:
        todo = "Socket Mode on, and an app-level token with connections:write in SLACK_APP_TOKEN"
        return _slack_trouble("Socket Mode", error, todo)
    return Finding(GOOD, "Socket Mode", "Slack gives an address to connect to")


def itself(settings: BotSettings, url: str) -> Iterator[Finding]:
    """A signed request to the bot, as Slack sends it, and a forged one."""
    assert settings.slack_signing_secret is not None
    secret = settings.slack_signing_secret.get_secret_value()
    challenge = hashlib.sha256(os.urandom(16)).hexdigest()[:24]
    body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
    target = f"{url.rstrip('/')}{PATH}"
    try:
        answer = _post(target, body, secret)
        forged = _post(target, body, f"not {secret}")
    except httpx.HTTPError as error:
        said = f"no bot answers at {target} ({type(error).__name__})"
        yield Finding(UNKNOWN, "signed", said, "start it with zofops bot, or give --url")
        return
    if answer.status_code == 200 and challenge in answer.text:
        yield Finding(GOOD, "signed", f"{target} takes Slack's signature")
    else:
        todo = "does the running bot have the same SLACK_SIGNING_SECRET?"
        yield Finding(BAD, "signed", f"{target} answers {answer.status_code} to a right signature", todo)
    if forged.status_code == 401:
        yield Finding(GOOD, "forged", "refused")
    else:
        yield Finding(
            BAD, "forged", f"answered with {forged.status_code}", "is this the bot? Do not expose it"
        )
    yield readiness(url)


def readiness(url: str) -> Finding:
    """What the running bot says of itself."""
    try:
        answer = httpx.get(f"{url.rstrip('/')}/readyz", timeout=_TIMEOUT)
        reasons = answer.json().get("reasons", [])
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        return Finding(
            UNKNOWN, "bot", f"no bot answers at {url} ({type(error).__name__})", "zofops bot starts it"
        )
    if answer.status_code == 200:
        return Finding(GOOD, "bot", "runs and takes requests")
    return Finding(BAD, "bot", f"not ready: {'; '.join(str(one)[:200] for one in reasons)}")


def zof(settings: BotSettings) -> Iterator[Finding]:
    """What the key may read, what cannot be known without acting, and what is left of the rate limit."""
    with ZofClient(
        settings.zof_api_key.get_secret_value(),
        base_url=settings.zof_base_url,
        timeout=_TIMEOUT,
        max_retries=0,
    ) as client:
        may: list[str] = []
        for permission, read in _READS:
            try:
                read(client)
            except ZofPermissionError:
                todo = f"give the key's role {permission} in Zof's Admin Center"
                yield Finding(BAD, "Zof", f"the key lacks {permission}", todo)
            except ZofApiError as error:
                yield Finding(BAD, "Zof", error_sentences(error))
                return
            else:
                may.append(permission)
        if may:
            yield Finding(GOOD, "Zof", f"the key may: {', '.join(may)}")
        said = "runs:create and runs:cancel cannot be known without starting a run"
        yield Finding(UNKNOWN, "Zof", said, "zofops run PROJECT ENVIRONMENT SUITE shows the first")
        stats = client.stats()
    if stats.rate_limit is None or stats.rate_remaining is None:
        yield Finding(UNKNOWN, "budget", "Zof did not say what is left of its rate limit")
        return
    said = f"{stats.rate_remaining} of {stats.rate_limit} requests are left in this window"
    low = stats.rate_remaining < stats.rate_limit / 10
    todo = "others of the organisation use it up; the bot will wait" if low else ""
    yield Finding(BAD if low else GOOD, "budget", said, todo)


def _slack(settings: BotSettings) -> WebClient:
    token = settings.slack_bot_token.get_secret_value()
    return WebClient(token=token, base_url=settings.slack_base_url, timeout=int(_TIMEOUT), retry_handlers=[])


def _slack_trouble(about: str, error: Exception, todo: str) -> Finding:
    if isinstance(error, SlackApiError):
        response: Any = error.response
        code = str(response.get("error") or response.status_code)[:100]
        if code == "ratelimited":
            return Finding(UNKNOWN, about, "Slack asks to wait (rate limit)", "try again in a minute")
        return Finding(BAD, about, f"Slack refuses: {code}", todo)
    return Finding(BAD, about, f"Slack does not answer ({type(error).__name__})", "check network and proxy")


def _post(target: str, body: bytes, secret: str) -> httpx.Response:
    timestamp = str(int(time.time()))
    mac = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={mac}",
    }
    return httpx.post(target, content=body, headers=headers, timeout=_TIMEOUT)
