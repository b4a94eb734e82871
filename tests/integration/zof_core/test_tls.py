"""Encrypted, through a proxy, with long answers and connections that the server closes: by both clients."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from zof_core import AsyncZofClient, ZofClient, ZofConnectionError, ZofValidationError, response_of

RUN = {"id": "run_1", "status": "passed"}
LONG = {"data": [{**RUN, "id": f"run_{n}", "padding": "x" * 2000} for n in range(1000)], "has_more": False}

Call = Callable[..., Any]


def _sync(what: Callable[[Any], Any], **options: Any) -> Any:
    with ZofClient("zk_tls_secret", max_retries=0, **options) as zof:
        return what(zof)


def _async(what: Callable[[Any], Any], **options: Any) -> Any:
    async def call() -> Any:
        async with AsyncZofClient("zk_tls_secret", max_retries=0, **options) as zof:
            return await what(zof)

    return asyncio.run(call())


both = pytest.mark.parametrize("call", [_sync, _async], ids=["sync", "async"])


@dataclass
class TlsServer:
    """A Zof that answers with one run, or with a long page, over TLS."""

    port: int
    ca_file: Path
    keys: list[str] = field(default_factory=list)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TlsServer]:
    authority = trustme.CA()
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "zof.test").configure_cert(context)
    keys: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            keys.append(self.headers["Authorization"])
            body = json.dumps(RUN if self.path.endswith("/run_1") else LONG).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Listener(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a client that trusts nobody breaks off

    listener = Listener(("127.0.0.1", 0), Handler)
    listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield TlsServer(listener.server_address[1], ca_file, keys)
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join(5)


@pytest.fixture
def proxy(server: TlsServer) -> Iterator[tuple[str, list[bytes]]]:
    """A CONNECT proxy that leads everything to the server: its address, and what it was told."""
    told: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve(client: socket.socket) -> None:
        head = b""
        with client:
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            told.append(head)
            with socket.create_connection(("127.0.0.1", server.port)) as target:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pump, args=(target, client), daemon=True)
                back.start()
                pump(client, target)
                back.join(5)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", told


OF_HTTPX = [] if os.environ.get("ZOF_HTTP") == "httpx2" else ["SSLKEYLOGFILE"]
"""Variables that httpx2 does not read."""


@both
def test_a_certificate_of_ones_own_authority_is_accepted_if_it_is_named(
    call: Call, server: TlsServer
) -> None:
    base = f"https://127.0.0.1:{server.port}/v1"
    run = call(lambda zof: zof.runs.retrieve("run_1"), base_url=base, ca_file=str(server.ca_file))
    assert run.status == "passed"
    assert server.keys == ["Bearer zk_tls_secret"]


@both
@pytest.mark.parametrize("ca_file", ["", "\0", 5, ["ca.pem"], "nowhere.pem"])
def test_what_holds_no_certificates_is_named(call: Call, server: TlsServer, ca_file: Any) -> None:
    base = f"https://127.0.0.1:{server.port}/v1"
    with pytest.raises(ZofValidationError, match="ca_file"):
        call(lambda zof: zof.runs.retrieve("run_1"), base_url=base, ca_file=ca_file)


@both
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", *OF_HTTPX])
def test_a_variable_that_keeps_tls_from_beginning_is_named(
    call: Call, server: TlsServer, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "nowhere" / "f"))
    with pytest.raises(ZofValidationError, match=f"TLS cannot be set up with {name} .*nowhere"):
        call(lambda zof: zof.runs.retrieve("run_1"), base_url=f"https://127.0.0.1:{server.port}/v1")


@both
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://u:pw_of_it@h", "no address"),
        ("http://u:pw_of_it@h:99999", "no address"),
        ("socks5://u:pw_of_it@h", "socksio"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_said_without_its_password(
    call: Call, address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, address)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ZofValidationError, match=said) as refused:
        call(lambda zof: zof.runs.retrieve("run_1"), base_url="https://zof.test/v1")
    told = traceback.TracebackException.from_exception(refused.value, capture_locals=True)
    own = [frame.locals for frame in told.stack if frame.filename != __file__]
    assert "pw_of_it" not in f"{refused.value}{own}"


@both
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent(
    call: Call, server: TlsServer
) -> None:
    base = f"https://127.0.0.1:{server.port}/v1"
    with pytest.raises(ZofConnectionError, match="certificate"):
        call(lambda zof: zof.runs.retrieve("run_1"), base_url=base)
    assert server.keys == []


@both
def test_through_a_proxy_which_never_sees_the_key(
    call: Call, server: TlsServer, proxy: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, told = proxy
    monkeypatch.setenv("HTTPS_PROXY", address)
    monkeypatch.setenv("https_proxy", address)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    run = call(
        lambda zof: zof.runs.retrieve("run_1"), base_url="https://zof.test/v1", ca_file=str(server.ca_file)
    )
    assert run.status == "passed"
    assert told[0].startswith(b"CONNECT zof.test:443 ")
    assert b"zk_tls_secret" not in b"".join(told)


@both
def test_a_long_answer_comes_whole(call: Call, server: TlsServer) -> None:
    base = f"https://127.0.0.1:{server.port}/v1"
    page = call(lambda zof: zof.runs.list(), base_url=base, ca_file=str(server.ca_file))
    assert [run.id for run in page] == [f"run_{n}" for n in range(1000)]


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used(unused_tcp_port: int) -> None:
    body = json.dumps(RUN).encode()
    closed = asyncio.Event()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()
        closed.set()

    listening = await asyncio.start_server(once, "127.0.0.1", unused_tcp_port)
    async with (
        listening,
        AsyncZofClient("zk", base_url=f"http://127.0.0.1:{unused_tcp_port}/v1", max_retries=0) as zof,
    ):
        for _ in range(3):
            run = await zof.runs.retrieve("run_1")
            info = response_of(run)
            assert info is not None
            assert len(info.attempts) == 1
            await closed.wait()
            closed.clear()
            await asyncio.sleep(0)  # the end of the connection is heard of in the loop's next turn
