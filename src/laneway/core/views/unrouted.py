"""Requests that no route of a gateway took: each kind once, how often, and why no route did.

Comes in: lines of the proxies' log of requests, and the time. Goes out: the requests of the last
minutes with what decides them, and rows of the doctor about those that no route would take now
either. Counts above ten are rounded down, so that what is told is not another with each request.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.emit.envoy.request_log import (
    CARRIED,
    GATEWAY,
    GATEWAY_CALLER,
    NO_ROUTE_FLAG,
    TRYING,
)
from laneway.core.emit.envoy.tables import gateway_table_name
from laneway.core.findings.codes.verifying import NO_ROUTE
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.render import in_order
from laneway.core.mesh.mesh import Mesh
from laneway.core.proof.examining import Places
from laneway.core.resources.matching import Labels
from laneway.core.routing.ask.inquiry import Inquiry, beginning
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Considered, enter
from laneway.core.routing.plan.asked_of_requests import asks_host, parameters_asked, secrets_asked
from laneway.core.routing.plan.entries import lane_header
from laneway.core.routing.plan.route_plan import GatewayPort, Pairs, RoutePlan, Rule
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.rules.questions.words import listing, times
from laneway.core.views.doctor_rows import View, finding_row
from laneway.core.views.explained import inquiry_view
from laneway.core.views.looking import CommandDoor, explain_command

KEPT = 600.0
"""Seconds after which a request that did not come again is forgotten."""
_MOST = 200
"""Kinds of requests that are kept: a scanner sends thousands of paths, and each once."""
_MOST_TOLD = 20
_MOST_REASONS = 3
_EXACT = 10


class UnroutedRequest(Struct, frozen=True):
    """A request that got 404 from a gateway, with the headers that its routes ask for."""

    inquiry: Inquiry
    count: int = 1


class UnroutedCount(Struct, frozen=True):
    """How many requests the proxies with some labels had no route for, where only that is known."""

    namespace: str
    selector: Labels
    count: int


class _UnroutedKind(Struct, frozen=True):
    """What is written down of a request."""

    table: str
    method: str
    host: str
    path: str
    headers: Pairs


class _KindTally(Struct):
    count: int
    last: float


class UnroutedTally:
    """Counts them, over the last minutes."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kinds: dict[_UnroutedKind, _KindTally] = {}

    def add(self, lines: Iterable[tuple[float, Mapping[str, Any]]], now: float) -> None:
        """Take lines with their times, and forget what is old. Times are seconds since 1970."""
        for at, line in lines:
            if is_unrouted(line):
                kind = _kind(line)
                known = self._kinds.pop(kind, _KindTally(0, at))
                self._kinds[kind] = _KindTally(known.count + 1, at)  # behind all others
        old = [kind for kind, one in self._kinds.items() if one.last < now - KEPT]
        for kind in (*old, *list(self._kinds)[: max(0, len(self._kinds) - len(old) - _MOST)]):
            self._kinds.pop(kind, None)

    def told(self, plan: RoutePlan) -> tuple[UnroutedRequest, ...]:
        """Return the most frequent ones; of a query only what the gateway's routes ask for."""
        ports = {gateway_table_name(port): port for port in plan.gateway_ports}
        counts: dict[Inquiry, int] = {}
        for kind, tally in self._kinds.items():
            port = ports.get(kind.table)
            if port is not None:
                others = [one for one in ports.values() if one.gateways == port.gateways]
                asked = _inquiry(kind, [port, *(one for one in others if one is not port)])
                counts[asked] = counts.get(asked, 0) + tally.count
        found = sorted(counts.items(), key=lambda one: -one[1])[:_MOST_TOLD]
        return tuple(UnroutedRequest(asked, rounded(count)) for asked, count in found)


def is_unrouted(line: Mapping[str, Any]) -> bool:
    """Whether a line of the log tells that a gateway had no route for somebody's request."""
    flags = str(line.get("flags") or "").split(",")
    tries = str(line.get("id") or "").startswith(TRYING)
    return line.get("caller") == GATEWAY_CALLER and NO_ROUTE_FLAG in flags and not tries


def _kind(line: Mapping[str, Any]) -> _UnroutedKind:
    carried = line.get(CARRIED) or {}
    headers = tuple(sorted((name, str(value)) for name, value in carried.items() if value))
    table, method, host, path = (
        str(line.get(name) or "") for name in (GATEWAY, "method", "host", "path")
    )
    return _UnroutedKind(table, method, host, path, headers)


def _inquiry(kind: _UnroutedKind, ports: Sequence[GatewayPort]) -> Inquiry:
    """Return a request as the first of some ports decides it; the others are of its gateways."""
    port = ports[0]
    path, _, query = kind.path.partition("?")
    wanted = parameters_asked(port)
    kept = "&".join(one for one in query.split("&") if one.partition("=")[0] in wanted)
    request = Request(
        kind.host if asks_host(port) else "",
        f"{path}?{kept}" if kept else path,
        kind.method,
        headers=kind.headers,
        port=port.port if len(ports) > 1 else None,
    )
    return Inquiry(request, gateway=port.gateways[0] if port.gateways else "")


def rounded(count: int) -> int:
    """Round a count down to 1, 2 or 5 times a power of ten; small ones stay.

    >>> [rounded(count) for count in (1, 9, 19, 20, 499)]
    [1, 9, 10, 20, 200]
    """
    if count < _EXACT:
        return count
    power: int = 10 ** (len(str(count)) - 1)
    return max(step * power for step in (1, 2, 5) if step * power <= count)


def unrouted_rows(
    written: Compilation,
    served: Compilation | None,
    requests: Iterable[UnroutedRequest],
    door: CommandDoor,
) -> Iterator[View]:
    """Yield a row for each that no route takes by what is served.

    It speaks of what is written, as long as that does not take it either. One that names a lane is
    a warning, since somebody wants that lane. Any other is a note: a browser asks for icons, and
    not everything in the world is for this mesh.
    """
    for one in requests:
        found = _missed(served or written, one.inquiry)
        if found is not None:
            mesh, port, considered = _missed(written, one.inquiry) or found
            lane = _named(mesh, port, one.inquiry.request)
            own = tuple(rule for rule in considered if lane and rule.rule.lane == lane)
            (located,) = in_order([_found(mesh, port, one, own or considered, own)])
            yield finding_row(mesh, located, door) | {
                "level": "warning" if lane else "info",
                "command": explain_command(one.inquiry, door),
                "inquiry": inquiry_view(one.inquiry),
            }


def unrouted_count_rows(
    mesh: Mesh, counts: Iterable[UnroutedCount], door: CommandDoor
) -> Iterator[View]:
    """Yield a note for each gateway.

    Which requests these were nobody here knows, so it stays as long as they are counted.
    """
    for one in counts:
        gateways = [
            gateway.meta for gateway in mesh.gateways.values() if gateway.selector == one.selector
        ]
        names = ", ".join(f"{meta.namespace}/{meta.name}" for meta in gateways)
        often = f"{_often(one.count)} in ten minutes"
        found = finding(
            NO_ROUTE,
            gateways[0].place("spec") if gateways else None,
            str(gateways[0].ref) if gateways else "",
            gateway=names or f"the gateway in {one.namespace}",
            request=f"requests that counters do not tell apart ({often})",
            reasons="the gateway's access log has their hosts and paths",
        )
        (located,) = in_order([found])
        worn = ",".join(f"{key}={value}" for key, value in one.selector)
        logs = shlex.join(["kubectl", "logs", "-n", one.namespace, "-l", worn, "--tail=1000"])
        command = f"{logs} | grep ' 404 NR '"
        yield finding_row(mesh, located, door) | {"level": "info", "command": command}


_Missed = tuple[Mesh, GatewayPort, tuple[Considered, ...]]


def _missed(compilation: Compilation, inquiry: Inquiry) -> _Missed | None:
    """Return the gateway that has no route for a request, and what it has; None if it has one."""
    mesh, plan = compilation.mesh, compilation.plan
    port = beginning(mesh, plan, inquiry)
    if not isinstance(port, GatewayPort):
        return None
    decision = enter(mesh, plan, inquiry.request, port)
    return (mesh, port, decision.considered) if decision.rule is None else None


def _found(
    mesh: Mesh,
    port: GatewayPort,
    one: UnroutedRequest,
    considered: tuple[Considered, ...],
    own: tuple[Considered, ...],
) -> Finding:
    """Return what is found; its object is the rule that was to take the request, or the gateway."""
    place, subject = None, ""
    gateway = mesh.gateways.get(port.gateways[0]) if port.gateways else None
    if gateway is not None:
        place, subject = gateway.meta.place("spec"), str(gateway.meta.ref)
    if own:
        place, subject = Places(mesh).of_rule(own[0].rule), str(own[0].rule.origin.ref)
    return finding(
        NO_ROUTE,
        place,
        subject,
        gateway=f"{', '.join(port.gateways)} port {port.port}",
        request=f"{_asked(one.inquiry.request)} ({_often(one.count)})",
        reasons=_reasons(mesh, considered),
    )


def _named(mesh: Mesh, port: GatewayPort, request: Request) -> str:
    """Return the lane that a request names by the header of a group of the gateway."""
    for group in mesh.groups:
        if group.gateway in port.gateways:
            values = request.values(lane_header(group))
            found = next((one for one in values if group.lane(one) is not None), "")
            if found:
                return found
    return ""


def _often(count: int) -> str:
    return times(count) if count < _EXACT else f"{times(count)} or more"


def _asked(request: Request) -> str:
    headers = "".join(f" {name}: {value}" for name, value in request.headers)
    return f"{request.method} {request.host}{request.path}{headers}"


def _reasons(mesh: Mesh, considered: tuple[Considered, ...]) -> str:
    """Say why rules did not take a request, those together that miss the same."""
    names = RuleNames(mesh)
    rules: dict[str, list[Rule]] = {}
    for one in considered:
        rules.setdefault(_why_not(one), []).append(one.rule)
    said = [
        f"{why} ({names.of(some[0]) if len(some) == 1 else f'{len(some)} rules'})"
        for why, some in rules.items()
    ]
    return listing(said, _MOST_REASONS) or "no rule is for its host"


def _why_not(one: Considered) -> str:
    secrets = secrets_asked(one.rule)
    return f"what it has in {listing(secrets)} is not kept" if secrets else one.why_not
