"""The bot as an ASGI application: what it is made of, and its lifespan."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from slack_bot import vitals, zof_events
from slack_bot.config import BotConfig
from slack_bot.directory import Directory
from slack_bot.endpoint import PATH, Receive, Scope, Send, SlackEndpoint, endpoint, respond
from slack_bot.engine import Engine
from slack_bot.errors import BotError
from slack_bot.identity import Identity
from slack_bot.listeners import Listeners
from slack_bot.reload import ConfigFile
from slack_bot.replays import Replays
from slack_bot.settings import BotSettings, Transport
from slack_bot.slack_door import SlackDoor
from slack_bot.sockets import Sockets
from slack_bot.store import InboxWriter, Store, StoreLock, told_of_trouble
from slack_bot.store.records import Counts
from slack_bot.ticks import Ticks
from slack_bot.vitals import Vitals
from slack_bot.zof_door import ZofDoor
from slack_bot.zof_events import ZofEvents
from slack_bot.zof_lists import ZofLists
from zof_core import AsyncZofClient
from zof_core.watching import Pace

log: Final = logging.getLogger(__name__)

_STORE_THREADS: Final = 4


class Bot:
    """The ASGI application. The lifespan starts and stops everything; requests before that get 503.

    Args:
        settings: everything it needs.

    Raises:
        ConfigError: the policy file is not valid.
    """

    def __init__(self, settings: BotSettings) -> None:
        self.settings = settings
        self._config = ConfigFile(settings.config_path)
        self._stack: AsyncExitStack | None = None
        self._endpoint: SlackEndpoint | None = None
        self._zof_events: ZofEvents | None = None
        self._engine: Engine | None = None
        self._store: Store | None = None
        self._identity: Identity | None = None
        self._sockets: Sockets | None = None

    @property
    def store(self) -> Store:
        """The store, while the bot runs: what became of a command is read here.

        Raises:
            BotError: the bot does not run.
        """
        if self._store is None:
            raise BotError("The bot is not running, so its store is closed. Start it first.")
        return self._store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            raise ValueError(f"This application serves http, not {scope['type']}.")
        elif scope["path"] in vitals.PATHS:
            await vitals.answer(scope, send, await self._vitals(with_counts=scope["path"] == "/metrics"))
        elif scope["path"] == zof_events.PATH and self._zof_events is not None:
            await self._zof_events(scope, receive, send)
        elif scope["path"] != PATH or self.settings.transport is Transport.SOCKET:
            # Over sockets there is no signing secret, so nothing that comes to that address can be believed.
            await respond(send, 404, {"error": "not found"})
        elif self._endpoint is None:
            await respond(send, 503, {"error": "not running"})
        else:
            await self._endpoint(dict(scope), receive, send)

    async def _vitals(self, *, with_counts: bool) -> Vitals:
        engine, store, identity = self._engine, self._store, self._identity
        if engine is None or store is None or identity is None or not engine.is_running:
            return Vitals(alive=False, reasons=("the engine does not run",))
        sockets = self._sockets.open if self._sockets is not None else None
        reasons = ["Slack has not said yet whose token this is"] if identity.team is None else []
        if sockets == 0:
            reasons.append("there is no Socket Mode connection to Slack")
        if (trouble := await engine.in_thread(store.trouble)) is not None:
            reasons.append(f"nothing can be written into the store: {trouble}")
        counts = await engine.in_thread(store.counts, time.time()) if with_counts else Counts()
        return Vitals(alive=True, reasons=tuple(reasons), counts=counts, sockets=sockets)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as error:
            # The server prints the message; a sentence of ours says what to do.
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            if not isinstance(error, BotError):
                log.exception("The bot could not start.")
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        try:
            await self.stop()
        except Exception:
            log.exception("The bot did not stop cleanly; what it has promised is in the store.")
        await send({"type": "lifespan.shutdown.complete"})

    async def start(self) -> None:
        """Opens the store, launches the engine, then takes requests.

        Raises:
            StoreInUseError: another process has the store.
            StoreUnusableError: the store cannot be read or written.
            SettingsError: Slack does not take one of the tokens.
            BotError: a bot runs in this process already.
        """
        async with AsyncExitStack() as stack:
            await self._build(stack)
            self._stack = stack.pop_all()

    async def stop(self) -> None:
        """Stops taking requests (what is under way is acked), then the engine, then closes the store."""
        self._endpoint = self._zof_events = None
        if self._stack is not None:
            await self._stack.aclose()
        self._stack = self._engine = self._store = self._identity = self._sockets = None

    async def _build(self, stack: AsyncExitStack) -> None:
        settings, timing = self.settings, self.settings.timing
        lock = StoreLock(settings.store_path)
        with told_of_trouble(settings.store_path):
            settings.store_path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        stack.callback(lock.release)
        executor = ThreadPoolExecutor(_STORE_THREADS, "store")
        stack.callback(executor.shutdown, wait=True)
        store = await asyncio.get_running_loop().run_in_executor(executor, Store, settings.store_path)
        stack.callback(store.close)
        await asyncio.get_running_loop().run_in_executor(executor, store.check)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timing.slack_timeout))
        )
        zof = AsyncZofClient(
            api_key=settings.zof_api_key.get_secret_value(),
            base_url=settings.zof_base_url,
            timeout=timing.zof_timeout,
            max_retries=0,
        )
        stack.push_async_callback(zof.aclose)
        client = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_base_url,
            session=session,
            retry_handlers=[],
            logger=_library_log(),
        )
        slack = SlackDoor(client, session)
        identity = Identity(slack, timing)
        await identity.learn()
        stack.push_async_callback(identity.stop)
        directory = Directory(slack, self._config.current, timing)
        stack.push_async_callback(directory.stop)
        await directory.look_everywhere()
        ticks = Ticks(
            store=store,
            zof=ZofDoor(zof),
            lists=ZofLists(zof),
            slack=slack,
            directory=directory,
            timing=timing,
            poller=zof.poller(Pace(timing.poll_first, timing.poll_max)),
        )
        engine = Engine(store, executor, timing, ticks.advance)
        ticks.attach(engine)
        await engine.launch()
        stack.push_async_callback(engine.stop)
        stack.push_async_callback(ticks.stop)
        await ticks.resume()
        # A thread of its own: an ack waits behind no other call to the store.
        inbox = ThreadPoolExecutor(1, "inbox")
        stack.callback(inbox.shutdown, wait=True)
        writer = InboxWriter(
            lambda rows: store.commit_inbox(rows, self._config.current().policy.limits),
            inbox,
            engine.wake_dispatcher,
        )
        stack.push_async_callback(writer.stop)
        bolt = _bolt(settings, client)
        if settings.transport is Transport.HTTP:
            bolt.use(Replays().guard)
        Listeners(
            store=store,
            writer=writer,
            slack=slack,
            team=lambda: identity.team,
            directory=directory,
            executor=executor,
            timing=timing,
        ).register(bolt)
        if settings.zof_webhooks is not None:
            self._zof_events = ZofEvents(settings.zof_webhooks, ticks.take_event)
        self._identity, self._store, self._engine = identity, store, engine
        if settings.slack_app_token is None or settings.transport is Transport.HTTP:
            self._endpoint = endpoint(bolt)
            return
        self._sockets = Sockets(
            open_url=partial(slack.socket_url, settings.slack_app_token.get_secret_value()),
            session=session,
            dispatch=bolt.async_dispatch,
            timing=timing,
            proxy=client.proxy,
            secure=settings.slack_base_url.startswith("https:"),
        )
        stack.push_async_callback(self._sockets.stop)
        await self._sockets.start()

    @property
    def config(self) -> BotConfig:
        """The rules as they are now."""
        return self._config.current()


def create_app(settings: BotSettings) -> Bot:
    """The bot's ASGI application: `/slack/events` for commands and interactions alike, `/zof/webhooks` if its
    secret is set, and `/healthz`, `/readyz`, `/metrics`.

    Args:
        settings: `BotSettings.from_env(os.environ)`, or built directly.

    Raises:
        ConfigError: the policy file is not valid.
    """
    return Bot(settings)


def _bolt(settings: BotSettings, client: AsyncWebClient) -> AsyncApp:
    token, signing = settings.slack_bot_token.get_secret_value(), settings.slack_signing_secret

    async def authorize(context: AsyncBoltContext) -> AuthorizeResult:
        # One workspace by token; asking Slack before an ack would spend the three seconds.
        return AuthorizeResult(enterprise_id=context.enterprise_id, team_id=context.team_id, bot_token=token)

    return AsyncApp(
        name="zofops",
        signing_secret=signing.get_secret_value() if signing else None,
        client=client,
        authorize=authorize,
        process_before_response=True,
        logger=_library_log(),
    )


def _library_log() -> logging.Logger:
    """Bolt and the SDK log request bodies, which carry response URLs and people's words: keep errors only."""
    logger = logging.getLogger("slack_bot.slack")
    logger.setLevel(logging.ERROR)
    return logger
