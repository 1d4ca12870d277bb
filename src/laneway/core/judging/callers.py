"""Who made a call, as far as counters tell it.

Comes in: what was counted. Goes out: for each class of callers and each service called the
workloads that may have called. Callers whom no rule tells apart share the counters of their routes,
but each has a listener of its own, which counts what it sent in all. Who sent nothing did not call;
nobody calls itself if somebody else may have; a program that knows services by URLs calls those;
and whose calls are all accounted for made no others.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.judging.ledger import Seen
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.mesh.names import Host
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.meta import Ref

Place = tuple[str, Host]
"""A class of callers, by its route table, and the service they called."""


class _Class(Struct):
    """The callers of one table: what each sent in all, and how often each service was called."""

    sent: dict[Ref, int]
    calls: dict[Host, int]


def callers(ground: MeshUnderTest, seen: Seen) -> Mapping[Place, tuple[Ref, ...]]:
    """Return who may have called each service that was called."""
    found: dict[Place, tuple[Ref, ...]] = {}
    for table, those in _classes(ground, seen).items():
        may = {host: _may_call(ground, host, those) for host in those.calls}
        _account(those, may)
        found |= {(table, host): tuple(sorted(refs)) for host, refs in may.items()}
    return found


def _classes(ground: MeshUnderTest, seen: Seen) -> dict[str, _Class]:
    found: dict[str, _Class] = {}
    for call in seen.calls:
        if not call.callers:
            continue
        table = call.route.table
        if table not in found:
            found[table] = _Class(_sent(ground, call.callers, seen), {})
        calls, host = found[table].calls, Host(call.route.host)
        calls[host] = calls.get(host, 0) + call.sent
    return found


def _sent(ground: MeshUnderTest, replicas: tuple[str, ...], seen: Seen) -> dict[Ref, int]:
    """Return what each workload of a class sent, those left out that sent nothing."""
    sent: dict[Ref, int] = {}
    for name in replicas:
        if count := seen.outgoing.get(name, 0):
            ref = ground.replica(name).workload
            sent[ref] = sent.get(ref, 0) + count
    return sent


def _may_call(ground: MeshUnderTest, host: Host, those: _Class) -> set[Ref]:
    """Return who may have called a service, by what each is and knows."""
    service = ground.mesh.services.get(host)
    own = {one.meta.ref for one in service.workloads} if service else set()
    others = those.sent.keys() - own or set(those.sent)
    known = {ref: calls_of(ground.mesh, ground.workloads[ref]) for ref in others}
    naming = {ref for ref in others if any(one.host == host for one in known[ref])}
    silent = {ref for ref in others if not known[ref]}
    return naming or silent or others


def _account(those: _Class, may: dict[Host, set[Ref]]) -> None:
    """Take callers out whose calls are all accounted for, until nothing more follows."""
    left = dict(those.sent)
    sure: set[Host] = set()
    while True:
        alone = [host for host, refs in may.items() if len(refs) == 1 and host not in sure]
        if not alone:
            return
        for host in alone:
            sure.add(host)
            [ref] = may[host]
            left[ref] -= those.calls[host]
        for host, refs in may.items():
            if host not in sure:
                may[host] = {ref for ref in refs if left[ref] > 0} or refs
