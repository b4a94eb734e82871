"""The tables. `seq` is the order of creation: pages and their cursors follow it."""

from __future__ import annotations

import sqlite3

_VERSIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    CREATE TABLE api_keys (
        id TEXT PRIMARY KEY,
        organization_id TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        secret_hash TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL,
        revoked_at TEXT
    ) STRICT;

    CREATE TABLE runs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        project_id TEXT NOT NULL,
        environment TEXT NOT NULL,
        test_suite_id TEXT,
        test_case_ids TEXT,
        status TEXT NOT NULL,
        reason TEXT,
        cancel_requested INTEGER NOT NULL DEFAULT 0,
        total INTEGER,
        passed INTEGER NOT NULL DEFAULT 0,
        failed INTEGER NOT NULL DEFAULT 0,
        error INTEGER NOT NULL DEFAULT 0,
        skipped INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL,
        started_at TEXT,
        completed_at TEXT
    ) STRICT;
    CREATE INDEX runs_of_organization ON runs (organization_id, seq);
    CREATE INDEX runs_of_project ON runs (organization_id, project_id, seq);
    CREATE INDEX runs_by_status ON runs (status, seq);

    CREATE TABLE results (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        test_case_id TEXT NOT NULL,
        node_id TEXT NOT NULL,
        status TEXT NOT NULL,
        duration_ms INTEGER NOT NULL,
        failure_summary TEXT,
        output TEXT,
        created_at TEXT NOT NULL,
        UNIQUE (run_id, node_id)
    ) STRICT;
    CREATE INDEX results_of_run ON results (run_id, seq);
    CREATE INDEX results_of_organization ON results (organization_id, seq);

    CREATE TABLE run_logs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        timestamp TEXT NOT NULL,
        level TEXT NOT NULL,
        message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX logs_of_run ON run_logs (run_id, seq);

    CREATE TABLE cases (
        project_id TEXT NOT NULL,
        id TEXT NOT NULL,
        node_id TEXT NOT NULL,
        PRIMARY KEY (project_id, id)
    ) STRICT;

    CREATE TABLE idempotency (
        api_key_id TEXT NOT NULL,
        method TEXT NOT NULL,
        path TEXT NOT NULL,
        key TEXT NOT NULL,
        body_hash TEXT NOT NULL,
        status INTEGER NOT NULL,
        answer TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (api_key_id, method, path, key)
    ) STRICT;
    CREATE INDEX idempotency_by_age ON idempotency (created_at);
    """,
    """
    CREATE TABLE webhooks (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        url TEXT NOT NULL,
        events TEXT NOT NULL,
        secret TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX webhooks_of_organization ON webhooks (organization_id, seq);

    CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
        event_id TEXT NOT NULL,
        event_type TEXT NOT NULL,
        body TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_at REAL NOT NULL,
        last_answer TEXT,
        created_at TEXT NOT NULL,
        ended_at TEXT
    ) STRICT;
    CREATE INDEX deliveries_due ON deliveries (state, due_at);
    """,
    """
    ALTER TABLE runs ADD COLUMN source TEXT NOT NULL DEFAULT 'manual';
    ALTER TABLE runs ADD COLUMN schedule_id TEXT;
    ALTER TABLE runs ADD COLUMN scheduled_for TEXT;
    ALTER TABLE runs ADD COLUMN kept INTEGER NOT NULL DEFAULT 1;
    CREATE UNIQUE INDEX runs_of_slot ON runs (schedule_id, scheduled_for) WHERE schedule_id IS NOT NULL;
    CREATE INDEX runs_kept ON runs (completed_at) WHERE kept = 1;

    CREATE TABLE schedules (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        cron TEXT NOT NULL,
        project_id TEXT NOT NULL,
        environment TEXT NOT NULL,
        test_suite_id TEXT,
        test_case_ids TEXT,
        status TEXT NOT NULL,
        next_at TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX schedules_of_organization ON schedules (organization_id, seq);
    CREATE INDEX schedules_due ON schedules (status, next_at);

    CREATE TABLE artifacts (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        content_type TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        UNIQUE (run_id, name)
    ) STRICT;
    CREATE INDEX artifacts_of_run ON artifacts (run_id, seq);

    CREATE TABLE reports (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        run_id TEXT NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
        scope TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX reports_of_organization ON reports (organization_id, seq);
    CREATE INDEX reports_of_scope ON reports (organization_id, scope, seq);

    CREATE TABLE teams (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT,
        owner TEXT,
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX teams_of_organization ON teams (organization_id, seq);

    CREATE TABLE members (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        team_id TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
        email TEXT NOT NULL,
        role TEXT NOT NULL,
        created_at TEXT NOT NULL,
        UNIQUE (team_id, email)
    ) STRICT;

    CREATE TABLE applications (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        organization_id TEXT NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        description TEXT,
        team_id TEXT REFERENCES teams (id),
        urls TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE attempts (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        delivery_seq INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
        answer TEXT NOT NULL,
        took_ms INTEGER NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX attempts_of_delivery ON attempts (delivery_seq, seq);
    CREATE INDEX deliveries_by_age ON deliveries (ended_at);
    """,
    """
    ALTER TABLE webhooks ADD COLUMN faults TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE INDEX runs_of_status ON runs (organization_id, status, seq);
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Brings a database to the newest version; each step in a transaction of its own."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(_VERSIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN;{script};PRAGMA user_version = {number};COMMIT;")
