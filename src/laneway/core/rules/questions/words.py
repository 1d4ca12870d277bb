"""Parts of a mesh in words, so that all findings speak alike.

Comes in: labels, hosts, ports. Goes out: text for a message. Long lists are cut, with a count of
what was left out, since nobody reads a hundred names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from laneway.core.mesh.mesh import MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels


def listing(names: Iterable[object], limit: int = 4) -> str:
    """Join names as a sentence does, at most `limit` of them.

    >>> listing(["a", "b", "c"]), listing("abcdef")
    ('a, b and c', 'a, b, c, d and 2 more')
    """
    words = [str(name) for name in names]
    if len(words) > limit + 1:
        return f"{', '.join(words[:limit])} and {len(words) - limit} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted(noun: str, names: Sequence[object], limit: int = 4) -> str:
    """Put a noun before names, in the plural where there are several.

    >>> counted("lane", ["s1"]), counted("lane", ["s1", "s2"])
    ('lane s1', 'lanes s1 and s2')
    """
    return f"{noun}{'s' if len(names) > 1 else ''} {listing(names, limit)}"


def times(count: int) -> str:
    """Say how often.

    >>> times(1), times(3)
    ('once', '3 times')
    """
    return "once" if count == 1 else f"{count} times"


def labels_text(labels: Labels) -> str:
    """Spell labels as YAML does on one line.

    >>> labels_text((("app", "a"), ("version", "v1")))
    'app: a, version: v1'
    """
    return ", ".join(f"{key}: {value}" for key, value in labels) or "no labels"


def short_host(host: Host | str) -> str:
    """Spell a service's host as `namespace/name`; any other host stays as it is.

    >>> short_host("mocka.default.svc.cluster.local"), short_host("example.com")
    ('default/mocka', 'example.com')
    """
    parts = host.split(".")
    is_service = len(parts) == 5 and parts[2:] == ["svc", "cluster", "local"]
    return f"{parts[1]}/{parts[0]}" if is_service else str(host)


def ports_text(service: MeshService) -> str:
    """Say which ports a service has."""
    numbers = [port.number for port in service.ports]
    return counted("port", numbers) if numbers else "no port"
