"""What a Web API method is given, and how it is declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from zof_local.workspace.models import JsonObject
from zof_local.workspace.ratelimit import Limiter, Tier
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.sockets import SocketHub
from zof_local.workspace.store import Store
from zof_local.workspace.webapi.args import Args


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method by the app's bot."""

    args: Args
    store: Store
    limiter: Limiter
    settings: WorkspaceSettings
    base_url: str
    sockets: SocketHub

    @property
    def team(self) -> str:
        """The team's id."""
        return self.store.seed.team.id


Handler = Callable[[Call], JsonObject]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API: its handler, its rate tier, and the scopes of which it wants any one.

    ``caller`` says whose token it takes: the bot's, the app's own (``xapp-…``), or nobody's.
    """

    handler: Handler
    tier: Tier
    scopes: tuple[str, ...] = ()
    caller: Literal["bot", "app", "anyone"] = "bot"
