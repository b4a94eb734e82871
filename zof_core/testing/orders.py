"""Faults that a test orders, and what is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from zof_core.commands import Fault, FaultKind
from zof_core.validation import quoted, refuse

FaultOnOrder = int | Fault | tuple[int, dict[str, str]]
_KINDS = get_args(FaultKind)


def checked_faults(faults: Iterable[FaultOnOrder]) -> list[FaultOnOrder]:
    """Faults that can be had: said where they are ordered, not by the request that would get them.

    Raises:
        ZofValidationError: one of them is none.
    """
    listed = list(faults)
    for fault in listed:
        refuse({"faults": _problem(fault)})
    return listed


def _problem(fault: object) -> str | None:
    match fault:
        case int(status) | (int(status), Mapping()) if 100 <= status <= 599:
            return None
        case Fault(kind) if kind in _KINDS:
            return None
        case Fault(kind):
            return f"A fault's kind {quoted(kind)} is none of {', '.join(_KINDS)}."
    return (
        f'{quoted(fault)} is no fault. Give a status such as 503, (429, {{"retry-after": "7"}}), or a Fault.'
    )
