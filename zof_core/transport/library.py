"""Which HTTP library is used: httpx and httpx2 have the same interface."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from zof_core.errors import ZofValidationError
from zof_core.validation import quoted

if TYPE_CHECKING:
    import httpcore
    import httpx
else:
    _NAME = os.environ.get("ZOF_HTTP") or "httpx"
    if _NAME not in {"httpx", "httpx2"}:
        raise ZofValidationError(f"ZOF_HTTP {quoted(_NAME)} is neither httpx nor httpx2.", param="ZOF_HTTP")
    try:
        httpx = importlib.import_module(_NAME)
        httpcore = importlib.import_module(_NAME.replace("httpx", "httpcore"))
    except ModuleNotFoundError as error:
        raise ZofValidationError(
            f"ZOF_HTTP is {_NAME}, and {error.name} is not installed. Do pip install {_NAME}, or leave ZOF_HTTP out.",
            param="ZOF_HTTP",
        ) from None

PIECE = 16 * 1024
"""Bytes that it parses between two looks at the clock: thousands of tiny messages can stand in 64 KiB."""

SPOKE_FIRST = "the server spoke before it was asked"

__all__ = ["PIECE", "SPOKE_FIRST", "httpcore", "httpx"]
