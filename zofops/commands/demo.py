"""`zofops demo`: all of it on this machine, for a person to play with or for one command unattended."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from slack_bot.errors import BotError
from zof_core import AsyncZofClient
from zof_local.platform import PlatformError
from zof_local.serving import ServingError
from zof_local.workspace.client import WorkspaceClientError
from zofops.examples import example
from zofops.exit_codes import ExitCode
from zofops.jupyter import JupyterError, JupyterLab
from zofops.notebooks import copy_notebooks
from zofops.once import OnceError, order, send_once
from zofops.world import World, open_world

_NOTEBOOK = "first_run.ipynb"


def main(arguments: argparse.Namespace) -> int:
    """Runs the demo until Ctrl-C, or until the one command of `--once` has ended."""

    try:
        job = _job(arguments)
        suites = _file(arguments.suites, "suites.toml")
        config = _file(arguments.config, "zofops.toml")
        with tempfile.TemporaryDirectory(prefix="zofops-demo-") as home:
            return asyncio.run(_with_world(Path(home), suites, config, job))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return ExitCode.PASSED if arguments.once is None else ExitCode.INTERRUPTED
    except (BotError, PlatformError, OnceError, FileNotFoundError) as error:
        print(f"zofops: {error}", file=sys.stderr)
        return ExitCode.REFUSED
    except (ServingError, WorkspaceClientError) as error:
        print(f"zofops: {error.__cause__ or error}", file=sys.stderr)
        return ExitCode.FAULT
    except JupyterError as error:
        print(f"zofops: {error} Without a notebook: zofops demo --no-notebook", file=sys.stderr)
        return ExitCode.FAULT


def _job(arguments: argparse.Namespace) -> Callable[[World, Path], Awaitable[ExitCode]]:
    """What is to be done in the world, checked before the world is made."""
    if arguments.once is None:
        return lambda world, home: _stay(world, home, with_notebook=not arguments.no_notebook)
    asked = order(arguments.once, channel=arguments.channel, user=arguments.user, timeout=arguments.timeout)
    return lambda world, _home: send_once(world, asked)


def _file(named: str | None, default: str) -> Path:
    if named is None:
        return example(default)
    path = Path(named)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no file {named}. Name one, or leave the option out for the example's."
        )
    return path.resolve()


async def _with_world(
    home: Path, suites: Path, config: Path, job: Callable[[World, Path], Awaitable[ExitCode]]
) -> ExitCode:
    with _signals_stop_it_once():
        async with open_world(home, suites=suites, config=config) as world:
            if suites == example("suites.toml"):
                await schedule_nightly(world)
            return await job(world, home)


async def schedule_nightly(world: World) -> None:
    """Has the example's regression suite run each night, so that there is a schedule to look at."""
    async with AsyncZofClient(world.zof_key, base_url=world.zof_url) as zof:
        await zof.schedules.create(
            project_id="proj_abc", environment="staging", test_suite_id="suite_regression", cron="0 2 * * *"
        )


@contextmanager
def _signals_stop_it_once() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal stop as cleanly; a second signal does not cut the stopping short."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    stopping = False

    def stop() -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            task.cancel()

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _stay(world: World, home: Path, *, with_notebook: bool) -> ExitCode:
    if with_notebook:
        print("Zof, Slack and the bot are running; starting JupyterLab ...", flush=True)
    lab = await _notebook(world, home) if with_notebook else None
    try:
        print(greeting(world, lab, write_env(world, home)), flush=True)
        await asyncio.Event().wait()
    finally:
        with suppress(OSError):  # the terminal may be gone
            print("\nStopping ...", flush=True)
        if lab is not None:
            await asyncio.to_thread(lab.stop)
    return ExitCode.PASSED


async def _notebook(world: World, home: Path) -> JupyterLab:
    root = home / "notebooks"
    copy_notebooks(root)
    lab = JupyterLab(root, home=home / "jupyter", env=world.notebook_env)
    lab.start()
    try:
        await asyncio.to_thread(lab.wait_until_ready)
    except BaseException:
        lab.stop()
        raise
    return lab


def write_env(world: World, home: Path) -> Path:
    """Writes what `zofops` needs to work with this world into a file that only its owner reads; gives its path."""
    path = home / "env"
    settings = {**world.notebook_env, "ZOFOPS_STORE": str(world.store_path)}
    text = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def greeting(world: World, lab: JupyterLab | None, env: Path) -> str:
    """What the demo says when it is ready: where to look, and what to try.

    Args:
        env: the file with the settings; the key in it is not shown.
    """
    notebook = lab.url(_NOTEBOOK) if lab else "left out (--no-notebook)"
    return (
        "\nA Zof, a Slack and the bot between them are running on this machine.\n\n"
        f"  Slack      {world.page_url}\n"
        f"  Notebook   {notebook}\n"
        f"  Console    {world.console_url}\n\n"
        f"zofops run, wait, policy and audit work with it after   . {shlex.quote(str(env))}\n"
        "In #releases type   /zof run proj_abc staging suite_pr_smoke\n"
        "Stop with Ctrl-C. All that was made goes with it.\n"
    )
