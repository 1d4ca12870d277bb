"""Programs of workloads: started, watched, stopped, and found again after a crash.

Comes in: a Program, which says what to run and where its output goes. Goes out: processes, each
in a session of its own so that a whole family can be stopped, and what is known of them. It knows
nothing of meshes or lanes, and needs Linux (`/proc`, pidfd).
"""

from laneway.adapters.processes.claims import Claims
from laneway.adapters.processes.forking import FOLDER, UNSEEN, Parents
from laneway.adapters.processes.holders import Holder, holder_of
from laneway.adapters.processes.identity import (
    MARK,
    ProcessId,
    find_marked,
    identify,
    is_running,
    own_age,
)
from laneway.adapters.processes.listening import accepts, first_unprivileged_port, listening_sockets
from laneway.adapters.processes.neighbor import become, environment_of, has_own_network
from laneway.adapters.processes.program import CannotStart, Program, Started, start
from laneway.adapters.processes.stopping import stop_marked, stop_processes, wait_gone

__all__ = [
    "FOLDER",
    "MARK",
    "UNSEEN",
    "CannotStart",
    "Claims",
    "Holder",
    "Parents",
    "ProcessId",
    "Program",
    "Started",
    "accepts",
    "become",
    "environment_of",
    "find_marked",
    "first_unprivileged_port",
    "has_own_network",
    "holder_of",
    "identify",
    "is_running",
    "listening_sockets",
    "own_age",
    "start",
    "stop_marked",
    "stop_processes",
    "wait_gone",
]
