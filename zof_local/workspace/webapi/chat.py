"""``chat.*`` (docs.slack.dev/reference/methods)."""

from __future__ import annotations

from dataclasses import replace

from zof_local.workspace.errors import RateLimitedError, SlackError
from zof_local.workspace.models import JsonObject, Message
from zof_local.workspace.seed import Channel
from zof_local.workspace.webapi.call import Call, Method
from zof_local.workspace.webapi.content import Content, read_content


def _channel_to_write(call: Call) -> Channel:
    """The channel to post to; a person's id opens the app's direct message with them."""
    name = call.args.required("channel", "channel_not_found")
    if name in call.store.users:
        return call.store.open_direct_message(name)[0]
    channel = call.store.channel(name)
    if call.store.seed.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _message(call: Call, channel: Channel, content: Content, thread_ts: str | None) -> Message:
    app = call.store.seed.app
    return Message(
        channel=channel.id,
        ts=call.store.next_ts(),
        user=app.bot_user_id,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        bot_id=app.bot_id,
        app_id=app.id,
        thread_ts=thread_ts,
        metadata=content.metadata,
        origin="app",
    )


def _thread(call: Call, channel: Channel) -> str | None:
    """The parent of the thread to reply to, or None; ``cannot_reply_to_message`` when it is not there."""
    thread_ts = call.args.text("thread_ts")
    if not thread_ts:
        return None
    try:
        parent = call.store.message(channel.id, thread_ts)
    except SlackError:
        raise SlackError("cannot_reply_to_message") from None
    if parent.ephemeral_to is not None:
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def post_message(call: Call) -> JsonObject:
    """``chat.postMessage``: about one message a second for each channel."""
    channel = _channel_to_write(call)
    content = read_content(call.args, call.store.new_id)
    thread_ts = _thread(call, channel)
    retry_after = call.limiter.message(channel.id, call.store.clock())
    if retry_after is not None:
        raise RateLimitedError(retry_after)
    message = call.store.add_message(_message(call, channel, content, thread_ts))
    shown = message.as_slack(team=call.team, include_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> JsonObject:
    """``chat.postEphemeral``: seen only by ``user``, who must be in the channel."""
    channel = _channel_to_write(call)
    user = call.args.required("user", "no_user")
    if user not in call.store.users or user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = read_content(call.args, call.store.new_id)
    message = _message(call, channel, content, call.args.text("thread_ts") or None)
    call.store.add_message(replace(message, ephemeral_to=user))
    return {"message_ts": message.ts}


def _own_message(call: Call, refusal: str) -> Message:
    channel = call.store.channel(call.args.required("channel", "channel_not_found"))
    message = call.store.message(channel.id, call.args.required("ts", "message_not_found"))
    if message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if message.origin != "app":
        raise SlackError(refusal)
    return message


def update(call: Call) -> JsonObject:
    """``chat.update``: text without blocks removes the blocks; metadata stays unless it is sent."""
    message = _own_message(call, "cant_update_message")
    content = read_content(call.args, call.store.new_id, updating=True)
    changed = replace(
        message,
        text=content.text,
        blocks=content.blocks,
        attachments=content.attachments,
        metadata=content.metadata if "metadata" in call.args else message.metadata,
        edited_ts=call.store.next_ts(),
    )
    call.store.replace_message(changed)
    shown = changed.as_slack(team=call.team, include_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": changed.text, "message": shown}


def delete(call: Call) -> JsonObject:
    """``chat.delete``."""
    message = _own_message(call, "cant_delete_message")
    call.store.delete_message(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> JsonObject:
    """``chat.getPermalink``: a link that the page opens at the message."""
    channel = call.store.channel(call.args.required("channel", "channel_not_found"))
    message = call.store.message(channel.id, call.args.required("message_ts", "message_not_found"))
    link = f"{call.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


WRITE = ("chat:write",)
METHODS = {
    "chat.postMessage": Method(post_message, "special", scopes=WRITE),
    "chat.postEphemeral": Method(post_ephemeral, "tier4", scopes=WRITE),
    "chat.update": Method(update, "tier3", scopes=WRITE),
    "chat.delete": Method(delete, "tier3", scopes=WRITE),
    "chat.getPermalink": Method(get_permalink, "special"),
}
