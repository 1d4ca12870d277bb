"""What a mesh tells at the terminal: what is up.

Comes in: a compilation, the replicas that serve it and the URLs of its gateways. Goes out: lines of
text, no wider than the screen. Pure; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from laneway.apps.terminal.tables import WIDTH, first_of, table
from laneway.core.compile import Compilation
from laneway.core.emit.placement import Replica
from laneway.core.fleet.allocator import Opened
from laneway.core.mesh.membership import is_in, lanes_of
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.matching import Labels, Match, StringMatch
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import (
    TO_HTTPS,
    Answer,
    Destination,
    Forward,
    GatewayPort,
    Refuse,
    Rule,
)
from laneway.core.rules.questions.members import pods_of

MOST_ROWS = 20


def summary(
    compilation: Compilation,
    replicas: Sequence[Replica],
    opened: Sequence[Opened],
    width: int = WIDTH,
) -> list[str]:
    """Return what is up: URLs with what they lead to, lanes, workloads."""
    mesh = compilation.mesh
    parts: list[list[str]] = []
    if not opened:
        parts.append(["No Gateway opens a port, so nothing listens for requests from outside."])
    for gateway in opened:
        parts += [[gateway_text(gateway)], _entry_table(gateway.port, mesh, width)]
    if mesh.groups:
        parts.append(_lane_table(mesh, replicas, width))
    if replicas:
        parts.append(_workload_table(mesh, replicas, width))
    else:
        parts.append(["No workload is in the input, so no program runs."])
    return [line for part in parts for line in ("", *part)][1:]


def gateway_text(gateway: Opened) -> str:
    """Say where a gateway's port is reached."""
    return f"{gateway.url}  ({', '.join(gateway.port.gateways)}, port {gateway.port.port})"


def _entry_table(port: GatewayPort, mesh: Mesh, width: int) -> list[str]:
    rows = [
        (host.domain if first else "", *row)
        for host in port.virtual_hosts
        for rule in host.rules
        for first, row in _first(_rule_rows(rule, mesh))
    ]
    if not rows:
        return ["nothing is bound to it: every request gets 404"]
    kept = first_of(rows, MOST_ROWS, "… {count} more (laneway show plan)")
    return table(("HOST", "REQUEST", "GOES TO", "LANE", "SHARE"), kept, width)


def _first(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[bool, tuple[str, ...]]]:
    for index, row in enumerate(rows):
        yield index == 0, row


def _rule_rows(rule: Rule, mesh: Mesh) -> Iterator[tuple[str, str, str, str]]:
    asked = " or ".join(match_text(match) for match in rule.matches) or "any"
    match rule.action:
        case Forward(shares):
            total = sum(share.weight for share in shares) or 1
            for index, share in enumerate(shares):
                percent = f"{100 * share.weight / total:.4g} %" if len(shares) > 1 else "100 %"
                target, subset = destination_text(share.destination, mesh), share.destination.subset
                lane = rule.lane or share.lane or subset
                answering = f" of {subset}" if lane != subset else ""
                yield asked if index == 0 else "", target + answering, lane, percent
        case Refuse(status):
            yield asked, f"answer {status}", "", ""
        case Answer(field):
            yield asked, "301 to https" if field == TO_HTTPS else field, "", ""


def match_text(match: Match) -> str:
    """Say a match in a few words.

    >>> match_text(Match(uri=StringMatch("exact", "/mock"), method=StringMatch("exact", "GET")))
    '/mock, method GET'
    """
    words = [_condition(match.uri) if match.uri else ""]
    parts = (("method", match.method), ("host", match.authority), ("scheme", match.scheme))
    words += [f"{name} {_condition(condition)}" for name, condition in parts if condition]
    words += [f"{name}: {_condition(condition)}" for name, condition in match.headers]
    words += [f"no {name}: {_condition(condition)}" for name, condition in match.without_headers]
    words += [f"?{name}={_condition(condition)}" for name, condition in match.query_params]
    return ", ".join(word for word in words if word) or "any"


def _condition(condition: StringMatch) -> str:
    match condition.kind:
        case "exact":
            return condition.value
        case "prefix":
            return f"{condition.value}…"
        case "regex":
            return f"~{condition.value}"
        case "present":
            return "any"


def destination_text(destination: Destination, mesh: Mesh) -> str:
    """Say a destination: the short name where it means one service only."""
    name = destination.host.partition(".")[0]
    alike = sum(1 for service in mesh.services.values() if service.name == name)
    host = name if destination.host in mesh.services and alike == 1 else destination.host
    return f"{host}:{destination.port}"


def _lane_table(mesh: Mesh, replicas: Sequence[Replica], width: int) -> list[str]:
    rows = []
    for group in mesh.groups:
        own = {pod.meta.ref for pod in pods_of(mesh, group).values()}
        members = [one.caller.labels for one in replicas if one.workload in own]
        for lane in group.lanes:
            pods = sum(1 for labels in members if is_in(lane, labels))
            wanted = ", ".join(f"{key}={value}" for key, value in lane.selector)
            rows.append((lane.name, group.name, wanted, str(pods)))
    kept = first_of(rows, MOST_ROWS, "… {count} more")
    return table(("LANE", "GROUP", "PODS WITH", "PODS"), kept, width)


def _workload_table(mesh: Mesh, replicas: Sequence[Replica], width: int) -> list[str]:
    by_workload: dict[Ref, list[Replica]] = {}
    for replica in replicas:
        by_workload.setdefault(replica.workload, []).append(replica)
    rows = []
    groups = [
        (group, {pod.meta.ref for pod in pods_of(mesh, group).values()}) for group in mesh.groups
    ]
    for ref, members in by_workload.items():
        first = members[0]
        own = [group for group, pods in groups if ref in pods]
        lane = _lanes_text(own or mesh.groups, first.caller.labels)
        ports = ",".join(
            str(port.container if first.network else port.inbound) for port in first.ports
        )
        address = f"{first.address}:{ports}" if ports else first.address
        more = f" +{len(members) - 1}" if len(members) > 1 else ""
        place = ref.name if ref.namespace in ("", "default") else f"{ref.namespace}/{ref.name}"
        note = "" if first.sidecar else "no sidecar"
        rows.append((place, lane, str(len(members)), address + more, note))
    kept = first_of(rows, MOST_ROWS, "… {count} more (laneway ps)")
    return table(("WORKLOAD", "LANE", "REPLICAS", "ADDRESS", ""), kept, width)


def _lanes_text(groups: Iterable[Group], labels: Labels) -> str:
    """Return the lanes of groups whose selector a pod's labels meet, `-` for none."""
    found = [lane.name for group in groups for lane in lanes_of(group, labels)]
    return ",".join(dict.fromkeys(found)) or "-"
