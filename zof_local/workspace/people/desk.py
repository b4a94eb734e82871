"""What all of people's actions share: looking things up, telling a person something, noting deliveries."""

from __future__ import annotations

import re
from collections import OrderedDict

from zof_local.workspace.connection import AppConnection
from zof_local.workspace.delivery import Delivery
from zof_local.workspace.errors import PageError, SlackError
from zof_local.workspace.events import Events
from zof_local.workspace.models import JsonObject, Message, ResponseUrl, View
from zof_local.workspace.payloads import Context
from zof_local.workspace.people.happening import Happening
from zof_local.workspace.seed import Channel
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.store import Store

REMEMBERED_SELECTS = 500


class Desk:
    """The shared desk. ``base_url`` is the workspace's own URL, learned from the requests it gets."""

    def __init__(self, store: Store, app: AppConnection, settings: WorkspaceSettings) -> None:
        self.store = store
        self.app = app
        self.settings = settings
        self.base_url = ""
        # Options that the app offered for a searching select, by person and place: a choice must be one of them.
        self._offered: OrderedDict[tuple[str, ...], list[JsonObject]] = OrderedDict()

    def person(self, name: str) -> str:
        """The id of a person, named by id or handle."""
        try:
            return self.store.person(name).id
        except SlackError as error:
            raise PageError(f"There is no person {name!r} in this workspace.", 404) from error

    def look_at_app(self, events: Events, *, user: str, tab: str) -> str:
        """Open the app's home or messages tab: the app hears of it. Gives the direct message's channel."""
        channel, _ = self.store.open_direct_message(user)
        event: JsonObject = {
            "type": "app_home_opened",
            "user": user,
            "channel": channel.id,
            "tab": "messages" if tab == "messages" else "home",
            "event_ts": self.store.next_ts(),
        }
        view = self.store.homes.get(user)
        if view is not None and tab != "messages":
            app = self.store.seed.app
            event["view"] = view.as_slack(team=self.store.seed.team.id, app=app.id, bot_id=app.bot_id)
        events.send("app_home_opened", event, user)
        return channel.id

    # Looking things up

    def place(self, channel_id: str, user_id: str) -> tuple[Channel, str]:
        """The channel and the person, who must be in it."""
        try:
            user = self.store.person(user_id)
            channel = self.store.conversation(channel_id, user.id)
        except SlackError as error:
            what = "channel" if error.code == "channel_not_found" else "person"
            wrong = channel_id if what == "channel" else user_id
            raise PageError(f"There is no {what} {wrong!r} in this workspace.", 404) from error
        if user.id not in channel.members:
            raise PageError(f"{user.real_name} is not in #{channel.name}.", 403)
        return channel, user.id

    def message(self, channel: str, ts: str, user: str) -> Message:
        """The message, if this person sees it."""
        try:
            message = self.store.message(channel, ts)
        except SlackError as error:
            raise PageError("This message is no longer there.", 404) from error
        if message.ephemeral_to not in (None, user):
            raise PageError("This message is no longer there.", 404)
        return message

    def view(self, view_id: str, user: str) -> View:
        """The open modal or the home tab, if it is this person's."""
        view = self.store.view(view_id)
        if view is None or view.user != user:
            raise PageError("This dialog is no longer open.", 404)
        return view

    def context(self, user: str, page: str = "") -> Context:
        """A person about to act on a page, with a fresh trigger id."""
        trigger = self.store.new_trigger(user, self.settings.trigger_lifetime, page)
        return Context(self.store.seed, self.store.user(user), trigger)

    def response_url(self, entry: ResponseUrl) -> str:
        """The URL the app may answer to."""
        return f"{self.base_url}/response/{entry.id}"

    def mentions(self, text: str) -> str:
        """Turn @name and #channel into Slack's ids."""
        users = {user.name: f"<@{user.id}|{user.name}>" for user in self.store.users.values()}
        groups = {
            group.handle: f"<!subteam^{group.id}|@{group.handle}>" for group in self.store.seed.usergroups
        }
        channels = {
            c.name: f"<#{c.id}|{c.name}>" for c in self.store.channels.values() if c.kind == "channel"
        }
        people = groups | users
        text = re.sub(r"(?<!\S)@([\w.-]*\w)", lambda m: people.get(m[1].lower(), m[0]), text)
        return re.sub(r"(?<!\S)#([\w-]+)", lambda m: channels.get(m[1].lower(), m[0]), text)

    # Options of searching selects

    def offer(self, place: tuple[str, ...], options: list[JsonObject]) -> None:
        """Remember options the app offered at a place, besides those it offered before."""
        self._offered[place] = [*self._offered.pop(place, []), *options][-1000:]
        while len(self._offered) > REMEMBERED_SELECTS:
            self._offered.popitem(last=False)

    def offered(self, *container: str) -> dict[str, list[JsonObject]]:
        """The options offered in one message or view, by ``block_id/action_id``."""
        return {place[-1]: options for place, options in self._offered.items() if place[:-1] == container}

    # Telling

    def notice(self, channel: str, user: str, sentence: str) -> None:
        """A line of the workspace itself, seen by one person."""
        self.store.add_message(
            Message(
                channel=channel,
                ts=self.store.next_ts(),
                user=user,
                text=escape(sentence),
                ephemeral_to=user,
                origin="notice",
            )
        )

    def unless_acked(self, delivery: Delivery, channel: str, user: str) -> str | None:
        """Tell the person that the app did not react; the sentence, or None when it did."""
        if delivery.acked:
            return None
        sentence = self.sentence(delivery)
        self.notice(channel, user, sentence)
        return sentence

    def sentence(self, delivery: Delivery) -> str:
        """What to say about a request the app did not take."""
        return f"{self.store.seed.app.name} did not react ({delivery.code}). {delivery.error}"

    def happened(
        self,
        kind: str,
        delivery: Delivery,
        context: Context,
        label: str,
        *,
        errors: dict[str, str] | None = None,
        notice: str | None = None,
        options: list[JsonObject] | None = None,
    ) -> Happening:
        """Note a delivery for the page's list of deliveries."""
        self.note_delivery(kind, delivery, label, context.user.id)
        return Happening(
            kind=kind,
            delivery=delivery,
            trigger_id=context.trigger.id,
            errors=errors or {},
            notice=notice,
            options=options,
        )

    def note_delivery(self, kind: str, delivery: Delivery, label: str, user: str) -> None:
        """Add a line to a person's list of deliveries."""
        entry = {"kind": kind, "label": label, "at": self.store.clock(), **delivery.as_json()}
        self.store.log.append("delivery", entry, user=user)


def escape(text: str) -> str:
    """Text as Slack stores what people type: the three control characters as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
