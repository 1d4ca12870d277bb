"""Whether this machine lets Envoy watch one more file.

Comes in: how many files are to be watched. Goes out: why that is not possible, or nothing. Envoy
takes an inotify instance per file it watches, and ends at once when it gets none; a user has 128 of
them on most systems, for all programs together. So it is asked before, since an edit must never end
a proxy that serves. https://man7.org/linux/man-pages/man7/inotify.7.html
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from laneway.core.emit.envoy.config import EMPTY, ProxyConfig, table_of

_LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
_INSTANCE = "anon_inode:inotify"
_OF_EACH = 2
"""The files every Envoy watches beside its tables: clusters and listeners."""


def watched(proxy: ProxyConfig) -> int:
    """Return how many files an Envoy with this configuration watches."""
    tables = {table_of(listener) for listener in proxy.listeners.values()} - {""}
    return _OF_EACH + len(tables)


def shortage(old: Mapping[str, ProxyConfig], new: Mapping[str, ProxyConfig]) -> str:
    """Say why a change would need more watches than there are, empty when there are enough.

    While a change is under way, what comes and what goes is watched together.
    """
    more = sum(
        watched(ProxyConfig({**old.get(name, EMPTY).listeners, **config.listeners}))
        - (watched(old[name]) if name in old else 0)
        for name, config in new.items()
    )
    if more <= 0:
        return ""
    free = _limit() - sum(1 for _ in _instances())
    if more <= free:
        return ""
    return (
        f"Envoy would watch {more} more files, and this machine allows {max(free, 0)} more: "
        f"raise fs.inotify.max_user_instances, for instance by "
        f"`sysctl fs.inotify.max_user_instances={_limit() + more + 64}`"
    )


def _limit() -> int:
    try:
        return int(_LIMIT.read_text())
    except (OSError, ValueError):
        return 1_000_000


def _instances() -> Iterator[str]:
    """Yield the inotify instances that programs of this user hold."""
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if process.stat().st_uid == os.getuid():
                for descriptor in (process / "fd").iterdir():
                    if str(descriptor.readlink()) == _INSTANCE:
                        yield str(descriptor)
        except OSError:
            continue  # it ended while it was looked at, or may not be looked into
