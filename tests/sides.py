"""Which tests one process runs in order where two share them: a file's, and all that load a mesh.

Comes in: the id of a test. Goes out: the group it is of. What a mesh promises under load or while
it changes is asked of one mesh at a time, so the files of `tests/wire/` with a real Envoy are one
group; every other file is one by itself, since its tests share what they set up.
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
    ('real meshes', 'tests/golden/test_cases.py')
    """
    is_mesh = file.startswith("tests/wire/") and "mark.envoy" in (ROOT / file).read_text()
    return "real meshes" if is_mesh else file
