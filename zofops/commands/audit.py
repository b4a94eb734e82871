"""`zofops audit`: whether the bot's audit trail is whole, and the trail itself for other programs."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from slack_bot.audit import Entry, Note, first_break
from slack_bot.errors import StoreUnusableError
from slack_bot.store import Store, told_of_trouble
from zof_core.spreadsheet import plain_cell
from zofops.exit_codes import ExitCode


def verify(arguments: argparse.Namespace) -> int:
    """Checks the chain; 0 if it is whole, 1 if not."""
    trail = _trail(arguments)
    if trail is None:
        return ExitCode.REFUSED
    broken = first_break(trail)
    if broken is None and arguments.head is not None and arguments.head not in {e.hash for e in trail}:
        broken = f"The head {arguments.head} is not in it: its end was cut off, or it was written anew."
    if broken is not None:
        print(f"zofops: the audit trail is not as it was written. {broken}", file=sys.stderr)
        return ExitCode.FAILED
    if trail:
        print(
            f"Whole: {len(trail)} entries, head {trail[-1].hash}. Keep the head elsewhere; --head checks it."
        )
    else:
        print("Whole: nothing was written into it yet.")
    return ExitCode.PASSED


def export(arguments: argparse.Namespace) -> int:
    """Writes the trail to standard output, one entry a line."""
    trail = _trail(arguments)
    if trail is None:
        return ExitCode.REFUSED
    if arguments.format == "csv":
        _csv(trail)
    else:
        for entry in trail:
            print(json.dumps(_row(entry), ensure_ascii=False))
    return ExitCode.PASSED


def _trail(arguments: argparse.Namespace) -> list[Entry] | None:
    path = Path(arguments.store or os.environ.get("ZOFOPS_STORE") or "zofops.sqlite")
    if not path.is_file():
        print(
            f"zofops: there is no store at {path}. Name the bot's file with --store or ZOFOPS_STORE.",
            file=sys.stderr,
        )
        return None
    try:
        with told_of_trouble(path), closing(Store(path)) as store:
            return store.trail()
    except StoreUnusableError as error:
        print(f"zofops: {error}", file=sys.stderr)
        return None


def _row(entry: Entry) -> dict[str, object]:
    return {"number": entry.number, **entry.read().model_dump(), "hash": entry.hash}


def _csv(trail: Iterable[Entry]) -> None:
    writer = csv.DictWriter(sys.stdout, ["number", *Note.model_fields, "hash"])
    writer.writeheader()
    writer.writerows({name: plain_cell(value) for name, value in _row(entry).items()} for entry in trail)
