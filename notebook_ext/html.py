"""A view as HTML (live or frozen) and as text. Pure; every value is escaped here and nowhere else.

JupyterLab shows HTML of a notebook it does not trust without `<style>`, SVG and ARIA: so words carry the meaning, and
the order of the elements makes sense without a style.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from notebook_ext.assets import PANEL_CSS
from notebook_ext.icons import icon_svg
from notebook_ext.view import Count, Failure, RunView
from zof_core import Artifact
from zof_core.errors import clean_text
from zof_core.wording import bytes_text

ARTIFACTS_SHOWN = 12


def frozen_html(*bodies: str, style: str = "") -> str:
    """A whole output: the bodies under the style they share with the live panel, and under `style`."""
    return f'<style>{PANEL_CSS}{style}</style><div class="zof">{"".join(bodies)}</div>'


def run_html(view: RunView, *, live: bool) -> str:
    """The panel of a run. `live` adds what only works with a kernel: the Cancel button and the ticking clock."""
    label = " ".join(part for part in ("Run", view.run_id) if part)
    return (
        f'<section class="zof-run zof-{escape(view.tone)}" role="region" aria-label="{escape(label)}">'
        + _head(view, live=live)
        + _progress(view, live=live)
        + _tally(view, live=live)
        + _cases(view)
        + _failures(view)
        + _notice(view)
        + _artifacts(view, live=live)
        + _foot(view, live=live)
        + "</section>"
    )


def form_html(fields: Iterable[tuple[str, str]], *, hint: str, code: Iterable[str] = ()) -> str:
    """The form when nobody can fill it in any more: label and value pairs in the form's own grid.

    Args:
        fields: the pairs.
        hint: what to do instead.
        code: what does the same without the form, to be copied.
    """
    cells = "".join(
        f'<div class="zof-field"><span class="zof-label">{escape(label)}</span>'
        f'<span class="zof-value">{escape(value) or "—"}</span></div>'
        for label, value in fields
    )
    aside = f'<span class="zof-again">{escape(hint)}</span>' if hint else ""
    texts = "".join(f"<div><pre>{escape(text)}</pre></div>" for text in code)
    folded = f'<details class="zof-code"><summary>Show code</summary>{texts}</details>' if texts else ""
    row = f'<div class="zof-row"><div class="zof-grid">{cells}</div>{aside}</div>'
    return f'<div class="zof-form">{row}{folded}</div>'


def trouble_html(sentence: str) -> str:
    """One sentence about what went wrong, as a panel of its own."""
    return f'<div class="zof-notice zof-warning">{icon_svg("alert")}<span>{escape(sentence)}</span></div>'


def run_text(view: RunView) -> str:
    """The panel of a run for front ends without HTML."""
    where = " · ".join(part for part in (view.project, view.environment, view.run_id) if part)
    numbers = ", ".join(f"{count.number} {count.word}" for count in view.counts if count.number)
    lines = [
        f"{view.word}: {view.title}",
        where,
        "; ".join(part for part in (_done_text(view), numbers, view.duration) if part),
        _files_text(view.artifacts),
        view.now,
        *(
            f"- {failure.name} ({failure.word.lower()}){_first_line(failure.text)}"
            for failure in view.failures
        ),
        _more_text(view),
        view.notice,
        _all_times(view),
        view.url,
    ]
    return "\n".join(line for line in lines if line)


def fields_text(fields: Iterable[tuple[str, str]]) -> str:
    """The form for front ends without HTML."""
    return "Zof run: " + ", ".join(f"{label.lower()} {value or '—'}" for label, value in fields)


def attributes(values: Mapping[str, str | int | float]) -> str:
    """HTML attributes, escaped, each with a space before it."""
    return "".join(f' {name}="{escape(str(value))}"' for name, value in values.items())


def _head(view: RunView, *, live: bool) -> str:
    badge = (
        f'<span class="zof-badge zof-{escape(view.tone)}" role="status">'
        f"{icon_svg(view.icon)}<span>{escape(view.word)}</span></span>"
    )
    title = f'<strong class="zof-title">{escape(view.title)}</strong>'
    where = " · ".join(escape(part) for part in (view.project, view.environment) if part)
    place = f'<span class="zof-where">{where}</span>' if where else ""
    return f'<div class="zof-head">{badge}{title}{place}<span class="zof-gap"></span>{_cancel(view, live=live)}</div>'


def _cancel(view: RunView, *, live: bool) -> str:
    if not (live and view.can_cancel):
        return ""
    if view.cancelling:
        return '<button type="button" class="zof-button" disabled>Cancelling …</button>'
    return '<button type="button" class="zof-button" data-zof="cancel">Cancel run</button>'


def _progress(view: RunView, *, live: bool) -> str:
    if not view.total:
        busy = live and not view.ended
        return f'<div class="zof-bar{" zof-busy" if busy else ""}" aria-hidden="true"></div>' if busy else ""
    parts = "".join(
        f'<i class="zof-{escape(count.tone)}" style="width: {count.share:g}%"></i>'
        for count in view.counts
        if count.number
    )
    facts: dict[str, str | int | float] = {
        "role": "progressbar",
        "aria-label": "Cases done",
        "aria-valuemin": 0,
        "aria-valuemax": view.total,
        "aria-valuenow": view.done,
        "aria-valuetext": _done_text(view),
    }
    return f'<div class="zof-bar"{attributes(facts)}>{parts}</div>'


def _tally(view: RunView, *, live: bool) -> str:
    items = "".join(_count(count) for count in view.counts if count.number)
    done = f'<span class="zof-done">{escape(_done_text(view))}</span>' if view.total else ""
    if not (items or done or view.duration):
        return ""
    ticking = live and view.ticking_since is not None
    since = attributes({"data-since": view.ticking_since or 0}) if ticking else ""
    said = "" if ticking else escape(view.duration)
    clock = f'<span class="zof-clock" title="Duration">{icon_svg("clock")}<span{since}>{said}</span></span>'
    clock = clock if view.duration else ""
    counts = f'<ul class="zof-counts" aria-label="Outcomes">{items}</ul>' if items else ""
    return f'<div class="zof-tally">{counts}<span class="zof-gap"></span>{done}{clock}{_left(view, live=live)}</div>'


def _left(view: RunView, *, live: bool) -> str:
    """The panel's clock says how long it is until then: text of ours would change with each reading."""
    if not live or view.expected_end is None:
        return ""
    facts = attributes({"data-until": round(view.expected_end, 1), "title": f"Expected: {view.expected_by}"})
    return f'<span class="zof-left"{facts}></span>'


def _count(count: Count) -> str:
    said = f"<span><b>{count.number}</b> {escape(count.word)}</span>"
    return f'<li class="zof-{escape(count.tone)}">{icon_svg(count.icon)}{said}</li>'


def _cases(view: RunView) -> str:
    """The case at hand, and under it, folded, the others."""
    if not view.cases:
        return f'<div class="zof-now">{escape(view.now)}</div>' if view.now else ""
    rows = "".join(
        f'<li class="zof-{escape(case.tone)}"><span class="zof-outcome">{escape(case.word)}</span>'
        f'<span class="zof-name-of">{escape(case.name)}</span><span class="zof-module">{escape(case.module)}</span>'
        f"<span>{escape(case.took)}</span></li>"
        for case in view.cases
    )
    more = f'<li class="zof-more">And {view.cases_more} more</li>' if view.cases_more > 0 else ""
    said = escape(view.now or "Cases, newest first")
    return (
        f'<details class="zof-cases"><summary class="zof-now"><span>{said}</span></summary>'
        f'<ol aria-label="Cases">{rows}{more}</ol></details>'
    )


def _artifacts(view: RunView, *, live: bool) -> str:
    if not view.artifacts:
        return ""
    how = "" if live else f"<small>Fetch them: <code>%zof artifacts {escape(view.run_id)}</code></small>"
    return f'<div class="zof-artifacts">{artifacts_html(view.artifacts, live=live)}{how}</div>'


def artifacts_html(artifacts: Sequence[Artifact], *, live: bool) -> str:
    """The files of a run; `live` with buttons, for the kernel fetches them: the API key stays there."""
    items = "".join(_artifact(one, live=live) for one in artifacts[:ARTIFACTS_SHOWN])
    more = len(artifacts) - ARTIFACTS_SHOWN
    items += f'<li class="zof-more">And {more} more</li>' if more > 0 else ""
    return f'<ul class="zof-files" aria-label="Artifacts">{items}</ul>'


def _artifact(artifact: Artifact, *, live: bool) -> str:
    size = f" <small>{bytes_text(artifact.size_bytes)}</small>" if artifact.size_bytes is not None else ""
    shown = f"{icon_svg('file')}<span>{escape(file_name(artifact))}</span>{size}"
    if not (live and artifact.url):
        return f"<li>{shown}</li>"
    facts = attributes({"data-zof": "save", "data-id": artifact.id, "title": "Download"})
    return f'<li><button type="button" class="zof-file"{facts}>{shown}</button></li>'


def _failures(view: RunView) -> str:
    if not view.failures and not view.failures_more:
        return ""
    rows = "".join(_failure(failure, first=number == 0) for number, failure in enumerate(view.failures))
    more = _more_text(view)
    rows += f'<li class="zof-more">{escape(more)}</li>' if more else ""
    return f'<ul class="zof-failures" aria-label="Cases that did not pass">{rows}</ul>'


def _failure(failure: Failure, *, first: bool) -> str:
    module = f'<span class="zof-module">{escape(failure.module)}</span>' if failure.module else ""
    head = (
        f'<span class="zof-case zof-{escape(failure.tone)}">{icon_svg(failure.icon, failure.word)}'
        f"<span>{escape(failure.name)}</span></span>{module}"
    )
    if not failure.text:
        return f'<li><div class="zof-plain">{head}</div></li>'
    opened = " open" if first else ""
    return f"<li><details{opened}><summary>{head}</summary><pre>{escape(failure.text)}</pre></details></li>"


def _notice(view: RunView) -> str:
    return trouble_html(view.notice) if view.notice else ""


def _foot(view: RunView, *, live: bool) -> str:
    link = (
        f'<a href="{escape(view.url)}" target="_blank" rel="noopener noreferrer">Open in Console{icon_svg("link")}</a>'
        if view.url
        else ""
    )
    # A live panel is as of now, or says since when it is not; a clock in it would make every reading a change.
    times = view.times if live else _all_times(view)
    parts = [
        f'<code title="Run id">{escape(view.run_id)}</code>' if view.run_id else "",
        f"<span>{escape(times)}</span>" if times else "",
    ]
    return f'<div class="zof-foot">{"".join(parts)}<span class="zof-gap"></span>{link}</div>'


def _all_times(view: RunView) -> str:
    return " · ".join(part for part in (view.times, view.as_of) if part)


def _done_text(view: RunView) -> str:
    if not view.total:
        return ""
    if view.done >= view.total:
        return f"{view.total} case{'' if view.total == 1 else 's'}"
    return f"{view.done} of {view.total} cases"


def _more_text(view: RunView) -> str:
    if not view.failures_more:
        return ""
    return f"And {view.failures_more} more" if view.failures else f"{view.failures_more} did not pass"


def file_name(artifact: Artifact) -> str:
    """What an artifact's file is called, without any directory: the name comes from outside."""
    name = clean_text(artifact.name or "", 120).replace("\\", "/").rpartition("/")[2]
    return name if name.strip(". ") else clean_text(artifact.id, 120).replace("/", "_")


def _files_text(artifacts: Sequence[Artifact]) -> str:
    return f"Artifacts: {', '.join(map(file_name, artifacts[:ARTIFACTS_SHOWN]))}" if artifacts else ""


def _first_line(text: str) -> str:
    return f": {text.splitlines()[0]}" if text else ""
