"""What of a run's log is about one case."""

from __future__ import annotations

import pytest

from zof_core.excerpt import lines_about
from zof_core.models import LogLine

LOG = """\
test_cart.py::test_add PASSED
test_cart.py::test_bad FAILED
test_cart.py::TestCart::test_sum[a b] FAILED
=================================== FAILURES ===================================
___________________________________ test_bad ___________________________________

    def check():
>       assert 1 == 2
E       assert 1 == 2

test_cart.py:4: AssertionError
____________________________ ERROR at setup of test_up _____________________________
E   ConnectionError: no shop
____________________________ TestCart.test_sum[a b] ____________________________
>       raise KeyError
=========================== short test summary info ============================
FAILED test_cart.py::test_bad - assert 1 == 2
FAILED test_cart.py::TestCart::test_sum[a b] - KeyError""".splitlines()


@pytest.mark.parametrize(
    ("names", "picked"),
    [
        (["test_bad"], [1, 4, 5, 6, 7, 8, 9, 10, 16]),
        (["case_7", "test_cart.py::test_bad"], [1, 4, 5, 6, 7, 8, 9, 10, 16]),
        (["test_cart.py::TestCart::test_sum[a b]"], [2, 13, 14, 17]),
        (["test_add"], [0]),
        (["test_up"], [11, 12]),
        (["", "nothing"], []),
    ],
)
def test_the_traceback_between_its_headings_belongs_to_it(names: list[str], picked: list[int]) -> None:
    lines = [LogLine(message=line) for line in LOG]
    found = {id(line) for line in lines_about(lines, names)}
    assert [at for at, line in enumerate(lines) if id(line) in found] == picked
