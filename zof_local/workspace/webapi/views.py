"""``views.*``: modals (docs.slack.dev/surfaces/modals)."""

from __future__ import annotations

import json
from dataclasses import replace

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.complete import complete_view
from zof_local.workspace.blockkit.view import view_problems
from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import JsonObject, View
from zof_local.workspace.store import Store
from zof_local.workspace.webapi.call import Call, Method


def read_view(store: Store, value: object, *, kind: str = "modal", ignore: str | None = None) -> JsonObject:
    """A checked and completed view body.

    Args:
        ignore: id of the view that is being replaced, whose external id may be kept.

    Raises:
        SlackError: ``invalid_arguments`` with what is wrong, ``view_too_large``, ``duplicate_external_id``.
    """
    if not isinstance(value, dict):
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view"])
    problems = view_problems(value, kind=kind)
    if problems:
        raise SlackError("invalid_arguments", [str(problem) for problem in problems])
    if len(json.dumps(value)) > limits.VIEW_BYTES:
        raise SlackError("view_too_large")
    external_id = value.get("external_id")
    if external_id and any(
        view.body.get("external_id") == external_id for view in store.views.values() if view.id != ignore
    ):
        raise SlackError("duplicate_external_id")
    return complete_view(value, store.new_id)


def new_view(
    store: Store, user: str, body: JsonObject, *, page: str = "", previous: View | None = None
) -> View:
    """A view about to be opened on a page, above ``previous`` when there is one."""
    view_id = f"V{store.new_id()}"
    return View(
        id=view_id,
        user=user,
        hash=new_hash(store),
        body=body,
        root_id=previous.root_id if previous else view_id,
        previous_id=previous.id if previous else None,
        page=page,
    )


def new_hash(store: Store) -> str:
    """A hash no other state of a view has."""
    return f"{int(store.clock())}.{store.new_id().lower()}"


def replace_view(store: Store, view: View, body: JsonObject) -> View:
    """Show another body in an open view."""
    return store.put_view(replace(view, body=body, hash=new_hash(store)))


def view_answer(store: Store, view: View) -> JsonObject:
    """The ``view`` of an answer."""
    app = store.seed.app
    return {"view": view.as_slack(team=store.seed.team.id, app=app.id, bot_id=app.bot_id)}


def _body(call: Call, ignore: str | None = None) -> JsonObject:
    return read_view(call.store, call.args.json("view", "invalid_arguments"), ignore=ignore)


def _trigger(call: Call) -> str:
    return (
        call.args.required("trigger_id")
        if "trigger_id" in call.args
        else call.args.text("interactivity_pointer")
    )


def open_(call: Call) -> JsonObject:
    """``views.open``: a trigger id works once, within three seconds."""
    trigger = call.store.check_trigger(_trigger(call))
    body = _body(call)
    call.store.use_trigger(trigger)
    call.store.close_views(trigger.user, trigger.page)
    view = call.store.push_view(new_view(call.store, trigger.user, body, page=trigger.page))
    return view_answer(call.store, view)


def push(call: Call) -> JsonObject:
    """``views.push``: at most three views stand on each other."""
    trigger = call.store.check_trigger(_trigger(call))
    body = _body(call)
    stack = call.store.stack(trigger.user, trigger.page)
    if len(stack) >= limits.VIEW_STACK:
        raise SlackError("push_limit_reached")
    call.store.use_trigger(trigger)
    previous = stack[-1] if stack else None
    view = new_view(call.store, trigger.user, body, page=trigger.page, previous=previous)
    call.store.push_view(view)
    return view_answer(call.store, view)


def update(call: Call) -> JsonObject:
    """``views.update``: by ``view_id`` or ``external_id``; a stale ``hash`` gives ``hash_conflict``."""
    view_id, external_id = call.args.text("view_id"), call.args.text("external_id")
    view = call.store.views.get(view_id) or next(
        (v for v in call.store.views.values() if external_id and v.body.get("external_id") == external_id),
        None,
    )
    if view is None:
        raise SlackError("not_found")
    if "hash" in call.args and call.args.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    return view_answer(call.store, replace_view(call.store, view, _body(call, ignore=view.id)))


def publish(call: Call) -> JsonObject:
    """``views.publish``: a person's home tab; a stale ``hash`` gives ``hash_conflict``."""
    user = call.store.user(call.args.required("user_id"))
    if not call.store.seed.app.has_home:
        raise SlackError("not_enabled")
    before = call.store.homes.get(user.id)
    if "hash" in call.args and before is not None and call.args.text("hash") != before.hash:
        raise SlackError("hash_conflict")
    value = call.args.json("view", "invalid_arguments")
    body = read_view(call.store, value, kind="home", ignore=before.id if before else None)
    view = new_view(call.store, user.id, body)
    if before is not None:
        view = replace(view, id=before.id, root_id=before.root_id)
    return view_answer(call.store, call.store.publish_home(view))


METHODS = {
    "views.publish": Method(publish, "tier4"),
    "views.open": Method(open_, "tier4"),
    "views.push": Method(push, "tier4"),
    "views.update": Method(update, "tier4"),
}
