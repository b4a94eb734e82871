"""The one door to Slack's Web API: every call goes through here, and every answer becomes a plain value.

The SDK's retry handlers are off: a retry after a lost connection can post twice. What is tried again, the row
says.
"""

from __future__ import annotations

import asyncio
import json
import logging
import urllib.parse
from collections.abc import Awaitable, Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from slack_bot.known import ChannelFacts, PersonFacts, channel_facts, person_facts
from slack_bot.payloads import mapping, text
from slack_bot.results import CardMissing, Said, Shown, SlackBusy, SlackRefused
from slack_bot.text import LOOPBACK
from slack_bot.views.blocks import Message

log: Final = logging.getLogger(__name__)

EVENT_TYPE: Final = "zof_run"
_LAYOUT: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments"}
)
_TRANSIENT: Final = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_WORDS: Final = {
    "channel_not_found": "I am not in this channel, or it is gone. Invite me with /invite @Zof.",
    "not_in_channel": "I am not in this channel. Invite me with /invite @Zof.",
    "is_archived": "This channel is archived, so I cannot post here.",
    "invalid_auth": "Slack no longer takes my token. Whoever runs the bot must set SLACK_BOT_TOKEN anew.",
    "token_revoked": "Slack has revoked my token. Whoever runs the bot must set SLACK_BOT_TOKEN anew.",
    "missing_scope": "I lack a permission (scope) in this Slack workspace. Whoever runs the bot must add it.",
}
_APP_WORDS: Final = {
    "invalid_auth": "Slack does not take it. Make one on your app's page, Basic Information → App-Level Tokens, with "
    "the scope connections:write.",
    "not_allowed_token_type": "this is another kind of token. App-level tokens begin with xapp-: Basic Information → "
    "App-Level Tokens.",
    "missing_scope": "it lacks the scope connections:write. Make a new one under Basic Information → App-Level Tokens.",
    "socket_mode_not_enabled": "Socket Mode is off for this app. Switch it on under Settings → Socket Mode.",
    "token_revoked": "Slack has revoked it. Make a new one under Basic Information → App-Level Tokens.",
}
_HISTORY_PAGES: Final = 5
_MEMBER_PAGES: Final = 10
_FAILURES: Final = (aiohttp.ClientError, TimeoutError, OSError, SlackClientError, ValueError)


class SlackDoor:
    """Calls Slack.

    Args:
        client: made without retry handlers, with the shared session.
        session: the same session, for response URLs.
    """

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
        self._client = client
        self._session = session

    async def own_team(self) -> str | SlackBusy | SlackRefused:
        """Id of the workspace that the token belongs to."""
        result = await self._call(self._client.auth_test())
        if not isinstance(result, dict):
            return result
        return text(result, "team_id") or SlackRefused("Slack does not say whose token this is.")

    async def socket_url(self, app_token: str) -> str | SlackBusy | SlackRefused:
        """The address of a new Socket Mode connection; it works once."""
        result = await self._call(self._client.apps_connections_open(app_token=app_token), _APP_WORDS)
        if not isinstance(result, dict):
            return result
        return text(result, "url", 3000) or SlackRefused("Slack gives no address for Socket Mode.")

    async def person(self, user: str) -> PersonFacts | SlackBusy | SlackRefused | None:
        """What Slack says of somebody (`users.info`)."""
        result = await self._call(self._client.users_info(user=user))
        return person_facts(result, user) if isinstance(result, dict) else result

    async def channel(self, channel: str) -> ChannelFacts | SlackBusy | SlackRefused | None:
        """What Slack says of a channel (`conversations.info`)."""
        result = await self._call(self._client.conversations_info(channel=channel))
        return channel_facts(result, channel) if isinstance(result, dict) else result

    async def group(self, group: str) -> frozenset[str] | SlackBusy | SlackRefused:
        """User ids of a user group (`usergroups.users.list`); nobody is in one that is switched off."""
        result = await self._call(self._client.usergroups_users_list(usergroup=group))
        if not isinstance(result, dict):
            return result
        users = result.get("users")
        if not isinstance(users, list):
            return SlackRefused("Slack does not say who is in this group.")
        return frozenset(user for user in users if isinstance(user, str))

    async def members(self, channel: str) -> frozenset[str] | SlackBusy | SlackRefused:
        """User ids of those in a channel (`conversations.members`), as far as a few pages list them."""
        found: set[str] = set()
        cursor: str | None = None
        for _ in range(_MEMBER_PAGES):
            called = self._client.conversations_members(channel=channel, limit=1000, cursor=cursor)
            result = await self._call(called)
            if not isinstance(result, dict):
                return result
            found |= {user for user in result.get("members") or () if isinstance(user, str)}
            cursor = mapping(result.get("response_metadata")).get("next_cursor")
            if not cursor:
                break
        return frozenset(found)

    async def post_card(
        self, channel: str, message: Message, key: str, run_id: str, *, thread_ts: str | None = None
    ) -> Shown | SlackBusy | SlackRefused:
        """Posts a run's card, or a reply in its thread, marked with a key so that it can be found again."""
        result = await self._call(
            self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=list(message.blocks),
                metadata=_metadata(key, run_id),
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
            ),
            writes=True,
        )
        return Shown(str(result["ts"]), message.digest()) if isinstance(result, dict) else result

    async def update_card(
        self, channel: str, ts: str, message: Message, key: str, run_id: str
    ) -> Shown | SlackBusy | SlackRefused | CardMissing:
        """Brings a card up to date. Text and blocks always go together: without one Slack drops the other."""
        result = await self._call(
            self._client.chat_update(
                channel=channel,
                ts=ts,
                text=message.text,
                blocks=list(message.blocks),
                metadata=_metadata(key, run_id),
            )
        )
        if isinstance(result, SlackRefused) and result.sentence in (
            "message_not_found",
            "cant_update_message",
        ):
            return CardMissing()
        return Shown(ts, message.digest()) if isinstance(result, dict) else result

    async def find_cards(self, channel: str, key: str, since: float) -> list[str] | SlackBusy | SlackRefused:
        """The ids of a run's cards in a channel, oldest first, by their metadata."""
        found: list[str] = []
        cursor: str | None = None
        for _ in range(_HISTORY_PAGES):
            result = await self._call(
                self._client.conversations_history(
                    channel=channel,
                    oldest=f"{since:.6f}",
                    include_all_metadata=True,
                    limit=200,
                    cursor=cursor,
                )
            )
            if not isinstance(result, dict):
                return result
            found += [str(item["ts"]) for item in result.get("messages") or () if _is_card(item, key)]
            cursor = mapping(result.get("response_metadata")).get("next_cursor")
            if not cursor:
                break
        return sorted(found, key=float)

    async def has_reply(self, channel: str, ts: str, key: str) -> bool | SlackBusy | SlackRefused:
        """Whether a message's thread has our reply of this key already."""
        result = await self._call(
            self._client.conversations_replies(channel=channel, ts=ts, include_all_metadata=True, limit=200)
        )
        if not isinstance(result, dict):
            return result
        return any(_is_card(item, key) for item in result.get("messages") or ())

    async def delete(self, channel: str, ts: str) -> SlackBusy | None:
        """Removes a message of ours; one that is gone already is fine. What Slack has no time for is to be repeated."""
        result = await self._call(self._client.chat_delete(channel=channel, ts=ts))
        if isinstance(result, SlackBusy):
            return result
        if not isinstance(result, dict):
            log.warning("A doubled card could not be removed: %s", result)
        return None

    async def tell(
        self, channel: str, user: str, message: Message, response_url: str | None, thread: str | None = None
    ) -> Said | SlackBusy | SlackRefused:
        """Tells one person something that nobody else sees: by response URL, else in the channel or a thread of it."""
        if response_url and may_answer_at(response_url, self._client.base_url):
            result = await self._answer_at(response_url, message)
            if not isinstance(result, SlackRefused):
                return result
        called = await self._call(
            self._client.chat_postEphemeral(
                channel=channel,
                user=user,
                text=message.text,
                blocks=list(message.blocks),
                thread_ts=thread,
            )
        )
        return Said() if isinstance(called, dict) else called

    async def open_modal(self, trigger_id: str, view: dict[str, Any], timeout: float) -> bool:
        """Opens a modal. False if Slack did not take it in time (a trigger lives 3 seconds)."""
        try:
            async with asyncio.timeout(timeout):
                result = await self._call(self._client.views_open(trigger_id=trigger_id, view=view))
        except TimeoutError:
            log.warning("views.open did not answer within %s s.", timeout)
            return False
        if not isinstance(result, dict):
            log.warning("The form could not be opened: %s", result)
        return isinstance(result, dict)

    async def update_modal(self, external_id: str, view: dict[str, Any]) -> Said | SlackBusy | SlackRefused:
        """Shows something else in an open modal. One that is not there may still be opening: it is tried again."""
        called = await self._call(self._client.views_update(external_id=external_id, view=view))
        if isinstance(called, SlackRefused) and "not_found" in called.sentence:
            return SlackBusy()
        return Said() if isinstance(called, dict) else called

    async def publish_home(
        self, user: str, view: dict[str, Any], digest: str
    ) -> Shown | SlackBusy | SlackRefused:
        """Shows somebody their home tab."""
        called = await self._call(self._client.views_publish(user_id=user, view=view))
        return Shown("", digest) if isinstance(called, dict) else called

    async def _call(
        self,
        request: Awaitable[AsyncSlackResponse],
        words: Mapping[str, str] = _WORDS,
        *,
        writes: bool = False,
    ) -> dict[str, Any] | SlackBusy | SlackRefused:
        try:
            response = await request
        except SlackApiError as error:
            return _refusal(error, words, writes=writes)
        except _FAILURES as error:
            log.info("Slack did not answer: %s", type(error).__name__)
            return SlackBusy(doubtful=writes)
        return response.data if isinstance(response.data, dict) else SlackBusy(doubtful=writes)

    async def _answer_at(self, url: str, message: Message) -> Said | SlackBusy | SlackRefused:
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": message.text,
            "blocks": list(message.blocks),
        }
        try:
            async with self._session.post(
                url, data=json.dumps(body), headers=_JSON, allow_redirects=False
            ) as answer:
                if answer.status == 429:
                    return SlackBusy(_seconds(answer.headers.get("Retry-After")))
                if answer.status >= 500:
                    return SlackBusy()
                said = await answer.content.read(2000)
        except _FAILURES as error:
            log.info("A response URL did not answer: %s", type(error).__name__)
            return SlackBusy()
        # Slack answers "ok", or JSON that says what is wrong (used up, expired).
        refused = answer.status >= 300 or b'"ok":false' in said.replace(b" ", b"")
        return SlackRefused("response_url") if refused else Said()


def may_answer_at(url: str, base_url: str) -> bool:
    """Whether a response URL leads to the Slack that the bot talks to: only there an answer is sent.

    A stand-in answers at its own origin, Slack itself at that of its hooks.

    Args:
        base_url: of the Web API.
    """
    try:
        own, there = urllib.parse.urlsplit(base_url), urllib.parse.urlsplit(url)
    except ValueError:
        return False
    if own.hostname in LOOPBACK:
        return (there.scheme, there.netloc) == (own.scheme, own.netloc)
    return there.scheme == "https" and there.netloc in _HOOKS


_HOOKS: Final = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}


def _metadata(key: str, run_id: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key, "run_id": run_id}}


def _is_card(item: object, key: str) -> bool:
    metadata = mapping(mapping(item).get("metadata"))
    return (
        metadata.get("event_type") == EVENT_TYPE and mapping(metadata.get("event_payload")).get("key") == key
    )


def _refusal(error: SlackApiError, words: Mapping[str, str], *, writes: bool) -> SlackBusy | SlackRefused:
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0) or 0
    headers = getattr(response, "headers", None) or {}
    data = getattr(response, "data", None)
    code = str(mapping(data).get("error") or "")
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return SlackBusy(_seconds(headers.get("Retry-After")))
    if status >= 500 or code in _TRANSIENT or not code:
        return SlackBusy(doubtful=writes)
    log.warning("Slack refused: %s", code)
    if code in ("message_not_found", "cant_update_message"):
        return SlackRefused(code)
    sentence = words.get(code, f"Slack refused the message ({code}).")
    return SlackRefused(sentence, layout=code in _LAYOUT)


def _seconds(value: object) -> float | None:
    try:
        return max(float(str(value)), 0.0)
    except ValueError:
        return None
