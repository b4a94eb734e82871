"""The hands of the people: what each person can do on the page, and what comes of it."""

from __future__ import annotations

from zof_local.workspace.connection import AppConnection
from zof_local.workspace.people.blocks import Blocks
from zof_local.workspace.people.desk import Desk
from zof_local.workspace.people.dialogs import Dialogs
from zof_local.workspace.people.happening import Happening
from zof_local.workspace.people.writing import Writing
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.store import Store

__all__ = ["Happening", "People"]


class People:
    """Everything people do: ``writing`` messages and commands, using ``blocks``, answering ``dialogs``."""

    def __init__(self, store: Store, app: AppConnection, settings: WorkspaceSettings) -> None:
        self.desk = Desk(store, app, settings)
        self.writing = Writing(self.desk)
        self.blocks = Blocks(self.desk)
        self.dialogs = Dialogs(self.desk)
