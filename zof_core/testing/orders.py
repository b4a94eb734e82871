"""Faults that a test orders, and what is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from zof_core.commands import Fault, FaultKind
from zof_core.validation import quoted

FaultOnOrder = int | Fault | tuple[int, dict[str, str]]
_KINDS = get_args(FaultKind)


def fault_problem(fault: object) -> str | None:
    """What is wrong with a fault on order: said where it is ordered, not by the request that would get it."""
    if isinstance(fault, Fault):
        if fault.kind in _KINDS:
            return None
        return f"A fault's kind {quoted(fault.kind)} is none of {', '.join(_KINDS)}."
    match fault:
        case bool():
            pass
        case int(status) | (int(status), Mapping()) if 100 <= status <= 599:
            return None
    return (
        f'{quoted(fault)} is no fault. Give a status such as 503, (429, {{"retry-after": "7"}}), or a Fault.'
    )
