"""The console's pages: all runs, one run, and the parts of them that are read again while a run goes on."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from zof_local.platform.console import render
from zof_local.platform.console.access import SAFE_HEADERS, exchange, may_see
from zof_local.platform.errors import not_found
from zof_local.platform.state import Platform
from zof_local.platform.store.results import list_log, results_of_run
from zof_local.platform.store.runs import find_run, newest_runs

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent
_ASSETS = {
    "console.css": ("text/css", (_HERE / "console.css").read_bytes()),
    "console.js": ("text/javascript", (_HERE / "console.js").read_bytes()),
}
_LISTED = 50
_LOG_LINES = 5_000


@router.get("/")
async def index(request: Request) -> Response:
    """All runs."""
    platform: Platform = request.app.state.platform
    welcome = exchange(request, platform, None)
    if welcome is not None:
        return welcome
    if not may_see(request, platform, None):
        return _html(render.refused(), 403)
    return _html(render.document("Runs · Zof local", await _runs(platform), "/live"))


@router.get("/live")
async def index_live(request: Request) -> Response:
    """The list of runs, without the page around it."""
    platform: Platform = request.app.state.platform
    if not may_see(request, platform, None):
        return _html("", 403)
    return _html(await _runs(platform))


@router.get("/runs/{run_id}")
async def run(request: Request, run_id: str) -> Response:
    """One run."""
    platform: Platform = request.app.state.platform
    welcome = exchange(request, platform, run_id)
    if welcome is not None:
        return welcome
    if not may_see(request, platform, run_id):
        return _html(render.refused(), 403)
    content, ended = await _run(platform, run_id)
    if content is None:
        return _html(render.missing(run_id), 404)
    return _html(render.document(f"{run_id} · Zof local", content, None if ended else f"/runs/{run_id}/live"))


@router.get("/runs/{run_id}/live")
async def run_live(request: Request, run_id: str) -> Response:
    """One run, without the page around it; the header `X-Ended` tells when it will not change any more."""
    platform: Platform = request.app.state.platform
    if not may_see(request, platform, run_id):
        return _html("", 403)
    content, ended = await _run(platform, run_id)
    if content is None:
        return _html("", 404)
    response = _html(content)
    response.headers["X-Ended"] = "1" if ended else "0"
    return response


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """Style and script of the pages."""
    if name not in _ASSETS:
        raise not_found(f"There is no asset '{name[:40]}'.")
    kind, content = _ASSETS[name]
    return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})


async def _runs(platform: Platform) -> str:
    runs = await platform.database.read(lambda connection: newest_runs(connection, _LISTED))
    return render.runs_list(runs, _titles(platform))


async def _run(platform: Platform, run_id: str) -> tuple[str | None, bool]:
    stored = await platform.database.read(lambda connection: find_run(connection, run_id))
    if stored is None:
        return None, True
    results = await platform.database.read(lambda connection: results_of_run(connection, run_id))
    log = await platform.database.read(lambda connection: list_log(connection, run_id, _LOG_LINES))
    return render.run_page(stored, results, log, _titles(platform)), stored.is_terminal


def _titles(platform: Platform) -> render.Titles:
    projects = platform.suites.projects
    return render.Titles(
        {project.id: project.title for project in projects},
        {(project.id, suite.id): suite.title for project in projects for suite in project.suites},
    )


def _html(content: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(content, status_code=status, headers=SAFE_HEADERS)
