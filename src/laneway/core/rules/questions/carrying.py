"""Which programs are expected to carry a lane on, and which are expected to lose it.

Comes in: a mesh and a group. Goes out: predictions. Everybody who says anything of it before
something runs asks here: the rules, `status`, and a journey, whose forgetters are those that lose
it. Where a group's header is the id of a trace and the id leaves in another header, the filter
finds it there: that is no loss.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.needing import Stand, stands
from laneway.core.sdks.prediction import Prediction, ProgramInput, predicted


class Carrying(Struct, frozen=True):
    """A workload that has to pass a lane on, and whether it will."""

    stand: Stand
    prediction: Prediction


def carrying(mesh: Mesh, group: Group) -> Iterator[Carrying]:
    """Yield the workloads of a group that answer for other lanes, with what is predicted."""
    if group.held or group.propagation is None:
        return
    given = ProgramInput.of(mesh)
    for stand in stands(mesh, group):
        yield Carrying(stand, predicted(stand.workload, group.propagation, given))


def losing(mesh: Mesh, group: Group) -> Iterator[tuple[Workload, Prediction]]:
    """Yield every workload of a group's services whose program is expected to lose the lane."""
    if group.held or group.propagation is None:
        return
    given = ProgramInput.of(mesh)
    found: dict[Ref, Workload] = {}
    for host in group.hosts:
        for workload in mesh.services[host].workloads:
            found.setdefault(workload.meta.ref, workload)
    for workload in found.values():
        expected = predicted(workload, group.propagation, given)
        if expected.outcome == "will not":
            yield workload, expected
