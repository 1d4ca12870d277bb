"""The way that requests took, beside the one that was promised to them.

Comes in: the view of a journey, and lines of the proxies' log of requests. Goes out: each hop of
the promise with the pods that may answer and those that did, and whether that agrees; and calls
that were seen and that no hop promises. Where nothing was seen of a hop it is not known, and no
disagreement: a program need not make a call, and a share need not be drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from laneway.core.emit.envoy.cluster_names import destination_of, is_outbound
from laneway.core.emit.envoy.request_log import GATEWAY_CALLER

View = dict[str, Any]
Line = Mapping[str, Any]
WorkloadOf = Callable[[str], str]
"""From the name of a pod to that of its workload."""
_Way = tuple[str, str]
"""Who calls, and the host that is called, empty at the gateway."""


class _PromisedHop(Struct):
    """What is promised of one hop, and what was seen of it."""

    caller: str
    host: str
    pods: dict[str, float] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)
    assumed: bool = False
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)


def taken(promise: View, lines: Iterable[Line], workload_of: WorkloadOf) -> View:
    """Hold lines of requests against the journey that was promised to them."""
    hops = {(one.caller, one.host): one for one in _promised(promise, 1.0)}
    beside: Counter[tuple[str, str, str, int]] = Counter()
    requests = set()
    for line in lines:
        requests.add(line.get("id"))
        way = _way(line, workload_of)
        pod, status = _pod(line, workload_of), int(line.get("status") or 0)
        if way in hops:
            hops[way].seen[pod, status] += 1
        else:
            beside[(*way, pod, status)] += 1
    shown = [_hop(one) for one in hops.values()]
    return {
        "requests": len(requests),
        "hops": shown,
        "beside": [
            {"caller": caller, "host": host, "pod": pod, "status": status, "count": count}
            for (caller, host, pod, status), count in beside.items()
        ],
        "agrees": _agree([one["agrees"] for one in shown], is_beside=bool(beside)),
    }


def _agree(found: list[bool | None], *, is_beside: bool) -> bool | None:
    if is_beside or False in found:
        return False
    return True if True in found else None


def _promised(step: View, share: float) -> Iterator[_PromisedHop]:
    """Yield the hops of a promise; the same call of several ways is one hop."""
    found: dict[_Way, _PromisedHop] = {}
    for caller, host, view, part in _steps(step, share):
        hop = found.setdefault((caller, host), _PromisedHop(caller, host))
        hop.assumed |= bool(view.get("assumed"))
        if "status" in view:
            hop.statuses.add(view["status"])
        for answer in view["answers"]:
            if "status" in answer:
                hop.statuses.add(answer["status"])
            for pod in answer["pods"]:
                mine = part * answer["percent"]
                hop.pods[pod["name"]] = hop.pods.get(pod["name"], 0.0) + mine
    yield from found.values()


def _steps(step: View, share: float) -> Iterator[tuple[str, str, View, float]]:
    is_entry = "gateway" in step
    yield (
        (GATEWAY_CALLER, "", step, share)
        if is_entry
        else (
            step["caller"],
            step["host"],
            step,
            share,
        )
    )
    for answer in step["answers"]:
        for call in answer.get("calls", ()):
            yield from _steps(call, share * answer["percent"] / 100)


def _way(line: Line, workload_of: WorkloadOf) -> _Way:
    caller = str(line.get("caller") or "")
    if caller == GATEWAY_CALLER:
        return caller, ""
    cluster = str(line.get("cluster") or "")
    host = destination_of(cluster).host if is_outbound(cluster) else str(line.get("host") or "")
    return workload_of(caller), str(host)


def _pod(line: Line, workload_of: WorkloadOf) -> str:
    pod = str(line.get("pod") or "")
    return "" if pod in ("", "-") else workload_of(pod)


def _hop(hop: _PromisedHop) -> View:
    seen = [
        {"pod": pod, "status": status, "count": count}
        for (pod, status), count in sorted(hop.seen.items())
    ]
    agrees = all(_is_promised(hop, pod, status) for pod, status in hop.seen) if seen else None
    return {
        "caller": hop.caller,
        "host": hop.host,
        "assumed": hop.assumed,
        "promised": [
            {"pod": pod, "percent": round(percent, 1)} for pod, percent in hop.pods.items()
        ],
        "statuses": sorted(hop.statuses),
        "seen": seen,
        "agrees": agrees,
    }


def _is_promised(hop: _PromisedHop, pod: str, status: int) -> bool:
    return pod in hop.pods if pod else status in hop.statuses
