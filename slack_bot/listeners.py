"""Bolt's listeners. Each one parses, judges, commits one inbox row, and acks: an ack is a promise.

With `process_before_response=True` the ack leaves when a listener returns, so nothing here waits for anything
but the commit. `views.open` is the one exception: its trigger lives three seconds.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from slack_bot import grammar
from slack_bot.approvals import people_of
from slack_bot.clicks import (
    CLICKS,
    HOME_CLICKS,
    is_of_home,
    judge_click,
    judge_home,
    judge_home_click,
    judge_repeated_click,
    judge_shortcut,
    tried,
)
from slack_bot.config import BotConfig
from slack_bot.directory import Directory
from slack_bot.errands import Errand
from slack_bot.followed import FollowedRun
from slack_bot.inbox_rows import click_row, command_row, event_row, form_row
from slack_bot.intake import Known, judge_command, judge_mention, judge_submission
from slack_bot.manifest import HOME_EVENT, MENTION_EVENT
from slack_bot.payloads import mapping, text
from slack_bot.pressing import Earlier, Try, earlier, key_of_try
from slack_bot.questions import person_asked_about
from slack_bot.requests import (
    ACTIONS_SHORTCUT,
    AppEvent,
    ButtonValue,
    Click,
    SlashCommand,
    button_value,
    channel_of,
    click,
    home_opened,
    mention,
    named_in,
    shortcut,
    slash_command,
    submission,
    team_of,
)
from slack_bot.settings import Timing
from slack_bot.sight import catalogue_for
from slack_bot.slack_door import SlackDoor
from slack_bot.store import questions
from slack_bot.store.records import Committed, InboxKind, InboxRow
from slack_bot.store.store import Store
from slack_bot.store.tries import tries
from slack_bot.store.writer import InboxWriter
from slack_bot.verdicts import Verdict, called
from slack_bot.views import answers
from slack_bot.views.blocks import Message, note
from slack_bot.views.form import CHOICE, RUN_FORM, closing_note, field_errors, offered, read_form

log: Final = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

_ANYTHING: Final = re.compile(r".*", re.DOTALL)
_AUDIT_READ: Final = 400
_DOUBLE_CLICK_SECONDS: Final = 10.0


class Listeners:
    """What happens on a command, a click and a submitted form.

    Args:
        team: id of the bot's own workspace; None while it is not known.
        directory: the rules as they are now, and what Slack says of those they are about.
        executor: threads for calls to the store.
        clock: Unix time.
    """

    def __init__(
        self,
        *,
        store: Store,
        writer: InboxWriter,
        slack: SlackDoor,
        team: Callable[[], str | None],
        directory: Directory,
        executor: Executor,
        timing: Timing,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._writer = writer
        self._slack = slack
        self._team = team
        self._directory = directory
        self._config = directory.config
        self._executor = executor
        self._timing = timing
        self._clock = clock

    def register(self, app: AsyncApp) -> None:
        """Hands the listeners to Bolt. What no listener knows is acked and changes nothing."""
        app.use(self._of_our_workspace)
        app.command(_ANYTHING)(self.on_command)
        for action in CLICKS:
            app.action(action)(self.on_click)
        for action in HOME_CLICKS:
            app.action(action)(self.on_home_click)
        app.view(RUN_FORM)(self.on_form)
        app.options(CHOICE)(self.on_options)
        app.shortcut(ACTIONS_SHORTCUT)(self.on_shortcut)
        app.event(HOME_EVENT)(self.on_home)
        app.event(MENTION_EVENT)(self.on_mention)
        app.action(_ANYTHING)(_only_ack)
        app.view(_ANYTHING)(_only_ack)

    async def _of_our_workspace(
        self, body: dict[str, Any], ack: AsyncAck, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        own, team = self._team(), team_of(body)
        if own is not None and team == own:
            await self._directory.look_around(*named_in(body))
            return await next_()
        log.warning("A request of Slack's was not taken: %s.", "another workspace" if own else "not ready")
        said = answers.stranger() if own else answers.not_ready()
        is_command = "command" in body
        return await (ack(response_type="ephemeral", text=said.text) if is_command else ack())

    async def on_command(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A slash command."""
        request = slash_command(body)
        if request is None:
            await ack()
            return
        try:
            verdict, committed = await self._take_command(request)
        except Exception:
            log.exception("A command could not be taken down.")
            await _answer(ack, answers.fault())
            return
        if verdict.modal is not None and committed.fresh:
            await self._open(request, verdict.modal, ack)
            return
        answer = committed.row.answer
        await _answer(ack, note(answer) if answer else None)

    async def on_click(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A click on one of a card's buttons. Its ack can show nothing; the answer follows from the row."""
        request = click(body)
        value = button_value(request.value) if request else None
        if request is not None and value is not None:
            now, config = self._clock(), self._config()
            request = replace(request, user=called(request.user, config))
            followed = await self._in_thread(self._meant, value)
            await self._directory.look(people_of(followed))
            if is_of_home(request, value):
                await self._directory.look_everywhere([request.user.id])
            verdict = tried(request, judge_click(request, value, followed, config, now))
            committed = await self._writer.write(click_row(request, verdict, config, now))
            await self._show(request, verdict, committed)
            if not committed.fresh:
                await self._click_again(request, verdict, committed.row, config, now)
        await ack()

    async def _click_again(
        self, request: Click, verdict: Verdict, first: InboxRow, config: BotConfig, now: float
    ) -> None:
        """A click on a button that somebody has pressed: tries again what did not come off, else says what was."""
        found = await self._in_thread(self._store.asked, tries, first.key)
        if not found and isinstance(first.entity, Errand):
            found = [Try(first.entity)]
        # What was answered by "already" has a row of its own, and delivered again it is that click still.
        if not found or await self._in_thread(self._store.knows, request.key):
            return
        before = earlier(found, request.key)
        if before is Earlier.UNDONE:
            again = tried(request, verdict, key_of_try(first.key, len(found) + 1))
            await self._writer.write(click_row(request, again, config, now))
        elif before is not Earlier.ITSELF and now - found[-1].errand.asked_at > _DOUBLE_CLICK_SECONDS:
            said = judge_repeated_click(request, now, pending=before is Earlier.PENDING)
            await self._writer.write(click_row(request, said, config, now))

    def _meant(self, value: ButtonValue) -> FollowedRun | None:
        if value.run:
            return self._store.followed_by_run_id(value.run)
        return self._store.followed_by_key(value.key)

    async def on_shortcut(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """The shortcut on a message that shows a run."""
        request = shortcut(body)
        if request is not None:
            now, config = self._clock(), self._config()
            request = replace(request, user=called(request.user, config))
            stamps = [ts for ts in (request.message_ts, request.thread_ts) if ts]
            key = await self._in_thread(self._store.asked, questions.key_of_message, request.channel, stamps)
            followed = await self._in_thread(self._store.followed_by_key, key) if key else None
            verdict = judge_shortcut(request, followed, config, now)
            row = click_row(request, verdict, config, now, InboxKind.SHORTCUT)
            await self._show(request, verdict, await self._writer.write(row))
        await ack()

    async def on_home_click(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """Refresh or Start a run, in the home."""
        request = click(body)
        if request is not None:
            now, config = self._clock(), self._config()
            request = replace(request, user=called(request.user, config))
            verdict = judge_home_click(request, config, now)
            committed = await self._writer.write(click_row(request, verdict, config, now))
            await self._show(request, verdict, committed)
        await ack()

    async def on_home(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """Somebody opened the home tab, which is filled from the row."""
        await self._take_event(home_opened(body), HOME_EVENT, judge_home)
        await ack()

    async def on_mention(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """Somebody wrote to the app in a channel."""
        await self._take_event(mention(body), MENTION_EVENT, judge_mention)
        await ack()

    async def _take_event(
        self, event: AppEvent | None, name: str, judge: Callable[[AppEvent, BotConfig, float], Verdict]
    ) -> None:
        if event is not None:
            now, config = self._clock(), self._config()
            event = replace(event, user=called(event.user, config))
            await self._writer.write(event_row(event, name, judge(event, config, now), config, now))

    async def on_options(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """What a searching select of the form offers; only names that its reader may run, and nothing is changed."""
        config, view = self._config(), mapping(body.get("view"))
        user, channel = text(mapping(body.get("user")), "id"), channel_of(view)
        names = catalogue_for(config, user, channel, self._clock(), present=False)
        query, chosen = str(body.get("value") or ""), read_form(view).project
        await ack(options=offered(names, text(body, "block_id"), query, project=chosen))

    async def _show(self, request: Click, verdict: Verdict, committed: Committed) -> None:
        """Opens the modal that a click asks for; what cannot be opened, the row's errand says otherwise."""
        if verdict.modal is not None and committed.fresh:
            await self._slack.open_modal(request.trigger_id, verdict.modal, self._timing.modal_timeout)

    async def on_form(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A submitted form."""
        request = submission(body)
        if request is None:
            await ack()
            return
        form, now, config = read_form(request.view), self._clock(), self._config()
        request = replace(request, user=called(request.user, config))
        verdict = judge_submission(request, form, config, now)
        try:
            committed = await self._writer.write(form_row(request, form.channel, verdict, config, now))
        except Exception:
            log.exception("A form could not be taken down.")
            await ack(response_action="update", view=closing_note("Not started", answers.fault().text))
            return
        if committed.row.answer is not None and verdict.answer is None:
            # A limit was reached while it was written down.
            await ack(response_action="update", view=closing_note("Not started", committed.row.answer))
        elif verdict.problems:
            await ack(response_action="errors", errors=field_errors(verdict.problems))
        elif verdict.answer is not None:
            view = verdict.modal or closing_note("Not started", verdict.answer.text)
            await ack(response_action="update", view=view)
        else:
            await ack()

    async def _take_command(self, request: SlashCommand) -> tuple[Verdict, Committed]:
        command, now, config = grammar.parse(request.text), self._clock(), self._config()
        request = replace(request, user=called(request.user, config))
        if isinstance(command, grammar.Can) and (
            meant := person_asked_about(command.person, request.user, config)
        ):
            await self._directory.look([meant.id])
        verdict = judge_command(request, command, config, await self._about(request, command), now)
        return verdict, await self._writer.write(command_row(request, verdict, config, now))

    async def _about(self, request: SlashCommand, command: grammar.Command) -> Known:
        if isinstance(command, grammar.AboutRun):
            return Known(await self._in_thread(self._store.followed_by_run_id, command.run_id))
        if isinstance(command, grammar.Audit):
            trail = await self._in_thread(self._store.trail, channel=request.channel, newest=_AUDIT_READ)
            return Known(trail=trail)
        return Known()

    async def _open(self, request: SlashCommand, view: dict[str, Any], ack: AsyncAck) -> None:
        opened = await self._slack.open_modal(request.trigger_id, view, self._timing.modal_timeout)
        problem = grammar.Usage("Slack did not open the form.", grammar.USAGE["run"])
        await _answer(ack, None if opened else answers.usage(problem))

    async def _in_thread(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, partial(call, *args, **kwargs)
        )


Listener = Callable[..., Awaitable[None]]


async def _only_ack(ack: AsyncAck) -> None:
    await ack()


async def _answer(ack: AsyncAck, message: Message | None) -> None:
    if message is None:
        await ack()
    else:
        await ack(response_type="ephemeral", text=message.text, blocks=list(message.blocks))
