"""The policy file, read again when it has changed: new rules hold without a restart, a broken file changes nothing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from slack_bot.config import BotConfig, load_config
from slack_bot.errors import ConfigError

log: Final = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class ConfigFile:
    """The rules as they are now.

    Args:
        path: `zofops.toml`.

    Raises:
        ConfigError: it is not valid. Later such a file is logged once, and the last valid rules go on holding.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = _stamp(path)
        self._config = load_config(path)

    def current(self) -> BotConfig:
        """The rules; costs a look at the file's size and time unless it has changed."""
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            self._read()
        return self._config

    def _read(self) -> None:
        try:
            self._config = load_config(self._path)
        except ConfigError as error:
            log.error("The changed file is not valid, so the rules stay as they were. %s", error)  # noqa: TRY400  # the text says all
        else:
            log.info("The rules were read anew from %s.", self._path)


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
