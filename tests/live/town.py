"""A small mesh with its proxies, as whoever watches a change of it is told: objects and pods.

Comes in: how many lanes there are, and edits. Goes out: compilations, steps between them, proxies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from laneway.core.changes.diff import diff
from laneway.core.changes.order import ChangeStep, steps
from laneway.core.compile import Compilation
from laneway.core.emit.istio import Layout
from laneway.core.emit.manifest import Manifest
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.watching import Watching, World, watching
from laneway.core.resources.meta import Ref
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object, gateway, host_of, lane, lane_group, reference, service

SHOP = ("cart", "stock")
CART = host_of("cart", "shop")
DOOR = {"istio": "door"}
INGRESS = {"gateway": {"name": "door", "namespace": "istio-system", "type": "ASM"}}
PORT = {"name": "http", "port": 8000, "targetPort": 8000}


def town(lanes: int, *more: Object, **rule: object) -> list[Object]:
    """Return strict lanes of two services behind a gateway; `rule` is more of each entry rule."""
    groups = lane_group("test", [reference(name, "shop") for name in SHOP], INGRESS)
    written = [
        lane(f"s{number}", "test", {"lane": f"v{number}"}, ingressRules=[_rule(number, rule)])
        for number in range(1, lanes + 1)
    ]
    services = [
        service(name, "shop", [PORT], cluster_ip=f"10.96.77.{at}")
        for at, name in enumerate(SHOP, 1)
    ]
    door = gateway("door", DOOR, 80, ["*"])
    return [groups, *written, *services, door, *more]


def _rule(number: int, more: dict[str, object]) -> Object:
    match = {"uri": {"prefix": "/"}, "headers": {"x-lane": {"exact": f"s{number}"}}}
    route = {"destination": {"host": CART}}
    return {"name": "r", "online": True, "hosts": ["*"], "match": match, "route": route, **more}


def callers(lanes: int) -> list[ExpectedProxy]:
    """Return the pods of each service in each lane, one of nobody's, and the gateway."""
    found = [
        ExpectedProxy(f"{name}-v{at}", "shop", (("app", name), ("lane", f"v{at}")))
        for name in SHOP
        for at in range(1, lanes + 1)
    ]
    alone = ExpectedProxy("web", "shop", (("app", "web"),))
    door = ExpectedProxy("door", "istio-system", tuple(DOOR.items()), is_gateway=True)
    return [*found, alone, door]


class Way(Struct, frozen=True):
    """A change of a mesh: its steps, each with the objects before it."""

    wanted: Compilation
    taken: tuple[tuple[ChangeStep, dict[Ref, Manifest]], ...]

    def watched(
        self, at: int, proxies: Iterable[ExpectedProxy], seat: str = "", *, in_order: bool = False
    ) -> Watching:
        """Return who looks at what of a step."""
        step, before = self.taken[at]
        world = World(self.wanted.mesh, self.wanted.plan, tuple(proxies), seat)
        return watching([(step, before)], world, in_order=in_order)


def way(old: Sequence[Object], new: Sequence[Object], layout: Layout = "istio") -> Way:
    """Return the way from the objects of one mesh to those of another."""
    wanted = compile_mesh(new)
    before = {one.ref: one for one in compile_mesh(old).manifests(layout)}
    taken = []
    for step in steps(diff(before.values(), wanted.manifests(layout))):
        taken.append((step, dict(before)))
        before |= {one.ref: one for one in step.writes}
        for ref in step.removes:
            del before[ref]
    return Way(wanted, tuple(taken))


def names(proxies: Iterable[ExpectedProxy]) -> list[str]:
    """Return proxies' names."""
    return sorted(one.name for one in proxies)


def following(watching: Watching) -> list[str]:
    """Return the names of all who have to follow."""
    return names(proxy for some in watching.following for proxy in some.proxies)
