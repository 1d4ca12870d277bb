"""A small shop with two lanes, and the Istio objects that carry them out, open to any change.

Comes in: a mode and an edit of the objects. Goes out: the proof. Workloads, services and lanes stay
as they are unless a test adds to them; the objects are those Laneway emits, so that without an edit
everything is proven.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from laneway.core.mesh.link import link
from laneway.core.proof.prove import prove
from laneway.core.proof.verdict import CounterExample, Proof
from tests.laws import objects
from tests.laws.compiling import compile_mesh, emitted, snapshot_of_mesh
from tests.laws.objects import Object, host_of

HEADER = "x-lane"
ORDER = host_of("order", "default")
CART = host_of("cart", "default")
Edit = Callable[[list[Object]], object]


def strict() -> list[Object]:
    """Return the shop with two strict lanes, entered by a header."""
    return _shop({})


def permissive(trace: str = HEADER, only: Sequence[str] = ("cart",)) -> list[Object]:
    """Return the shop with baseline s1 and a lane s2 that has only some services."""
    mode: Object = {
        "isPermissive": True,
        "permissiveModeConfiguration": {
            "fallbackTarget": "s1",
            "routeHeader": HEADER,
            "traceHeader": trace,
        },
    }
    found = _shop(mode)
    lane = next(one for one in found if one["metadata"]["name"] == "s2")
    lane["spec"]["services"] = [objects.reference(name, "default") for name in only]
    return found


def _shop(mode: Object) -> list[Object]:
    ports: list[Object] = [{"port": 80, "name": "http", "protocol": "TCP"}]
    gateway = {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}
    names = ("cart", "order")
    group = objects.lane_group(
        "shop", [objects.reference(name, "default") for name in names], {"gateway": gateway}
    )
    group["spec"] |= mode
    found = [objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, ["*"]), group]
    found += [
        objects.lane(f"s{number}", "shop", {"version": f"v{number}"}, **_rule(number))
        for number in ("1", "2")
    ]
    for place, name in enumerate(names):
        found.append(objects.service(name, "default", ports, cluster_ip=f"10.0.0.{place + 1}"))
        found += [
            objects.deployment(f"{name}-{tag}", "default", {"app": name, "version": tag})
            for tag in ("v1", "v2")
        ]
    found.append(objects.deployment("guest", "clients", {"app": "guest"}))
    return found


def _rule(number: str) -> Object:
    match: Object = {"uri": {"prefix": "/api"}, "headers": {"x-user": {"exact": f"u{number}"}}}
    route = {"destination": {"host": CART}}
    return {
        "ingressRules": [
            {"name": "r", "online": True, "hosts": ["*"], "match": match, "route": route}
        ]
    }


def rendered(mesh: list[Object]) -> list[Object]:
    """Return what Laneway emits for a mesh, as plain objects."""
    return emitted(compile_mesh(mesh))


def proof_of(mesh: list[Object], *edits: Edit, more: Iterable[Object] = ()) -> Proof:
    """Prove a mesh with its emitted objects after edits, and further objects behind them."""
    found = rendered(mesh)
    for edit in edits:
        edit(found)
    return proven([*mesh, *found, *more])


def proven(everything: list[Object]) -> Proof:
    """Prove objects as they are."""
    plain = [json.loads(json.dumps(one)) for one in everything]
    return prove(link(snapshot_of_mesh(plain)))


def against(proof: Proof, about: str) -> CounterExample:
    """Return the smallest counter-example to a property."""
    claim = next(claim for claim in proof.claims if claim.about == about)
    assert claim.against, f"{about} is {claim.verdict}: {proof.doubts}"
    return claim.against[0]


def routes(found: list[Object], host: str) -> list[Object]:
    """Return the HTTP routes of the VirtualService for a host."""
    wanted = (one for one in found if one["kind"] == "VirtualService")
    return next(one["spec"]["http"] for one in wanted if host in one["spec"]["hosts"])


def subsets(found: list[Object], host: str) -> list[Object]:
    """Return the subsets of the DestinationRule for a host."""
    wanted = (one for one in found if one["kind"] == "DestinationRule")
    return next(one["spec"]["subsets"] for one in wanted if one["spec"]["host"] == host)
