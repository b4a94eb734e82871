"""How the command line explains itself: help that fits a terminal, and errors that say what to type instead."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

from zof_core.catalogue import nearest
from zof_core.validation import quoted

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"
"""What a parser adds its subcommands to."""
_MISSING = "the following arguments are required: "


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` whose errors are sentences for people; the same parser serves subcommands."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Formatter)
        super().__init__(**options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's, but each subcommand complains of what it does not know itself, under its own usage."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(self._unknown(unknown))
        return known, unknown

    def error(self, message: str) -> NoReturn:
        """Ends with code 2 and the sentence last, where people look."""
        missing = message.removeprefix(_MISSING).split(", ") if message.startswith(_MISSING) else []
        if missing and self._commands():
            # Somebody who names no command is looking for one.
            self.print_help(sys.stderr)
            self.exit(2, f"\n{self.prog}: {missing[0]} is missing.\n")
        if missing:
            message = f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        message = message.removeprefix("argument ")
        self.print_usage(sys.stderr)
        end = "" if message.endswith((".", "?")) else "."
        self.exit(2, f"{self.prog}: {message}{end} See: {self.prog} --help\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            names = list(action.choices)
            near = nearest(str(value), names)
            then = f"Did you mean {quoted(near)}?" if near else f"There are: {', '.join(names)}."
            what = str(action.metavar or "command").lower()
            raise argparse.ArgumentError(None, f"There is no {what} {quoted(value)}. {then}")
        super()._check_value(action, value)

    def _commands(self) -> bool:
        return any(isinstance(action, argparse._SubParsersAction) for action in self._actions)

    def _unknown(self, words: Sequence[str]) -> str:
        option = next((word.partition("=")[0] for word in words if word.startswith("-")), None)
        if option is None:
            return f"{quoted(words[0])} is too much."
        near = nearest(option, self._option_string_actions)
        return f"There is no option {quoted(option)}." + (f" Did you mean {quoted(near)}?" if near else "")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Lists commands without the line that names the list once more, and in one column."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **{"max_help_position": 28, **options})

    def _format_action(self, action: argparse.Action) -> str:
        if isinstance(action, argparse._SubParsersAction):
            return "".join(self._format_action(choice) for choice in action._get_subactions())
        return super()._format_action(action)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
