"""Running a command beside a workload's program, as `laneway exec` does.

Comes in: a mesh's folder, a workload's or replica's name, and a command. Goes out: nothing: this
process becomes the command, with the program's environment and where the program lives. It ends
with the mesh, since it carries the mesh's mark.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence

from laneway.adapters.processes import MARK, become, environment_of, has_own_network
from laneway.apps.local.record.state import MeshFolder, WorkloadRecord
from laneway.apps.local.record.stopping import CannotFollowError, programs_of

_OF_A_TERMINAL = ("HOME", "LANG", "PATH", "SHELL", "TERM", "USER")
"""What a command has of who runs it, where the program has none: the mock inherits nothing."""


def run_beside(
    folder: MeshFolder,
    name: str,
    command: Sequence[str],
    own: Mapping[str, str],
    tell: Callable[[str], None],
) -> None:
    """Become a command beside the first running program of a workload or replica.

    `own` is this process's environment; `tell` says on what the command's part in the mesh rests.
    Returns, having told, where there is no such command. Raises UnknownWorkloadError,
    CannotFollowError, and OSError where it cannot be run.
    """
    program = _running(folder, name)
    kept = {variable: own[variable] for variable in _OF_A_TERMINAL if variable in own}
    environment = kept | environment_of(program.pid) | {MARK: f"{folder.mark}/exec"}
    if shutil.which(command[0], path=environment.get("PATH")) is None:
        tell(f"{command[0]}: command not found")
        return
    if not has_own_network(program.pid):
        tell(
            f"{program.replica} lives in this machine's network: the command gets its environment, "
            "and is in the mesh as far as it heeds proxy variables"
        )
    become(program.pid, command, environment)


def _running(folder: MeshFolder, name: str) -> WorkloadRecord:
    found = programs_of(folder, name)
    for one in found:
        if one.pid and one.state in ("ready", "starting"):
            return one
    states = ", ".join(f"{one.replica} is {one.state}" for one in found)
    raise CannotFollowError(f"no program of {name} runs: {states}")
