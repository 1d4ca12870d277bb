"""Laneway: traffic lanes for services, compiled in one place and run anywhere.

    >>> import laneway
    >>> snapshot = laneway.read(["examples/strict-lanes"])  # doctest: +SKIP
    >>> compilation = laneway.compile(snapshot)  # doctest: +SKIP
    >>> [finding.message for finding in compilation.findings]  # doctest: +SKIP

Names are loaded when they are first asked for, so that importing the package costs nothing: not
even `typing` is loaded, since a command that is interrupted before it runs prints a traceback.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from laneway.adapters.files import read_paths as read
    from laneway.core.compile import Compilation
    from laneway.core.compile import compile_snapshot as compile  # noqa: A004
    from laneway.core.emit.istio import manifests
    from laneway.core.findings.finding import Finding
    from laneway.core.mesh.snapshot import Snapshot
    from laneway.core.routing.ask.journey import journey as explain
    from laneway.core.routing.ask.request import Request
    from laneway.core.routing.plan.route_plan import RoutePlan

_HOMES = {
    "Compilation": ("laneway.core.compile", "Compilation"),
    "Finding": ("laneway.core.findings.finding", "Finding"),
    "Request": ("laneway.core.routing.ask.request", "Request"),
    "RoutePlan": ("laneway.core.routing.plan.route_plan", "RoutePlan"),
    "Snapshot": ("laneway.core.mesh.snapshot", "Snapshot"),
    "compile": ("laneway.core.compile", "compile_snapshot"),
    "explain": ("laneway.core.routing.ask.journey", "journey"),
    "manifests": ("laneway.core.emit.istio", "manifests"),
    "read": ("laneway.adapters.files", "read_paths"),
}

__all__ = [
    "Compilation",
    "Finding",
    "Request",
    "RoutePlan",
    "Snapshot",
    "compile",
    "explain",
    "manifests",
    "read",
]


def __getattr__(name: str) -> "Any":
    from importlib import import_module  # noqa: PLC0415 - as said above

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return __all__
