"""Zof's webhooks: verified, written down, then answered; what they say is read from Zof itself.

An event shows no status, may be repeated and may come late (docs/webhooks/events), so all it does is to have its run
looked at now instead of at the next poll.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from slack_bot.endpoint import Receive, Scope, Send, TooLargeError, read_body, respond
from slack_bot.settings import WebhookSecrets
from zof_core.webhooks import SIGNATURE_HEADER, Event, WebhookError, verify

log: Final = logging.getLogger(__name__)

PATH: Final = "/zof/webhooks"


class ZofEvents:
    """Takes deliveries.

    Args:
        secrets: what Zof signs with.
        take: writes an event down and wakes its run; returns when that is on disk.
    """

    def __init__(self, secrets: WebhookSecrets, take: Callable[[Event], Awaitable[None]]) -> None:
        self._secrets = secrets
        self._take = take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one delivery: 2xx is a promise, anything else makes Zof try again."""
        if scope["method"] != "POST":
            await respond(send, 405, {"error": "use POST"})
            return
        try:
            body = await read_body(receive)
            event = verify(body, _signature(scope), *self._secrets.values())
        except TooLargeError:
            await respond(send, 413, {"error": "request too large"})
        except TimeoutError:
            await respond(send, 408, {"error": "the request did not arrive in time"})
        except WebhookError as error:
            log.warning("A delivery to %s was refused: %s", PATH, error.message)
            await respond(send, 400, {"error": "not a delivery of Zof's"})
        except ConnectionError:
            log.info("A delivery to %s broke off.", PATH)
        else:
            await self._promise(event, send)

    async def _promise(self, event: Event, send: Send) -> None:
        try:
            await self._take(event)
        except Exception:
            log.exception("An event could not be written down; Zof will send it again.")
            await respond(send, 500, {"error": "not taken down"})
        else:
            await respond(send, 200, {"status": "ok"})


def _signature(scope: Scope) -> bytes | None:
    wanted = SIGNATURE_HEADER.lower().encode()
    found = [value for name, value in scope["headers"] if name.lower() == wanted]
    return found[0] if len(found) == 1 else None
