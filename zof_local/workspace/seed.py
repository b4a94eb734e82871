"""The people, channels and app a workspace begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ChannelKind = Literal["channel", "im"]


@dataclass(frozen=True, slots=True)
class Team:
    """A Slack team (workspace)."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class User:
    """A member of the team; ``name`` is the handle, ``real_name`` what people read."""

    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    is_bot: bool = False
    is_guest: bool = False
    tz: str = "UTC"


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation. ``members`` are user ids; ``im_with`` is the person of an app's direct message."""

    id: str
    name: str
    topic: str = ""
    purpose: str = ""
    kind: ChannelKind = "channel"
    is_private: bool = False
    is_shared: bool = False
    members: frozenset[str] = frozenset()
    im_with: str | None = None
    created: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. ``should_escape`` turns @name and #name into ids, as in Slack's manifest."""

    name: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut of the app: global, or in the menu of messages."""

    callback_id: str
    name: str
    description: str = ""
    on_messages: bool = False


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group: ``handle`` is what people write after @."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """The one app installed in the workspace. ``has_home`` and ``has_messages`` switch the tabs of its page on, as in
    Slack's app settings.
    """

    id: str
    name: str
    bot_id: str
    bot_user_id: str
    description: str = ""
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    has_home: bool = False
    has_messages: bool = True


@dataclass(frozen=True, slots=True)
class Seed:
    """Everything a workspace begins with; a restart begins with it anew."""

    team: Team
    app: AppIdentity
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    usergroups: tuple[UserGroup, ...] = ()
    home_channel: str = ""

    def first_channel(self) -> str:
        """The channel the page opens first."""
        return self.home_channel or self.channels[0].id


def demo_seed(*, has_home: bool = False, shortcuts: tuple[Shortcut, ...] = ()) -> Seed:
    """The demo world: team "Checkout Co", two channels, three people and the Zof app."""
    app = AppIdentity(
        id="A0ZOF",
        name="Zof",
        bot_id="B0ZOF",
        bot_user_id="U0ZOFBOT",
        description="Starts, follows and cancels Zof runs.",
        has_home=has_home,
        shortcuts=shortcuts,
        commands=(
            Command(
                "/zof",
                description="Start, follow or cancel a Zof run",
                usage_hint="run PROJECT ENVIRONMENT SUITE | help",
                should_escape=True,
            ),
        ),
    )
    people = (
        User("U02DANA", "dana", "Dana Ruiz", "dana@example.com", "QA lead"),
        User("U03SAM", "sam", "Sam Okafor", "sam@example.com", "Site reliability"),
        User("U04MIRA", "mira", "Mira Lind", "mira@example.com", "Checkout engineer"),
    )
    everyone = frozenset({*(user.id for user in people), app.bot_user_id})
    return Seed(
        team=Team("T0ZOF", "Checkout Co", "checkout-co"),
        app=app,
        users=(*people, User(app.bot_user_id, "zof", app.name, is_bot=True)),
        usergroups=(UserGroup("S0RELMAN", "release-managers", "Release managers", ("U02DANA", "U03SAM")),),
        channels=(
            Channel(
                "C0RELEASES",
                "releases",
                topic="What ships, when, and whether it is safe",
                purpose="Release coordination for Checkout",
                members=everyone,
            ),
            Channel(
                "C0GENERAL",
                "general",
                topic="Everything else",
                purpose="Company-wide talk",
                members=everyone,
            ),
        ),
    )
