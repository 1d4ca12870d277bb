"""Commands that stand for nothing in a mesh: whoever named them meant something else.

Comes in: the table of commands and the workloads that can run. Goes out: a warning for each name of
the command line that no image and no workload has, and one note for those of a configuration file,
which may serve several meshes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.core.findings.codes.running import NOTHING_TO_RUN, UNUSED_COMMANDS
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.fleet.commands import Commands, spellings
from laneway.core.mesh.images import meets, without_tag
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.yaml.nearness import nearest
from laneway.core.rules.questions.words import listing


def unused(commands: Commands, workloads: Sequence[Workload]) -> Iterator[Finding]:
    """Yield what says that commands are for nothing here."""
    named = [pattern for pattern, _ in commands.entries[: commands.flags + commands.listed]]
    images = {one.image for workload in workloads for one in workload.containers}
    names = {name for one in workloads for name in spellings(one.namespace, one.meta.name)}
    idle = [
        (position, pattern)
        for position, pattern in enumerate(named)
        if pattern not in names and not any(meets(image, pattern) for image in images)
    ]
    choices = sorted(names | images | set(map(without_tag, images)))
    for position, pattern in idle:
        if position < commands.flags:
            yield unplaced(NOTHING_TO_RUN, name=pattern, hint=_hint([pattern], choices))
    listed = [pattern for position, pattern in idle if position >= commands.flags]
    if listed:
        words = {"names": listing(listed), "hint": _hint(listed, choices)}
        yield unplaced(UNUSED_COMMANDS, **words)


def _hint(written: Sequence[str], choices: Sequence[str]) -> str:
    """Ask whether near names are meant."""
    near = [found for one in written if choices and (found := nearest(one, choices))]
    return f"; did you mean {listing(near)}?" if near else ""
