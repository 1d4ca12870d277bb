"""What a killed mesh of the same name left serving, and how the next one takes its place.

Comes in: the mesh's folder, held by this process. Goes out: what is there, so that the new mesh
keeps out of its way until it serves, and then ends it. Requests never meet a gap: the proxies are
taken over as they run, and old programs end only when nothing is sent to them any more.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.adapters.processes import find_marked, stop_marked
from laneway.apps.local.record.state import MeshFolder, boot_id
from laneway.core.fleet.placing import GATEWAY_ADDRESS, Socket


class Leftover(Struct, frozen=True):
    """Programs that still run, by their marks, and where the old gateways listen."""

    marks: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    gateways: frozenset[Socket] = frozenset()

    def end(self) -> int:
        """End the old programs; return how many processes they had."""
        return stop_marked(self.marks, grace=1.0) if self.marks else 0


def leftover(folder: MeshFolder) -> Leftover:
    """Return what an earlier mesh left. Its logs stay if anything of it still runs."""
    record = folder.read()
    marks = frozenset(find_marked([folder.run_mark]).values())
    if record is None or record.boot != boot_id():
        folder.forget_logs()
        return Leftover()
    return Leftover(
        marks,
        frozenset(mark.removeprefix(f"{folder.run_mark}/").partition("/")[0] for mark in marks),
        frozenset((GATEWAY_ADDRESS, gateway.local) for gateway in record.gateways),
    )
