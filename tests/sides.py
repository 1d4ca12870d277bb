"""Which tests may run side by side: files, and all files that start an Envoy as if they were one.

Comes in: the id of a test. Goes out: the group it is of. One process runs a group, in order: what a
mesh promises under load is asked of one mesh at a time, and what a file's tests share is made once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]


class Sides(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups, those of most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the group of a test."""
        return side_of(nodeid.partition("::")[0])


@cache
def side_of(file: str) -> str:
    """Return the group of a file of tests.

    >>> side_of("tests/wire/test_up.py"), side_of("tests/golden/test_cases.py")
    ('envoy', 'tests/golden/test_cases.py')
    """
    return "envoy" if "mark.envoy" in (ROOT / file).read_text() else file
