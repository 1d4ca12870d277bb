"""Objects of the lane kinds that are right but for one value.

Comes in: a kind and the path of a field. Goes out: the smallest object with a value there, and
values of every shape. `SPOILED` has an object for each rule by which an API server refuses one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from laneway.core.resources.istio.durations import DURATION
from laneway.core.resources.lanes.field import Field, Fields
from tests.cluster.dry_runs import KINDS

Path = tuple[str, ...]
Body = dict[str, Any]

VALUES: tuple[Any, ...] = (
    *("text", "", None, True, 5, 0.5, -1, 2**31),
    *([], ["a"], [5], {"a": "b"}, {"a": 5}),
)
"""Values of every shape, right for some field and wrong for others."""
SELECTOR = {"labelSelector": {"version": "v1"}}
RELEASE = {"lane": "v3", "stable": "v1", "stages": [{"weights": {"v1": 50, "v3": 50}}]}
LEAST: dict[str, Body] = {"ASMSwimLane": SELECTOR, "LaneRelease": RELEASE}
"""What an object has to say, by kind."""


def places(fields: Fields, above: Path = ()) -> Iterator[Path]:
    """Yield the path of every field of a table."""
    for name, field in fields.items():
        yield (*above, name)
        yield from places(field.below, (*above, name))


def holding(kind: str, path: Path, value: Any) -> Body:
    """Return an object of a kind that has a value at a path of its spec."""
    held = _holding(KINDS[kind].spec, path, value)
    return body_of(kind, held | LEAST.get(kind, {}) | {path[0]: held[path[0]]})


def body_of(kind: str, spec: Any, name: str = "one") -> Body:
    """Return an object of a kind."""
    return {
        "apiVersion": f"{KINDS[kind].group}/{KINDS[kind].versions[0]}",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def _holding(fields: Fields, path: Path, value: Any) -> Body:
    name, *rest = path
    field = fields[name]
    inner = _wrapped(field, _holding(field.below, tuple(rest), value)) if rest else value
    required = {key: _right(one) for key, one in fields.items() if one.is_required}
    return required | {name: inner}


def _wrapped(field: Field, inner: Body) -> Any:
    return {"many": [inner], "named": {"a": inner}}.get(field.shape, inner)


def _right(field: Field) -> Any:
    if field.shape == "numbers":
        return {"v1": 50, "v3": 50}
    words = "1s" if field.pattern == DURATION else "a"
    return words if field.shape == "text" else 1


def _lane(**spec: Any) -> Body:
    return body_of("ASMSwimLane", SELECTOR | spec)


def _group(**spec: Any) -> Body:
    return body_of("ASMSwimLaneGroup", spec)


def _release(name: str = "one", **spec: Any) -> Body:
    return body_of("LaneRelease", RELEASE | spec, name)


def _permissive(trace: str, route: str) -> Body:
    headers = {"traceHeader": trace, "routeHeader": route}
    return _group(isPermissive=True, permissiveModeConfiguration=headers)


def _tagging(**rule: Any) -> Body:
    whole = {"header": "x-user", "modulo": 10, "tagHeader": "x-lane", **rule}
    return body_of("ASMHashTagging", {"rules": [whole]})


TWO_WAYS = {"exact": "/a", "prefix": "/"}
SPOILED: tuple[tuple[str, Body], ...] = (
    ("LW1206", body_of("ASMSwimLaneGroup", {}, "g" * 64)),
    ("LW1213", _group(isPermissive=True)),
    ("LW1213", _permissive("x-lane", "")),
    ("LW1803", _permissive("traceparent", "Baggage")),
    ("LW1803", _permissive("sw8", "SW8-Correlation")),
    ("LW1803", _permissive("x-lane", "traceparent")),
    ("LW1803", _permissive("x-lane", "x lane")),
    ("LW1803", _permissive("x" * 257, "x-lane")),
    ("LW1803", _permissive("Host", "x-lane")),
    *(
        ("LW1104", _group(ingress={"ingressRouting": {"weightedRoutingRule": rule}}))
        for rule in (
            {"requestMatches": [{"uri": TWO_WAYS}]},
            {"requestMatches": [{"headers": {"a": TWO_WAYS}}]},
        )
    ),
    ("LW1205", body_of("ASMSwimLane", SELECTOR, "a.b")),
    ("LW1205", body_of("ASMSwimLane", SELECTOR, "l" * 64)),
    ("LW1207", body_of("ASMSwimLane", {})),
    ("LW1207", _lane(labelSelector={})),
    ("LW1104", _lane(ingressRules=[{"match": {"uri": TWO_WAYS}}])),
    ("LW1104", _lane(ingressRules=[{"match": {"headers": {"a": TWO_WAYS}}}])),
    (
        "LW1111",
        _tagging(
            partitions=[
                {"partitionSize": 6, "tagValue": "a"},
                {"partitionSize": 5, "tagValue": "b"},
            ]
        ),
    ),
    ("LW1111", _tagging(partitions=[{"partitionSize": 1, "tagValue": "a" * 886}])),
    ("LW1110", _release("a.b")),
    ("LW1110", _release(stable="v3")),
    ("LW2031", _release(stages=[{"weights": {"v1": 50, "v3": 51}}])),
)
"""An object for each rule, with the code of what is wrong; each has a neighbor in `RIGHT`."""
RIGHT: tuple[Body, ...] = (
    body_of("ASMSwimLaneGroup", {}, "g" * 63),
    _group(isPermissive=False, permissiveModeConfiguration={"routeHeader": "baggage"}),
    _permissive("baggage", "x-lane"),
    _permissive("sw8-correlation", "x-lane"),
    _permissive("traceparent", "X-Lane"),
    _permissive("x" * 256, "x-lane"),
    _permissive("it's_a`header|~", "x-lane"),
    _group(
        ingress={
            "ingressRouting": {
                "weightedRoutingRule": {
                    "requestMatches": [{"uri": {"exact": ""}, "headers": {"a": {}}}]
                }
            }
        }
    ),
    body_of("ASMSwimLane", SELECTOR, "l" * 63),
    _lane(ingressWeight={"weight": 0, "destination": {}}),
    _lane(ingressRules=[{"match": {"uri": {}, "headers": {"a": {"exact": None, "prefix": "/"}}}}]),
    _lane(unknown={"a": [1]}, ingressRules=[{"unknown": 1, "route": {"destination": {}}}]),
    _tagging(
        partitions=[{"partitionSize": 6, "tagValue": "a"}, {"partitionSize": 4, "tagValue": "b"}]
    ),
    _tagging(partitions=[{"partitionSize": 1, "tagValue": "a" * 885}]),
    _release("l" * 63, stages=[{"weights": {"v1": 0, "v2": 1, "v3": 99}}]),
    body_of("TrafficLabel", {"rules": [{"http": [{"match": [{"uri": {"exact": "/"}}]}]}]}),
)
