"""The door: a mesh in, a proof out.

Comes in: a linked mesh. Goes out: for *isolated* and *delivered* whether every request there can be
keeps them. Each order of age that nothing rules out is tried, each counter-example is replayed, and
what was not judged or is taken for granted is named. It raises only for a bug of its own.
"""

from __future__ import annotations

from collections.abc import Hashable

from laneway.core.mesh.mesh import Mesh
from laneway.core.proof.assumed import assumed
from laneway.core.proof.examining import Examination, Places
from laneway.core.proof.judged import Judged, Wish, judged
from laneway.core.proof.orders import other_orders, tied, too_many
from laneway.core.proof.undecidable import HalfRead, beside, beyond, refusing, unread, unread_pods
from laneway.core.proof.unjudged import unjudged, unroutable
from laneway.core.proof.verdict import (
    PROPERTIES,
    Claim,
    CounterExample,
    Proof,
    Property,
    Scope,
    Verdict,
)
from laneway.core.search.values import Values


def prove(mesh: Mesh, wish: Wish = "auto") -> Proof:
    """Prove what the lanes of a mesh promise, or find the smallest request against it."""
    implementation = judged(mesh, wish)
    places, values = Places(mesh), Values()
    found = Examination(implementation, values, places)
    found.run()
    ties = tied(implementation)
    seen = implementation.mesh
    found.doubts |= dict.fromkeys(
        [*unread(mesh), *unread_pods(mesh), *beside(seen), *too_many(ties)]
    )
    found.doubts |= dict.fromkeys(
        [*refusing(seen, implementation.plan), *beyond(seen, implementation.plan)]
    )
    orders = 1
    for said, other in other_orders(implementation, ties):
        orders += 1
        more = Examination(other, values, places, said)
        more.run()
        told = {_sameness(one) for one in found.against}
        found.against += [one for one in more.against if _sameness(one) not in told]
        found.doubts |= more.doubts
        found.notes |= more.notes
    found.doubts |= dict.fromkeys(unjudged(seen, found.callers))
    half_read = HalfRead.of(implementation.mesh)
    found.against = [one for one in found.against if not half_read.shakes(one)]
    claims = tuple(_claim(about, found) for about in PROPERTIES)
    scope = _scope(implementation, found, orders)
    given = tuple(assumed(implementation.mesh, implementation.plan))
    return Proof(scope, claims, tuple(found.doubts), tuple(found.notes), given)


def _sameness(against: CounterExample) -> Hashable:
    """Return what two counter-examples share that no order of age tells apart."""
    spot = against.spot
    gateway = (spot.gateway.selector, spot.gateway.port) if spot.gateway else None
    where = (spot.host, spot.port, spot.protocol, spot.who, gateway)
    return (against.broken, where, against.request, against.why)


def _claim(about: Property, found: Examination) -> Claim:
    against = sorted((one for one in found.against if one.broken == about), key=_rank)
    doubted = any(about in doubt.about for doubt in found.doubts)
    verdict: Verdict = "undecided" if doubted else "proven"
    return Claim(about, "counter-example" if against else verdict, tuple(against))


def _scope(implementation: Judged, found: Examination, orders: int) -> Scope:
    mesh, routing = implementation.mesh, implementation.routing
    hosts = [
        host
        for group in mesh.groups
        if not group.held
        for host in group.hosts
        if not unroutable(mesh, host)
    ]
    routed = min(routing, default=None)
    return Scope(
        implementation.what,
        implementation.objects,
        len(hosts),
        sum(max(1, len(one.names)) for one in found.who),
        len(implementation.plan.gateway_ports),
        not mesh.workloads,
        orders,
        (routing[routed], routed) if routed is not None else None,
        tuple(host for host in hosts if routing and host not in routing),
    )


def _rank(against: CounterExample) -> tuple[bool, tuple[int, ...], bool, bool, str]:
    """Order counter-examples: in the order as it stands, the smallest, of somebody real."""
    who = against.spot.who
    imagined = who is not None and not who.names
    return (against.order != "", against.size, imagined, who is None, against.spot.host)
