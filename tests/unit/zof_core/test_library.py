"""Which HTTP library is used is said by `ZOF_HTTP`, once for a process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CALL = """
import sys
sys.modules["httpx2"] = None  # as where it is not installed
import zof_core
try:
    zof_core.ZofClient("zk", base_url="http://127.0.0.1:9").projects.list(limit=1)
except zof_core.ZofApiError as error:
    print(error.message)
"""


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "httpx2",
            "ZOF_HTTP is httpx2, and httpx2 is not installed. Do pip install httpx2, or leave ZOF_HTTP out.",
        ),
        ("requests", 'ZOF_HTTP "requests" is neither httpx nor httpx2.'),
    ],
)
def test_a_library_that_is_not_there_is_named(name: str, sentence: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", CALL],
        env={**os.environ, "ZOF_HTTP": name},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == sentence
