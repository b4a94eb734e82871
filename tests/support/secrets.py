"""Looks for a secret in whatever can be reached from a thing without reading the memory of closures."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_SKIPPED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType)


def places_of(secret: str, thing: Any, *, skip: str = "/tests/") -> list[str]:
    """The ways from a thing to a text that holds the secret: attributes, slots, items, frames of a traceback.

    Args:
        secret: what is looked for.
        thing: where it begins.
        skip: frames of files with this in their path are the caller's own.
    """
    found: list[str] = []
    seen: set[int] = set()
    keep_alive: list[Any] = []
    queue: deque[tuple[str, Any]] = deque([(type(thing).__name__, thing)])
    while queue:
        path, one = queue.popleft()
        if id(one) in seen or isinstance(one, _SKIPPED):
            continue
        seen.add(id(one))
        keep_alive.append(one)
        text = bytes(one).decode("latin-1") if isinstance(one, bytes | bytearray) else one
        if isinstance(text, str):
            if secret.lower() in text.lower():
                found.append(path)
            continue
        queue.extend((f"{path}{name}", held) for name, held in _held(one, skip))
    return found


def _held(one: Any, skip: str) -> Iterator[tuple[str, Any]]:
    if isinstance(one, Mapping):
        for name, value in list(one.items()):
            yield "<key>", name
            yield f"[{name!r:.40}]", value
    elif isinstance(one, list | tuple | set | frozenset | deque):
        yield from ((f"[{n}]", value) for n, value in enumerate(one))
    if isinstance(one, types.MethodType):
        yield ".__self__", one.__self__
    if isinstance(one, types.TracebackType):
        frame = one.tb_frame
        if skip not in frame.f_code.co_filename:
            yield f".{frame.f_code.co_name}()", dict(frame.f_locals)
        yield ">", one.tb_next
    if isinstance(one, BaseException):
        for name in ("args", "__cause__", "__context__", "__traceback__"):
            yield f".{name}", getattr(one, name)
    yield from ((f".{name}", value) for name, value in getattr(one, "__dict__", {}).items())
    yield from _slots(one)


def _slots(one: Any) -> Iterable[tuple[str, Any]]:
    for kind in type(one).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            mangled = f"_{kind.__name__.lstrip('_')}{slot}" if slot.startswith("__") else slot
            yield f".{slot}", getattr(one, mangled, None)
