"""A Zof in memory, for the tests of what uses Zof: no network, no waiting, faults on order.

    from zof_core.testing import FakeZof

    def test_my_release_script():
        fake = FakeZof()
        fake.add_project("proj_abc")
        fake.runs_take(90, outcome="failed", passed=12, failed=1)
        fake.will_fail(503)                       # the next request; the client tries again
        with fake.client() as zof:
            run = zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_1")
            assert zof.runs.wait_until_complete(run.id).status == "failed"

Or as a pytest fixture: `pytest_plugins = ["zof_core.testing.plugin"]`, then `def test_it(fake_zof): ...`.
"""

from zof_core.commands import Fault
from zof_core.testing.fake import FakeZof
from zof_core.testing.virtual import VirtualTime

__all__ = ["FakeZof", "Fault", "VirtualTime"]
