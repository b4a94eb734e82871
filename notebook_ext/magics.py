"""`%load_ext notebook_ext`, then `%zof run proj_abc staging suite_pr_smoke`."""

from __future__ import annotations

import re
import shlex
import uuid
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from notebook_ext.artifacts import RunArtifacts
from notebook_ext.comparison_table import ComparisonTable
from notebook_ext.connection import CALL_SECONDS, Connection, connect
from notebook_ext.explorer import Explorer
from notebook_ext.form_model import FormValue, api_problem, confirmation_problem, problems
from notebook_ext.handle import RunHandle
from notebook_ext.home_panel import HomePanel
from notebook_ext.log_panel import LINES_KEPT, LogPanel
from notebook_ext.magic_line import (
    MEANING,
    USAGE,
    Line,
    LineError,
    completions,
    limit_wanted,
    lines_of,
    parse,
    plot_wanted,
    run_wanted,
    status_wanted,
)
from notebook_ext.panel import freeze_all
from notebook_ext.plot import Plot
from notebook_ext.plot_reading import read_plot
from notebook_ext.results_table import ResultsTable
from notebook_ext.runs_table import RunsTable
from notebook_ext.seen import remember, seen
from zof_core import Run, ZofApiError, deadline
from zof_core.validation import quoted
from zof_core.wording import error_sentences

_ZOF_LINE = re.compile(r"(?:^|=\s*)%zof\s+(?P<rest>[^\n]*)$")
_ZOF_CELL = re.compile(r"\A\s*%%zof\b[^\n]*\n(?:.*\n)*(?P<rest>[^\n]*)\Z")


@magics_class
class ZofMagics(Magics):
    """The magic, and the connection it has made."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The environment's connection, made with the first use."""
        if self._connection is None:
            self._connection = connect()
        return self._connection

    @line_magic
    def zof(self, line: str) -> Any:
        """Zof from a cell: run, status, results, logs, home. `%zof help` lists all.

        What it gives shows itself as the last line of a cell, and can be assigned: `run = %zof run …`.
        """
        try:
            return self._do(parse(line))
        except LineError as error:
            raise UsageError(str(error)) from None
        except ZofApiError as error:
            raise UsageError(error_sentences(error)) from None

    @cell_magic("zof")  # type: ignore[arg-type]  # IPython's types know line magics only
    def zof_cell(self, line: str, cell: str) -> None:
        """Several commands, one a line; each shows what it gives. The first that fails ends it.

        All lines are understood before the first is carried out, so that a slip of the pen starts no run.
        """
        texts = lines_of(f"{line}\n{cell}")
        understood = []
        for number, text in enumerate(texts, 1):
            try:
                understood.append(parse(text))
                if understood[-1].verb == "run":
                    _checked_run(understood[-1])
            except LineError as error:
                raise UsageError(f"Line {number}, {quoted(text)}: {error} Nothing was done.") from None
        for number, command in enumerate(understood):
            try:
                given = self._do(command)
            except (LineError, ZofApiError) as error:
                said = error_sentences(error) if isinstance(error, ZofApiError) else str(error)
                left = len(understood) - number - 1
                rest = (
                    f" The {left} below it {'was' if left == 1 else 'were'} not carried out." if left else ""
                )
                raise UsageError(f"Line {number + 1}, {quoted(texts[number])}: {said}{rest}") from None
            if given is not None:
                display(given)  # type: ignore[no-untyped-call]  # IPython has no types

    def complete(self, rest: str) -> list[str]:
        """What may follow; from what is known already, for completion must not wait for a network."""
        return completions(rest, self.connection.catalogue, seen())

    def _do(self, line: Line) -> Any:
        doers: dict[str, Callable[[Line], Any]] = {
            "run": self._run,
            "status": self._handle,
            "runs": self._runs,
            "cancel": self._cancel,
            "results": self._results,
            "compare": self._compare,
            "artifacts": self._artifacts,
            "logs": self._logs,
            "plot": self._plot,
            "home": self._home,
            "explore": self._explore,
            "freeze": self._freeze,
        }
        doer = doers.get(line.verb)
        return doer(line) if doer else _Help()

    def _cancel(self, line: Line) -> RunHandle:
        handle = self._handle(line)
        handle.cancel()
        return handle

    def _home(self, line: Line) -> HomePanel:
        names = self.connection.catalogue
        return HomePanel(self.connection.given, catalogue=names, projects=line.words or None)

    def _explore(self, line: Line) -> Explorer:
        project = line.words[0] if line.words else None
        return Explorer(self.connection.given, catalogue=self.connection.catalogue, project=project)

    def _freeze(self, _: Line) -> None:
        freeze_all(self.connection.loop)

    def _run(self, line: Line) -> RunHandle:
        wanted = _checked_run(line)
        try:
            run = self.connection.loop.run(self._create(wanted))
        except ZofApiError as error:
            raise LineError(api_problem(error, wanted, self.connection.catalogue)[1]) from None
        remember(run.id)
        return RunHandle(run.id, self.connection, run=run)

    async def _create(self, wanted: FormValue) -> Run:
        with deadline(CALL_SECONDS):
            return await self.connection.client().runs.create(
                **wanted.arguments(), idempotency_key=uuid.uuid4().hex
            )

    def _handle(self, line: Line) -> RunHandle:
        if not line.words and not seen():
            raise LineError(f"No run was started here yet. Usage: {USAGE[line.verb]}")
        run_id = line.words[0] if line.words else seen()[0]
        handle = RunHandle(run_id, self.connection)
        handle.refresh()
        remember(run_id)
        return handle

    def _runs(self, line: Line) -> RunsTable:
        project = line.words[0] if line.words else None
        page = self.connection.loop.run(self._list(project, limit_wanted(line)))
        for run in reversed(page):
            remember(run.id)
        return RunsTable(tuple(page), self.connection.clock(), self.connection.catalogue)

    def _results(self, line: Line) -> ResultsTable:
        status = status_wanted(line)
        handle = self._handle(line)
        found = [one for one in handle.results if status in (None, one.status)]
        return ResultsTable(handle.id, tuple(found))

    def _artifacts(self, line: Line) -> RunArtifacts:
        return self._handle(line).artifacts

    def _compare(self, line: Line) -> ComparisonTable:
        if len(line.words) < 2:
            raise LineError(f"{('BEFORE', 'AFTER')[len(line.words)]} is missing. Usage: {USAGE['compare']}")
        before, after = (RunHandle(run_id, self.connection) for run_id in line.words)
        return before.compare(after)

    def _logs(self, line: Line) -> LogPanel:
        limit = limit_wanted(line, LINES_KEPT, LINES_KEPT)
        return LogPanel(self._handle(line), limit=limit)

    def _plot(self, line: Line) -> Plot:
        return self.connection.loop.run(self._read_plot(*plot_wanted(line)))

    async def _read_plot(self, kind: str, project: str | None) -> Plot:
        with deadline(CALL_SECONDS):
            client = self.connection.client()
            return await read_plot(client, kind, project, self.connection.catalogue)

    async def _list(self, project: str | None, limit: int) -> list[Run]:
        with deadline(CALL_SECONDS):
            page = await self.connection.client().runs.list(project_id=project, limit=limit)
        return page.data[:limit]


def _checked_run(line: Line) -> FormValue:
    """What a `run` line asks for, if it may be asked for as it stands."""
    wanted = run_wanted(line)
    for sentence in problems(wanted).values():
        raise LineError(sentence)
    if confirmation_problem(wanted, line.option("--confirm")):
        environment = wanted.environment
        raise LineError(
            f"This starts a run in {quoted(environment)}. Add --confirm {shlex.quote(environment)} to confirm."
        )
    return wanted


def _until_cursor(context: Any) -> str:
    """The cell up to the cursor."""
    before = context.full_text.split("\n")[: context.cursor_line]
    return "\n".join([*before, context.line_with_cursor[: context.cursor_position]])


class _Help:
    """Shows the usage lines, and what each does."""

    def __repr__(self) -> str:
        lines = (f"{usage}\n    {MEANING[verb]}" for verb, usage in USAGE.items())
        return "\n".join([*lines, "", "Where [RUN] is left out, it is the run started or looked at last."])


def register(shell: Any) -> None:
    """Adds `%zof` and its completion to an IPython shell; one before 8.6, as Colab's, gets the magic alone."""
    magics = ZofMagics(shell)
    shell.register_magics(magics)
    try:
        matcher = _matcher(magics)
    except ImportError:
        return
    matchers = shell.Completer.custom_matchers
    matchers[:] = [known for known in matchers if getattr(known, "__name__", "") != "zof_matcher"]
    matchers.append(matcher)


def _matcher(magics: ZofMagics) -> Any:
    from IPython.core.completer import SimpleCompletion, context_matcher  # noqa: PLC0415  not in older ones

    @context_matcher()  # type: ignore[untyped-decorator]  # IPython has no types
    def zof_matcher(context: Any) -> Any:
        found = _ZOF_LINE.search(context.line_with_cursor[: context.cursor_position]) or _ZOF_CELL.match(
            _until_cursor(context)
        )
        if not found:
            return {"completions": []}
        rest = found["rest"]
        half = "" if not rest or rest[-1].isspace() else rest.split()[-1]
        offered = [SimpleCompletion(text=choice, type="param") for choice in magics.complete(rest)]
        # Both are needed: else what Jedi makes of "--cases" comes first.
        return {"completions": offered, "suppress": bool(offered), "matched_fragment": half}

    return zof_matcher
