"""`zofops.toml`: who may do what where. Read strictly: what this version does not know it refuses.

    console_url = "https://app.zof.example/runs/{run_id}"   # optional: see slack_bot.console

    [people]
    U02DANA = { name = "Dana Ruiz", email = "dana@example.com", roles = ["qa-lead"] }

    [groups]
    release-managers = ["S0RELMAN"]        # Slack user groups, in rules as "group:release-managers"

    [confirm]                              # optional: these are its defaults
    environments = ["production"]
    minutes = 5

    [limits]                               # optional
    person = { runs = 10, minutes = 10 }
    channel = { runs = 60, minutes = 60 }

    [remediation]                          # optional: where plans that wait in Zof are shown
    channel = "C0RELEASES"

    [[allow]]
    name = "staging for everyone"          # optional; else "allow #1"
    channels = ["C0RELEASES"]              # by id; names can be taken over
    verbs = ["run", "rerun", "cancel", "status"]
    projects = ["proj_abc"]
    environments = ["staging"]
    suites = ["*"]                         # optional; without it every suite, and runs by cases
    people = ["*"]                         # user ids, "role:qa-lead", "group:release-managers", or "*"
    approvals = 1                          # optional: so many others must approve a run before it starts,
    approvers = ["role:sre"]               # of these,
    approval_minutes = 30                  # within this time
    requires = { suite = "suite_pr_smoke", environment = "staging", passed_within = "4h" }   # optional: evidence
    shared = true                          # optional: also where the channel is shared with another company

    [[deny]]                               # wins over every allow; what is left out means any
    environments = ["production"]
    when = "Fri 16:00 - Mon 08:00 Europe/Berlin"    # optional; else always
    reason = "weekend freeze"

The catalogue, `[[catalogue.projects]]`, stands in the same file and is read by `zof_core.catalogue`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from slack_bot.console import checked_template
from slack_bot.demands import Confirm, Limits, Remediation, Requirement
from slack_bot.errors import ConfigError
from slack_bot.known import Known
from slack_bot.windows import Window, parse_window
from zof_core import ZofValidationError
from zof_core.catalogue import Catalogue, load_catalogue, nearest

VERBS: Final = ("run", "rerun", "cancel", "status", "subscribe")
"""`status` covers all that only reads: runs, logs, watch, schedules, the home."""
ANY: Final = "*"
_CHANNEL: Final = re.compile(r"[CGD][A-Z0-9]{2,30}")
_USER: Final = re.compile(r"[UW][A-Z0-9]{2,30}")
_ROLE: Final = re.compile(r"role:\S+")
_GROUP: Final = re.compile(r"group:\S+")
_GROUP_ID: Final = re.compile(r"S[A-Z0-9]{2,30}")
_OTHERS: Final = frozenset({"catalogue", "console_url"})
"""What of the file is no matter of the policy."""
_HEADER: Final = re.compile(r"\s*\[\[\s*(allow|deny)\s*\]\]\s*(?:#.*)?")


def _word(value: str) -> str:
    if not value.strip() or value != value.strip():
        raise ValueError("must be a word without spaces around it")
    return value


def _name_or_any(value: str) -> str:
    if value != ANY and any(char in value for char in "*?["):
        raise ValueError(
            f"'{value}' is a pattern, and rules take whole names only; write them out, or \"*\" for any"
        )
    return _word(value)


def _channel(value: str) -> str:
    if value != ANY and not _CHANNEL.fullmatch(value):
        raise ValueError(
            f"'{value}' is not a channel id (C…). In Slack it stands at the end of the channel's details"
        )
    return value


def _verb(value: str) -> str:
    if value not in VERBS:
        raise ValueError(f"'{value}' is not a verb; verbs are {', '.join(VERBS)}")
    return value


def _who(value: str) -> str:
    if value != ANY and not any(form.fullmatch(value) for form in (_USER, _ROLE, _GROUP)):
        raise ValueError(f"'{value}' is neither a user id (U…), nor role:NAME, nor group:NAME, nor \"*\"")
    return value


def _group_id(value: str) -> str:
    if not _GROUP_ID.fullmatch(value):
        raise ValueError(f"'{value}' is not the id of a Slack user group (S…)")
    return value


def is_channel_id(value: str) -> bool:
    """Whether it has the form of a Slack channel id."""
    return _CHANNEL.fullmatch(value) is not None


def person_meant(people: Mapping[str, Person], word: str) -> str | None:
    """The user id of whom a word means: by name or e-mail address in [people], else by a first name only one has."""
    said = word.removeprefix("@").casefold()
    whole = [
        key
        for key, person in people.items()
        if said in (person.name.casefold(), (person.email or "").casefold())
    ]
    first = [key for key, person in people.items() if said == person.name.casefold().split(maxsplit=1)[0]]
    found = whole or first
    return found[0] if said and len(found) == 1 else None


def is_user_id(value: str) -> bool:
    """Whether it has the form of a Slack user id."""
    return _USER.fullmatch(value) is not None


def _user_id(value: str) -> str:
    if not _USER.fullmatch(value):
        raise ValueError(f"'{value}' is not a user id (U…). Open the person's profile in Slack and copy it")
    return value


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError('is empty, so the rule can never hold; list something, or "*" for any')
    return values


def _window(value: Any) -> Window:
    return parse_window(str(value))


Word = Annotated[str, AfterValidator(_word)]
GroupId = Annotated[str, AfterValidator(_group_id)]
Names = Annotated[tuple[Annotated[str, AfterValidator(_name_or_any)], ...], AfterValidator(_some)]
Channels = Annotated[tuple[Annotated[str, AfterValidator(_channel)], ...], AfterValidator(_some)]
Verbs = Annotated[tuple[Annotated[str, AfterValidator(_verb)], ...], AfterValidator(_some)]
People = Annotated[tuple[Annotated[str, AfterValidator(_who)], ...], AfterValidator(_some)]
ConsoleUrl = Annotated[str, AfterValidator(checked_template)]
When = Annotated[Window, BeforeValidator(_window)]
_ANYTHING: Final = (ANY,)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Person(_Strict):
    """Someone who uses the bot. Zof documents no users API, so this mapping is ours."""

    name: Word
    email: Word | None = None
    roles: tuple[Word, ...] = ()


class Rule(_Strict):
    """One `[[allow]]` or `[[deny]]`. It holds when each of its lists names what is asked.

    Args:
        line: where its table begins in the file; None if that cannot be said.
    """

    name: Word
    channels: Channels = _ANYTHING
    verbs: Verbs = VERBS
    projects: Names = _ANYTHING
    environments: Names = _ANYTHING
    suites: Names = _ANYTHING
    people: People = _ANYTHING
    reason: Word | None = None
    when: When | None = None
    line: int | None = Field(default=None, exclude=True)


class AllowRule(Rule):
    """An `[[allow]]`: what it lets through is all written out, but for suites.

    Args:
        approvals: how many people other than the requester must approve a run before it starts.
        approvers: who may approve.
        approval_minutes: after so long without enough approvals the request has expired.
        requires: a run that must have passed before, looked up in Zof.
        shared: it holds in its channels also where they are shared with another company (Slack Connect).
    """

    channels: Channels
    verbs: Verbs
    projects: Names
    environments: Names
    people: People
    approvals: Annotated[int, Field(ge=0, le=10)] = 0
    approvers: People = ()
    approval_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30
    requires: Requirement | None = None
    shared: bool = False

    @model_validator(mode="after")
    def _approvals_have_approvers(self) -> AllowRule:
        if self.approvals and not self.approvers:
            raise ValueError('`approvals` needs `approvers`: user ids, role:NAME, or "*"')
        if self.approvers and not self.approvals:
            raise ValueError("`approvers` needs `approvals`: how many of them must approve")
        return self

    @model_validator(mode="after")
    def _names_its_channels(self) -> AllowRule:
        if ANY in self.channels:
            raise ValueError(
                '`channels`: an allow rule lists each channel by its id; "*" would open every channel'
            )
        if self.reason:
            raise ValueError("`reason` belongs to [[deny]]; an allow rule has none")
        if self.when:
            raise ValueError("`when` belongs to [[deny]]: it says when something is forbidden")
        return self


class Policy(_Strict):
    """People and rules, in the file's order, and what Slack says of those they are about.

    Args:
        known: what Slack says; None where it is not asked, as when a file is judged by itself: then people are who
            the file says they are, groups are empty, and no channel is shared.
    """

    people: Mapping[Annotated[str, AfterValidator(_user_id)], Person] = Field(default_factory=dict)
    groups: Mapping[Word, Annotated[tuple[GroupId, ...], AfterValidator(_some)]] = Field(default_factory=dict)
    confirm: Confirm = Confirm()
    limits: Limits = Limits()
    remediation: Remediation | None = None
    allow: tuple[AllowRule, ...] = ()
    deny: tuple[Rule, ...] = ()
    known: Known | None = Field(default=None, exclude=True)


class BotConfig(_Strict):
    """All that `zofops.toml` says."""

    policy: Policy
    catalogue: Catalogue
    console_url: ConsoleUrl | None = None


def load_config(path: Path) -> BotConfig:
    """Reads and checks the file.

    Raises:
        ConfigError: it cannot be read, is not TOML, or says something this version does not know; the text
            names the file, the table and the key.
    """
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}). Set ZOFOPS_CONFIG to your file."
        ) from error
    except (ValueError, RecursionError) as error:  # not only TOML's: no UTF-8, brackets too deep
        raise ConfigError(f"{path}: is not valid TOML ({error}).") from error
    policy = _with_lines(parse_policy(document, source=str(path)), text)
    try:
        catalogue, console_url = load_catalogue(path), document.get("console_url")
        return BotConfig(policy=policy, catalogue=catalogue, console_url=console_url)
    except ZofValidationError as error:
        raise ConfigError(error.message) from None
    except ValidationError as error:
        [problem] = error.errors(include_url=False)
        raise ConfigError(f"{path}: `console_url`: {problem['msg'].removeprefix('Value error, ')}.") from None


def parse_policy(document: Mapping[str, Any], *, source: str) -> Policy:
    """People and rules of a parsed document.

    Args:
        document: the whole file as `tomllib` gives it; `catalogue` is left to `zof_core.catalogue`.
        source: the file's name, for messages.

    Raises:
        ConfigError: as `load_config`.
    """
    tables = {key: value for key, value in document.items() if key not in _OTHERS}
    if "known" in tables:
        raise ConfigError(f"{source}: `known`: Extra inputs are not permitted.")
    for kind in ("allow", "deny"):
        if isinstance(tables.get(kind), list):
            if any("line" in rule for rule in tables[kind] if isinstance(rule, dict)):
                raise ConfigError(f"{source}: [[{kind}]] `line`: Extra inputs are not permitted.")
            tables[kind] = [
                {"name": f"{kind} #{number}", **rule} if isinstance(rule, dict) else rule
                for number, rule in enumerate(tables[kind], start=1)
            ]
    try:
        policy = Policy.model_validate(tables)
    except ValidationError as error:
        lines = [
            f"{source}: {_place(problem['loc'], tables)}: {problem['msg'].removeprefix('Value error, ')}."
            for problem in error.errors(include_url=False)
        ]
        raise ConfigError("\n".join(lines)) from None
    _refuse_unknown_names(policy, source)
    names = [rule.name for rule in (*policy.allow, *policy.deny)]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{source}: two rules are called '{name}'. Every rule needs a name of its own.")
    return policy


def _with_lines(policy: Policy, text: str) -> Policy:
    """Each rule with the line of the file that its table begins at."""
    lines: dict[str, list[int]] = {"allow": [], "deny": []}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            lines[header[1]].append(number)
    changes: dict[str, Any] = {}
    for kind, rules in (("allow", policy.allow), ("deny", policy.deny)):
        # Rules written inline, or such lines within a text, cannot be told apart: then none is said.
        if len(lines[kind]) == len(rules):
            changes[kind] = tuple(
                rule.model_copy(update={"line": line}) for rule, line in zip(rules, lines[kind], strict=True)
            )
    return policy.model_copy(update=changes)


def _refuse_unknown_names(policy: Policy, source: str) -> None:
    """A deny rule with a mistyped role or group would deny nobody."""
    known = {f"role:{role}" for person in policy.people.values() for role in person.roles}
    known |= {f"group:{group}" for group in policy.groups}
    for rule in (*policy.allow, *policy.deny):
        approvers = rule.approvers if isinstance(rule, AllowRule) else ()
        for who in (*rule.people, *approvers):
            if who.startswith(("role:", "group:")) and who not in known:
                meant = nearest(who, sorted(known))
                hint = f" Did you mean '{meant}'?" if meant else ""
                lacking = (
                    f"nobody in [people] has '{who}'"
                    if who.startswith("role:")
                    else f"[groups] lists no '{who}'"
                )
                raise ConfigError(f"{source}: rule '{rule.name}' `people`: {lacking}.{hint}")


def _place(location: tuple[int | str, ...], tables: Mapping[str, Any]) -> str:
    table, *rest = location
    if table in ("allow", "deny") and rest and isinstance(rest[0], int):
        rule = tables[str(table)][rest[0]]
        name = rule.get("name") if isinstance(rule, dict) else None
        number = f"[[{table}]] #{rest[0] + 1}"
        head = number if name in (None, f"{table} #{rest[0] + 1}") else f"{number} '{name}'"
        key = ".".join(str(part) for part in rest[1:] if not isinstance(part, int))
        return f"{head} `{key}`" if key else head
    if table in Policy.model_fields and rest:
        return f"[{table}] `{'.'.join(str(part) for part in rest)}`"
    return f"`{table}`"
