"""``usergroups.*``: the user groups of the seed, which no call changes."""

from __future__ import annotations

from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import JsonObject
from zof_local.workspace.seed import UserGroup
from zof_local.workspace.webapi.call import Call, Method


def usergroup_object(call: Call, group: UserGroup) -> JsonObject:
    """A user group as Slack describes it."""
    body: JsonObject = {
        "id": group.id,
        "team_id": call.team,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": group.description,
        "is_external": False,
        "date_create": 0,
        "date_update": 0,
        "date_delete": 0,
    }
    if call.args.boolean("include_count"):
        body["user_count"] = len(group.users)
    if call.args.boolean("include_users"):
        body["users"] = list(group.users)
    return body


def list_(call: Call) -> JsonObject:
    """``usergroups.list``."""
    return {"usergroups": [usergroup_object(call, group) for group in call.store.seed.usergroups]}


def users_list(call: Call) -> JsonObject:
    """``usergroups.users.list``."""
    wanted = call.args.required("usergroup", "no_such_subteam")
    found = next((group for group in call.store.seed.usergroups if group.id == wanted), None)
    if found is None:
        raise SlackError("no_such_subteam")
    return {"users": list(found.users)}


METHODS = {
    "usergroups.list": Method(list_, "tier2", scopes=("usergroups:read",)),
    "usergroups.users.list": Method(users_list, "tier2", scopes=("usergroups:read",)),
}
