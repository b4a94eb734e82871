"""Writing messages and giving commands."""

from __future__ import annotations

from zof_local.workspace.answers import answer_command
from zof_local.workspace.blockkit import limits
from zof_local.workspace.delivery import Delivery
from zof_local.workspace.errors import PageError, SlackError
from zof_local.workspace.models import Message, ResponseUrl
from zof_local.workspace.payloads import command_form
from zof_local.workspace.people.desk import Desk, escape
from zof_local.workspace.people.happening import Happening
from zof_local.workspace.seed import Channel, Command


class Writing:
    """Messages and slash commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store

    async def write(
        self, *, channel: str, user: str, text: str, thread_ts: str | None = None, page: str = ""
    ) -> Happening:
        """Write a message, or give a command when it begins with a slash.

        Args:
            page: the open page on which a modal of the app's would be shown; empty for a program.

        Raises:
            PageError: no such channel or person, a person outside the channel, an empty message.
        """
        place, person = self._desk.place(channel, user)
        text = text.strip()
        if not text:
            raise PageError("The message is empty.")
        if text.startswith("/"):
            return await self._command(place, person, text, thread_ts, page)
        return Happening(kind="message", ts=self._post(place, person, escape(text), thread_ts).ts)

    def _post(self, channel: Channel, user: str, text: str, thread_ts: str | None) -> Message:
        if thread_ts:
            parent = self._desk.message(channel.id, thread_ts, user)
            thread_ts = parent.thread_ts or parent.ts
        text = self._desk.mentions(text)[: limits.MESSAGE_TEXT]
        ts = self._store.next_ts()
        return self._store.add_message(
            Message(channel=channel.id, ts=ts, user=user, text=text, thread_ts=thread_ts)
        )

    async def _command(
        self, channel: Channel, user: str, line: str, thread_ts: str | None, page: str
    ) -> Happening:
        name, _, text = line.partition(" ")
        command = next((c for c in self._store.seed.app.commands if c.name == name.lower()), None)
        if command is None:
            known = ", ".join(c.name for c in self._store.seed.app.commands) or "none"
            return self._refused(
                channel, user, f"{name} is not a command here. Commands of this workspace: {known}."
            )
        if thread_ts:
            return self._refused(
                channel, user, f"{name} does not work in threads: send it in the channel's message box."
            )
        return await self._run_command(channel, user, command, text.strip(), page)

    async def _run_command(
        self, channel: Channel, user: str, command: Command, text: str, page: str
    ) -> Happening:
        line = f"{command.name} {text}".strip()
        entry = self._store.new_response_url(channel=channel.id, user=user)
        context = self._desk.context(user, page)
        sent = self._desk.mentions(escape(text)) if command.should_escape else text
        url = self._desk.response_url(entry)
        form = command_form(context, channel, command=command.name, text=sent, response_url=url)
        delivery = await self._desk.app.command(form)
        if delivery.acked:
            notice = self._show_answer(entry, delivery, line)
        else:
            notice = f"{command.name} failed with the error “{delivery.code}”. {delivery.error}"
            self._desk.notice(channel.id, user, notice)
        return self._desk.happened("command", delivery, context, line, notice=notice)

    def _show_answer(self, entry: ResponseUrl, delivery: Delivery, line: str) -> str | None:
        """Show what the app answered; the sentence the person got when it cannot be shown."""
        body = delivery.data if delivery.data is not None else {"text": delivery.text}
        if body.get("response_type") == "in_channel":
            self._post(self._store.channel(entry.channel), entry.user, escape(line), None)
        try:
            if any(body.get(key) for key in ("text", "blocks", "attachments")):
                answer_command(self._store, entry, body)
        except SlackError as error:
            notice = f"The app's answer cannot be shown: {error.code}. {' '.join(error.messages)}".strip()
            self._desk.notice(entry.channel, entry.user, notice)
            return notice
        return None

    def _refused(self, channel: Channel, user: str, sentence: str) -> Happening:
        self._desk.notice(channel.id, user, sentence)
        return Happening(kind="command", notice=sentence)
