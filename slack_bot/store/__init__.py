"""Everything the bot has promised, on disk."""

from slack_bot.store.lock import StoreLock
from slack_bot.store.opening import told_of_trouble
from slack_bot.store.records import CommandOutcome, Committed, InboxKind, InboxOutcome, InboxRow
from slack_bot.store.store import Store
from slack_bot.store.writer import InboxWriter

__all__ = [
    "CommandOutcome",
    "Committed",
    "InboxKind",
    "InboxOutcome",
    "InboxRow",
    "InboxWriter",
    "Store",
    "StoreLock",
    "told_of_trouble",
]
