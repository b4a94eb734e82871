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
)


def migrate(connection: sqlite3.Connection) -> None:
    """Brings a database to the newest version; each step in a transaction of its own."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(_VERSIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN;{script};PRAGMA user_version = {number};COMMIT;")
