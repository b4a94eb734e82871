"""The cases of each project, as pytest collected them: case id to node id."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from zof_local.platform.ids import case_id


def remember_cases(connection: sqlite3.Connection, project_id: str, node_ids: Iterable[str]) -> None:
    """Notes that these cases exist."""
    connection.executemany(
        "INSERT OR REPLACE INTO cases (project_id, id, node_id) VALUES (?, ?, ?)",
        [(project_id, case_id(node_id), node_id) for node_id in node_ids],
    )


def forget_cases(connection: sqlite3.Connection, project_id: str) -> None:
    """Forgets a project's cases, before all of them are noted anew."""
    connection.execute("DELETE FROM cases WHERE project_id = ?", (project_id,))


def node_ids_of(connection: sqlite3.Connection, project_id: str, case_ids: Sequence[str]) -> dict[str, str]:
    """The node ids of those case ids that are known."""
    marks = ", ".join("?" * len(case_ids))
    rows = connection.execute(
        f"SELECT id, node_id FROM cases WHERE project_id = ? AND id IN ({marks})",  # noqa: S608 - marks only
        (project_id, *case_ids),
    )
    return {row["id"]: row["node_id"] for row in rows}


def case_ids_of(connection: sqlite3.Connection, project_id: str) -> list[str]:
    """All case ids of a project."""
    rows = connection.execute("SELECT id FROM cases WHERE project_id = ? ORDER BY id", (project_id,))
    return [row["id"] for row in rows]
