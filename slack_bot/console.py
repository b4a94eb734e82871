"""Where a run is to be seen in Zof's Console: the address that Zof gives, else one made from the file's template. Pure.

    console_url = "https://app.zof.example/{project_id}/runs/{run_id}"      # before the first table of zofops.toml

Zof documents no address of its Console, so the template is the operator's.
"""

from __future__ import annotations

from string import Formatter
from typing import Final
from urllib.parse import quote, urlsplit

from slack_bot.text import safe_url
from zof_core import Run

_KNOWN: Final = ("run_id", "project_id", "environment")


def checked_template(value: str) -> str:
    """The template, if it is one.

    Raises:
        ValueError: it is not an https address (or http on this machine), or has other placeholders than are known.
    """
    try:
        pieces = list(Formatter().parse(value))
    except ValueError:
        raise ValueError(f"'{value}' has a brace that does not stand for anything") from None
    names = [name for _, name, _, _ in pieces if name is not None]
    plain = all(not spec and not conversion for _, name, spec, conversion in pieces if name is not None)
    unknown = [name for name in names if name not in _KNOWN]
    if unknown or not plain:
        known = ", ".join(f"{{{name}}}" for name in _KNOWN)
        raise ValueError(f"'{value}' may have the placeholders {known} and no others")
    if "run_id" not in names:
        raise ValueError(f"'{value}' has no {{run_id}}, so it would lead from every run to the same page")
    if "{" in urlsplit(value).netloc or safe_url(value.format(**dict.fromkeys(_KNOWN, "x"))) is None:
        raise ValueError(f"'{value}' must begin with https:// and a host (http:// only on this machine)")
    return value


def console_url(run: Run, template: str | None) -> str | None:
    """Where a run is to be seen; None if nobody says."""
    if (told := safe_url(run.url)) is not None or template is None:
        return told
    values = {"run_id": run.id, "project_id": run.project_id, "environment": run.environment}
    return safe_url(
        template.format(
            **{name: quote(value or "", safe="", errors="replace") for name, value in values.items()}
        )
    )
