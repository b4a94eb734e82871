"""Small pieces of wording that several messages share; a status is said by word and icon, never by colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from slack_bot.followed import Asker
from slack_bot.text import prose
from zof_core.catalogue import Catalogue
from zof_core.wording import StatusStyle, cases_text

_EMOJI: Final = {
    "clock": ":hourglass_flowing_sand:",
    "play": ":arrow_forward:",
    "check": ":white_check_mark:",
    "cross": ":x:",
    "alert": ":warning:",
    "stop": ":no_entry_sign:",
    "skip": ":fast_forward:",
    "question": ":grey_question:",
}


def emoji(style: StatusStyle) -> str:
    """The shortcode of a status."""
    return _EMOJI.get(style.icon, _EMOJI["question"])


class Thing(Protocol):
    """A run or a schedule: a suite or cases of a project."""

    @property
    def project_id(self) -> str | None: ...
    @property
    def test_suite_id(self) -> str | None: ...
    @property
    def test_case_ids(self) -> list[str] | None: ...


class Names:
    """The catalogue's names of ids; an id that it does not name stands for itself."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._projects = {item.id: item.name for item in catalogue.projects}
        self._suites = {suite.id: suite.name for item in catalogue.projects for suite in item.suites}

    def project(self, project_id: str | None) -> str:
        """A project's name."""
        return self._projects.get(project_id or "") or project_id or "no project"

    def suite(self, suite_id: str) -> str:
        """A suite's name."""
        return self._suites.get(suite_id) or suite_id

    def what(self, thing: Thing) -> str:
        """What is run: a suite by name, or so many cases."""
        if thing.test_suite_id:
            return self.suite(thing.test_suite_id)
        return cases_text(len(thing.test_case_ids)) if thing.test_case_ids else "run"


def names_of(people: Iterable[Asker]) -> str:
    """For `mrkdwn`: names with commas between them."""
    return ", ".join(prose(one.name, 60) for one in people)
