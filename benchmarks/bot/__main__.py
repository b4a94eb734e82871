"""The bot's ack, with its commit, beside bare Bolt, measured in the same run: `python -m benchmarks.bot`.

Each server is a process of its own and gets the same signed slash command over kept connections. Absolute times depend
on the machine and on what else it does; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks.bot.acks import ack, stall
from benchmarks.bot.runs import cards, in_flight

PARTS = {"ack": ack, "stall": stall, "flight": in_flight, "cards": cards}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which; all if none is named")
    for name in parser.parse_args().parts or PARTS:
        with tempfile.TemporaryDirectory() as home:
            asyncio.run(PARTS[name](Path(home)))


if __name__ == "__main__":
    main()
