"""All that a person can do beside typing, from every kind of channel, by every kind of person, on every environment.

Buttons, forms, selects, the shortcut and the home, as `Listeners.register` names them: one that is new and has no case
here fails the first test. What may be seen or done stands in `guarded.py`.
"""

from __future__ import annotations

import importlib
import itertools
import json
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from slack_bot import views
from slack_bot.approvals import digest_of
from slack_bot.clicks import LINKS
from slack_bot.followed import Approval, Asker, Card, Confirmation, FollowedRun, State
from slack_bot.listeners import Listeners
from slack_bot.results import Findings
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import (
    APPROVED,
    ASKER,
    CARD,
    CHANNELS,
    FULL,
    HIDDEN,
    LEAK,
    MAY,
    MEMBERS,
    NUMBER,
    OPEN,
    PEOPLE,
    RULES,
    SECRET,
    Guarded,
    guarded_bot,
    run_of,
)
from zof_core import Run, RunRequest

LATER = 4e9
"""Unix time, far away."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Somebody, somewhere, about a run or a request on an environment."""

    channel: str
    user: str
    environment: str
    number: int

    @property
    def run(self) -> str:
        return f"run_{self.environment}_{self.number}"

    def may(self, environment: str | None = None) -> bool:
        """In the channel itself."""
        return self.channel in OPEN and self.user in MAY[environment or self.environment]

    def may_from_a_view(self) -> bool:
        """In a modal that says it is about the channel: nobody has seen them there."""
        return self.may() and self.user in MEMBERS.get(self.channel, PEOPLE)

    def may_from_home(self) -> bool:
        """In the home, which is in no channel: C0OPEN allows all that any other does."""
        return self.user in MAY[self.environment]


# ---- rows of earlier requests


def ended(cell: Cell, run_id: str | None = None, status: str = "passed", **more: Any) -> FollowedRun:
    """The row of a run that somebody else started."""
    run = Run.model_validate(run_of(run_id or cell.run, status))
    return row_of(cell, State.ENDED, findings=Findings(run=run), **more)


def row_of(cell: Cell, state: State, asker: str = ASKER, **more: Any) -> FollowedRun:
    """A row; its request names the cell."""
    return FollowedRun(
        key=f"T0ZOF:seed:{cell.number}",
        state=state,
        request=request_of(cell),
        project_name="proj",
        asker=Asker(id=asker, name=asker),
        team="T0ZOF",
        channel=cell.channel,
        accepted_at=1.0,
        **more,
    )


def request_of(cell: Cell) -> RunRequest:
    return RunRequest(project_id="proj", environment=cell.environment, test_suite_id=f"suite_{cell.number}")


def awaiting(cell: Cell) -> FollowedRun:
    """A request of somebody else's that waits for approval."""
    rule = f"partners, {cell.environment}" if cell.channel == "C0PARTNER" else cell.environment
    approval = Approval(
        rule=rule, needed=1, approvers=("*",), digest=digest_of(request_of(cell)), expires_at=LATER
    )
    return row_of(cell, State.AWAITING, approval=approval)


def confirming(cell: Cell, asker: str | None = None) -> FollowedRun:
    """A request that its asker must confirm."""
    waits = Confirmation(digest=digest_of(request_of(cell)), expires_at=LATER, rule=cell.environment)
    return row_of(cell, State.CONFIRMING, asker or cell.user, confirmation=waits)


# ---- what is pressed


def by_row(cell: Cell) -> dict[str, Any]:
    return {"key": f"T0ZOF:seed:{cell.number}", "nonce": "0"}


def by_digest(cell: Cell) -> dict[str, Any]:
    return {"key": f"T0ZOF:seed:{cell.number}", "nonce": digest_of(request_of(cell))}


def by_run(cell: Cell) -> dict[str, Any]:
    return {"run": cell.run, "nonce": "details"}


def to_cancel(cell: Cell) -> dict[str, Any]:
    return {"run": f"run_{cell.environment}_cancel{cell.number}", "nonce": "details"}


def of_a_case(cell: Cell) -> dict[str, Any]:
    return {"run": cell.run, "case": f"{SECRET}_{cell.run}"}


def nobody(_: Cell) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Press:
    """A button as the bot renders it.

    Args:
        where: `message`, `modal` or `home`.
        value: what it stands for.
        seeded: the row that it belongs to, if it belongs to one.
        changes: whether it may and must change something at Zof.
        shows: whether it may and must show something of the run.
    """

    where: str
    value: Callable[[Cell], dict[str, Any]]
    seeded: Callable[[Cell], FollowedRun] | None = None
    changes: Callable[[Cell], bool] = nobody
    shows: Callable[[Cell], bool] = nobody
    rules: str = RULES


def running(cell: Cell) -> FollowedRun:
    return ended(cell, f"run_{cell.environment}_cancel{cell.number}", "running")


def of_another(cell: Cell) -> FollowedRun:
    return confirming(cell, ASKER)


def may_approve_from_home(cell: Cell) -> bool:
    """Whom the rule names by role or group, wherever they are; "anybody" are those who can be in the channel."""
    return cell.may() if cell.environment == "production" else cell.may_from_a_view()


AGAIN = [
    Press("message", by_row, ended, changes=Cell.may),
    Press("modal", by_run, changes=Cell.may_from_a_view),
]
PAGING = [Press("modal", by_run, shows=Cell.may_from_a_view)]
CASES: Mapping[str, list[Press]] = {
    "cancel_run": [
        Press("message", by_row, running, changes=Cell.may),
        Press("modal", to_cancel, changes=Cell.may_from_a_view),
    ],
    "rerun_run": AGAIN,
    "rerun_failed": AGAIN,
    "approve_run": [
        Press("message", by_digest, awaiting, changes=Cell.may, rules=APPROVED),
        Press("home", by_digest, awaiting, changes=may_approve_from_home, rules=APPROVED),
    ],
    "reject_run": [Press("message", by_digest, awaiting, rules=APPROVED)],
    "confirm_run": [
        Press("message", by_digest, confirming, changes=Cell.may),
        Press("message", by_digest, of_another),
    ],
    "decline_run": [Press("message", by_digest, confirming)],
    "run_details": [
        Press("message", by_run, shows=Cell.may),
        Press("home", by_run, shows=Cell.may_from_home),
    ],
    "details_later": PAGING,
    "details_earlier": PAGING,
    "details_back": PAGING,
    "details_logs": [Press("modal", of_a_case, shows=Cell.may_from_a_view)],
    "open_in_console": [Press("message", by_run)],
}
OTHER_TESTS = {
    "action": {"home_start", "home_refresh"},
    "view": {"run_form"},
    "options": {"choice"},
    "shortcut": {"zof_actions"},
    "event": {"app_home_opened", "app_mention"},
}
"""What has a test of its own below; slash commands have one in test_matrix.py."""


def test_all_that_the_bot_listens_to_has_a_case() -> None:
    heard: dict[str, set[str]] = {kind: set() for kind in OTHER_TESTS}
    app = Mock()
    for kind, names in heard.items():

        def note(what: object, names: set[str] = names) -> Mock:
            if isinstance(what, str):
                names.add(what)
            return Mock()

        setattr(app, kind, note)
    Listeners.register(Mock(), app)
    rendered = {
        value
        for module in pkgutil.iter_modules(views.__path__)
        for name, value in vars(importlib.import_module(f"slack_bot.views.{module.name}")).items()
        if name.endswith("_ACTION") and isinstance(value, str)
    }
    assert heard["action"] == {*CASES, *OTHER_TESTS["action"]} - {*LINKS}
    assert rendered == {*CASES, *OTHER_TESTS["action"]}
    assert {kind: heard[kind] for kind in heard if kind != "action"} == {
        kind: names for kind, names in OTHER_TESTS.items() if kind != "action"
    }


# ---- the tests


def interaction(cell: Cell, kind: str, guarded: Guarded, **more: Any) -> dict[str, Any]:
    """What every interaction says of who is behind it."""
    return {
        "type": kind,
        "team": {"id": "T0ZOF"},
        "user": {"id": cell.user, "name": cell.user},
        "trigger_id": f"{cell.number}.1",
        "response_url": f"{guarded.url}/hook/{cell.number}",
        **more,
    }


def about(channel: str) -> str:
    return json.dumps({"channel": channel})


def click(cell: Cell, action: str, press: Press, guarded: Guarded) -> dict[str, Any]:
    button = {"type": "button", "action_id": action, "value": json.dumps(press.value(cell))}
    match press.where:
        case "message":
            place: dict[str, Any] = {
                "channel": {"id": cell.channel},
                "container": {
                    "type": "message",
                    "message_ts": f"{cell.number}.5",
                    "channel_id": cell.channel,
                },
            }
        case "modal":
            view = {"id": f"V{cell.number}", "type": "modal", "external_id": f"details-{cell.number}"}
            place = {"view": view | {"private_metadata": about(cell.channel)}}
        case _:
            place = {"view": {"id": f"V{cell.number}", "type": "home"}}
    return interaction(cell, "block_actions", guarded, actions=[button], **place)


def cells(numbers: Iterable[int], channels: Iterable[str] = CHANNELS) -> list[Cell]:
    """Every channel × person × environment."""
    return [
        Cell(channel, user, environment, number)
        for (channel, user, environment), number in zip(
            itertools.product(channels, PEOPLE, MAY), numbers, strict=False
        )
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of all clicks: numbers of cells that changed something, and (number, environment) that were shown."""

    changed: set[int]
    shown: set[tuple[int, str]]


def seen(guarded: Guarded, answered: Iterable[tuple[int, str]]) -> Seen:
    services = guarded.services
    shown = {(number, found) for number, text in answered for found in LEAK.findall(text)}
    for text in services.posted:
        # A modal that was opened or filled names the run that it is about.
        shown |= {
            (int(number), found)
            for found in LEAK.findall(text)
            for number in re.findall(rf"run_{found}_(?:cancel)?(\d+)", text)
        }
    changed = {int(NUMBER.findall(str(change))[-1]) for change in services.changes}
    return Seen(changed, shown)


@pytest.mark.parametrize("action", CASES)
async def test_a_button_does_and_shows_no_more_than_the_rules_allow(action: str, tmp_path: Path) -> None:
    numbers = itertools.count(1)
    todo = [(press, cell) for press in CASES[action] for cell in cells(numbers)]
    async with guarded_bot(tmp_path, CASES[action][0].rules) as guarded:
        guarded.seed([press.seeded(cell) for press, cell in todo if press.seeded])
        direct = []
        for press, cell in todo:
            got = await guarded.interact(click(cell, action, press, guarded))
            assert got.status_code == 200, (press, cell, got.text)
            direct.append((cell.number, got.text))
        await eventually(guarded.decided, timeout=100)
        came = seen(guarded, [*direct, *guarded.services.answered])
        assert not HIDDEN.search(json.dumps(guarded.services.posted))
    for press, cell in todo:
        assert (cell.number in came.changed) is press.changes(cell), (press, cell)
        if press.shows is not nobody:
            assert ((cell.number, cell.environment) in came.shown) is press.shows(cell), (press, cell)
        elif press.changes is nobody:
            assert not {found for number, found in came.shown if number == cell.number}, (press, cell)


def form(cell: Cell, guarded: Guarded, *, chosen: bool) -> dict[str, Any]:
    """The submitted form; `chosen`: its channel was chosen in it, as in the home's."""
    picked = {"project": "proj", "environment": cell.environment, "suite": f"suite_{cell.number}"}
    values: dict[str, Any] = {
        name: {"choice": {"selected_option": {"value": value}}} for name, value in picked.items()
    }
    if chosen:
        values["channel"] = {"choice": {"selected_conversation": cell.channel}}
    view = {
        "id": f"V{cell.number}",
        "type": "modal",
        "callback_id": "run_form",
        "private_metadata": about("" if chosen else cell.channel),
        "state": {"values": values},
    }
    return interaction(cell, "view_submission", guarded, view=view)


async def test_a_submitted_form_starts_no_more_than_the_rules_allow(guarded: Guarded) -> None:
    numbers = itertools.count(1)
    todo = [(chosen, cell) for chosen in (False, True) for cell in cells(numbers)]
    for chosen, cell in todo:
        got = await guarded.interact(form(cell, guarded, chosen=chosen))
        assert got.status_code == 200
        assert not HIDDEN.search(got.text), (cell, got.text)
        if not cell.may("production"):
            # The form comes back with what may be chosen, and with what had been chosen.
            again = got.text.replace(f'"value":"{cell.environment}"', "")
            assert '"value":"production"' not in again.replace(" ", ""), (cell, got.text)
    await eventually(guarded.decided, timeout=100)
    came = seen(guarded, guarded.services.answered)
    for chosen, cell in todo:
        assert (cell.number in came.changed) is cell.may_from_a_view(), (chosen, cell)


def choices(channel: str, user: str) -> dict[str, set[str]]:
    """What somebody may choose from in a form about a channel; the empty one is the home's."""
    channels = [channel] if channel else [*OPEN]
    here = [one for one in channels if one in OPEN and user in MEMBERS.get(one, PEOPLE)]
    environments = {name for name in MAY if user in MAY[name] and here}
    projects = {"proj", "shop"} if environments else set()
    suites = {"smoke"} if environments else set()
    if "G0PRIVATE" in here and user in FULL:
        environments, projects, suites = environments | {"inner"}, projects | {"inner"}, suites | {"inner"}
    return {"project": projects, "environment": environments, "suite": suites}


@pytest.mark.parametrize("field", ["project", "environment", "suite", "channel", "other"])
async def test_a_select_offers_only_what_its_reader_may_run(field: str, guarded: Guarded) -> None:
    places = [*CHANNELS, ""]
    for number, (channel, user) in enumerate(itertools.product(places, PEOPLE), 1):
        cell = Cell(channel, user, "staging", number)
        view = {"id": f"V{number}", "type": "modal", "private_metadata": about(channel), "state": {}}
        asked = {"action_id": "choice", "block_id": field, "value": "", "view": view}
        got = await guarded.interact(interaction(cell, "block_suggestion", guarded, **asked))
        offered = {option["value"] for option in got.json()["options"]}
        assert offered == choices(channel, user).get(field, set()), (cell, offered)


async def test_the_home_and_its_form_show_only_what_their_reader_may_see(guarded: Guarded) -> None:
    services = guarded.services
    services.listed_status = "running"
    for number, user in enumerate(PEOPLE, 1):
        event = {"type": "app_home_opened", "user": user, "tab": "home", "channel": "D0HOME"}
        body = {"type": "event_callback", "team_id": "T0ZOF", "event_id": f"Ev{number}", "event": event}
        assert (await guarded.event(body)).status_code == 200
    await eventually(
        lambda: {*PEOPLE} <= {args["user_id"] for name, args in services.calls if name == "views.publish"}
    )
    for number, (user, action) in enumerate(itertools.product(PEOPLE, ["home_refresh", "home_start"]), 1):
        cell = Cell("", user, "staging", number)
        press = Press("home", by_run)
        assert (await guarded.interact(click(cell, action, press, guarded))).status_code == 200
    published = [(args["user_id"], args["view"]) for name, args in services.calls if name == "views.publish"]
    for user, view in published:
        text = json.dumps(view)
        assert not HIDDEN.search(text), user
        for environment in LEAK.findall(text) + re.findall(r"run_(staging|production)_0", text):
            assert user in MAY[environment], (user, text)
    assert {user for user, view in published if "run_production_0" in json.dumps(view)} == MAY["production"]
    opened = {
        args["trigger_id"]: json.dumps(args["view"]) for name, args in services.calls if name == "views.open"
    }
    for number, (user, action) in enumerate(itertools.product(PEOPLE, ["home_refresh", "home_start"]), 1):
        said = opened.get(f"{number}.1", "")
        offered = choices("", user)["environment"] if action == "home_start" else set()
        for name in ("staging", "production", "inner"):
            assert (f'"value": "{name}"' in said) is (name in offered), (user, name, said)
        assert not HIDDEN.search(said)


async def test_the_shortcut_shows_no_more_than_the_rules_allow(guarded: Guarded) -> None:
    todo = cells(itertools.count(1))
    guarded.seed([ended(cell, card=Card(ts=f"{cell.number}.5")) for cell in todo])
    for cell in todo:
        place = {"channel": {"id": cell.channel}, "message": {"ts": f"{cell.number}.5"}}
        body = interaction(cell, "message_action", guarded, callback_id="zof_actions", **place)
        assert (await guarded.interact(body)).status_code == 200
    await eventually(guarded.decided, timeout=100)
    came = seen(guarded, guarded.services.answered)
    assert came.changed == set()
    for cell in todo:
        assert ((cell.number, cell.environment) in came.shown) is cell.may(), cell


async def test_a_message_that_shows_a_run_elsewhere_has_no_shortcut_here(guarded: Guarded) -> None:
    cell = Cell("C0OPEN", "U0LEAD", "production", 1)
    guarded.seed([ended(cell, card=Card(ts="1.5"))])
    place = {"channel": {"id": "C0UNLISTED"}, "message": {"ts": "1.5"}}
    body = interaction(cell, "message_action", guarded, callback_id="zof_actions", **place)
    assert (await guarded.interact(body)).status_code == 200
    [(_, text)] = await eventually(lambda: guarded.services.answered)
    assert "This message shows no run" in text
    assert not CARD.search(text)
