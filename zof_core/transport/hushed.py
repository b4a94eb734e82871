"""What the HTTP library logs at DEBUG, without the key: it writes out an answer's headers, and servers echo."""

from __future__ import annotations

import logging
from contextvars import ContextVar

from zof_core.config import ApiKey
from zof_core.transport.library import httpcore

key_in_use: ContextVar[ApiKey | None] = ContextVar("key_in_use", default=None)
"""The key that this thread or task sent last."""


class _Hushed(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        key = key_in_use.get()
        if key is not None:
            record.msg, record.args = key.hide(record.getMessage()), ()
        return True


for _part in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"{httpcore.__name__}.{_part}").addFilter(_Hushed())
