"""What of all that happens belongs into the audit trail. Pure."""

from __future__ import annotations

from slack_bot.audit import Note
from slack_bot.errands import Errand
from slack_bot.followed import FollowedRun
from slack_bot.store.records import InboxRow


def note_of_request(row: InboxRow) -> Note:
    """That something was asked, and which rule decided."""
    return Note(
        at=row.received_at,
        event="asked",
        outcome=row.outcome.value,
        person=row.user_id,
        person_name=row.user_name,
        workspace=row.team,
        channel=row.channel,
        request=row.key,
        verb=row.verb,
        text=row.text,
        rule=row.rule,
        remark=row.remark,
    )


def notes_of_run(before: FollowedRun, after: FollowedRun, now: float) -> list[Note]:
    """That a run was started, and how it ended."""
    if after.started_by is None:
        return []
    run_id = after.run.id if after.run else None
    found = []
    if before.run is None and run_id is not None:
        found.append(("run_started", "accepted"))
    if before.outcome is None and after.outcome is not None:
        found.append(("run_ended", after.outcome.value))
    return [_note(after, now, event, outcome, verb="run", effect=run_id) for event, outcome in found]


def notes_of_errand(before: Errand, after: Errand, now: float) -> list[Note]:
    """That something asked about a run was done, or why not."""
    if before.outcome is not None or after.outcome is None:
        return []
    # A vote is about a request, which may have no run yet: its key stands in for one.
    effect = after.run_id or after.followed_key
    return [_note(after, now, after.kind.value, after.outcome.value, verb=after.kind.value, effect=effect)]


def _note(
    entity: FollowedRun | Errand, now: float, event: str, outcome: str, *, verb: str, effect: str | None
) -> Note:
    return Note(
        at=now,
        event=event,
        outcome=outcome,
        person=entity.asker.id,
        person_name=entity.asker.name,
        workspace=entity.team,
        channel=entity.channel,
        request=entity.key,
        verb=verb,
        effect=effect,
    )
