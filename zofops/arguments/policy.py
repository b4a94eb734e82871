"""`zofops policy`."""

from __future__ import annotations

from zofops.usage import Commands


def add(commands: Commands) -> None:
    """Adds the command and its actions."""
    policy = commands.add_parser(
        "policy",
        help="the bot's rules: check the file, or explain a decision",
        description="Looks at the bot's rules, without Slack, Zof or a bot that runs.",
    )
    actions = policy.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="say whether the file is valid (0 valid, 2 not)",
        description=(
            "Says whether the file is valid and how much is in it, or what is wrong and where.\n"
            "It ends with 0 if it is valid, with 2 if not."
        ),
    )
    check.set_defaults(module="zofops.commands.policy", function="check")
    explain = actions.add_parser(
        "explain",
        help="say what the rules decide, and by which of them (0 allowed, 2 denied)",
        description=(
            "Says what the rules decide, by which of them, and what each of the others lacked.\n"
            "Slack is not asked: --group, --guest and --shared say what it would say.\n"
            "It ends with 0 if it is allowed, with 2 if not."
        ),
        epilog="""\
example:
  zofops policy explain U02DANA C0RELEASES run proj_abc staging suite_pr_smoke
""",
    )
    explain.add_argument(
        "person", metavar="PERSON", help="Slack user id, such as U02DANA, or a name of [people]"
    )
    explain.add_argument("channel", metavar="CHANNEL", help="Slack channel id, such as C0RELEASES")
    explain.add_argument("verb", metavar="VERB", help="run, rerun, cancel, status or subscribe")
    explain.add_argument("project", metavar="PROJECT", nargs="?", help="project id")
    explain.add_argument("environment", metavar="ENVIRONMENT", nargs="?", help="environment")
    explain.add_argument("suite", metavar="SUITE", nargs="?", help="suite id; without it, single cases")
    explain.add_argument(
        "--group", action="append", metavar="NAME", help="a group of [groups] the person is in"
    )
    explain.add_argument("--guest", action="store_true", help="the person is a guest")
    explain.add_argument("--shared", action="store_true", help="the channel is shared with another company")
    explain.set_defaults(module="zofops.commands.policy", function="explain")
    for action in (check, explain):
        action.add_argument("--config", metavar="FILE", help="default: ZOFOPS_CONFIG, else zofops.toml")
