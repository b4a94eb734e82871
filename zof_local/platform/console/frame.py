"""What the console's pages share: the page around them, moments, buttons. Pure; all text is escaped here."""

from __future__ import annotations

from html import escape

TABS = (("/", "Runs"), ("/schedules", "Schedules"), ("/webhooks", "Webhooks"))


def document(title: str, content: str, *, live: str | None = None, tab: str | None = None) -> str:
    """A whole page.

    Args:
        title: what the browser's tab says.
        content: the part that may change.
        live: the path that the content is read from again while it changes.
        tab: the path of the tab to mark; without it there are no tabs, for those who have one run's link only.
    """
    source = f' data-live="{escape(live)}"' if live else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Zof local</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/console.css">
<script src="/assets/console.js" defer></script>
</head>
<body>
<header>{_brand(tab)}{_tabs(tab)}
<span class="note">A stand-in on this machine; not the Zof service</span></header>
<main id="content"{source}>{content}</main>
</body>
</html>
"""


def _brand(tab: str | None) -> str:
    name = '<span class="dot"></span>Zof <em>local</em>'
    # Who has one run's link only would be refused at the console's first page.
    return f'<span class="brand">{name}</span>' if tab is None else f'<a class="brand" href="/">{name}</a>'


def _tabs(current: str | None) -> str:
    if current is None:
        return ""
    links = "".join(
        f'<a href="{path}"{" aria-current=page" if path == current else ""}>{name}</a>' for path, name in TABS
    )
    return f'<nav aria-label="Console">{links}</nav>'


def refused() -> str:
    """What somebody without the token sees."""
    return document(
        "Console",
        empty(
            "This page needs its link",
            "Open the console with the link that the platform printed when it started, or open a run with the "
            "link that came with it.",
        ),
    )


def empty(title: str, text: str) -> str:
    """A place in which there is nothing yet, and what to do about it; `text` is HTML of ours."""
    return f'<section class="empty"><h1>{title}</h1><p>{text}</p></section>'


def clock(moment: str | None) -> str:
    """A moment as people read it."""
    if moment is None:
        return "–"
    return f'<time datetime="{moment}">{moment[:10]} {moment[11:19]} UTC</time>'


def press(action: str, label: str, form_token: str, *, quiet: bool = False) -> str:
    """A button that does something: a form of its own, which works without a script too.

    Args:
        action: the path that is posted to; its id is made of it, so that it keeps the focus while the page changes.
        label: what it says.
        form_token: proves that the form is of this console.
        quiet: it ends or repeats something and should not be the first thing one sees.
    """
    name = escape(action.strip("/").replace("/", "-"))
    kind = ' class="quiet"' if quiet else ""
    return (
        f'<form method="post" action="{escape(action)}">{hidden(form_token)}'
        f'<button id="do-{name}"{kind}>{escape(label)}</button></form>'
    )


def hidden(form_token: str) -> str:
    """What a form of this console proves itself with."""
    return f'<input type="hidden" name="form_token" value="{escape(form_token)}">'


def size(count: int) -> str:
    """A number of bytes as people read it."""
    if count < 1000:
        return f"{count} bytes"
    value, unit = (count / 1000, "kB") if count < 999_500 else (count / 1_000_000, "MB")
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
