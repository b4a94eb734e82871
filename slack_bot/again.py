"""Running again what a run ran: the request that its end allows to be made anew. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from slack_bot.errands import Errand
from slack_bot.followed import FollowedRun
from zof_core import Run, RunRequest
from zof_core.catalogue import Catalogue
from zof_core.validation import run_request_problems


def target_suite(run: Run, followed: FollowedRun | None) -> str | None:
    """The suite as which the rules judge a run: its own, or the one that its cases were taken from."""
    return run.test_suite_id or (followed.judged_suite if followed else None)


def run_again(
    errand: Errand,
    run: Run,
    *,
    followed: FollowedRun | None,
    catalogue: Catalogue,
    cases: Sequence[str],
    now: float,
) -> FollowedRun | str:
    """The row of the new run, or why there can be none.

    Args:
        errand: who asked, from where.
        run: the run to do again, as Zof shows it.
        followed: our own row of it, if there is one.
        cases: the cases to run instead of its suite.
        now: Unix time.
    """
    before = followed.request if followed else None
    project_id = run.project_id or (before.project_id if before else None)
    environment = run.environment or (before.environment if before else None)
    suite_id = None if cases else run.test_suite_id or (before.test_suite_id if before else None)
    case_ids = list(cases) or None
    problems = run_request_problems(
        project_id=project_id, environment=environment, test_suite_id=suite_id, test_case_ids=case_ids
    )
    if problems or project_id is None or environment is None:
        return f"Zof does not show all that is needed to run it again: {' '.join(problems.values())}"
    project = catalogue.project(project_id)
    suite = next((item for item in project.suites if item.id == suite_id), None) if project else None
    return FollowedRun(
        key=f"{errand.key}:run",
        request=RunRequest(
            project_id=project_id, environment=environment, test_suite_id=suite_id, test_case_ids=case_ids
        ),
        project_name=(project.name if project else None) or project_id,
        suite_name=(suite.name if suite else None) or suite_id,
        again_of=run.id,
        suite_for_rules=target_suite(run, followed),
        asker=errand.asker,
        team=errand.team,
        channel=errand.channel,
        response_url=errand.response_url,
        accepted_at=now,
    )
