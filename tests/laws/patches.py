"""Random patches of a group: fields of Istio's, mostly with values that fit.

Comes in: the shapes that patches are held against. Goes out: raw mappings as somebody may write
them, with nulls, wrong values and unknown fields among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from laneway.core.resources.istio.policy_shapes import ROUTE, TRAFFIC
from laneway.core.resources.istio.shapes import Each, Keyed, Shape

_VALUES: tuple[Any, ...] = (0, 1, 3, 50, 100, 418, 503, 65537, 0.5, True, False, None, [], {}, "")
_WORDS = ("1s", "250ms", "24h", "0s", "5xx", "5xx,503", "x-user", "https://shop.example", "1.5ms")
_NAMES = ("x-team", "X-Asm-Prefer-Tag", "baggage", "x b", "host", ":path")
_HEADER_VALUES = ("shop", "50%", "%REQ(x-user)%", "a\nb", None, 1)


def route_patches() -> st.SearchStrategy[Any]:
    """Draw a patch of an HTTP route."""
    edits = st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(_HEADER_VALUES), max_size=2)
    removed = st.lists(st.sampled_from(_NAMES), max_size=2)
    action = st.fixed_dictionaries({}, optional={"set": edits, "add": edits, "remove": removed})
    headers = st.fixed_dictionaries({}, optional={"request": action, "response": action})
    more = {
        "headers": headers,
        "rewrite": st.just({"uri": "/"}),
        "route": st.just([]),
        "speed": st.just(1),
    }
    return st.fixed_dictionaries({}, optional=more | {n: _of(s) for n, s in ROUTE.items()})


def policy_patches() -> st.SearchStrategy[Any]:
    """Draw a patch of a trafficPolicy."""
    known = {name: _of(shape) for name, shape in TRAFFIC.items()}
    return st.fixed_dictionaries({}, optional=known | {"speed": st.just(1)})


@st.composite
def mild_patches(draw: st.DrawFn) -> dict[str, Any]:
    """Draw patches of a group that let every request through, as fields of its spec."""
    name = draw(st.sampled_from(("x-team", "X-Asm-Prefer-Tag", "baggage")))
    value = draw(st.sampled_from(("shop-v1", "x-asm-prefer-tag=shop-v2", "%REQ(x-user)%")))
    edits = draw(st.sampled_from(({"set": {name: value}}, {"add": {name: value}})))
    edits = draw(st.sampled_from((edits, {"remove": [name]})))
    route: dict[str, Any] = {"timeout": "7s", "retries": {"attempts": 1}}
    if draw(st.booleans()):
        route["headers"] = {"request": edits}
    policy = {"connectionPool": {"tcp": {"maxConnections": 1000}}, "outlierDetection": {}}
    return {"defaultHttpRoutePatch": route, "defaultTrafficPolicyPatch": policy}


def _of(shape: Shape) -> st.SearchStrategy[Any]:
    """Draw a value of a shape, rarely one that does not fit."""
    if isinstance(shape, Each):
        return st.lists(_of(shape.item), max_size=2)
    if isinstance(shape, Keyed):
        return st.dictionaries(st.sampled_from(("a", "b")), _of(shape.value), max_size=2)
    if isinstance(shape, Mapping):
        return st.fixed_dictionaries({}, optional={n: _of(one) for n, one in shape.items()})
    fits = [value for value in (*_VALUES, *_WORDS, *shape([]).split(" or ")) if not shape(value)]
    return st.sampled_from(fits * 6 + ["unfit", None])
