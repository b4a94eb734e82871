"""``users.*``, ``auth.test`` and ``api.test``."""

from __future__ import annotations

from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import JsonObject
from zof_local.workspace.seed import User
from zof_local.workspace.webapi.call import Call, Method
from zof_local.workspace.webapi.conversations import page_of


def user_object(call: Call, user: User) -> JsonObject:
    """A member as Slack describes them."""
    app = call.store.seed.app
    profile: JsonObject = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "title": user.title,
        "phone": "",
        "skype": "",
        "status_text": "",
        "status_emoji": "",
        "status_emoji_display_info": [],
        "status_expiration": 0,
        "team": call.team,
    }
    if user.email and "users:read.email" in call.settings.scopes:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"bot_id": app.bot_id, "api_app_id": app.id}
    return {
        "id": user.id,
        "team_id": call.team,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "tz": user.tz,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
        "updated": 0,
    }


def info(call: Call) -> JsonObject:
    """``users.info``."""
    return {"user": user_object(call, call.store.user(call.args.required("user", "user_not_found")))}


def list_(call: Call) -> JsonObject:
    """``users.list``."""
    page, cursor = page_of(list(call.store.users.values()), call)
    return {
        "members": [user_object(call, user) for user in page],
        "cache_ts": int(call.store.clock()),
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(call: Call) -> JsonObject:
    """``users.lookupByEmail``: e-mail addresses are compared without regard to case."""
    email = call.args.required("email", "users_not_found").lower()
    found = next((user for user in call.store.users.values() if user.email.lower() == email), None)
    if found is None:
        raise SlackError("users_not_found")
    return {"user": user_object(call, found)}


def auth_test(call: Call) -> JsonObject:
    """``auth.test``: who the token belongs to."""
    seed = call.store.seed
    return {
        "url": f"{call.base_url}/",
        "team": seed.team.name,
        "user": call.store.users[seed.app.bot_user_id].name,
        "team_id": seed.team.id,
        "user_id": seed.app.bot_user_id,
        "bot_id": seed.app.bot_id,
        "is_enterprise_install": False,
    }


def api_test(call: Call) -> JsonObject:
    """``api.test``: answers with the error it was asked for, without a token."""
    if "error" in call.args:
        raise SlackError(call.args.text("error"))
    return {"args": {}}


METHODS = {
    "auth.test": Method(auth_test, "special"),
    "api.test": Method(api_test, "special", caller="anyone"),
    "users.info": Method(info, "tier4", scopes=("users:read",)),
    "users.list": Method(list_, "tier2", scopes=("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, "tier3", scopes=("users:read.email",)),
}
