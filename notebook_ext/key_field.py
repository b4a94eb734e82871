"""The field for an API key where none is configured, as HTML. Pure: it never sees the key."""

from __future__ import annotations

from html import escape


def key_field(problem: str, tries: int) -> str:
    """A masked field and its button.

    Args:
        problem: what was wrong with the key that was typed last, as sentences; empty if nothing was.
        tries: how many were typed, so that the same answer twice is two changes.
    """
    said = f'<div class="zof-problem" role="alert">{escape(problem)}</div>' if problem else ""
    return (
        f'<form class="zof-run zof-key zof-neutral" aria-label="Connect to Zof" data-tries="{tries}">'
        '<label class="zof-label">Zof API key<input class="zof-input" type="password" autocomplete="off" '
        'spellcheck="false" placeholder="From Admin Center → Developer → API keys" data-1p-ignore></label>'
        '<button class="zof-button zof-primary">Connect</button>'
        f"{said}"
        '<div class="zof-hint">It is kept in this kernel\'s memory only, until the kernel stops: it is in no '
        "notebook, output or history. ZOF_API_KEY in the kernel's environment makes this unnecessary.</div></form>"
    )
