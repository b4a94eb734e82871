"""A Slack and a Zof for your tests: real servers on free ports of this machine, and hands to act as people.

Any Bolt app works with it, over HTTP or Socket Mode, with only its `base_url` changed:

async with LocalSlack() as slack:
    await slack.serve(AsyncSlackRequestHandler(app))
    await slack.command("#releases", "/zof help", user="dana")
    message = await slack.until("#releases", "Commands", user="dana")

`LocalZof` is the platform, with suites given as text. `zof_local.testing.plugin` has both as pytest fixtures.
"""

from zof_local.testing.shown import Message, Surface
from zof_local.testing.slack import LocalSlack
from zof_local.testing.thread import LoopThread
from zof_local.testing.zof import LocalZof
from zof_local.workspace.client import WorkspaceClientError

__all__ = ["LocalSlack", "LocalZof", "LoopThread", "Message", "Surface", "WorkspaceClientError"]
