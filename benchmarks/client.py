"""What the client costs beside raw httpx and pydantic, measured in the same run: `python -m benchmarks.client`.

Absolute times depend on the machine and on what else it does; the ratios are what counts. Other vendors' clients are
measured, too, where they are installed (`pip install openai anthropic stripe`).
"""

from __future__ import annotations

import argparse
import json

from pydantic import TypeAdapter
from pydantic_core import from_json

from benchmarks import plain as plain_models
from benchmarks.crowd import concurrent
from benchmarks.gets import RAW, mocked_gets
from benchmarks.measure import RUN, function_calls, least_cpu
from benchmarks.starting import starting
from benchmarks.watching import watching
from zof_core import Page, Run, ZofClient


def one_get() -> None:
    gets = mocked_gets()
    for get in gets.values():
        get(), get()
    calls = {name: function_calls(get) for name, get in gets.items()}
    spent = least_cpu(gets, 100)
    print("One GET on a mock transport")
    for name, seconds in spent.items():
        ratio = seconds / spent[RAW]
        print(f"  {name}: {calls[name]} function calls, CPU {ratio:.2f} of raw ({seconds * 1e6:.0f} µs)")


def construction() -> None:
    first = ZofClient("zk_bench")
    seconds = least_cpu({"": lambda: ZofClient("zk_bench")}, 50)[""]
    print(f"A second client: {seconds * 1000:.2f} ms")
    first.close()


def page() -> None:
    body = json.dumps({"data": [{**RUN, "id": f"run_{n}"} for n in range(100)], "has_more": False}).encode()
    ours, plain, bare = Page[Run], plain_models.RunPage, plain_models.BareRunPage
    lean, small = TypeAdapter(plain_models.LeanPage), plain_models.SmallRunPage
    spent = least_cpu(
        {
            "json.loads": lambda: json.loads(body),
            "zof_core, parsed": lambda: ours.model_validate_json(body),
            "zof_core, parsed and every run read": lambda: [
                (run.id, run.status, run.created_at) for run in ours.model_validate_json(body)
            ],
            "plain pydantic models": lambda: plain.model_validate_json(body),
            "models, no dates, no summary's model, unknown fields kept": lambda: bare.model_validate_json(
                body
            ),
            "models of five of the twelve fields, one a date, the others dropped": lambda: (
                small.model_validate_json(body)
            ),
            "checked dictionaries, no dates, unknown fields dropped": lambda: lean.validate_json(body),
            "pydantic's parser alone, nothing checked": lambda: from_json(body),
        },
        20,
    )
    print("A page of 100 runs")
    for name, seconds in spent.items():
        print(f"  {name}: {seconds / spent['json.loads']:.2f} of json.loads ({seconds * 1e6:.0f} µs)")


PARTS = {
    "get": one_get,
    "client": construction,
    "page": page,
    "starting": starting,
    "concurrent": concurrent,
    "watching": watching,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which; all if none is named")
    for name in parser.parse_args().parts or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
