"""The console's pages, and the parts of them that are read again while they change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from zof_local.platform.console import automation, render
from zof_local.platform.console.access import SAFE_HEADERS, exchange, form_token, may_see
from zof_local.platform.console.frame import document, empty, refused
from zof_local.platform.errors import not_found
from zof_local.platform.state import Platform
from zof_local.platform.store.artifacts import artifacts_of_run
from zof_local.platform.store.delivery_log import endpoints, newest_deliveries
from zof_local.platform.store.results import list_log, results_of_run
from zof_local.platform.store.runs import find_run, newest_runs
from zof_local.platform.store.schedules import all_schedules, latest_runs

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent
_ASSETS = {
    "console.css": ("text/css", (_HERE / "console.css").read_bytes()),
    "console.js": ("text/javascript", (_HERE / "console.js").read_bytes()),
}
_LISTED = 50
_LOG_LINES = 5_000


@router.get("/runs/{run_id}")
async def run(request: Request, run_id: str) -> Response:
    """One run."""
    platform: Platform = request.app.state.platform
    welcome = exchange(request, platform, run_id)
    if welcome is not None:
        return welcome
    if not may_see(request, platform, run_id):
        return html(refused(), 403)
    owner = may_see(request, platform, None)
    content, ended = await _run(platform, run_id, owner=owner)
    tab = "" if owner else None
    if content is None:
        return html(document("No such run", render.missing(run_id), tab=tab), 404)
    return html(document(run_id, content, live=None if ended else f"/runs/{run_id}/live", tab=tab))


@router.get("/runs/{run_id}/live")
async def run_live(request: Request, run_id: str) -> Response:
    """One run, without the page around it; the header `X-Ended` tells when it will not change any more."""
    platform: Platform = request.app.state.platform
    if not may_see(request, platform, run_id):
        return html("", 403)
    content, ended = await _run(platform, run_id, owner=may_see(request, platform, None))
    if content is None:
        return html("", 404)
    response = html(content)
    response.headers["X-Ended"] = "1" if ended else "0"
    return response


@router.get("/runs/{run_id}/artifacts/{artifact_id}")
async def artifact(request: Request, run_id: str, artifact_id: str) -> Response:
    """A file that a run left, to be saved: a browser never shows it as a page of this console."""
    platform: Platform = request.app.state.platform
    if not may_see(request, platform, run_id):
        return html(refused(), 403)
    found = await platform.database.read(lambda connection: artifacts_of_run(connection, run_id))
    one = next((artifact for artifact in found if artifact.id == artifact_id), None)
    path = None if one is None else platform.files.path(run_id, one.name)
    if one is None or path is None or not path.is_file():
        return html(document("No such file", empty("There is no such file", "Or not any more.")), 404)
    return FileResponse(path, media_type=one.content_type, filename=one.name, headers=SAFE_HEADERS)


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """Style and script of the pages."""
    if name not in _ASSETS:
        raise not_found(f"There is no asset '{name[:40]}'.")
    kind, content = _ASSETS[name]
    return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})


def _add_tab(path: str, title: str, content: Callable[[Platform], Awaitable[str]]) -> None:
    """A page for who has the console's token, and the same without the page around it, to be read again."""
    live = f"{path.rstrip('/')}/live"

    @router.get(path)
    async def tab(request: Request) -> Response:
        platform: Platform = request.app.state.platform
        welcome = exchange(request, platform, None)
        if welcome is not None:
            return welcome
        if not may_see(request, platform, None):
            return html(refused(), 403)
        return html(document(title, await content(platform), live=live, tab=path))

    @router.get(live)
    async def tab_live(request: Request) -> Response:
        platform: Platform = request.app.state.platform
        if not may_see(request, platform, None):
            return html("", 403)
        return html(await content(platform))


async def _runs(platform: Platform) -> str:
    runs = await platform.database.read(lambda connection: newest_runs(connection, _LISTED))
    return render.runs_list(runs, _titles(platform))


async def _schedules(platform: Platform) -> str:
    rows = await platform.database.read(all_schedules)
    latest = await platform.database.read(latest_runs)
    return automation.schedules_page(rows, latest, _titles(platform), form_token(platform))


async def _webhooks(platform: Platform) -> str:
    rows = await platform.database.read(endpoints)
    log = await platform.database.read(lambda connection: newest_deliveries(connection, _LISTED))
    return automation.webhooks_page(rows, log, form_token(platform))


async def _run(platform: Platform, run_id: str, *, owner: bool) -> tuple[str | None, bool]:
    stored = await platform.database.read(lambda connection: find_run(connection, run_id))
    if stored is None:
        return None, True
    results = await platform.database.read(lambda connection: results_of_run(connection, run_id))
    log = await platform.database.read(lambda connection: list_log(connection, run_id, _LOG_LINES))
    artifacts = await platform.database.read(lambda connection: artifacts_of_run(connection, run_id))
    content = render.run_page(
        stored,
        results,
        log,
        _titles(platform),
        artifacts=artifacts,
        form_token=form_token(platform) if owner else None,
    )
    # A canceled run's files come a little after its end, when its processes are gone.
    return content, stored.is_terminal and not platform.dispatcher.is_executing(run_id)


def _titles(platform: Platform) -> render.Titles:
    projects = platform.suites.projects
    return render.Titles(
        {project.id: project.title for project in projects},
        {(project.id, suite.id): suite.title for project in projects for suite in project.suites},
    )


def html(content: str, status: int = 200) -> HTMLResponse:
    """A page or a part of one."""
    return HTMLResponse(content, status_code=status, headers=SAFE_HEADERS)


_add_tab("/", "Runs", _runs)
_add_tab("/schedules", "Schedules", _schedules)
_add_tab("/webhooks", "Webhooks", _webhooks)
