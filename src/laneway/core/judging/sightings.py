"""What was odd in the headers that programs sent on, put to the rows of a report.

Comes in: rows, the calls that proxies wrote down, and the requests that were tried one after the
other. Goes out: the rows with what was seen, and findings on programs that keep the lane and spell
it so that a program behind may lose it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from laneway.core.findings.codes.verifying import LANE_RESPELLED
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.losing import callers_text, saw_text
from laneway.core.judging.passages import Passage
from laneway.core.judging.sent_on import Saw, SentOn, saw
from laneway.core.judging.tally import Noticed, Tallied, Tried
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.judging.trying import Form
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.words import short_host

_Met = tuple[SentOn, Tried]


def with_sightings(
    ground: MeshUnderTest, rows: Iterable[Tallied], sent: Iterable[SentOn], tried: Sequence[Tried]
) -> tuple[Tallied, ...]:
    """Return rows with what was odd in the calls of each; `tried` are in the order of sending."""
    since = [one.since for one in tried]
    met = [(one, tried[at - 1]) for one in sent if (at := bisect_right(since, one.at))]
    return tuple(replace(row, sightings=_sightings(ground, row.passage, met)) for row in rows)


def _sightings(ground: MeshUnderTest, passage: Passage, met: Iterable[_Met]) -> tuple[Noticed, ...]:
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
        Noticed(caller, odd, len(forms), tuple(dict.fromkeys(forms)))
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


def respellings(rows: Iterable[Tallied]) -> Iterator[Finding]:
    """Yield the programs that keep the lane in a form that others may not read."""
    for row in rows:
        odd = [one for one in row.sightings if one.saw.carries]
        if odd and not row.passage.lost:
            yield unplaced(
                LANE_RESPELLED,
                str(row.passage.callers[0]),
                services=callers_text(row.passage),
                target=short_host(row.passage.host),
                saw=saw_text(row.passage, odd),
            )
