"""OAuth scopes of the bot token (docs.slack.dev/reference/scopes)."""

from __future__ import annotations

from collections.abc import Sequence

from zof_local.workspace.errors import SlackError

DEFAULT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)


def check_scopes(needed: Sequence[str], granted: frozenset[str]) -> None:
    """Refuse a call without one of the scopes that would allow it.

    Args:
        needed: scopes of which any one suffices; empty when the method wants none.

    Raises:
        SlackError: ``missing_scope`` with ``needed`` and ``provided``.
    """
    if needed and not granted.intersection(needed):
        provided = ",".join(sorted(granted))
        raise SlackError("missing_scope", extra={"needed": ",".join(needed), "provided": provided})
