"""`zofops local`."""

from __future__ import annotations

from zofops.arguments.common import days, port
from zofops.usage import Commands


def add(commands: Commands) -> None:
    """Adds the command, its services and its actions."""
    local = commands.add_parser(
        "local",
        help="a Zof or a Slack on this machine, one at a time",
        description=(
            "Starts one of the two stand-ins that zofops demo starts together, to develop against,\n"
            "or does something to a Zof that was started here. docs/local.md tells of both."
        ),
    )
    services = local.add_subparsers(title="services and actions", metavar="SERVICE", required=True)
    platform = services.add_parser(
        "platform",
        help="the documented Zof API, running real pytest suites",
        description=(
            "Serves the documented Zof API on loopback until Ctrl-C, and prints ZOF_BASE_URL,\n"
            "ZOF_API_KEY (yours if it is set, else a new one) and the console's link. A run\n"
            "executes the test code that suites.toml names, as you."
        ),
    )
    platform.add_argument("--port", type=port, default=8800, help="loopback port (default: %(default)s)")
    platform.add_argument("--suites", metavar="FILE", help="suites.toml (default: the example project's)")
    platform.add_argument(
        "--role",
        default="QA Lead",
        help="role of the printed key, which decides what it may (default: %(default)s)",
    )
    platform.add_argument(
        "--retention-days",
        type=days,
        default=90.0,
        metavar="DAYS",
        help="how long results, logs and artifacts are kept (default: %(default)g)",
    )
    platform.add_argument(
        "--faults",
        metavar="LIST",
        default="",
        help="what goes wrong on purpose, such as 'latency=0.2, status=503@0.1' (see docs/local.md)",
    )
    platform.set_defaults(module="zofops.commands.local", function="platform")
    schedules = services.add_parser(
        "schedules",
        help="list the platform's schedules",
        description="Lists id, cron, next start and target of each schedule, whether or not the Zof runs.",
    )
    schedules.set_defaults(module="zofops.commands.local", function="schedules")
    pause = services.add_parser(
        "pause",
        help="pause a schedule of the platform's",
        description="Pauses a schedule, whether or not the Zof runs. What passes meanwhile is left out.",
    )
    resume = services.add_parser(
        "resume",
        help="have a paused schedule go on with its next slot",
        description="Has a paused schedule go on with its next slot, whether or not the Zof runs.",
    )
    for action in (pause, resume):
        action.add_argument("schedule", metavar="SCHEDULE", help="the schedule's id, such as sched_4k7q2m")
    pause.set_defaults(module="zofops.commands.local", function="pause")
    resume.set_defaults(module="zofops.commands.local", function="resume")
    emit = services.add_parser(
        "emit",
        help="send one of Zof's events to the webhooks that want it, to try them",
        description=(
            "Sends one of Zof's documented events, with made-up content, to every webhook that\n"
            "subscribed to it; a Zof that does not run sends it once it does."
        ),
    )
    emit.add_argument("event", metavar="EVENT", help="the event's type, such as agent.offline")
    emit.set_defaults(module="zofops.commands.local", function="emit")
    for service in (platform, schedules, pause, resume, emit):
        service.add_argument(
            "--data-dir",
            metavar="DIR",
            default=".zof-local/platform",
            help="where runs are kept (default: %(default)s)",
        )
    workspace = services.add_parser(
        "workspace",
        help="a Slack workspace with a web page",
        description=(
            "Serves a Slack workspace with one app on loopback until Ctrl-C, and prints what a bot\n"
            "needs to know of it (yours if it is set, else new) and the link of its page.\n"
            "Everything in it is gone with it."
        ),
    )
    workspace.add_argument("--port", type=port, default=8900, help="loopback port (default: %(default)s)")
    workspace.add_argument(
        "--bot-url",
        metavar="URL",
        default="http://127.0.0.1:3000",
        help="where the bot listens (default: %(default)s)",
    )
    workspace.set_defaults(module="zofops.commands.local", function="workspace")
