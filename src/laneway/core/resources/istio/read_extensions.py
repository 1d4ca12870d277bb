"""Reads what extends proxies: whom it concerns, and nothing of what it does.

Comes in: a cursor on an EnvoyFilter, a WasmPlugin or a TrafficExtension. Goes out: the object, or
nothing when it has no name.
"""

from __future__ import annotations

from laneway.core.resources.istio.extensions import ProxyExtension
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor


def read_envoy_filter(root: Cursor) -> ProxyExtension | None:
    """Read an EnvoyFilter. One without patches is admitted by Istio and changes nothing."""
    meta = read_meta(root, "EnvoyFilter", namespaced=True)
    spec = root.below("spec")
    selector = spec.below("workloadSelector").labels("labels")
    idle = spec.raw.get("configPatches") in (None, [])
    return None if meta is None else ProxyExtension(meta, selector, idle)


def read_wasm_plugin(root: Cursor) -> ProxyExtension | None:
    """Read a WasmPlugin."""
    return _selected(root, "WasmPlugin")


def read_traffic_extension(root: Cursor) -> ProxyExtension | None:
    """Read a TrafficExtension."""
    return _selected(root, "TrafficExtension")


def _selected(root: Cursor, kind: str) -> ProxyExtension | None:
    meta = read_meta(root, kind, namespaced=True)
    selector = root.below("spec").below("selector").labels("matchLabels")
    return None if meta is None else ProxyExtension(meta, selector)
