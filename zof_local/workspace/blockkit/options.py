"""What an app offers for a searching select (docs.slack.dev, external data source menus)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zof_local.workspace.blockkit.check import Place, Problem
from zof_local.workspace.blockkit.elements import check_options
from zof_local.workspace.models import JsonObject


@dataclass(frozen=True, slots=True)
class Offered:
    """An option, and the label of the group it stands in."""

    option: JsonObject
    group: str | None = None

    def as_json(self) -> JsonObject:
        """For the page."""
        description = self.option.get("description") or {}
        return {
            "value": self.option["value"],
            "label": self.option["text"]["text"],
            "hint": description.get("text", ""),
            "group": self.group,
        }


def offered_options(answer: JsonObject | None) -> tuple[list[Offered], str | None]:
    """The options in an app's answer, and a sentence when they are none that Slack takes."""
    body: dict[str, Any] = answer or {}
    if body.get("options") == [] or body.get("option_groups") == []:
        return [], None
    problems: list[Problem] = []
    check_options(Place(body, "", problems))
    if problems:
        return [], f"The app's options cannot be shown: {problems[0].short()}."
    found = [Offered(option) for option in body.get("options") or []]
    for group in body.get("option_groups") or []:
        found += [Offered(option, group["label"]["text"]) for option in group["options"]]
    return found, None
