"""Submitting and closing modals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zof_local.workspace.blockkit import limits
from zof_local.workspace.errors import SlackError
from zof_local.workspace.inputs import missing_answers, view_state
from zof_local.workspace.models import JsonObject, View
from zof_local.workspace.payloads import view_closed_payload, view_submission_payload
from zof_local.workspace.people.desk import Desk
from zof_local.workspace.people.happening import Happening
from zof_local.workspace.webapi.views import new_view, read_view, replace_view


class Dialogs:
    """Modals."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store

    async def submit(self, *, view_id: str, user: str, values: Mapping[str, Any]) -> Happening:
        """Submit a modal with what its inputs hold, by ``block_id/action_id`` or ``action_id``.

        Answers that are missing or malformed are shown at once and nothing is sent.
        """
        view = self._desk.view(view_id, user)
        blocks = view.body.get("blocks", [])
        state = view_state(blocks, values, self._desk.offered(user, view_id))
        errors = missing_answers(blocks, state)
        if errors:
            return Happening(kind="submit", errors=errors)
        context = self._desk.context(user, view.page)
        delivery = await self._desk.app.interaction(view_submission_payload(context, view, state))
        if delivery.acked:
            errors, notice = self._submitted(view, delivery.data or {})
        else:
            notice = f"{self._store.seed.app.name} did not take this ({delivery.code}). {delivery.error}"
        label = str(view.body.get("callback_id") or view.id)
        return self._desk.happened("submit", delivery, context, label, errors=errors, notice=notice)

    def _submitted(self, view: View, answer: JsonObject) -> tuple[dict[str, str], str | None]:
        """Do what the app answered to a submission; errors by block, and a sentence when it is wrong."""
        action = answer.get("response_action")
        try:
            match action:
                case None:
                    self._store.close_views(view.user, view.page, 1)
                case "clear":
                    self._store.close_views(view.user, view.page)
                case "errors":
                    return _submission_errors(view, answer.get("errors")), None
                case "update":
                    body = read_view(self._store, answer.get("view"), ignore=view.id)
                    replace_view(self._store, view, body)
                case "push":
                    self._push(view, read_view(self._store, answer.get("view")))
                case _:
                    return {}, f"The app answered with an unknown response_action ({action!r})."
        except SlackError as error:
            return {}, f"The app's answer cannot be shown: {error.code}. {' '.join(error.messages)}".strip()
        return {}, None

    def _push(self, view: View, body: JsonObject) -> None:
        if len(self._store.stack(view.user, view.page)) >= limits.VIEW_STACK:
            raise SlackError("push_limit_reached")
        self._store.push_view(new_view(self._store, view.user, body, page=view.page, previous=view))

    async def close(
        self, *, view_id: str, user: str, values: Mapping[str, Any], everything: bool = False
    ) -> Happening:
        """Close the topmost modal, or all with ``everything``; apps that asked for it are told."""
        view = self._desk.view(view_id, user)
        state = view_state(view.body.get("blocks", []), values, self._desk.offered(user, view_id))
        everything = everything or bool(view.body.get("clear_on_close"))
        closed = self._store.close_views(user, view.page, None if everything else 1)
        delivery = None
        for closing in closed:
            if closing.body.get("notify_on_close"):
                context = self._desk.context(user)
                own = state if closing.id == view.id else {}
                payload = view_closed_payload(context, closing, own, is_cleared=everything)
                delivery = await self._desk.app.interaction(payload)
                self._desk.note_delivery("close", delivery, str(closing.body.get("callback_id", "")), user)
        return Happening(kind="close", delivery=delivery)


def _submission_errors(view: View, errors: Any) -> dict[str, str]:
    known = {block.get("block_id") for block in view.body.get("blocks", []) if block.get("type") == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - known:
        raise SlackError("invalid_arguments", ["errors must name block ids of this view's input blocks"])
    return {str(block_id): str(sentence) for block_id, sentence in errors.items()}
