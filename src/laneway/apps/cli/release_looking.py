"""Where a release stands, as its commits and the runner of this work tree say.

Comes in: a plan and a path. Goes out: an exit code and text; nothing is written. Loaded only by the
commands of a release in stages.
"""

from __future__ import annotations

import sys
import time
from typing import Literal

import click

from laneway.adapters.git import Branch
from laneway.apps.release.git_side import repository_of, standing_of
from laneway.apps.release.notes import noted
from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE
from laneway.apps.terminal.printing import print_object
from laneway.apps.terminal.release_text import release_text
from laneway.apps.terminal.screen import table_width_of
from laneway.apps.terminal.telling import tell
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import unplaced
from laneway.core.resources.releases.plan import Plan
from laneway.core.views.release import release_view

_WATCHED = 1.0


def show(plan: Plan, path: str, output: Literal["text", "yaml", "json"], *, watch: bool) -> int:
    """Show where a release stands, once or until it rests."""
    repository = repository_of(path)
    while True:
        standing = standing_of(Branch(repository), plan.name)
        if standing is not None and standing.digest != plan.digest:
            tell_other(plan)
            return ERRORS_FOUND
        view = release_view(plan, standing, noted(repository, plan))
        if output == "text":
            screen = "\x1b[H\x1b[2J" if watch and sys.stdout.isatty() else ""
            width = table_width_of(sys.stdout)
            click.echo(screen + "\n".join(release_text(view, time.time(), width)))
        else:
            print_object(view, output)
        if not watch or (standing is not None and standing.phase in ("aborted", "done")):
            return FINE
        time.sleep(_WATCHED)


def tell_other(plan: Plan) -> None:
    """Say that a release has begun by another plan."""
    told = unplaced(releasing.OTHER_PLAN, plan.name, name=plan.name, path=plan.path)
    tell([told], sys.stderr)
