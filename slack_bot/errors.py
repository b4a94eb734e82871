"""What can keep the bot from starting. Each text is for a person: what is wrong and what to do."""

from __future__ import annotations


class BotError(Exception):
    """The bot cannot start or go on; the text says why and what to do."""


class SettingsError(BotError):
    """An environment variable is missing or malformed."""


class ConfigError(BotError):
    """`zofops.toml` cannot be read or is not valid; the text names file, table and key."""


class StoreUnusableError(BotError):
    """The store cannot be read or written: no room, no permission, damaged, or another kind of file."""


class StoreInUseError(BotError):
    """Another process has the store; two bots on one SQLite file would do each other's work."""
