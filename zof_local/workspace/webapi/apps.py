"""``apps.connections.open``: the door to Socket Mode, opened with the app-level token."""

from __future__ import annotations

from zof_local.workspace.models import JsonObject
from zof_local.workspace.webapi.call import Call, Method


def connections_open(call: Call) -> JsonObject:
    """``apps.connections.open``: a WebSocket URL that works once."""
    return {"url": call.sockets.open(call.base_url)}


METHODS = {"apps.connections.open": Method(connections_open, "tier1", caller="app")}
