"""What a key of completion proposes behind `kubectl laneway`.

Comes in: the words as kubectl hands them over, the last one begun. Goes out: a proposal on each
line, and what the shell is to make of them, as kubectl's own completion spells it. kubectl finds
the program by its name, `kubectl_complete-laneway`.
https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem, ShellComplete

from laneway.apps.cli.kubectl import NAME, kubectl_laneway

AS_THEY_ARE, NO_FILES, FOLDERS = 0, 4, 16
"""https://github.com/spf13/cobra/blob/main/completions.go, ShellCompDirective"""


def run(arguments: Sequence[str] | None = None) -> int:
    """Print what may stand next, and return an exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    *done, begun = words or ("",)
    found = ShellComplete(kubectl_laneway, {}, NAME, "").get_completions(list(done), begun)
    for one in found:
        if one.type == "plain":
            click.echo(f"{one.value}\t{one.help}" if one.help else one.value)
    click.echo(f":{_directive(found)}")
    return 0


def _directive(found: Sequence[CompletionItem]) -> int:
    kinds = {one.type for one in found}
    if "dir" in kinds:
        return FOLDERS
    return AS_THEY_ARE if "file" in kinds else NO_FILES
