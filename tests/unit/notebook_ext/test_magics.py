"""The magic in shells of several ages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from notebook_ext.magics import register


class Shell:
    """What `register` uses of IPython's."""

    def __init__(self) -> None:
        self.magics: list[Any] = []
        self.Completer = SimpleNamespace(custom_matchers=[])

    def register_magics(self, magics: Any) -> None:
        self.magics.append(magics)


def shell() -> Any:
    return Shell()


def test_loading_it_twice_completes_once() -> None:
    one = shell()
    register(one)
    register(one)
    assert [matcher.__name__ for matcher in one.Completer.custom_matchers] == ["zof_matcher"]


def test_a_shell_without_matchers_gets_the_magic_without_completion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("IPython.core.completer.context_matcher")
    one = shell()
    register(one)
    assert len(one.magics) == 1
    assert one.Completer.custom_matchers == []
