"""What each way to write the lanes of a mesh costs, side by side.

Comes in: a compilation, and how many proxies there are if the input does not say. Goes out: for
each layout, and for no lanes at all, the objects to write, what every class of proxies holds and
weighs, and what istiod takes. Each layout is written and read back as proxies read it, so what is
counted is the very output.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.cost.applied import applied
from laneway.core.cost.classes import LoadByClass, ProxyClass, classes, held_by
from laneway.core.cost.held import Load, Reckoning
from laneway.core.cost.lengths import ISTIO_DEFAULT, MeshSettings
from laneway.core.cost.price import ControlPlaneCost, control_plane, memory
from laneway.core.cost.registry import registered
from laneway.core.emit.istio import LAYOUTS

if TYPE_CHECKING:
    from laneway.core.compile import Compilation
    from laneway.core.emit.manifest import Manifest

NONE = "none"
"""The column of the mesh without lanes."""
SPARSE = "sparse"
"""The column of layout istio without the services that no lane changes, where there are any."""


class ClassCost(Struct, frozen=True):
    """What a class costs: how many proxies it has, and what the one with most holds."""

    proxies: int
    held: Load
    memory: int
    """Of all its proxies together, in bytes."""


class LayoutCost(Struct, frozen=True):
    """What a layout costs. `objects` are those to write, with the bytes of their JSON."""

    layout: str
    objects: int
    object_bytes: int
    classes: tuple[ClassCost, ...]
    control_plane: ControlPlaneCost

    @property
    def memory(self) -> int:
        """What all proxies take together, in bytes."""
        return sum(one.memory for one in self.classes)


class Comparison(Struct, frozen=True):
    """The layouts of one mesh. `classes` are named as each of the layouts lists them."""

    classes: tuple[ProxyClass, ...]
    layouts: tuple[LayoutCost, ...]

    @property
    def proxies(self) -> int:
        """How many proxies there are."""
        return sum(one.proxies for one in self.layouts[0].classes)


def compared(
    compilation: Compilation, proxies: int | None = None, settings: MeshSettings = ISTIO_DEFAULT
) -> Comparison:
    """Return what every layout costs a mesh; `proxies` are shared out as the input's are."""
    found = classes(compilation.mesh)
    ways: list[tuple[str, Sequence[Manifest]]] = [(NONE, ())]
    ways += [(layout, compilation.manifests(layout)) for layout in LAYOUTS]
    thin = compilation.sparse().manifests()
    ways += [(SPARSE, thin)] if len(thin) < len(ways[1][1]) else []
    whole = registered(compilation.mesh)
    pods = sum(pod.replicas for pod in compilation.mesh.workloads)
    scale = _scale(found, proxies)
    costs = []
    for name, manifests in ways:
        mesh, plan = applied(whole, manifests)
        held = tuple(held_by(Reckoning(mesh, plan, settings), found))
        size = sum(len(json.dumps(one.body, separators=(",", ":"))) for one in manifests)
        priced = tuple(_class_cost(one, each, scale) for one, each in zip(found, held, strict=True))
        sent = [(round(count * scale), one) for each in held for count, one in each.each]
        costs.append(
            LayoutCost(name, len(manifests), size, priced, control_plane(sent, pods, size))
        )
    return Comparison(found, tuple(costs))


def _scale(found: Iterable[ProxyClass], proxies: int | None) -> float:
    counted = sum(one.count for one in found)
    return proxies / counted if proxies is not None and counted else 1.0


def _class_cost(one: ProxyClass, held: LoadByClass, scale: float) -> ClassCost:
    total = sum(count * memory(each) for count, each in held.each)
    return ClassCost(round(one.count * scale), held.most, round(total * scale))
