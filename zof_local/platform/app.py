"""Puts the platform together: an ASGI application with a lifespan."""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from zof_local.platform.admin import DATABASE
from zof_local.platform.assumptions import RATE_WINDOW_SECONDS
from zof_local.platform.catalogue import CaseCatalogue
from zof_local.platform.console import actions, pages
from zof_local.platform.errors import PlatformError
from zof_local.platform.execution.dispatcher import Dispatcher
from zof_local.platform.files import RunFiles
from zof_local.platform.gateway import Gateway
from zof_local.platform.openapi import complete
from zof_local.platform.ratelimit import FixedWindow
from zof_local.platform.refusals import http_problem, validation_problem
from zof_local.platform.retention import Retention
from zof_local.platform.routes import (
    applications,
    artifacts,
    integrations,
    projects,
    reports,
    results,
    runs,
    schedules,
    teams,
    webhooks,
)
from zof_local.platform.scheduler import Scheduler
from zof_local.platform.settings import ApiKey, PlatformSettings, new_secret
from zof_local.platform.state import Platform
from zof_local.platform.store.database import Database, connect, transact
from zof_local.platform.store.keys import put_key
from zof_local.platform.store.meta import kept
from zof_local.platform.suites import Suites, load_suites
from zof_local.platform.webhooks import Deliverer

_RESOURCES = (
    projects,
    runs,
    artifacts,
    results,
    reports,
    schedules,
    applications,
    teams,
    integrations,
    webhooks,
)
_ABOUT = """A local stand-in for the documented part of Zof's API. Paths, methods, statuses, paging, rate
limit headers and roles follow Zof's public documentation; what that leaves open is our own choice."""


class _Documented(FastAPI):
    """FastAPI whose `/openapi.json` is ours."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi())
        return self.openapi_schema


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: PlatformSettings, *, now: Callable[[], datetime] = _utc_now) -> FastAPI:
    """The platform as an ASGI application; it works while its lifespan runs.

    Raises:
        PlatformError: suites.toml cannot be used.
    """
    suites = load_suites(settings.suites)
    app = _Documented(
        title="Zof, local stand-in",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda app: _live(app, settings, suites, now),
    )
    routers = [part.router for part in (*_RESOURCES, pages, actions)]
    for router in routers:
        app.include_router(router)
    app.state.routes = [route for router in routers for route in router.routes]
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(RequestValidationError, validation_problem)
    app.add_middleware(
        Gateway,
        database=lambda: app.state.platform.database,
        window=FixedWindow(settings.rate_limit, RATE_WINDOW_SECONDS),
        public_url=settings.public_url,
        faults=settings.faults,
    )
    return app


def create_key(
    data_dir: Path, *, role: str = "QA Lead", organization_id: str = "org_local", name: str = "local"
) -> str:
    """Makes an API key for the platform of this directory, running or not, and returns it; only its hash is
    kept.

    Raises:
        PlatformError: unknown role, or impossible organization id.
    """
    key = ApiKey(new_secret(), role=role, organization_id=organization_id, name=name)
    _make_private(data_dir)
    connection = connect(data_dir / DATABASE)
    try:
        transact(connection, lambda opened: put_key(opened, key, _utc_now()))
    finally:
        connection.close()
    return key.secret


@asynccontextmanager
async def _live(
    app: FastAPI, settings: PlatformSettings, suites: Suites, now: Callable[[], datetime]
) -> AsyncIterator[None]:
    _make_private(settings.data_dir)
    with _only_user(settings.data_dir):
        database = Database(settings.data_dir / DATABASE)
        try:
            stored_token = await database.write(_stored_console_token)
            await database.write(lambda connection: _accept(connection, settings.keys, now()))
            work = settings.data_dir.resolve() / "work"
            files = RunFiles(settings.data_dir.resolve() / "artifacts")
            deliverer = Deliverer(database, now, settings.webhook_retry_seconds, settings.faults)
            dispatcher = Dispatcher(
                database=database,
                suites=suites,
                work=work,
                now=now,
                limit=settings.max_concurrent_runs,
                grace=settings.cancel_grace_seconds,
                files=files,
                on_change=deliverer.wake,
            )
            cases = CaseCatalogue(database, work)
            scheduler = Scheduler(database, now, dispatcher.wake)
            retention = Retention(database, files, now, timedelta(days=settings.retention_days))
            app.state.platform = Platform(
                settings,
                suites,
                database,
                dispatcher,
                cases,
                deliverer,
                scheduler,
                files,
                now,
                settings.console_token or stored_token,
            )
            await dispatcher.start()
            deliverer.start()
            scheduler.start()
            retention.start()
            try:
                yield
            finally:
                await retention.stop()
                await scheduler.stop()
                await dispatcher.stop()
                await deliverer.stop()
        finally:
            database.close()


def _make_private(data_dir: Path) -> None:
    # One that somebody made for us keeps its mode: its files are private in any case.
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _only_user(data_dir: Path) -> Iterator[None]:
    """Holds the directory's lock: two platforms on one database would take each other's runs for orphans."""
    with (data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlatformError(
                f"Another platform already uses {data_dir}. Stop it, or choose another --data-dir."
            ) from None
        file.write(str(os.getpid()))
        file.flush()
        yield


def _stored_console_token(connection: sqlite3.Connection) -> str:
    return kept(connection, "console_token", lambda: secrets.token_urlsafe(24))


def _accept(connection: sqlite3.Connection, keys: tuple[ApiKey, ...], now: datetime) -> None:
    for key in keys:
        put_key(connection, key, now)
