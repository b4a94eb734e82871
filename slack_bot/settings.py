"""Settings of the bot: from the environment, or built directly by tests and the demo."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from slack_bot.errors import SettingsError
from slack_bot.text import LOOPBACK

DEFAULT_SLACK_BASE_URL = "https://slack.com/api/"
DEFAULT_ZOF_BASE_URL = "https://api.zof.ai/v1"

_HOW_TO_GET = {
    "SLACK_BOT_TOKEN": "the bot token (xoxb-…) from your Slack app's page, OAuth & Permissions",
    "SLACK_SIGNING_SECRET": "the signing secret from your Slack app's page, Basic Information",
    "SLACK_APP_TOKEN": "an app-level token (xapp-…) with the scope connections:write, from Basic Information",
    "ZOF_API_KEY": "an API key from Zof: Admin Center → Developer → API keys",
    "ZOFOPS_CONFIG": "the path of your zofops.toml (examples/zofops.toml shows its shape)",
}
DEFAULT_CONFIG = "zofops.toml"
"""In the working directory, as `zofops policy` has it too."""
_FIELD_OF = {
    "SLACK_BOT_TOKEN": "slack_bot_token",
    "SLACK_APP_TOKEN": "slack_app_token",
    "SLACK_SIGNING_SECRET": "slack_signing_secret",
    "SLACK_BASE_URL": "slack_base_url",
    "ZOF_API_KEY": "zof_api_key",
    "ZOF_BASE_URL": "zof_base_url",
    "ZOFOPS_CONFIG": "config_path",
    "ZOFOPS_STORE": "store_path",
}
_WEBHOOK_SECRETS = ("ZOF_WEBHOOK_SECRET", "ZOF_WEBHOOK_SECRET_PREVIOUS")


def _http_url(value: str) -> str:
    parts = urllib.parse.urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"'{value}' is not an http or https URL")
    if parts.username or parts.password:
        raise ValueError("a URL must not carry a user name or password")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(f"'{value}' would send a secret unencrypted; use https (http only for this machine)")
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Secret = Annotated[SecretStr, Field(min_length=1)]


class Timing(BaseModel):
    """Intervals and patience, in seconds unless it says otherwise.

    Args:
        poll_first: shortest pause between two looks at all runs; pauses grow while nothing changes.
        poll_max: longest pause. `docs/limits/api-rate-limits` discourages polling every few seconds, hence 5 growing
            to 30; and all looks together keep to the client's share of Zof's rate limit.
        look_anyway: a run of which nothing was heard for so long has itself watched anew.
        start_within: how long after it could have started a request is still started, after the bot was away.
        start_patience: how long a start is tried again from when Zof first did not answer; a few times at least.
        retry_first: pause after the first failed attempt of anything; doubles up to `retry_max`.
        follow_patience: how long a run that Zof does not answer about is followed.
        answer_patience: how long `status` and `cancel` are tried (a response URL lives 30 minutes).
        card_every: shortest pause between two updates of one card, its last state excepted.
        card_updates: updates a minute of all cards together; Slack takes 50 and more of a workspace.
        doubt_pause: pause after a post of unknown outcome, before the channel is searched for it.
        overdue_after: a row this late has lost its tick and gets a new one.
        reconcile_every: how often late rows are looked for, and finished ticks deleted.
        finished_retention: how long a finished tick is kept.
        queue_every: how often the engine looks for ticks to run.
        stop_patience: how long a stop waits for ticks in flight.
        zof_timeout, slack_timeout: for one call.
        directory_patience: how long a request waits, before its ack, for what Slack says of its author and channel.
        directory_fresh: what Slack has said is asked again after so long, beside the work.
        directory_stale: what Slack has said is forgotten after so long if it cannot be asked again: then the safe
            side holds.
        failures_every: how often the runs that failed are listed, while a channel is subscribed.
        home_every: how often an open home is refreshed.
        home_open: how long after its opening.
        home_shared: how long what was read for one home serves for others.
        modal_timeout: for `views.open`, the one Slack call made before an ack (its trigger lives 3 s).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    poll_first: Seconds = 5.0
    poll_max: Seconds = 30.0
    look_anyway: Seconds = 600.0
    start_within: Seconds = 3600.0
    start_patience: Seconds = 120.0
    retry_first: Seconds = 2.0
    retry_max: Seconds = 30.0
    follow_patience: Seconds = 24 * 3600.0
    answer_patience: Seconds = 60.0
    card_every: Seconds = 1.0
    card_updates: Annotated[int, Field(ge=4)] = 40
    doubt_pause: Seconds = 3.0
    overdue_after: Seconds = 60.0
    reconcile_every: Seconds = 30.0
    finished_retention: Seconds = 3600.0
    queue_every: Seconds = 0.2
    stop_patience: Seconds = 5.0
    zof_timeout: Seconds = 10.0
    slack_timeout: Seconds = 10.0
    directory_patience: Seconds = 1.0
    directory_fresh: Seconds = 60.0
    directory_stale: Seconds = 900.0
    failures_every: Seconds = 60.0
    home_every: Seconds = 30.0
    home_open: Seconds = 600.0
    home_shared: Seconds = 15.0
    modal_timeout: Seconds = 1.5


class Transport(StrEnum):
    """How Slack's requests come in."""

    HTTP = "http"
    SOCKET = "socket"


_ENTRANCE = {Transport.SOCKET: "SLACK_APP_TOKEN", Transport.HTTP: "SLACK_SIGNING_SECRET"}


class WebhookSecrets(BaseModel):
    """What Zof signs its webhooks with; while it is being rotated, the one before too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    current: Secret
    previous: Secret | None = None

    def values(self) -> tuple[str, str | None]:
        """Both in the clear, for `zof_core.webhooks.verify`."""
        previous = self.previous.get_secret_value() if self.previous else None
        return self.current.get_secret_value(), previous


class BotSettings(BaseModel):
    """Everything the bot needs to run.

    Args:
        slack_bot_token: `xoxb-…`, sent to Slack's Web API.
        transport: how Slack's requests come in.
        slack_signing_secret: what Slack signs its requests with over HTTP.
        slack_app_token: `xapp-…`, what Socket Mode connections are opened with.
        slack_base_url: Slack's own, or a stand-in's `http://127.0.0.1:PORT/api/`.
        zof_api_key: to Zof every run is this key's.
        zof_base_url: Zof's own, or a stand-in's `http://127.0.0.1:PORT/v1`.
        zof_webhooks: secrets of Zof's webhooks; None if Zof sends none: then runs are polled alone.
        config_path: the policy file, `zofops.toml`.
        store_path: the SQLite file that holds everything the bot has promised. On a local volume.
        timing: intervals and patience.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slack_bot_token: Secret
    zof_api_key: Secret
    config_path: Path
    transport: Transport = Transport.HTTP
    slack_signing_secret: Secret | None = None
    slack_app_token: Secret | None = None
    slack_base_url: HttpUrl = DEFAULT_SLACK_BASE_URL
    zof_base_url: HttpUrl = DEFAULT_ZOF_BASE_URL
    zof_webhooks: WebhookSecrets | None = None
    store_path: Path = Path("zofops.sqlite")
    timing: Timing = Timing()

    @model_validator(mode="after")
    def _has_what_its_transport_needs(self) -> BotSettings:
        over_http = self.transport is Transport.HTTP
        if (self.slack_signing_secret if over_http else self.slack_app_token) is None:
            name = "slack_signing_secret" if over_http else "slack_app_token"
            raise ValueError(f"{name} is needed for requests over {self.transport}")
        return self

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str],
        *,
        timing: Timing | None = None,
        transport: Transport | None = None,
    ) -> BotSettings:
        """Reads the settings from environment variables.

        Args:
            environ: `os.environ`, or any mapping. `SLACK_BOT_TOKEN`, `ZOF_API_KEY` and, by transport,
                `SLACK_SIGNING_SECRET` or `SLACK_APP_TOKEN` must be there, and `ZOFOPS_CONFIG` unless `zofops.toml` is
                in the working directory; `SLACK_BASE_URL`, `ZOF_BASE_URL`, `ZOFOPS_STORE`, `ZOF_WEBHOOK_SECRET` and,
                while it is rotated, `ZOF_WEBHOOK_SECRET_PREVIOUS` may be.
            timing: other intervals than the default ones.
            transport: how Slack's requests come in; if it is not said, over sockets where an app token is set.

        Raises:
            SettingsError: something is missing or malformed; the text names each such variable, no secret.
        """
        given: dict[str, Any] = {
            field: environ[name].strip() for name, field in _FIELD_OF.items() if environ.get(name, "").strip()
        }
        if "config_path" not in given and Path(DEFAULT_CONFIG).is_file():
            given["config_path"] = DEFAULT_CONFIG
        _refuse_what_is_missing(given, transport)
        by_itself = Transport.SOCKET if "slack_app_token" in given else Transport.HTTP
        given["transport"] = transport or by_itself
        secret, previous = (environ.get(name, "").strip() for name in _WEBHOOK_SECRETS)
        if secret:
            given["zof_webhooks"] = {"current": secret, "previous": previous or None}
        elif previous:
            raise SettingsError(f"{_WEBHOOK_SECRETS[1]} is set without {_WEBHOOK_SECRETS[0]}; set that too.")
        try:
            return cls.model_validate({**given, **({"timing": timing} if timing else {})})
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from None


def _refuse_what_is_missing(given: Mapping[str, Any], transport: Transport | None) -> None:
    """Names all that is not there; of the two ways in which Slack's requests come both, if neither was chosen."""
    entrances = list(_ENTRANCE.values()) if transport is None else [_ENTRANCE[transport]]
    entered = any(_FIELD_OF[name] in given for name in entrances)
    always = [name for name in _HOW_TO_GET if name not in _ENTRANCE.values()]
    missing = [name for name in always if _FIELD_OF[name] not in given]
    missing += [] if entered else entrances[:1]
    if not missing:
        return
    lines = [f"  {name}: {_HOW_TO_GET[name]}" for name in missing]
    if transport is None and not entered:
        http = _ENTRANCE[Transport.HTTP]
        lines.append(f"  or, for requests over HTTP instead of sockets, {http}: {_HOW_TO_GET[http]}")
    what = "These environment variables are" if len(missing) > 1 else "This environment variable is"
    raise SettingsError("\n".join([f"{what} not set. Set what is missing, then try again:", *lines]))


def _sentence(error: ValidationError) -> str:
    variable = {field: name for name, field in _FIELD_OF.items()}
    problems = error.errors(include_input=False, include_url=False)
    return "\n".join(
        f"{variable.get(field, field)}: {problem['msg'].removeprefix('Value error, ')}."
        for problem in problems
        for field in [str(problem["loc"][0])]
    )
