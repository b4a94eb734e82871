"""Where the workspace rightly answers otherwise than `emulate` 0.12.2, and why."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

Place = tuple[str, str]

_PICTURE = "people have letters for a picture here"
_HUDDLE = "there are no huddles here"
_VIEW = "Slack lists no invalid_view: it answers invalid_arguments with pointers"
_FIRST = "Slack lists both codes; the channel is looked up first here"
_READ = "of the caller's own reading, which a bot does not do"

KNOWN: dict[Place, str] = {
    ("a wrong token", "error"): "emulate takes any token; Slack does not",
    ("post by name", "error"): "Slack takes a channel's name here",
    ("post no array of blocks", "error"): "Slack's code for blocks that are no JSON",
    ("update", "message.reply_*"): "Slack documents no counts in this answer",
    ("update nowhere", "error"): _FIRST,
    ("delete nowhere", "error"): _FIRST,
    ("ephemeral to nobody", "error"): "Slack lists user_not_in_channel for it, and no user_not_found",
    ("ephemeral without user", "error"): "nobody was named, so nobody was not found",
    ("history", "messages0.metadata"): "Slack gives it only with include_all_metadata",
    ("history by a wrong cursor", "error"): "emulate ignores it; Slack refuses it",
    ("history of too much", "error"): "emulate ignores it; Slack refuses it",
    ("replies to nothing", "error"): "emulate gives no messages; Slack refuses it",
    ("channel", "channel.is_open"): "Slack gives it for direct messages only",
    ("channel", "channel.last_read"): _READ,
    ("channel", "channel.creator"): "nobody made the channels of a seed",
    ("*", "*.profile.image_*"): _PICTURE,
    ("*", "*.profile.huddle_*"): _HUDDLE,
    ("open nothing", "error"): _VIEW,
    ("open a home as a modal", "error"): _VIEW,
    ("open without title", "error"): _VIEW,
    ("publish a modal", "error"): _VIEW,
    ("no such method", "error"): "emulate answers ok to anything; Slack does not",
}


def known(place: Place) -> Place | None:
    """The entry that covers a difference, or None."""
    call, what = place
    fits = (
        entry
        for entry in KNOWN
        if fnmatchcase(call, entry[0]) and fnmatchcase(what.replace("[]", "0"), entry[1])
    )
    return next(fits, None)


def stale(places: Iterable[Place]) -> list[Place]:
    """The entries that cover none of the differences found: they must go."""
    used = {known(place) for place in places}
    return [entry for entry in KNOWN if entry not in used]
