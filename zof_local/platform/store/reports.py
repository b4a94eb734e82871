"""Reports: one for every run that has ended."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from zof_local.platform.assumptions import REPORT_PREFIX, timestamp
from zof_local.platform.ids import new_id
from zof_local.platform.paging import PageRequest
from zof_local.platform.store.filters import Conditions, newest_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A stored report."""

    seq: int
    id: str
    run_id: str
    scope: str
    created_at: str


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports a list shows; times are texts as the API writes them."""

    scope: str | None = None
    created_after: str | None = None
    created_before: str | None = None


_COLUMNS = ", ".join(Report.__slots__)


def insert_report(
    connection: sqlite3.Connection, organization_id: str, run_id: str, scope: str, now: datetime
) -> None:
    """Notes the report on a run that has just ended."""
    connection.execute(
        "INSERT INTO reports (id, organization_id, run_id, scope, created_at) VALUES (?, ?, ?, ?, ?)",
        (new_id(REPORT_PREFIX), organization_id, run_id, scope, timestamp(now)),
    )


def list_reports(
    connection: sqlite3.Connection, organization_id: str, chosen: ReportFilter, page: PageRequest
) -> list[Report]:
    """One entry more than the page's limit, if there are as many; newest first."""
    where = Conditions(organization_id=organization_id)
    where.equal("scope", chosen.scope)
    where.created_between(chosen.created_after, chosen.created_before)
    rows = newest_first(connection, "reports", _COLUMNS, where, page)
    return [Report(**dict(row)) for row in rows]
