"""What a form would do, as code to paste: the same in Python and as a `%zof` line. Pure."""

from __future__ import annotations

import json
import shlex

from notebook_ext.form_model import FormValue, confirmation_for, problems
from notebook_ext.magic_line import LineError, parse, run_wanted

_EXPANDED_BY_IPYTHON = frozenset("{}$")


def python_code(value: FormValue) -> str:
    """A script that starts the run and waits for its end; empty while the form holds nothing that could be started."""
    if problems(value):
        return ""
    arguments = "".join(f"        {name}={_literal(given)},\n" for name, given in value.arguments().items())
    return (
        "from zof_core import ZofClient\n\n"
        "with ZofClient() as zof:\n"
        f"    run = zof.runs.create(\n{arguments}    )\n"
        "    run = zof.runs.wait_until_complete(run.id)\n"
        "print(run.status, run.url)"
    )


def _literal(given: object) -> str:
    """A string or a list of them in Python, in ASCII and in the double quotes that people expect."""
    # JSON's own escapes are not Python's: it has two for a character beyond U+FFFF.
    return json.dumps(given, ensure_ascii=False).encode("ascii", "backslashreplace").decode("ascii")


def magic_code(value: FormValue) -> str:
    """The line that starts the run; empty where no line could, as for names that IPython would expand."""
    if problems(value):
        return ""
    wanted = ["--cases", ",".join(value.cases)] if value.cases else [value.suite]
    if named := confirmation_for(value):
        wanted += ["--confirm", named]
    line = shlex.join(["run", value.project, value.environment, *wanted])
    return f"%zof {line}" if _reads_as(line, value) else ""


def _reads_as(line: str, value: FormValue) -> bool:
    """Whether the line would start what the form holds: a name may look like an option, or hold a comma."""
    if _EXPANDED_BY_IPYTHON & set(line) or "\n" in line:
        return False
    try:
        read = run_wanted(parse(line))
    except LineError:
        return False
    return read.arguments() == value.arguments()
