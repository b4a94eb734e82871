"""`zofops audit`."""

from __future__ import annotations

from zofops.usage import Commands


def add(commands: Commands) -> None:
    """Adds the command and its actions."""
    audit = commands.add_parser(
        "audit",
        help="the bot's audit trail: check it, or export it",
        description=(
            "Reads the audit trail in the bot's store: who asked for what, what was decided, and\n"
            "what came of it. The bot may run meanwhile."
        ),
    )
    actions = audit.add_subparsers(title="actions", metavar="ACTION", required=True)
    verify = actions.add_parser(
        "verify",
        help="check that nothing in it was changed, left out or put in (0 whole, 1 not)",
        description=(
            "Checks that nothing in the trail was changed, left out or put in, and prints its head.\n"
            "Kept elsewhere, a head shows later, with --head, that nothing was cut off at the end.\n"
            "It ends with 0 if the trail is whole, with 1 if not, with 2 if there is none."
        ),
    )
    verify.add_argument("--head", metavar="HASH", help="a head that an earlier check printed")
    verify.set_defaults(module="zofops.commands.audit", function="verify")
    export = actions.add_parser(
        "export",
        help="write it to standard output",
        description="Writes the whole trail to standard output, the oldest entry first.",
    )
    kinds = export.add_mutually_exclusive_group()
    kinds.add_argument(
        "--json", dest="format", action="store_const", const="json", help="one object a line (default)"
    )
    kinds.add_argument("--csv", dest="format", action="store_const", const="csv", help="a table")
    export.set_defaults(module="zofops.commands.audit", function="export", format="json")
    for action in (verify, export):
        action.add_argument(
            "--store", metavar="FILE", help="the bot's store (default: ZOFOPS_STORE, else zofops.sqlite)"
        )
