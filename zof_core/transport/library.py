"""Which HTTP library is used: httpx and httpx2 have the same interface."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from zof_core.errors import ZofValidationError

if TYPE_CHECKING:
    import httpcore
    import httpx
else:
    _NAME = os.environ.get("ZOF_HTTP") or "httpx"
    if _NAME not in {"httpx", "httpx2"}:
        raise ZofValidationError("ZOF_HTTP must be httpx or httpx2.", param="ZOF_HTTP")
    httpx = importlib.import_module(_NAME)
    httpcore = importlib.import_module(_NAME.replace("httpx", "httpcore"))

PIECE = 16 * 1024
"""Bytes that it parses between two looks at the clock: thousands of tiny messages can stand in 64 KiB."""

SPOKE_FIRST = "the server spoke before it was asked"

__all__ = ["PIECE", "SPOKE_FIRST", "httpcore", "httpx"]
