"""A gate's verdict: what was asked, whether it holds, why, and the runs that show it; as Markdown, too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from notebook_ext.assets import TABLE_CSS
from notebook_ext.html import frozen_html
from notebook_ext.icons import icon_svg
from notebook_ext.tables import cell, status_cell, table_html, table_text
from notebook_ext.view import date_text
from zof_core.gates import Finding, Verdict
from zof_core.wording import StatusStyle

RUNS_SHOWN: Final = 5
_EMPTY: Final = "No criterion was set, so nothing was shown."
_HEADINGS: Final = ("Criterion", "Verdict", "Why", "Evidence")
_MET: Final = StatusStyle("Met", "check", "good")
_NOT_MET: Final = StatusStyle("Not met", "cross", "bad")
_MARKUP: Final = re.compile(r"([\\`*\[\]<>#|])")
_CSS: Final = ".zof-verdict > .zof-block { padding: 0 14px 6px; }"


@dataclass(frozen=True)
class VerdictTable:
    """A verdict of `zof_core.gates.judge`. It names its evidence by run id and has no links, so it can go anywhere.

    Args:
        verdict: what was found.
        title: what was judged, such as "Release 4.2".
    """

    verdict: Verdict
    title: str = "Release gate"

    def to_markdown(self) -> str:
        """The same for a pull request, a ticket or a chat."""
        rows = [
            [
                _plain(one.criterion),
                _style(one).word,
                _plain(one.reason),
                ", ".join(_evidence(one, lambda run: f"`{run}`")),
            ]
            for one in self.verdict.findings
        ]
        lines = [f"| {' | '.join(row)} |" for row in (_HEADINGS, ["---"] * len(_HEADINGS), *rows)]
        return "\n".join([f"**{_plain(self._headline())}**", "", *lines, "", f"*{_plain(self._foot())}*"])

    def _headline(self) -> str:
        said = "met" if self.verdict.passed else "not met"
        found = self.verdict.findings
        return f"{self.title}: {said} ({sum(one.met for one in found)} of {len(found)} criteria hold)"

    def _foot(self) -> str:
        return f"As of {date_text(self.verdict.at)}. {self.verdict.label}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = (
            (
                cell(one.criterion, wrap=True),
                status_cell(_style(one)),
                cell(one.reason, wrap=True),
                f'<td class="zof-wrap">{", ".join(_evidence(one, _code))}</td>',
            )
            for one in self.verdict.findings
        )
        tone, icon = ("good", "check") if self.verdict.passed else ("bad", "cross")
        table = table_html(_HEADINGS, rows, caption=f"As of {date_text(self.verdict.at)}", empty=_EMPTY)
        html = (
            f'<section class="zof-run zof-verdict zof-{tone}" role="region" aria-label="{escape(self.title)}">'
            f'<div class="zof-head">{icon_svg(icon)}<strong class="zof-title">{escape(self._headline())}</strong></div>'
            f'<div class="zof-block">{table}</div>'
            f'<div class="zof-foot">{escape(self.verdict.label)}</div></section>'
        )
        return {"text/html": frozen_html(html, style=TABLE_CSS + _CSS), "text/plain": repr(self)}

    def __repr__(self) -> str:
        rows = [
            [one.criterion, _style(one).word, one.reason, ", ".join(_evidence(one, str))]
            for one in self.verdict.findings
        ]
        return f"{self._headline()}\n{table_text(_HEADINGS, rows, empty=_EMPTY)}\n{self._foot()}"


def _style(finding: Finding) -> StatusStyle:
    return _MET if finding.met else _NOT_MET


def _evidence(finding: Finding, shown_as: Callable[[str], str]) -> list[str]:
    """The ids of the first runs, and how many more there are."""
    shown = [shown_as(run) for run in finding.runs[:RUNS_SHOWN]]
    more = len(finding.runs) - len(shown)
    return [*shown, f"and {more} more"] if more else shown


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
