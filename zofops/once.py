"""Sends one slash command as a person would, waits for what becomes of it, and tells it as text and exit code."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slack_bot.followed import State
from zof_core.validation import quoted
from zof_local.workspace import demo_seed
from zofops.exit_codes import ExitCode
from zofops.world import World

_SEED = demo_seed()
_ASKING = frozenset({State.CONFIRMING.value, State.AWAITING.value})
_LOOK_EVERY = 0.1

_FORM = "this opens a form, which needs a person. Name project, environment and suite."
_PERSON = (
    "this waits for a person to confirm or approve it, so nothing was started. "
    "zofops demo without --once lets you be that person."
)

CODES = {
    "passed": ExitCode.PASSED,
    "answered": ExitCode.PASSED,
    "failed": ExitCode.FAILED,
    "denied": ExitCode.REFUSED,
    "rejected": ExitCode.REFUSED,
    "withdrawn": ExitCode.REFUSED,
    "expired": ExitCode.REFUSED,
    "lapsed": ExitCode.REFUSED,
    "unproven": ExitCode.REFUSED,
    "usage": ExitCode.REFUSED,
    "unknown_name": ExitCode.REFUSED,
    "modal": ExitCode.REFUSED,
    "error": ExitCode.FAULT,
    "fault": ExitCode.FAULT,
    "canceled": ExitCode.CANCELED,
}
"""What each outcome of the bot's ends with."""


class OnceError(ValueError):
    """The command cannot be sent as asked; the sentence says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A command to send: by whom (user id), where (channel name and id), and how many seconds it may take."""

    command: str
    channel: str
    channel_id: str
    user_id: str
    timeout: float


def order(command: str, *, channel: str, user: str, timeout: float) -> Order:
    """What was asked for, checked before anything is started.

    Args:
        channel: name with or without `#`, or id.
        user: Slack handle or id.
        timeout: seconds to wait for the end of what the command starts.

    Raises:
        OnceError: there is no such channel or person, or the text is no slash command.
    """
    if not command.startswith("/"):
        raise OnceError(f'{quoted(command)} is no slash command. Try: --once "/zof help"')
    people = ((user.name, user.id) for user in _SEED.users if not user.is_bot)
    channel_id = _find("channel", channel.removeprefix("#"), ((one.name, one.id) for one in _SEED.channels))
    return Order(
        command=command,
        channel=next(one.name for one in _SEED.channels if one.id == channel_id),
        channel_id=channel_id,
        user_id=_find("user", user.removeprefix("@"), people),
        timeout=timeout,
    )


async def send_once(world: World, order: Order) -> ExitCode:
    """Sends the command, prints what its sender then sees in the channel, and gives the exit code."""
    person = world.people.user(order.user_id)
    sent = await person.message(order.channel_id, order.command)
    try:
        code = await asyncio.wait_for(_code(world, sent), order.timeout)
    except TimeoutError:
        sentence = f"not ended within {order.timeout:g} s; stopping. Wait longer with --timeout."
        print(f"zofops: {sentence}", file=sys.stderr)
        code = ExitCode.WAITED_TOO_LONG
    print(_transcript(order, await person.messages(order.channel_id)))
    return code


def _find(what: str, name: str, known: Iterable[tuple[str, str]]) -> str:
    pairs = list(known)
    for handle, identifier in pairs:
        if name in (handle, identifier):
            return identifier
    raise OnceError(
        f"There is no {what} {quoted(name)} in the demo. Choose one of: {', '.join(handle for handle, _ in pairs)}."
    )


async def _code(world: World, sent: dict[str, Any]) -> ExitCode:
    """Waits until the bot's store says that nothing more will come of it."""
    if sent.get("kind") != "command" or not sent.get("delivery"):
        return ExitCode.REFUSED
    if sent["delivery"]["outcome"] != "acked":
        return ExitCode.FAULT
    key = f"{_SEED.team.id}:{sent['trigger_id']}"
    while True:
        outcome = await asyncio.to_thread(world.bot.store.command_outcome, key)
        if outcome is None:
            return ExitCode.FAULT
        if outcome.settled:
            if outcome.outcome == "modal":
                print(f"zofops: {_FORM}", file=sys.stderr)
            return CODES[outcome.outcome]
        if outcome.state in _ASKING and await asyncio.to_thread(_is_shown, world, key):
            print(f"zofops: {_PERSON}", file=sys.stderr)
            return ExitCode.REFUSED
        await asyncio.sleep(_LOOK_EVERY)


def _is_shown(world: World, key: str) -> bool:
    row = world.bot.store.followed_by_key(key)
    return row is not None and row.card.ts is not None


def _transcript(order: Order, messages: list[dict[str, Any]]) -> str:
    """The channel as this person sees it; like Slack's, it does not keep the command itself."""
    names = {user.id: user.real_name for user in _SEED.users}
    lines = [f"#{order.channel}  {names[order.user_id]} types: {order.command}"]
    for message in messages:
        who = names.get(str(message.get("user") or ""), _SEED.app.name)
        private = "  (only visible to you)" if message.get("ephemeral") else ""
        body = "\n".join(f"  {line}" for line in str(message["plain"]).splitlines())
        lines += ["", f"{who}{private}", body]
    return "\n".join(lines)
