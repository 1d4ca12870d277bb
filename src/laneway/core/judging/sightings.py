"""What was odd in the headers that programs sent on, put to the rows of a report.

Comes in: rows, the calls that proxies wrote down, and the requests that were tried one after the
other. Goes out: the rows with what was seen, and findings on programs that keep the lane and spell
it so that a program behind may lose it, or that keep only the trace, which brings the lane back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from laneway.core.findings.codes.verifying import LANE_RESPELLED, LANE_RESTORED
from laneway.core.findings.finding import Code, Finding, unplaced
from laneway.core.judging.losing import callers_text, saw_text
from laneway.core.judging.passages import Passage
from laneway.core.judging.sent_on import Saw, SentOn, saw
from laneway.core.judging.tally import Noticed, Tallied, Tried
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.judging.trying import TRACE, Form
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.carrying import losing
from laneway.core.rules.questions.words import short_host

_ID = slice(3, 35)
"""Where the id of a trace stands in a traceparent."""

_Met = tuple[SentOn, Tried]


def with_sightings(
    ground: MeshUnderTest, rows: Iterable[Tallied], sent: Iterable[SentOn], tried: Sequence[Tried]
) -> tuple[Tallied, ...]:
    """Return rows with what was odd in the calls of each; `tried` are in the order of sending."""
    met = [(one, request) for one in sent if (request := _request_of(one, tried)) is not None]
    foretold = _foretold(ground.mesh)
    return tuple(
        replace(row, sightings=_sightings(ground, row.passage, met, foretold)) for row in rows
    )


def _request_of(sent: SentOn, tried: Sequence[Tried]) -> Tried | None:
    """Return the request that a call belongs to: by its trace, else by when it was made."""
    trace = sent.first.get(TRACE, "")[_ID]
    for one in tried:
        if one.trace and one.trace == trace:
            return one
    at = bisect_right(tried, sent.at, key=lambda one: one.since)
    return tried[at - 1] if at else None


def _foretold(mesh: Mesh) -> Mapping[Ref, str]:
    """Return what in the manifests of programs makes them lose the lane, as far as it is known."""
    found = (pair for group in mesh.groups for pair in losing(mesh, group))
    return {workload.meta.ref: prediction.because for workload, prediction in found}


def _sightings(
    ground: MeshUnderTest, passage: Passage, met: Iterable[_Met], foretold: Mapping[Ref, str]
) -> tuple[Noticed, ...]:
    """Return what was odd, caller by caller, the most frequent first."""
    group = ground.mesh.group(passage.group)
    way = group.propagation if group else None
    found: dict[tuple[Ref, Saw], list[Form]] = {}
    for sent, one in met:
        caller = _caller(ground, passage, sent)
        if way is not None and caller is not None:
            for odd in saw(way, sent, one.trace):
                found.setdefault((caller, odd), []).append(one.form)
    told = [
        Noticed(
            caller,
            odd,
            len(forms),
            tuple(dict.fromkeys(forms)),
            "" if odd.carries else foretold.get(caller, ""),
        )
        for (caller, odd), forms in found.items()
    ]
    return tuple(sorted(told, key=lambda one: (one.caller, -one.calls, one.saw)))


def _caller(ground: MeshUnderTest, passage: Passage, sent: SentOn) -> Ref | None:
    """Return who made a call, if it is one of a passage: by one of its callers, to its service."""
    replica = ground.ledger.replicas.get(sent.caller)
    if replica is None or replica.workload not in passage.callers:
        return None
    is_one = is_name_of(passage.host, sent.host, replica.workload.namespace)
    return replica.workload if is_one else None


def is_name_of(host: Host, called: str, namespace: str) -> bool:
    """Whether what a pod called is a name of a service, with a port or without.

    >>> host = Host("price.shop.svc.cluster.local")
    >>> is_name_of(host, "price:8000", "shop"), is_name_of(host, "price", "other")
    (True, False)
    >>> is_name_of(host, "Price.shop.svc", "other")
    True
    """
    name = called.partition(":")[0].lower()
    parts = host.split(".")
    spellings = {".".join(parts[:count]) for count in range(2, len(parts) + 1)}
    return name in spellings or (name == parts[0] and namespace == parts[1])


def respellings(mesh: Mesh, rows: Iterable[Tallied]) -> Iterator[Finding]:
    """Yield the programs whose lane goes on in a form that others may not read, or by its trace."""
    for row in rows:
        group = mesh.group(row.passage.group)
        way = group.propagation if group else None
        carried = [one for one in row.sightings if one.saw.carries]
        dropped = [one for one in row.sightings if not one.saw.carries]
        if row.passage.lost or way is None:
            continue
        if carried:
            yield _told(LANE_RESPELLED, row.passage, carried)
        if dropped and way.second:
            yield _told(LANE_RESTORED, row.passage, dropped)


def _told(code: Code, passage: Passage, odd: Iterable[Noticed]) -> Finding:
    return unplaced(
        code,
        str(passage.callers[0]),
        services=callers_text(passage),
        target=short_host(passage.host),
        saw=saw_text(passage, odd),
    )
