"""Arguments of a Web API call: the same whether they came as a query, a form or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from zof_local.workspace.errors import SlackError
from zof_local.workspace.reading import read_json

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Args:
    """Typed access to the arguments. A wrong value raises ``SlackError`` with Slack's code."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) not in (None, "")

    def all(self) -> dict[str, Any]:
        """All arguments as they were sent."""
        return dict(self._values)

    def text(self, name: str, default: str = "") -> str:
        """A string argument; numbers are taken as their text."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise SlackError("invalid_arguments", [f"[ERROR] must be a string [json-pointer:/{name}]"])

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """A string argument that must be there, else ``error``."""
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"] if error == "invalid_arguments" else ()
            raise SlackError(error, messages)
        return value

    def boolean(self, name: str, default: bool = False) -> bool:
        """A flag: true, "true", "1" or 1."""
        value = self._values.get(name)
        if value is None:
            return default
        return str(value).lower() in ("true", "1")

    def integer(self, name: str, default: int, *, error: str = "invalid_arguments") -> int:
        """A whole number."""
        if name not in self:
            return default
        try:
            return int(self.text(name))
        except ValueError:
            raise SlackError(error) from None

    def json(self, name: str, error: str) -> Any:
        """A structure: sent as JSON text in a form or as itself in a JSON body; None when absent."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return read_json(value)
        except ValueError:
            raise SlackError(error) from None

    def ids(self, name: str) -> list[str]:
        """Several ids: comma-separated text or a list."""
        value = self._values.get(name)
        items = value if isinstance(value, list) else self.text(name).split(",")
        return [str(item).strip() for item in items if str(item).strip()]


def parse_args(content_type: str, query: str, body: bytes) -> Args:
    """Read the arguments of a request; query arguments are overridden by the body's.

    Raises:
        SlackError: ``invalid_json``, ``json_not_object``, ``invalid_form_data`` or ``invalid_post_type``.
    """
    values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.split(";", 1)[0].strip().lower()
    if not body:
        return Args(values)
    if kind == JSON:
        values |= _json_object(body)
    elif kind in (FORM, ""):
        try:
            values |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        except ValueError:
            raise SlackError("invalid_form_data") from None
    else:
        raise SlackError("invalid_post_type")
    return Args(values)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = read_json(body)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value
