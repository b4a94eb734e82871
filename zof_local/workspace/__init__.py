"""A Slack workspace on your own machine: Web API, delivery to an app, and a page for people.

A stand-in for Slack, for trying, developing and testing an app with no account. State lives in memory only.
"""

from zof_local.workspace.app import Workspace, create_app
from zof_local.workspace.client import WorkspaceClient, WorkspaceUser
from zof_local.workspace.plaintext import plain_text
from zof_local.workspace.ratelimit import RateLimits
from zof_local.workspace.seed import (
    AppIdentity,
    Channel,
    Command,
    Seed,
    Shortcut,
    Team,
    User,
    UserGroup,
    demo_seed,
)
from zof_local.workspace.settings import WorkspaceSettings

__all__ = [
    "AppIdentity",
    "Channel",
    "Command",
    "RateLimits",
    "Seed",
    "Shortcut",
    "Team",
    "User",
    "UserGroup",
    "Workspace",
    "WorkspaceClient",
    "WorkspaceSettings",
    "WorkspaceUser",
    "create_app",
    "demo_seed",
    "plain_text",
]
