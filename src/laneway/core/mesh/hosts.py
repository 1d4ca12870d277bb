"""Host patterns, and which objects speak of a host, found without asking every object.

https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from laneway.core.mesh.names import Host

T = TypeVar("T")


def covers(pattern: str, host: str) -> bool:
    """Whether a host pattern (`*`, `*.suffix` or exact) covers a host or a narrower pattern.

    >>> covers("*.example.com", "a.example.com"), covers("a.example.com", "*.example.com")
    (True, False)
    """
    if pattern in ("*", host):
        return True
    return pattern.startswith("*") and host.endswith(pattern[1:])


class HostIndex(Generic[T]):
    """Objects by the hosts they speak of, in the order they were given."""

    def __init__(self, things: Iterable[T], hosts_of: Callable[[T], Iterable[str]]) -> None:
        """Index objects by the absolute hosts `hosts_of` returns for each."""
        self._exact: dict[str, dict[int, T]] = {}
        self._wild: dict[str, dict[int, T]] = {}
        for position, thing in enumerate(things):
            for host in hosts_of(thing):
                known = self._wild if host.startswith("*") else self._exact
                known.setdefault(host, {})[position] = thing

    def of(self, host: Host) -> tuple[T, ...]:
        """Return the objects that speak of a host, exactly or by a wildcard."""
        exact = self._exact.get(host)
        if not self._wild:
            return tuple(exact.values()) if exact else ()
        found = dict(exact or {})
        for wide, things in self._wild.items():
            if covers(wide, host):
                found |= things
        return tuple(found[position] for position in sorted(found))

    def hosts(self, known: Iterable[Host]) -> list[Host]:
        """Return the known hosts of which any object speaks."""
        return [host for host in known if self._wild or host in self._exact]
