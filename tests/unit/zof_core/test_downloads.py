from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.scripted_zof import BASE, Script
from zof_core import Artifact, AsyncZofClient, ZofClient, ZofDecodeError, ZofNotFoundError, ZofValidationError
from zof_core.commands import Fault
from zof_core.downloads import checked_address, origin_of


def _artifact(url: str | None) -> Artifact:
    return Artifact(id="art_1", name="trace.zip", url=url)


def test_a_file_of_zofs_own_address_is_fetched_with_the_key(
    zof: ZofClient, script: Script, tmp_path: Path
) -> None:
    script.will((200, b"PK-bytes"))
    to = tmp_path / "trace.zip"
    assert zof.runs.artifacts.download(_artifact(f"{BASE}/artifacts/art_1"), to) == 8
    assert to.read_bytes() == b"PK-bytes"
    assert script.requests[0].key is not None
    assert list(tmp_path.glob(".trace*")) == []


@pytest.mark.parametrize(
    "url",
    ["https://files.test/a", "https://zof.test:8443/a", "https://zof.test.evil/a", "https://user.zof.test/a"],
)
def test_the_key_goes_nowhere_else(zof: ZofClient, script: Script, url: str) -> None:
    script.will((200, b"x"))
    zof.runs.artifacts.download(url, io.BytesIO())
    assert script.requests[0].key is None
    assert script.requests[0].url == url


def test_a_redirect_is_followed_without_the_key(zof: ZofClient, script: Script, tmp_path: Path) -> None:
    script.will((302, b"", {"location": "https://files.test/signed?x=1"}), (200, b"data"))
    to = tmp_path / "f"
    zof.runs.artifacts.download(_artifact("/v1/artifacts/art_1"), to)
    assert [(request.url, request.key is not None) for request in script.requests] == [
        ("https://zof.test/v1/artifacts/art_1", True),
        ("https://files.test/signed?x=1", False),
    ]
    assert to.read_bytes() == b"data"


def test_redirects_without_end_are_refused(zof: ZofClient, script: Script) -> None:
    script.will((302, b"", {"location": "/again"}))
    with pytest.raises(ZofDecodeError, match="on and on"):
        zof.runs.artifacts.download(f"{BASE}/a", io.BytesIO())
    assert len(script.requests) == 4


@pytest.mark.parametrize(
    "url",
    [
        "http://files.test/a",
        "file:///etc/passwd",
        "ftp://x/a",
        "https://u:p@x/a",
        "https:///a",
        "https://x/a b",
    ],
)
def test_addresses_that_are_not_followed(url: str) -> None:
    with pytest.raises(ZofValidationError):
        checked_address(url, local=True)


def test_a_redirect_to_such_an_address_is_not_followed(zof: ZofClient, script: Script) -> None:
    script.will((302, b"", {"location": "http://169.254.169.254/latest"}))
    with pytest.raises(ZofValidationError):
        zof.runs.artifacts.download(f"{BASE}/a", io.BytesIO())
    assert len(script.requests) == 1


def test_what_was_there_stays_when_it_fails(zof: ZofClient, script: Script, tmp_path: Path) -> None:
    to = tmp_path / "f"
    to.write_bytes(b"before")
    script.will((404, {}))
    with pytest.raises(ZofNotFoundError):
        zof.runs.artifacts.download(f"{BASE}/a", to)
    assert to.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_broken_download_begins_anew(zof: ZofClient, script: Script, tmp_path: Path) -> None:
    script.will((200, Fault("read", "reset")), (200, b"whole"))
    to = tmp_path / "f"
    assert zof.runs.artifacts.download(f"{BASE}/a", to) == 5
    assert to.read_bytes() == b"whole"


def test_a_disk_that_is_full_is_said_as_it_is(zof: ZofClient, script: Script) -> None:
    class Full:
        def write(self, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    def reading(reply: object, write: object, *rest: object) -> Fault:
        script.open -= 1
        try:
            write(b"x")  # type: ignore[operator]
        except OSError:
            return Fault("read", "no space")
        raise AssertionError

    zof._driver._transport.read = reading  # type: ignore[union-attr, method-assign, assignment]
    script.will((200, b"x"))
    with pytest.raises(OSError, match="No space left"):
        zof.runs.artifacts.download(f"{BASE}/a", Full())
    assert len(script.requests) == 1


class _Sipping(io.BytesIO):
    """Takes a few bytes at a time, as an unbuffered file may; in the end none."""

    def write(self, data: Any, /) -> int:
        return super().write(data[: min(4, 10 - self.tell())])


def test_what_is_taken_in_part_is_given_again(zof: ZofClient, script: Script) -> None:
    script.will((200, b"0123456789"))
    taken = _Sipping()
    assert zof.runs.artifacts.download("https://files.test/a", taken) == 10
    assert taken.getvalue() == b"0123456789"


def test_what_takes_no_more_ends_the_download(zof: ZofClient, script: Script) -> None:
    script.will((200, b"0123456789ab"))
    with pytest.raises(OSError, match="takes no more"):
        zof.runs.artifacts.download("https://files.test/a", _Sipping())


def test_an_id_is_no_address(zof: ZofClient, script: Script) -> None:
    with pytest.raises(ZofValidationError, match=r'"art_1" is no address\. Give one of artifacts\.list'):
        zof.runs.artifacts.download("art_1", io.BytesIO())
    assert not script.requests


def test_an_artifact_without_address(zof: ZofClient) -> None:
    with pytest.raises(ZofValidationError, match="no url"):
        zof.runs.artifacts.download(_artifact(None), io.BytesIO())


async def test_the_async_client_downloads_too(
    async_zof: AsyncZofClient, script: Script, tmp_path: Path
) -> None:
    script.will((200, b"abc"))
    assert await async_zof.runs.artifacts.download(f"{BASE}/a", tmp_path / "f") == 3


def test_origins() -> None:
    assert origin_of("https://Zof.test/v1") == origin_of("https://zof.test:443/x")
    assert origin_of("https://zof.test") != origin_of("http://zof.test")


def test_a_redirect_never_carries_the_key_not_even_home(zof: ZofClient, script: Script) -> None:
    """Else whoever serves a file could have this client ask Zof for anything, with its key."""
    script.will((302, b"", {"location": f"{BASE}/runs/run_1"}), (200, b"data"))
    zof.runs.artifacts.download("https://files.test/a", io.BytesIO())
    script.will((302, b"", {"location": f"{BASE}/elsewhere"}), (200, b"data"))
    assert [request.key is not None for request in script.requests] == [False, False]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/admin",
        "http://localhost/x",
        "http://[::1]/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
    ],
)
def test_a_server_far_away_cannot_have_this_machine_ask_itself(
    zof: ZofClient, script: Script, url: str
) -> None:
    with pytest.raises(ZofValidationError):
        zof.runs.artifacts.download(url, io.BytesIO())
    script.will((302, b"", {"location": url}))
    with pytest.raises(ZofValidationError):
        zof.runs.artifacts.download(f"{BASE}/a", io.BytesIO())
    assert len(script.requests) == 1


@pytest.mark.parametrize("to", [None, 5, b"f", "", "\0", ".", "nowhere/f", "f" * 5000, "\ud800"])
def test_where_no_file_can_be_is_refused_before_anything_is_fetched(
    zof: ZofClient, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ZofValidationError) as refused:
        zof.runs.artifacts.download(f"{BASE}/a", to)
    assert (refused.value.param, script.requests) == ("to", [])


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
def test_a_link_goes_on_leading_to_its_file(zof: ZofClient, script: Script, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "f").write_bytes(b"before")
    (tmp_path / "latest").symlink_to(tmp_path / "runs" / "f")
    script.will((200, b"whole"))
    zof.runs.artifacts.download(f"{BASE}/a", tmp_path / "latest")
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "runs" / "f").read_bytes() == b"whole"


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
def test_what_is_no_plain_file_is_not_replaced(zof: ZofClient, script: Script, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("pipe", "link", "loop"):
        with pytest.raises(ZofValidationError) as refused:
            zof.runs.artifacts.download(f"{BASE}/a", tmp_path / name)
        assert (refused.value.param, script.requests) == ("to", [])
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_who_may_read_a_file_stays_as_it_was(zof: ZofClient, script: Script, tmp_path: Path) -> None:
    to = tmp_path / "f"
    to.write_bytes(b"before")
    to.chmod(0o640)
    script.will((200, b"whole"))
    zof.runs.artifacts.download(f"{BASE}/a", to)
    assert (to.read_bytes(), to.stat().st_mode & 0o777) == (b"whole", 0o640)


@pytest.mark.parametrize("artifact", [None, 5, b"https://zof.test/a", {"url": f"{BASE}/a"}])
def test_what_is_no_artifact_is_refused(zof: ZofClient, tmp_path: Path, artifact: Any) -> None:
    with pytest.raises(ZofValidationError, match="artifact must be"):
        zof.runs.artifacts.download(artifact, tmp_path / "f")
