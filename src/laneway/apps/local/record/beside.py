"""Running a command beside a workload's program, as `laneway exec` does.

Comes in: a mesh's folder, a workload's or replica's name, and a command. Goes out: nothing: this
process becomes the command, with the program's environment and where the program lives. It ends
with the mesh, since it carries the mesh's mark. What cannot be run has the exit code of a shell.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from laneway.adapters.processes import MARK, become, environment_of, has_own_network
from laneway.apps.local.record.state import MeshFolder, WorkloadRecord
from laneway.apps.local.record.stopping import CannotFollowError, programs_of

NO_PROGRAM, NOT_FOUND = 126, 127
_OF_A_TERMINAL = ("HOME", "LANG", "PATH", "SHELL", "TERM", "USER")
"""What a command has of who runs it, where the program has none: the mock inherits nothing."""


def run_beside(
    folder: MeshFolder,
    name: str,
    command: Sequence[str],
    own: Mapping[str, str],
    tell: Callable[[str], None],
) -> int:
    """Become a command beside the first running program of a workload or replica.

    `own` is this process's environment; `tell` says on what the command's part in the mesh rests.
    Returns an exit code, having told why, where the command cannot be run. Raises
    UnknownWorkloadError, CannotFollowError, and OSError where the program has just ended.
    """
    program = _running(folder, name)
    kept = {variable: own[variable] for variable in _OF_A_TERMINAL if variable in own}
    environment = kept | environment_of(program.pid) | {MARK: f"{folder.mark}/exec"}
    if shutil.which(command[0], path=environment.get("PATH")) is None:
        is_there = "/" in command[0] and Path(command[0]).exists()
        tell(f"{command[0]}: {'permission denied' if is_there else 'command not found'}")
        return NO_PROGRAM if is_there else NOT_FOUND
    if not has_own_network(program.pid):
        tell(
            f"{program.replica} lives in this machine's network: the command gets its environment, "
            "and is in the mesh as far as it heeds proxy variables"
        )
    try:
        become(program.pid, command, environment)
    except OSError as error:
        tell(f"{command[0]}: {error.strerror or error}")
    return NO_PROGRAM


def _running(folder: MeshFolder, name: str) -> WorkloadRecord:
    found = programs_of(folder, name)
    for one in found:
        if one.pid and one.state in ("ready", "starting"):
            return one
    states = ", ".join(f"{one.replica} is {one.state}" for one in found)
    raise CannotFollowError(f"no program of {name} runs: {states}")
