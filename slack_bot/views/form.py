"""The form that a bare `/zof` opens, and what comes back from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bot.payloads import mapping, text
from slack_bot.text import clip, plain, tidy
from slack_bot.views.blocks import Block, label, section
from zof_core.catalogue import Catalogue

RUN_FORM: Final = "run_form"
PROJECT: Final = "project"
ENVIRONMENT: Final = "environment"
SUITE: Final = "suite"
CHANNEL: Final = "channel"
CHOICE: Final = "choice"
_FIELDS: Final = {"project": "Project", "environment": "Environment", "suite": "Suite"}
_OPTIONS_MAX: Final = 100
_VALUE_MAX: Final = 150
_OPTION_TEXT_MAX: Final = 75


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the form gave: ids, None for what was not chosen, and the channel it was opened in."""

    project: str | None
    environment: str | None
    suite: str | None
    channel: str


def run_form(
    catalogue: Catalogue, *, channel: str, chosen: Submitted | None = None, notice: str | None = None
) -> Block | None:
    """The modal, or None if the catalogue has nothing to choose from.

    Args:
        chosen: what is chosen already, when the form is shown again.
        notice: what was wrong with that, in Slack's markup; stands above the fields.

    Suites stand in groups, one for each project; whether a suite belongs to the project is checked when the
    form comes back. Options whose id is longer than Slack takes (150 characters) are left out.
    """
    projects = _short(_projects(catalogue))
    environments = _short(_environments(catalogue))
    groups = [group for group in _groups(catalogue) if group["options"]]
    if not projects or not environments or not groups:
        return None
    only = catalogue.projects[0].id if len(catalogue.projects) == 1 else None
    return {
        "type": "modal",
        "callback_id": RUN_FORM,
        "private_metadata": json.dumps({"channel": channel}),
        "title": label("Start a Zof run", 24),
        "submit": label("Start run", 24),
        "close": label("Close", 24),
        "blocks": [
            *([section(notice)] if notice else []),
            *([] if channel else [_channel_select()]),
            _select(PROJECT, {"options": projects}, chosen.project if chosen else only),
            _select(ENVIRONMENT, {"options": environments}, chosen.environment if chosen else None),
            _select(SUITE, {"option_groups": groups}, chosen.suite if chosen else None),
        ],
    }


def offered(catalogue: Catalogue, block_id: str, query: str, *, project: str | None = None) -> list[Block]:
    """The options of a searching select, for what was typed into it.

    Args:
        block_id: which field.
        query: as typed; a part of a name or of an id, in any case.
        project: the project that is chosen, whose environments and suites are offered first and alone.
    """
    chosen = [one for one in catalogue.projects if one.id == project]
    within = Catalogue(projects=chosen) if chosen else catalogue
    match block_id:
        case "project":
            options = _projects(catalogue)
        case "environment":
            options = _environments(within)
        case "suite":
            options = [option for group in _groups(within) for option in group["options"]]
        case _:
            options = []
    said = tidy(query).casefold()
    found = [
        one for one in options if said in one["text"]["text"].casefold() or said in one["value"].casefold()
    ]
    unique = {one["value"]: one for one in _short(found)}
    return list(unique.values())[:_OPTIONS_MAX]


def _projects(catalogue: Catalogue) -> list[Block]:
    return [_option(project.name or project.id, project.id) for project in catalogue.projects]


def _environments(catalogue: Catalogue) -> list[Block]:
    names = dict.fromkeys(name for project in catalogue.projects for name in project.environments)
    return [_option(name, name) for name in names]


def _groups(catalogue: Catalogue) -> list[Block]:
    return [
        {
            "label": label(project.name or project.id, _OPTION_TEXT_MAX),
            "options": _short([_option(suite.name or suite.id, suite.id) for suite in project.suites]),
        }
        for project in catalogue.projects
    ]


def _channel_select() -> Block:
    """Where the run's message is to stand, for a form that was opened in no channel."""
    return {
        "type": "input",
        "block_id": CHANNEL,
        "label": label("Channel", 2000),
        "hint": label("The run's message is posted there, and the rules of that channel decide.", 2000),
        "element": {
            "type": "conversations_select",
            "action_id": CHOICE,
            "placeholder": label("Choose a channel", 150),
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        },
    }


def closing_note(title: str, text: str) -> Block:
    """A modal with one paragraph, shown in place of a form that led nowhere."""
    return {
        "type": "modal",
        "title": label(title, 24),
        "close": label("Close", 24),
        "blocks": [section(text)],
    }


def read_form(view: Mapping[str, Any]) -> Submitted:
    """What a `view_submission` of the form says. Total: what is not there is None, or an empty channel."""
    try:
        metadata = json.loads(str(view.get("private_metadata") or "{}"))
    except (ValueError, RecursionError):
        metadata = {}
    values = mapping(mapping(view.get("state")).get("values"))

    def chosen(block: str) -> str | None:
        option = mapping(mapping(mapping(values.get(block)).get(CHOICE)).get("selected_option"))
        value = option.get("value")
        return tidy(value) or None if isinstance(value, str) else None

    picked = mapping(mapping(values.get(CHANNEL)).get(CHOICE))
    channel = text(mapping(metadata), "channel") or text(picked, "selected_conversation")
    return Submitted(chosen(PROJECT), chosen(ENVIRONMENT), chosen(SUITE), channel)


def field_errors(problems: Mapping[str, str]) -> dict[str, str]:
    """Problems by field as Slack shows them under the form's inputs (150 characters are readable there)."""
    blocks = {"project_id": PROJECT, "environment": ENVIRONMENT, "test_suite_id": SUITE}
    return {blocks.get(field, SUITE): clip(tidy(text), 300) for field, text in problems.items()}


def _select(block_id: str, options: dict[str, Any], chosen: str | None) -> Block:
    listed = [
        *options.get("options", ()),
        *(o for group in options.get("option_groups", ()) for o in group["options"]),
    ]
    initial = next(({"initial_option": one} for one in listed if one["value"] == chosen), {})
    name = _FIELDS[block_id]
    # A menu takes 100 options, or 100 groups; what is more is searched for on the server.
    fits = len(listed) <= _OPTIONS_MAX
    kind = (
        {"type": "static_select", **options} if fits else {"type": "external_select", "min_query_length": 0}
    )
    return {
        "type": "input",
        "block_id": block_id,
        "label": label(name, 2000),
        "element": {
            **kind,
            "action_id": CHOICE,
            "placeholder": label(f"Choose {'an' if name[0] in 'AEIOU' else 'a'} {name.lower()}", 150),
            **initial,
        },
    }


def _option(text: str, value: str) -> Block:
    return {"text": label(plain(text, _OPTION_TEXT_MAX), _OPTION_TEXT_MAX), "value": value}


def _short(options: list[Block]) -> list[Block]:
    return [option for option in options if 0 < len(option["value"]) <= _VALUE_MAX]
