"""Chains of three or so real programs: whether a lane lives through all of them.

Comes in: a Chain: who is run, how set, what carries the lane and what a client sends. Goes out: its
YAML. Every program is of the baseline and there once; only the last hop has a version in the lane,
so a request meets that version if each program before it has passed the lane on.
"""

from __future__ import annotations

import json
import random
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from tests.fleet.alone import QUIET
from tests.wire.lanes import GATEWAY, documents

LANE = "x-asm-prefer-tag"
LAST = "last"
LANES = ("s1", "s2")
_DRAW = random.Random(18)  # noqa: S311 - ids of traces, no secrets


class Program(Struct, frozen=True):
    """One hop of a chain: the image, and what its environment says."""

    image: str
    told: Mapping[str, str] = field(default_factory=dict)


class Chain(Struct, frozen=True):
    """Programs one behind the other. `sends` gives what a client sends besides its lane.

    `without` says how many of a thousand requests keep the lane where no filter stands beside the
    proxies: all or none; `why` names the line of the limits that says so.
    """

    name: str
    programs: Sequence[Program]
    carrier: str
    sends: Callable[[], Mapping[str, str]] = dict
    without: bool = True
    why: str = ""

    @property
    def hops(self) -> list[str]:
        """The names of the services, the first one nearest to the client."""
        return [*(f"hop{at}" for at in range(len(self.programs))), LAST]

    @property
    def yaml(self) -> str:
        """All objects of the mesh."""
        found = [GATEWAY, self._group(), *(_lane(name) for name in LANES)]
        found += [_service(name) for name in self.hops]
        for name, behind, one in zip(self.hops, self.hops[1:], self.programs, strict=False):
            quiet = {} if one.image == "flask-datadog" else QUIET
            told = {**quiet, "NEXT": f"http://{behind}:8000/", **one.told}
            found.append(_deployment(name, "s1", one.image, told))
        found += [_deployment(LAST, lane, "plain", {}) for lane in LANES]
        return documents(*found)

    def answered(self, lane: str) -> str:
        """Return the hops that are to answer a request of a lane."""
        return " > ".join([*(f"{name} s1" for name in self.hops[:-1]), f"{LAST} {lane}"])

    def _group(self) -> str:
        mode = {"fallbackTarget": "s1", "routeHeader": LANE, "traceHeader": self.carrier}
        gateway = {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}
        spec = {
            "isPermissive": True,
            "permissiveModeConfiguration": mode,
            "ingress": {"gateway": gateway},
            "services": [{"name": name, "namespace": "default"} for name in self.hops],
        }
        return _object("istio.alibabacloud.com/v1", "ASMSwimLaneGroup", {"name": "fleet"}, spec)


def _object(version: str, kind: str, meta: Mapping[str, object], spec: object) -> str:
    # JSON is YAML
    return json.dumps({"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec})


def _lane(name: str) -> str:
    rule = {
        "name": "r1",
        "online": True,
        "hosts": ["*"],
        "match": {"uri": {"exact": "/"}, "headers": {LANE: {"exact": name}}},
        "route": {"destination": {"host": "hop0.default.svc.cluster.local"}},
    }
    spec = {"labelSelector": {"lane": name}, "ingressRules": [rule]}
    meta = {"name": name, "labels": {"swimlane-group": "fleet"}}
    return _object("istio.alibabacloud.com/v1", "ASMSwimLane", meta, spec)


def _service(name: str) -> str:
    spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 8000}]}
    return _object("v1", "Service", {"name": name, "namespace": "default"}, spec)


def _deployment(name: str, lane: str, image: str, told: Mapping[str, str]) -> str:
    variables = {"SERVICE": name, "VERSION": lane, **told}
    container = {
        "name": "main",
        "image": f"sdks/{image}:1",
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "ports": [{"name": "http", "containerPort": 8000}],
    }
    labels = {"app": name, "lane": lane}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    meta = {"name": f"{name}-{lane}", "namespace": "default"}
    return _object("apps/v1", "Deployment", meta, spec)


def _traceparent() -> dict[str, str]:
    return {"traceparent": f"00-{_DRAW.getrandbits(128):032x}-{_DRAW.getrandbits(64):016x}-01"}


def _short_b3() -> dict[str, str]:
    return {"b3": f"{_DRAW.getrandbits(64) | 1:016x}-{_DRAW.getrandbits(64) | 1:016x}-1"}


def _sw8() -> dict[str, str]:
    trace = f"{_DRAW.getrandbits(128):032x}"
    ids = [b64encode(one.encode()).decode() for one in (trace, "1f", "shop", "shop-0", "/", "web")]
    return {"sw8": "-".join(("1", *ids[:2], "0", *ids[2:]))}


_REMOTE = {"MANAGEMENT_TRACING_BAGGAGE_REMOTEFIELDS": LANE}
_SKYWALKING = {
    "SW_AGENT_LOGGING_LEVEL": "CRITICAL",
    "SW_AGENT_COLLECTOR_BACKEND_SERVICES": "127.0.0.1:1",
}
BY_TRACE = "The id of a trace"

CHAINS = (
    Chain(
        "Spring OpenTelemetry, Python, Go",
        (Program("spring-opentelemetry"), Program("flask"), Program("go")),
        "baggage",
    ),
    Chain(
        "Spring OpenTelemetry with remote-fields, Python, Go",
        (Program("spring-opentelemetry", _REMOTE), Program("flask"), Program("go")),
        "baggage",
    ),
    Chain(
        "Sentry beside OpenTelemetry in Python, FastAPI, Node",
        (Program("flask-sentry"), Program("fastapi"), Program("node")),
        "baggage",
        without=False,
        why="Baggage by Istio's API",
    ),
    Chain(
        "Brave with remote-fields, Java agent",
        (Program("spring-brave", _REMOTE), Program("java-agent")),
        "baggage",
        _traceparent,
    ),
    Chain(
        "Brave, Java agent, by the trace",
        (Program("spring-brave"), Program("java-agent")),
        "traceparent",
        _traceparent,
        without=False,
        why=BY_TRACE,
    ),
    Chain(
        "b3 of 64 bits, Spring OpenTelemetry, Go",
        (Program("spring-opentelemetry"), Program("go")),
        "traceparent",
        _short_b3,
        without=False,
        why=BY_TRACE,
    ),
    Chain(
        "SkyWalking Python, SkyWalking Python",
        (Program("flask-skywalking", _SKYWALKING), Program("flask-skywalking", _SKYWALKING)),
        "sw8",
        without=False,
        why=BY_TRACE,
    ),
    Chain(
        "SkyWalking Python, SkyWalking Python, by its correlation",
        (Program("flask-skywalking", _SKYWALKING), Program("flask-skywalking", _SKYWALKING)),
        "sw8-correlation",
        _sw8,
    ),
)
