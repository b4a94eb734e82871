"""Messages that come back from an interaction: in the answer itself, or later to its response URL."""

from __future__ import annotations

from dataclasses import replace

from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import JsonObject, Message, ResponseUrl
from zof_local.workspace.store import Store
from zof_local.workspace.webapi.args import Args
from zof_local.workspace.webapi.content import Content, read_content


def app_message(
    store: Store,
    content: Content,
    *,
    channel: str,
    only_for: str | None,
    thread_ts: str | None = None,
) -> Message:
    """Post a message of the app, for all or for one person."""
    app = store.seed.app
    return store.add_message(
        Message(
            channel=channel,
            ts=store.next_ts(),
            user=app.bot_user_id,
            text=content.text,
            blocks=content.blocks,
            attachments=content.attachments,
            bot_id=app.bot_id,
            app_id=app.id,
            thread_ts=thread_ts,
            ephemeral_to=only_for,
            metadata=content.metadata,
            origin="app",
        )
    )


def answer_command(store: Store, entry: ResponseUrl, body: JsonObject) -> Message | None:
    """Show the JSON answer to a slash command: to its author, or to all with ``in_channel``.

    Raises:
        SlackError: the content is not one Slack takes.
    """
    args = Args(body)
    if not any(key in args for key in ("text", "blocks", "attachments")):
        return None
    content = read_content(args, store.new_id)
    only_for = None if args.text("response_type") == "in_channel" else entry.user
    return app_message(store, content, channel=entry.channel, only_for=only_for)


def use_response_url(store: Store, url_id: str, body: JsonObject) -> Message | None:
    """Do what a POST to a response URL asks for.

    ``replace_original`` and ``delete_original`` reach only the message an interaction came from: after a
    command there is none of the app's own, and a new message is posted.

    Raises:
        SlackError: ``used_url``, ``expired_url``, ``message_not_found``, or the content's own problems.
    """
    entry = store.response_url(url_id)
    args = Args(body)
    source = _source(store, entry)
    if args.boolean("delete_original") and source is not None:
        store.use_response_url(entry)
        store.delete_message(source)
        return None
    content = read_content(args, store.new_id)
    if args.boolean("replace_original") and source is not None:
        store.use_response_url(entry)
        return store.replace_message(_replaced(store, source, content))
    store.use_response_url(entry)
    only_for = None if args.text("response_type") == "in_channel" else entry.user
    thread_ts = args.text("thread_ts") or entry.thread_ts
    return app_message(store, content, channel=entry.channel, only_for=only_for, thread_ts=thread_ts)


def _source(store: Store, entry: ResponseUrl) -> Message | None:
    if entry.source_ts is None:
        return None
    try:
        return store.message(entry.channel, entry.source_ts)
    except SlackError:
        return None


def _replaced(store: Store, source: Message, content: Content) -> Message:
    return replace(
        source,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        edited_ts=None if source.ephemeral_to else store.next_ts(),
    )
