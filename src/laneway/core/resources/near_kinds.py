"""Which kind was meant by one that nobody reads.

Comes in: an API group and a kind, and the kinds that are read. Goes out: the group and kind that
were meant, or nothing. A kind of another API is nobody's mistake, however much its name is like one
of ours, so a name is held against kinds of the same API alone, and an API against none but its own
misspellings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from laneway.core.resources.yaml.nearness import meant

Named = tuple[str, str]
"""An API group, empty for the core of Kubernetes, and a kind."""

_CLOSED = frozenset(
    {
        *("", "apps", "batch", "discovery.k8s.io", "networking.k8s.io"),
        *("networking.istio.io", "security.istio.io", "extensions.istio.io"),
        *("telemetry.istio.io", "istio.alibabacloud.com", "laneway.dev"),
    }
)
"""Groups that have no kind of a name that another of them has."""

_AMBIGUOUS = frozenset({"Gateway", "Rollout"})
"""Kinds that several APIs have: where the group is wrong, nobody knows which one was meant."""

_OFTEN = {"core": "", "app": "apps"}
"""Groups that people write though there are none."""

_VENDOR = "ASM"
_ISTIO = ("networking.istio.io", "security.istio.io", "extensions.istio.io")
_OWNED = ".istio.io"


def meant_kind(group: str, kind: str, known: Collection[Named]) -> Named | None:
    """Return what a group and a kind that nobody reads were meant to be; mostly None.

    >>> read = [("apps", "Deployment"), ("", "Service"), ("networking.istio.io", "VirtualService")]
    >>> meant_kind("", "Servce", read), meant_kind("network.istio.io", "VirtualService", read)
    (('', 'Service'), ('networking.istio.io', 'VirtualService'))
    >>> meant_kind("serving.knative.dev", "Service", read), meant_kind("", "ServiceAccount", read)
    (None, None)
    """
    return next(
        (
            (right, name)
            for right in _groups(group, kind, known)
            for name in _names(kind, [one for of, one in known if of == right], group == right)
        ),
        None,
    )


def _groups(group: str, kind: str, known: Collection[Named]) -> Iterator[str]:
    """Yield the groups that may be meant, the one that is written first."""
    groups = dict.fromkeys(of for of, _ in known)
    if group in groups:
        yield group
    for right in groups:
        if right != group and _is_meant(group, right, kind):
            yield right


def _is_meant(group: str, right: str, kind: str) -> bool:
    if group in _OFTEN:
        return _OFTEN[group] == right
    if meant(group, [right]) or (group and right.startswith(f"{group}.")):
        return True
    if right in _ISTIO and f".{group}".endswith(_OWNED) and group not in _CLOSED:
        return True
    if kind.startswith(_VENDOR) and right.startswith("istio.alibaba"):
        return True
    if kind in _AMBIGUOUS:
        return False
    return group in _CLOSED and right in _CLOSED


def _names(kind: str, names: list[str], same: bool) -> Iterator[str]:  # noqa: FBT001 - one caller
    if kind in names:
        yield kind
    elif name := meant(kind, names):
        if same or kind.startswith(_VENDOR) or kind.lower() == name.lower():
            yield name
    elif same:
        yield from (name for name in names if name == f"{_VENDOR}{kind}")
