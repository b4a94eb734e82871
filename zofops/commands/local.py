"""`zofops local …`: one stand-in at a time, to develop against, and what its owner may do to it meanwhile."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path

from zof_local import platform as zof
from zof_local import workspace as slack
from zof_local.platform import ApiKey, FaultSwitches, PlatformError, PlatformSettings, admin, new_secret
from zof_local.platform.store.schedules import Schedule
from zof_local.serving import Server, ServingError
from zofops.examples import example
from zofops.exit_codes import ExitCode


def platform(arguments: argparse.Namespace) -> int:
    """Serves the Zof stand-in until Ctrl-C. The key is `ZOF_API_KEY`, or a new one that is printed."""
    secret = os.environ.get("ZOF_API_KEY") or new_secret()

    def ready(api_url: str, console_url: str) -> None:
        _announce("Zof", {"ZOF_BASE_URL": api_url, "ZOF_API_KEY": secret}, f"Console: {console_url}")

    async def serve() -> None:
        settings = PlatformSettings(
            data_dir=Path(arguments.data_dir),
            suites=Path(arguments.suites) if arguments.suites else example("suites.toml"),
            keys=(ApiKey(secret, role=arguments.role),),
            retention_days=arguments.retention_days,
            faults=FaultSwitches(arguments.faults),
        )
        await zof.serve(settings, arguments.port, on_ready=ready)

    return _until_stopped(serve())


def workspace(arguments: argparse.Namespace) -> int:
    """Serves the Slack stand-in until Ctrl-C. Token and secret are the bot's own variables, or new ones."""
    from zofops.world import workspace_settings  # noqa: PLC0415  the bot, whose app it has, is slow to load

    fresh = workspace_settings(arguments.bot_url)
    settings = replace(
        fresh,
        bot_token=os.environ.get("SLACK_BOT_TOKEN") or fresh.bot_token,
        app_token=os.environ.get("SLACK_APP_TOKEN") or fresh.app_token,
        signing_secret=os.environ.get("SLACK_SIGNING_SECRET") or fresh.signing_secret,
    )

    async def serve() -> None:
        app = slack.create_app(settings)
        async with Server(app, port=arguments.port) as server:
            exports = {
                "SLACK_BASE_URL": f"{server.url}/api/",
                "SLACK_BOT_TOKEN": settings.bot_token,
                "SLACK_SIGNING_SECRET": settings.signing_secret,
            }
            sockets = f"# for a bot over sockets: export SLACK_APP_TOKEN={settings.app_token}"
            _announce("Slack", exports, f"{sockets}\n\nPage: {server.url}{app.state.workspace.page_path()}")
            await asyncio.Event().wait()

    return _until_stopped(serve())


def schedules(arguments: argparse.Namespace) -> int:
    """Lists the schedules of a platform."""
    return _told(
        lambda: "\n".join(map(_schedule_line, admin.schedules(Path(arguments.data_dir)))) or "No schedules."
    )


def pause(arguments: argparse.Namespace) -> int:
    """Pauses a schedule."""
    return _told(lambda: _schedule_line(admin.pause(Path(arguments.data_dir), arguments.schedule)))


def resume(arguments: argparse.Namespace) -> int:
    """Has a schedule go on."""
    return _told(
        lambda: _schedule_line(admin.pause(Path(arguments.data_dir), arguments.schedule, paused=False))
    )


def emit(arguments: argparse.Namespace) -> int:
    """Sends one of the documented events to the endpoints that want it."""

    def send() -> str:
        count = admin.emit(Path(arguments.data_dir), arguments.event)
        endpoints = {0: "no endpoint, as none wants it", 1: "one endpoint"}.get(count, f"{count} endpoints")
        return f"{arguments.event} goes to {endpoints}."

    return _told(send)


def _schedule_line(schedule: Schedule) -> str:
    when = f"next {schedule.next_at[:16].replace('T', ' ')} UTC" if schedule.is_active else "paused"
    what = schedule.test_suite_id or f"{len(schedule.test_case_ids or ())} cases"
    return f"{schedule.id}  {schedule.cron}  {when}  {schedule.project_id} {schedule.environment} {what}"


def _told(work: Callable[[], str]) -> int:
    try:
        print(work())
    except PlatformError as error:
        return _ended(error, ExitCode.REFUSED)
    return ExitCode.PASSED


def _announce(what: str, exports: Mapping[str, str], page: str) -> None:
    """Prints what the other side needs, ready to be pasted into its shell."""
    print(f"A {what} for this machine only. Stop it with Ctrl-C.\n")
    for name, value in exports.items():
        print(f"export {name}={value}")
    print(f"\n{page}", flush=True)


def _until_stopped(job: Coroutine[object, object, None]) -> int:
    try:
        asyncio.run(job)
    except KeyboardInterrupt:
        pass
    except (PlatformError, FileNotFoundError) as error:
        return _ended(error, ExitCode.REFUSED)
    except ServingError as error:
        return _ended(error.__cause__ or error, ExitCode.FAULT)
    return ExitCode.PASSED


def _ended(error: BaseException, code: ExitCode) -> int:
    print(f"zofops: {error}", file=sys.stderr)
    return code
