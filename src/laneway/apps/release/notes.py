"""What the runner of a release noted of its last look, in the work tree it works in.

Comes in: a repository and a plan. Goes out: the file, and what it holds. It is for people alone:
where a release stands is in its commits, and nothing rests on this.
"""

from __future__ import annotations

import json
import os
from typing import Any

from laneway.adapters.files.written import bytes_of
from laneway.adapters.git import Repository, git_folder
from laneway.core.resources.releases.plan import Plan


def note_file(repository: Repository, plan: Plan) -> str:
    """Return the file in which a runner notes what it knows."""
    return os.path.join(git_folder(repository), f"laneway-release-{plan.name}.json")  # noqa: PTH118


def noted(repository: Repository, plan: Plan) -> dict[str, Any] | None:
    """Return what the runner of this work tree noted last; None where there is none."""
    try:
        found = json.loads(bytes_of(note_file(repository, plan)))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
