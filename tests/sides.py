"""Which tests one process runs in order where two share them: a file's, or all of one burden.

Comes in: the id of a test. Goes out: the group it is of. What a mesh promises under load or while
it changes is asked of one mesh at a time, so the files of `tests/wire/` with a real Envoy are one
group. A cluster is started once and takes half a gigabyte, so the files that ask it are another;
so are those of the one browser. Every other file is one by itself, since its tests share what they
set up.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
MESHES = "real meshes"
CLUSTER = "real cluster"
BROWSER = "real browser"
FIRST = (
    MESHES,
    CLUSTER,
    BROWSER,
    "tests/agree/test_readers_agree.py",
    "tests/agree/test_emitted_is_accepted.py",
    "tests/house/test_documented_commands.py",
)
"""Groups of few tests that take long, so that none of them is alone at the end."""


class Sides(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole groups: the long ones first, then those of most tests."""

    def _assign_work_unit(self, node: Any) -> None:
        """Give a process its next group."""
        for group in reversed(FIRST):
            if group in self.workqueue:
                self.workqueue.move_to_end(group, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        """Return the group of a test."""
        return side_of(nodeid.partition("::")[0])


@cache
def side_of(file: str) -> str:
    """Return the group of a file of tests.

    >>> side_of("tests/wire/test_up.py"), side_of("tests/golden/test_cases.py")
    ('real meshes', 'tests/golden/test_cases.py')
    """
    if file.startswith("tests/cluster/") and "mark.cluster" in (ROOT / file).read_text():
        return CLUSTER
    if file.startswith("tests/browser/"):
        return BROWSER
    is_mesh = file.startswith("tests/wire/") and "mark.envoy" in (ROOT / file).read_text()
    return MESHES if is_mesh else file
