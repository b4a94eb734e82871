"""From nothing to a client, and to the first answer: CPU and memory, each in a process of its own.

click and rich are hidden: httpx imports them where they are installed, as in a development environment, and would look
slower for it. Bytecode is compiled beforehand, once for all.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile

from benchmarks.gets import CLIENTS, RAW
from benchmarks.server import answering

ROUNDS = 5
_LEAN = "import sys; sys.modules['click'] = sys.modules['rich'] = None\n"
_MEMORY = "\nprint(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
_CLIENT = {
    "zof_core": "import zof_core; zof_core.ZofClient('k')",
    "stripe": "import stripe; stripe.StripeClient('k')",
    "anthropic": "import anthropic; anthropic.Anthropic(api_key='k')",
    "openai": "import openai; openai.OpenAI(api_key='k')",
}
_IMPORTS = {"httpx": "import httpx", "httpx and pydantic": "import httpx, pydantic; pydantic.BaseModel"}
_IMPORTS |= {f"{name}, a client": code for name, code in _CLIENT.items() if name in CLIENTS}


def _spent(codes: dict[str, str], environment: dict[str, str]) -> dict[str, tuple[float, int]]:
    """The least CPU seconds of each code, net of a bare Python, and KiB of memory at its peak likewise."""
    codes = {"": "pass", **codes}
    least: dict[str, tuple[float, int]] = {}
    for _ in range(ROUNDS + 1):  # the first one compiles
        for name, code in codes.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-c", _LEAN + code + _MEMORY]
            said = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            least[name] = min(least.get(name, (seconds, 0)), (seconds, int(said)))
    bare_seconds, bare_memory = least.pop("")
    return {name: (seconds - bare_seconds, size - bare_memory) for name, (seconds, size) in least.items()}


def _show(title: str, spent: dict[str, tuple[float, int]], unit: str) -> None:
    print(f"{title}, net of a bare Python")
    for name, (seconds, size) in spent.items():
        ratio = seconds / spent[unit][0]
        print(f"  {name}: CPU {ratio:.2f} of {unit} ({seconds * 1000:.0f} ms), memory {size / 1024:.0f} MiB")


def starting() -> None:
    with tempfile.TemporaryDirectory() as cache:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = cache
        _show("Importing, and a client", _spent(_IMPORTS, environment), "httpx")
        with answering() as base:
            get = "from benchmarks.gets import CLIENTS; CLIENTS[{!r}].blocking({!r})()"
            answers = {name: get.format(name, base) for name in CLIENTS}
            _show("Until the first answer, over a socket", _spent(answers, environment), RAW)
