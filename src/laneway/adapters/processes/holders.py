"""Who listens on a port of this machine.

Comes in: a port, and an address on which somebody would like to listen. Goes out: the process that
is in the way, as far as this user may see it: the kernel tells everybody whose a socket is, and
only the owner which of their processes has it open.
https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from laneway.adapters.processes.identity import mark_of
from laneway.adapters.processes.listening import ANYWHERE, listening


class Holder(Struct, frozen=True):
    """Who listens: the number of the user, and the process where it can be seen.

    `mark` is the process's, if Laneway started it.
    """

    user: int
    pid: int = 0
    program: str = ""
    mark: str = ""


def holder_of(address: str, port: int) -> Holder | None:
    """Return who listens on a port at an address, or at every address; None for nobody."""
    found = [one for one in listening() if one.port == port and one.address in (address, ANYWHERE)]
    if not found:
        return None
    inodes = {f"socket:[{one.inode}]" for one in found}
    for process in _processes():
        if not inodes.isdisjoint(_open_sockets(process)):
            program = (process / "comm").read_text(errors="replace").strip()
            mark = mark_of(process) or ""
            return Holder(found[0].user, int(process.name), program, mark)
    return Holder(found[0].user)


def _processes() -> Iterator[Path]:
    return (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _open_sockets(process: Path) -> Iterator[str]:
    """Yield what a process has open; nothing of one that ends or belongs to somebody else."""
    try:
        handles = list((process / "fd").iterdir())
    except OSError:
        return
    for handle in handles:
        try:
            yield str(handle.readlink())
        except OSError:
            continue
