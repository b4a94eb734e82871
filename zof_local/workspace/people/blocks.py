"""Using the elements of messages and views, and shortcuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zof_local.workspace.blockkit.options import offered_options
from zof_local.workspace.errors import PageError
from zof_local.workspace.inputs import action_of, element_state, find_element, initial_value, view_state
from zof_local.workspace.models import JsonObject
from zof_local.workspace.payloads import (
    message_action_payload,
    message_suggestion_payload,
    shortcut_payload,
    view_action_payload,
    view_suggestion_payload,
)
from zof_local.workspace.people.desk import Desk
from zof_local.workspace.people.happening import Happening


class Blocks:
    """Buttons, menus, searching selects and shortcuts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store

    async def click(
        self,
        *,
        channel: str,
        ts: str,
        action_id: str,
        user: str,
        block_id: str | None = None,
        value: Any = None,
        values: Mapping[str, Any] | None = None,
        page: str = "",
    ) -> Happening:
        """Use an element of a message.

        Args:
            value: what was chosen (an option's value or a list of them); not needed for buttons.
            values: what other inputs of the message hold, by ``block_id/action_id``.
            page: the open page on which a modal of the app's would be shown; empty for a program.

        Raises:
            PageError: no such message or element, or a choice that is not offered.
        """
        place, person = self._desk.place(channel, user)
        message = self._desk.message(place.id, ts, person)
        offered = self._desk.offered(person, ts)
        action, state = self._acted(
            message.every_block,
            action_id=action_id,
            block_id=block_id,
            value=value,
            values=values or {},
            offered=offered,
        )
        entry = self._store.new_response_url(
            channel=place.id, user=person, source=message, thread_ts=message.thread_ts
        )
        context = self._desk.context(person, page)
        url = self._desk.response_url(entry)
        payload = message_action_payload(context, place, message, action, response_url=url, state=state)
        delivery = await self._desk.app.interaction(payload)
        notice = self._desk.unless_acked(delivery, place.id, person)
        return self._desk.happened("click", delivery, context, f"{action_id} in #{place.name}", notice=notice)

    async def view_click(
        self,
        *,
        view_id: str,
        action_id: str,
        user: str,
        block_id: str | None = None,
        value: Any = None,
        values: Mapping[str, Any] | None = None,
        page: str = "",
    ) -> Happening:
        """Use an element of a modal or of the home tab."""
        view = self._desk.view(view_id, user)
        blocks = view.body.get("blocks", [])
        offered = self._desk.offered(user, view_id)
        action, state = self._acted(
            blocks,
            action_id=action_id,
            block_id=block_id,
            value=value,
            values=values or {},
            offered=offered,
        )
        context = self._desk.context(user, page)
        delivery = await self._desk.app.interaction(view_action_payload(context, view, action, state))
        notice = None if delivery.acked else self._desk.sentence(delivery)
        return self._desk.happened("click", delivery, context, f"{action_id} in a view", notice=notice)

    def _acted(
        self,
        blocks: Sequence[JsonObject],
        *,
        action_id: str,
        block_id: str | None,
        value: Any,
        values: Mapping[str, Any],
        offered: Mapping[str, list[JsonObject]],
    ) -> tuple[JsonObject, JsonObject]:
        """The action, and the state of all inputs, the used element included."""
        block, element = find_element(blocks, action_id, block_id)
        path = f"{block.get('block_id')}/{element.get('action_id')}"
        chosen = value if value is not None else values.get(path, initial_value(element))
        acting = element_state(element, chosen, offered.get(path, ()))
        state = view_state(blocks, {**values, path: chosen}, offered)
        return action_of(block, element, acting, self._store.next_ts()), state

    async def options(
        self,
        *,
        action_id: str,
        user: str,
        query: str,
        block_id: str | None = None,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
    ) -> Happening:
        """Ask the app for the options of a searching select, in a message or in a view."""
        context = self._desk.context(user)
        if view_id is not None:
            view = self._desk.view(view_id, user)
            block, element = find_element(view.body.get("blocks", []), action_id, block_id)
            payload = view_suggestion_payload(context, view, block=block, element=element, query=query)
            container = view_id
        else:
            place, _ = self._desk.place(channel or "", user)
            message = self._desk.message(place.id, ts or "", user)
            block, element = find_element(message.every_block, action_id, block_id)
            payload = message_suggestion_payload(
                context, place, message, block=block, element=element, query=query
            )
            container = message.ts
        if len(query) < int(element.get("min_query_length", 3)):
            return Happening(kind="options", options=[])
        delivery = await self._desk.app.interaction(payload)
        found, problem = (
            offered_options(delivery.data) if delivery.acked else ([], self._desk.sentence(delivery))
        )
        path = f"{block.get('block_id')}/{element.get('action_id')}"
        self._desk.offer((user, container, path), [entry.option for entry in found])
        label = f"{action_id}: {query}"
        shown = [entry.as_json() for entry in found]
        return self._desk.happened("options", delivery, context, label, notice=problem, options=shown)

    async def shortcut(
        self,
        *,
        callback_id: str,
        user: str,
        channel: str | None = None,
        ts: str | None = None,
        page: str = "",
    ) -> Happening:
        """Use a shortcut of the app: a global one, or one on a message (``channel`` and ``ts``)."""
        found = next((s for s in self._store.seed.app.shortcuts if s.callback_id == callback_id), None)
        if found is None or found.on_messages != (ts is not None):
            raise PageError(f"There is no such shortcut {callback_id!r} here.", 404)
        context = self._desk.context(user, page)
        place = message = url = None
        if ts is not None:
            place, person = self._desk.place(channel or "", user)
            message = self._desk.message(place.id, ts, person)
            entry = self._store.new_response_url(channel=place.id, user=person, thread_ts=message.thread_ts)
            url = self._desk.response_url(entry)
        action_ts = self._store.next_ts()
        payload = shortcut_payload(
            context, callback_id, action_ts, channel=place, message=message, response_url=url
        )
        delivery = await self._desk.app.interaction(payload)
        notice = None
        if not delivery.acked:
            notice = self._desk.sentence(delivery)
            if place is not None:
                self._desk.notice(place.id, user, notice)
        return self._desk.happened("shortcut", delivery, context, found.name, notice=notice)
