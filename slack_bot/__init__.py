"""A Slack app for Zof: commands, who may do what, and one message for each run, kept true until its end.

from slack_bot import BotSettings, create_app
app = create_app(BotSettings.from_env(os.environ))     # any ASGI server
"""

from slack_bot.app import Bot, create_app
from slack_bot.errors import BotError, ConfigError, SettingsError, StoreInUseError, StoreUnusableError
from slack_bot.settings import BotSettings, Timing
from slack_bot.store import CommandOutcome, Store

__all__ = [
    "Bot",
    "BotError",
    "BotSettings",
    "CommandOutcome",
    "ConfigError",
    "SettingsError",
    "Store",
    "StoreInUseError",
    "StoreUnusableError",
    "Timing",
    "create_app",
]
