"""Groups and lanes as a list: state, weights, pods, who stands in, findings, whether they are live.

Comes in: a compilation, and by the names of groups what is known of proxies. Goes out: all groups,
and a page of their lanes; rows are made for that page alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.edits.lane_splits import LaneSplit, lane_splits
from laneway.core.emit.status import errors_of_groups
from laneway.core.findings.finding import Finding
from laneway.core.findings.line import file_and_line
from laneway.core.findings.render import LEVELS
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.not_read import NotRead, out_of_sight, own_reasons
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.entries import lane_header
from laneway.core.views.paging import ListPart, paged

View = dict[str, Any]
State = str
"""`Ready`, `Empty` (nothing is wrong, and it routes nothing), `Failed`, or `not known`, where its
services are out of sight.
"""


class GroupLiveness(Protocol):
    """Whether proxies have what a group asks for, as whoever looks at them knows it."""

    @property
    def state(self) -> str:
        """`live`, `not live`, `stalled` or `not known`."""

    @property
    def why(self) -> str:
        """Why it is not, or in how many proxies it is."""

    @property
    def since(self) -> float | None:
        """Since when, in seconds since 1970."""


Known = Mapping[str, GroupLiveness]


class LaneFilter(Struct, frozen=True):
    """Which lanes are asked for: of one group, with a finding of a level, by words."""

    page: ListPart = ListPart()
    group: str = ""
    level: str = ""


class _Shown(Struct, frozen=True):
    """A lane of the list; `lane` is None for one that is left out of its group, or has none."""

    written: Lane
    group: Group | None = None
    lane: GroupLane | None = None


def lanes_view(compilation: Compilation, live: Known, wish: LaneFilter) -> View:
    """Return all groups, and a page of the lanes that are asked for."""
    view = _LaneRows(compilation, live)
    chosen = [one for one in _all(compilation.mesh) if view.is_chosen(one, wish)]
    return {
        "groups": [view.group(one) for one in compilation.mesh.groups],
        "lanes": paged(chosen, wish.page, view.lane),
    }


def group_view(compilation: Compilation, live: Known, name: str) -> View | None:
    """Return a group by its name."""
    group = compilation.mesh.group(name)
    return _LaneRows(compilation, live).group(group) if group else None


def _all(mesh: Mesh) -> Iterable[_Shown]:
    for group in mesh.groups:
        yield from (_Shown(one.lane, group, one) for one in group.lanes)
        yield from (_Shown(one, group) for one in group.excluded)
    yield from (_Shown(one) for one in mesh.stray_lanes)


class _LaneRows:
    """Makes rows; what several rows need is worked out once."""

    def __init__(self, compilation: Compilation, live: Known) -> None:
        self._mesh = compilation.mesh
        self._live = live
        self._counts = _counted(compilation.findings)
        self._status = {
            Ref(one["kind"], "", one["metadata"]["name"]): one["status"]
            for one in compilation.conditions
        }
        self._errors = errors_of_groups(compilation.mesh, compilation.findings)
        self._splits = lane_splits(compilation.mesh)
        self._pods: dict[str, Mapping[tuple[LaneName, Host], list[Workload]]] = {}
        self._snapshot = compilation.snapshot
        self._hidden = out_of_sight(self._snapshot.unread, self._snapshot.not_read)

    def is_chosen(self, one: _Shown, wish: LaneFilter) -> bool:
        """Whether a lane is asked for."""
        meta = one.written.meta
        group = one.group.name if one.group else one.written.group
        is_found = not wish.level or self._counts.get(str(meta.ref), Counter())[wish.level] > 0
        return is_found and wish.group in ("", group) and wish.page.is_asked(meta.name, group)

    def group(self, group: Group) -> View:
        """Return a group."""
        meta = group.group.meta
        status = self._status[meta.ref]
        held = self._own(group.held)
        is_out_of_sight = bool(self._hidden and not held)
        errors = self._own(self._errors[group.name])
        return {
            "name": group.name,
            "state": "not known" if is_out_of_sight else status["status"],
            "errors": errors or ([] if is_out_of_sight else _told(status)),
            "held": held,
            "notRead": [_hidden(one) for one in self._hidden],
            "mode": "permissive" if group.group.is_permissive else "strict",
            "strategy": group.group.strategy,
            "gateway": group.gateway or "",
            "laneHeader": lane_header(group),
            "baseline": group.baseline or "",
            "lanes": len(group.lanes) + len(group.excluded),
            "services": [self._service(host) for host in group.hosts],
            "splits": [_split(one) for one in self._splits if _is_of(one, group)],
            "findings": self._findings(meta.ref),
            "live": self._liveness(group.name),
            "place": file_and_line(meta.place("metadata", "name")),
        }

    def _own(self, reasons: Iterable[str]) -> list[str]:
        """Return reasons, but for what is merely out of sight."""
        return list(own_reasons(reasons, self._snapshot.unread, self._snapshot.not_read))

    def lane(self, one: _Shown) -> View:
        """Return a lane."""
        meta = one.written.meta
        status = self._status[meta.ref]
        (ready,) = status["conditions"]
        group = one.group.name if one.group else one.written.group
        wrong = [one["message"] for one in status["validationMessage"] if one["level"] == "error"]
        is_out_of_sight = bool(self._hidden and not wrong and _state(ready) == "Empty")
        return {
            "name": meta.name,
            "group": group,
            "state": "not known" if is_out_of_sight else _state(ready),
            "errors": wrong or ([] if is_out_of_sight else _told(status)),
            "selector": dict(one.written.selector),
            "weights": [
                {"split": split.said, "weight": split.weight_of(meta.name)}
                for split in self._splits
                if split.of(meta.name) is not None
            ],
            "rules": [{"name": rule.name, "online": rule.online} for rule in one.written.rules],
            "services": self._services(one.group, one.lane) if one.group and one.lane else [],
            "findings": self._findings(meta.ref),
            "live": self._liveness(group) if one.lane else None,
            "place": file_and_line(meta.place("metadata", "name")),
        }

    def _services(self, group: Group, lane: GroupLane) -> list[View]:
        pods = self._pods_of(group)
        found = []
        for host in group.hosts:
            here = pods.get((lane.name, host), ())
            answering = group.resolve(lane.name, host)
            found.append(
                self._service(host)
                | {
                    "listed": host not in lane.undeclared,
                    "ready": sum(_ready(pod) for pod in here),
                    "total": sum(max(pod.replicas, _ready(pod)) for pod in here),
                    "standsIn": str(answering) if answering != lane.name else "",
                }
            )
        return found

    def _pods_of(self, group: Group) -> Mapping[tuple[LaneName, Host], list[Workload]]:
        """Return the pods of a group by lane and service: each is looked at once."""
        if group.name not in self._pods:
            found: dict[tuple[LaneName, Host], list[Workload]] = {}
            for host in group.hosts:
                for pod in self._mesh.services[host].workloads:
                    for lane in lanes_of(group, pod.labels):
                        found.setdefault((lane.name, host), []).append(pod)
            self._pods[group.name] = found
        return self._pods[group.name]

    def _service(self, host: Host) -> View:
        service = self._mesh.services[host]
        return {"name": service.name, "namespace": service.namespace, "host": host}

    def _findings(self, ref: Ref) -> Mapping[str, int]:
        return dict(self._counts.get(str(ref), Counter(dict.fromkeys(LEVELS, 0))))

    def _liveness(self, group: str) -> View | None:
        known = self._live.get(group)
        return {"state": known.state, "why": known.why, "since": known.since} if known else None


def _hidden(one: NotRead) -> str:
    """Return what somebody may not see of a kind.

    >>> _hidden(NotRead("Service", "services", "", ("shop", "cart")))
    'services of other namespaces than shop, cart are not read'
    """
    return f"{one.resource} of other namespaces than {', '.join(one.only)} are not read"


def _counted(findings: Sequence[Finding]) -> Mapping[str, Counter[str]]:
    """Return how many findings of each level there are about each object."""
    found: dict[str, Counter[str]] = {}
    for one in findings:
        counts = found.setdefault(one.subject, Counter(dict.fromkeys(LEVELS, 0)))
        counts[one.level] += 1
    return found


def _told(status: View) -> list[str]:
    """Return what is said of something without errors: why it routes nothing, if it does not."""
    (ready,) = status["conditions"]
    return [ready["message"]] if ready["message"] else []


def _state(ready: Mapping[str, str]) -> State:
    if ready["status"] == "True":
        return "Ready"
    return "Empty" if ready["reason"] == "Empty" else "Failed"


def _ready(pod: Workload) -> int:
    return pod.replicas if pod.ready is None else pod.ready


def _is_of(split: LaneSplit, group: Group) -> bool:
    return any(group.lane(part.lane) is not None for part in split.portions if part.lane)


def _split(split: LaneSplit) -> View:
    """Return a split with all its weights as they are written."""
    return {
        "key": list(split.key),
        "said": split.said,
        "subject": split.subject,
        "place": file_and_line(split.place),
        "parts": [
            {"said": part.said, "lane": part.lane, "weight": part.weight} for part in split.portions
        ],
    }
