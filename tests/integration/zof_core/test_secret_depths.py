"""The hunt of `test_secret_hunt` in the depths: waits, downloads, middleware, keys from functions, servers that echo.

Every test runs with everything logged at DEBUG; all that was logged is searched at its end.
"""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.zof_core.conftest import Answer, Server, drop, raw_bytes, reply
from tests.support.secrets import places_of
from zof_core import AsyncZofClient, ZofApiError, ZofAuthenticationError, ZofClient, response_of
from zof_core.clock import Clock
from zof_core.observing import AttemptEnded, AttemptStarted
from zof_core.transport.library import httpcore

KEY = "zk_live_D33p_5ecr3t_0f_th1s"
OTHER = "zk_live_0ld_5ecr3t_0f_th1s"
RUN = {"id": "run_1", "status": "queued", "project_id": "p"}
NO_JITTER = Clock(random=lambda: 0.0)
LOGGERS = ("httpx", "httpcore", "httpx2", "httpcore2", "h11", "asyncio", "zof_core")


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, down to DEBUG, by anybody, with tracebacks."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    monkeypatch.setattr(root, "level", logging.DEBUG)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield text
    root.removeHandler(handler)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    said = text.getvalue().lower()
    assert KEY.lower() not in said
    assert OTHER.lower() not in said


Ask = Callable[[Any], Any]


def _retrieve(zof: Any) -> Any:
    return zof.runs.retrieve("run_1")


def _sync(server: Server, ask: Ask = _retrieve, key: Any = KEY, **options: Any) -> Any:
    with ZofClient(key, base_url=server.base_url, clock=NO_JITTER, **{"timeout": 10, **options}) as zof:
        return ask(zof)


def _async(server: Server, ask: Ask = _retrieve, key: Any = KEY, **options: Any) -> Any:
    async def call() -> Any:
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        loop.slow_callback_duration = 0.0  # it then logs every step of every task
        options_ = {"timeout": 10, **options}
        async with AsyncZofClient(key, base_url=server.base_url, clock=NO_JITTER, **options_) as zof:
            return await ask(zof)

    return asyncio.run(call())


Act = Callable[..., Any]


@pytest.fixture(params=[_sync, _async], ids=["sync", "async"])
def act(request: pytest.FixtureRequest) -> Act:
    return request.param  # type: ignore[no-any-return]


def search(error: BaseException, *secrets: str) -> None:
    """An error must hold no key: shown, printed with local variables, pickled, or taken apart."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in shown.stack if "/tests/" not in frame.filename]
    surfaces = [str(error), repr(error), repr(vars(error)), repr([frame.locals for frame in ours])]
    again = pickle.loads(pickle.dumps(error))
    surfaces += [str(again), repr(vars(again))]
    for secret in secrets or (KEY,):
        assert not [surface for surface in surfaces if secret.lower() in surface.lower()]
        # What came as a success is whole in a field that is not shown, as `client.request` gives it out.
        places = [place for place in places_of(secret, error) if not place.endswith("machine()['raw'].body")]
        assert places == []
        assert places_of(secret, again) == []


def fails(act: Act, server: Server, *more: Any, **options: Any) -> ZofApiError:
    with pytest.raises(ZofApiError) as caught:
        act(server, *more, **options)
    return caught.value


def _silent(connection: Any) -> None:
    connection.recv(1)


ERRORS: dict[str, tuple[list[Answer], dict[str, Any]]] = {
    **{
        str(status): (
            [reply(status, {"error": {"code": "c", "message": f"Bearer {KEY}?", "param": KEY}})],
            {},
        )
        for status in (400, 401, 403, 404, 409, 422, 500)
    },
    "429": ([reply(429, Retry_After="3600")], {}),
    "redirect": ([reply(302, Location=f"https://elsewhere.test/{KEY}")], {}),
    "dropped": ([drop], {}),
    "cut short": ([raw_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", then_close=True)], {}),
    "not http": ([raw_bytes(KEY.encode() + b"\r\n\r\n", then_close=True)], {}),
    "an ill header": (
        [raw_bytes(b"HTTP/1.1 200 OK\r\nBearer " + KEY.encode() + b"\r\n\r\n", then_close=True)],
        {},
    ),
    "not json": ([reply(200, KEY.encode())], {}),
    "lacking": ([reply(200, {"status": "queued", "id": None})], {}),
    "too late": ([_silent], {"timeout": 0.3}),
}


@pytest.mark.parametrize("case", ERRORS)
def test_no_error_of_any_class(case: str, act: Act, server: Server) -> None:
    answers, options = ERRORS[case]
    server.will(*answers)
    error = fails(act, server, **options)
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
    search(error)


ECHOES: dict[str, Answer] = {
    "a header": reply(200, RUN, X_Echo=f"Bearer {KEY}", X_Request_Id=KEY),
    "a trailer": raw_bytes(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b'23\r\n{"id": "run_1", "status": "queued"}\r\n0\r\nX-Echo: ' + KEY.encode() + b"\r\n\r\n"
    ),
    "a hint before": raw_bytes(
        b"HTTP/1.1 103 Early\r\nX-Echo: " + KEY.encode() + b"\r\n\r\n"
        b'HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\n{"id": "run_1", "status": "queued"}'
    ),
}


@pytest.mark.parametrize("case", ECHOES)
def test_no_answer_of_a_server_that_echoes(case: str, act: Act, server: Server, logs: io.StringIO) -> None:
    server.will(ECHOES[case])
    run = act(server)
    info = response_of(run)
    assert info is not None
    assert places_of(KEY, info) == places_of(KEY, run) == []
    if case == "a header":
        assert info.headers["x-echo"] == "Bearer <API key>"
        if act is _sync:  # the async client's connections are its own, and log nothing
            assert "x-echo', b'bearer <api key>" in logs.getvalue().lower(), (
                "the HTTP library wrote the headers out"
            )


def test_no_logger_of_the_http_library_was_forgotten() -> None:
    names = [name for name in logging.root.manager.loggerDict if name.startswith(f"{httpcore.__name__}.")]
    assert len(names) >= 4
    assert all(logging.getLogger(name).filters for name in names)


@pytest.mark.parametrize("ends", ["passed", "refused"])
def test_no_wait(ends: str, act: Act, server: Server) -> None:
    """The poller's thread has connections of its own."""
    last = (
        reply(200, {**RUN, "status": "passed"}, X_Echo=KEY)
        if ends == "passed"
        else reply(403, {"error": {"code": "forbidden", "message": f"{KEY} may not."}})
    )
    server.will(reply(200, RUN, X_Echo=KEY), reply(200, RUN), last)
    held: list[Any] = []

    def wait(zof: Any) -> Any:
        handle = zof.runs.watch("run_1")
        held.extend([zof, handle])

        def on_update(run: Any) -> None:
            held.extend([zof.poller(), run])
            handle.notify()

        return handle.wait(deadline=30, on_update=on_update)

    if ends == "passed":
        assert act(server, wait).status == "passed"
    else:
        search(fails(act, server, wait))
    assert len(held) >= 4
    for thing in held:
        assert KEY not in repr(thing) + repr(vars(thing))
        assert places_of(KEY, thing) == []


@pytest.mark.parametrize("status", [200, 403])
def test_no_download(status: int, act: Act, server: Server, tmp_path: Path) -> None:
    server.will(reply(status, b"a file", X_Echo=KEY))
    url = f"{server.base_url}/files/a"

    def ask(zof: Any) -> Any:
        return zof.runs.artifacts.download(url, tmp_path / "a")

    if status == 200:
        assert act(server, ask) == 6
    else:
        search(fails(act, server, ask))
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_no_middleware(act: Act, server: Server, logs: io.StringIO) -> None:
    seen: list[Any] = []

    class Curious:
        def before(self, started: AttemptStarted) -> dict[str, str]:
            seen.append(started)
            return {"X-Trace": "1"}

        def after(self, ended: AttemptEnded) -> None:
            seen.append(ended)
            raise ValueError(f"quotes {KEY}")

    server.will(reply(500, X_Request_Id=f"req {KEY}"), reply(200, RUN, X_Request_Id=KEY))
    act(server, middleware=[Curious()])
    assert len(seen) == 4
    assert places_of(KEY, seen) == []
    assert all(KEY not in repr(one) for one in seen)
    assert "Curious failed with ValueError" in logs.getvalue()


# --- Where the key comes from -------------------------------------------------------------------------------------


def test_no_key_of_a_function_that_was_rotated(act: Act, server: Server) -> None:
    keys = [OTHER, KEY]
    server.will(reply(401, X_Echo=OTHER), reply(403, X_Echo=KEY))
    error = fails(act, server, key=lambda: keys.pop(0))
    assert [one.headers["authorization"] for one in server.seen] == [f"Bearer {OTHER}", f"Bearer {KEY}"]
    search(error, KEY, OTHER)


@pytest.mark.parametrize("ill", [f"{KEY} x", f"{KEY}\nX: y", KEY.encode()], ids=["space", "line", "bytes"])
def test_no_key_that_cannot_be_one(ill: Any, act: Act, server: Server) -> None:
    for key in (ill, lambda: ill):
        error = fails(act, server, key=key)
        assert isinstance(error, ZofAuthenticationError)
        search(error)


def test_no_key_of_a_function_that_fails(act: Act, server: Server) -> None:
    def source() -> str:
        raise LookupError(f"no such vault: {KEY}")

    async def later() -> str:
        raise LookupError(f"no such vault: {KEY}")

    for key in (source, *((later,) if act is _async else ())):
        error = fails(act, server, key=key)
        assert "LookupError" in error.message
        search(error)


@pytest.mark.parametrize("make", [ZofClient, AsyncZofClient])
@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://far.test"},
        {"base_url": "no url"},
        {"timeout": -1},
        {"on_limit": "x"},
        {"max_retries": -1},
        {"middleware": [object()]},
    ],
    ids=["far", "no address", "timeout", "on_limit", "max_retries", "middleware"],
)
def test_no_client_that_could_not_be_made(
    make: Callable[..., Any], options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ZofApiError) as caught:
        make(KEY, **options)
    search(caught.value)
    monkeypatch.setenv("ZOF_API_KEY", KEY)
    with pytest.raises(ZofApiError) as caught:
        make(**options)
    search(caught.value)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (f'[default]\napi_key = "{KEY}"', 0o644),
        (f'[default]\napi_key = "{KEY}', 0o600),
        (f'[default]\napi_key = "{KEY} x"', 0o600),
        (f'[default]\napi_key = "{KEY}"\nn = 5', 0o600),
    ],
    ids=["readable", "not toml", "no key", "no texts"],
)
def test_no_profile_that_cannot_be_used(
    text: str, mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "profiles.toml"
    place.write_text(text)
    place.chmod(mode)
    monkeypatch.delenv("ZOF_API_KEY", raising=False)
    monkeypatch.setenv("ZOF_PROFILES", str(place))
    with pytest.raises(ZofApiError) as caught:
        ZofClient(base_url="https://zof.test/v1")
    search(caught.value)


@pytest.mark.parametrize("dump", [pickle.dumps, copy.copy])
@pytest.mark.parametrize("make", [ZofClient, AsyncZofClient])
def test_no_client_that_is_pickled_or_copied_whole(
    make: Callable[..., Any], dump: Callable[[Any], Any]
) -> None:
    zof = make(KEY)
    for thing in (zof, zof.runs.watch("run_1"), zof.plan, zof.plan.key):
        try:
            made = dump(thing)
        except TypeError as error:
            search(error)
        else:
            assert dump is copy.copy, "a shallow copy holds the same things"
            assert KEY not in repr(made)
    with pytest.raises(TypeError, match="not pickled"):
        dump(zof.plan.key)


def test_the_search_finds_what_is_there() -> None:
    def frames(held: str) -> None:
        raise ZofApiError(f"fails with {len(held)}")

    with pytest.raises(ZofApiError) as caught:
        frames(KEY)
    assert places_of(KEY, caught.value) == [], "frames of tests are skipped"
    assert places_of(KEY, caught.value, skip="nothing") != []
    assert places_of(KEY, {"a": [b"x" + KEY.encode()]}) == ["dict['a'][0]"]
