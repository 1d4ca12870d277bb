"""What changes a proxy behind the back of routes: EnvoyFilter, WasmPlugin, TrafficExtension.

https://istio.io/latest/docs/reference/config/networking/envoy-filter/
https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
Only whom it concerns is typed: what it does to requests cannot be known from its text.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta


class ProxyExtension(Struct, frozen=True):
    """One such object; `meta.ref.kind` says which. No labels: all proxies of its namespace.

    An `idle` one holds nothing that a proxy could be given.
    """

    meta: Meta
    workload_selector: Labels = ()
    idle: bool = False
