"""Fault switches: what goes wrong on purpose, for whom and how often. Pure but for the counters.

Zof documents nothing of the kind: all of this is ours, off unless somebody switches it on, and described in
`docs/local.md`. `damage.py` does to the connection what is decided here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from zof_local.platform.errors import PlatformError

Kind = Literal["latency", "storm", "status", "hangup", "drop", "truncate", "drip", "duplicate", "shuffle"]

# For each kind the least and greatest value it takes, and the one it has without any: seconds, but for status.
_VALUES: Final[dict[str, tuple[float, float, float] | None]] = {
    "latency": (0.0, 60.0, 1.0),  # the request waits this long before anything else happens
    "storm": (0.0, 3600.0, 1.0),  # 429 with this Retry-After
    "status": (500.0, 599.0, 503.0),  # this answer, and the operation is not done
    "hangup": None,  # connection reset, and the operation is not done
    "drop": None,  # the operation is done, then the connection is reset instead of an answer
    "truncate": None,  # half of the body that Content-Length promises, then the end of the connection
    "drip": (0.0, 10.0, 0.01),  # the body byte by byte, with this pause after each
    "duplicate": None,  # every event that arrived is sent once more
    "shuffle": None,  # a run's start is told after its end
}
_WHOLE: Final = frozenset({"storm", "status"})
OF_ANSWERS: Final = frozenset({"drop", "truncate", "drip"})
OF_WEBHOOKS: Final = frozenset({"duplicate", "shuffle"})
EVERY_KEY: Final = None

_FAULT = re.compile(
    r"(?P<kind>[a-z]+)(=(?P<value>[0-9]{1,6}(\.[0-9]{1,6})?))?"
    r"(@(?P<share>0?\.[0-9]{1,6}|1(\.0)?|0))?(\*(?P<times>[0-9]{1,6}))?"
)


class FaultError(PlatformError):
    """This is no description of faults; the sentence says what to write instead."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: of the requests it concerns it hits a share, and at most `times` of them (None: no end)."""

    kind: Kind
    value: float = 0.0
    share: float = 1.0
    times: int | None = None


def parse_faults(text: str) -> tuple[Fault, ...]:
    """Reads a description such as `latency=0.2, status=503@0.1, drop*2`.

    Args:
        text: faults separated by commas: `kind[=value][@share][*times]`.

    Raises:
        FaultError: an unknown kind, an impossible value, or one kind twice.
    """
    faults = tuple(_fault(part.strip()) for part in text.split(",") if part.strip())
    kinds = [fault.kind for fault in faults]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise FaultError(f"The fault '{kind}' stands here more than once.")
    return faults


def _fault(part: str) -> Fault:
    match = _FAULT.fullmatch(part)
    if match is None or match["kind"] not in _VALUES:
        raise FaultError(
            f"'{part[:60]}' is no fault. Write kind[=value][@share][*times], such as status=503@0.1; "
            f"kinds: {', '.join(_VALUES)}."
        )
    kind = match["kind"]
    value = _value(kind, match["value"])
    if kind in OF_WEBHOOKS and (match["share"] or match["times"]):
        raise FaultError(f"The fault '{kind}' holds for every event: leave share and times out.")
    times = None if match["times"] is None else int(match["times"])
    return Fault(kind, value, float(match["share"] or 1.0), times)  # type: ignore[arg-type]  # a known kind


def _value(kind: str, text: str | None) -> float:
    limits = _VALUES[kind]
    if limits is None:
        if text is not None:
            raise FaultError(f"The fault '{kind}' takes no value; got '{text}'.")
        return 0.0
    least, most, usual = limits
    value = usual if text is None else float(text)
    if not least <= value <= most or (kind in _WHOLE and value != int(value)):
        whole = " whole" if kind in _WHOLE else ""
        raise FaultError(
            f"The fault '{kind}' takes a{whole} number from {least:g} to {most:g}; got '{text}'."
        )
    return value


@dataclass(slots=True)
class _Switch:
    """A fault that is on, and how many requests it has hit."""

    fault: Fault
    hits: int = 0

    def strikes(self, chance: Callable[[], float]) -> bool:
        if self.fault.times is not None and self.hits >= self.fault.times:
            return False
        if self.fault.share < 1.0 and chance() >= self.fault.share:
            return False
        self.hits += 1
        return True


@dataclass(slots=True)
class FaultSwitches:
    """The switches of one platform; a test may keep them and turn them while the platform runs.

    Args:
        everywhere: faults for every request, in the language of `parse_faults`.
        chance: numbers from 0 to 1 that decide whom a share hits.

    Raises:
        FaultError: the description is none.
    """

    everywhere: str = ""
    chance: Callable[[], float] = random.random
    _switches: dict[str | None, tuple[_Switch, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.set(self.everywhere)

    def set(self, faults: str, *, key: str | None = EVERY_KEY) -> None:
        """Replaces the faults of the API key with this name, or of every request; an empty text ends them.

        Raises:
            FaultError: the description is none; nothing has changed then.
        """
        self._switches[key] = tuple(_Switch(fault) for fault in parse_faults(faults))

    def clear(self) -> None:
        """Ends all faults."""
        self._switches.clear()

    def strike(self, key: str | None, header: str | None = None) -> dict[str, Fault]:
        """The faults that hit one request, by kind; a key's own go before those for all, the header's before both.

        Args:
            key: the name of the request's API key, if it has a valid one.
            header: the request's own faults.

        Raises:
            FaultError: the header is no description of faults.
        """
        own = tuple(_Switch(fault) for fault in parse_faults(header or ""))
        chosen = self._chosen(key, own)
        return {
            kind: switch.fault
            for kind, switch in chosen.items()
            if kind not in OF_WEBHOOKS and switch.strikes(self.chance)
        }

    def of_webhooks(self, key: str | None = EVERY_KEY, header: str | None = None) -> frozenset[str]:
        """The webhook faults that are on for a key, or for all.

        Raises:
            FaultError: the header is no description of faults.
        """
        own = tuple(_Switch(fault) for fault in parse_faults(header or ""))
        return OF_WEBHOOKS & self._chosen(key, own).keys()

    def _chosen(self, key: str | None, own: Iterable[_Switch]) -> dict[str, _Switch]:
        layers = (self._switches.get(EVERY_KEY, ()), self._switches.get(key, ()), own)
        return {switch.fault.kind: switch for layer in layers for switch in layer}
