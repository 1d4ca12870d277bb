"""What of a group is known to be live: a digest of its objects, kept in its status.

Comes in: our objects as they stand. Goes out: one digest a group. Whoever begins anew compares it
with the one in the status: where they differ, what lies there was written and never seen live.
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.core.keeping.own_objects import OwnObject
from laneway.core.live.liveness import Liveness
from laneway.core.resources.meta import Ref


def digests_by_group(there: Mapping[Ref, OwnObject]) -> Mapping[str, str]:
    """Return a digest of the objects of each group that owns some."""
    from hashlib import blake2b  # noqa: PLC0415 - it loads OpenSSL, which only a cluster needs

    found: dict[str, list[tuple[Ref, bytes]]] = {}
    for ref, own in there.items():
        for group in own.groups:
            found.setdefault(group, []).append((ref, own.digest))
    digests = {}
    for group, objects in found.items():
        whole = blake2b(digest_size=16)
        for ref, digest in sorted(objects):
            whole.update(f"{ref}\n".encode() + digest)
        digests[group] = whole.hexdigest()
    return digests


def blocks_removal(live: Liveness) -> bool:
    """Whether proxies that lack a change may still use what the next step takes away.

    One that is not connected keeps all it has, and gets all that is new when it comes back.
    """
    behind = any(one.why != "not connected" for one in live.missing)
    return live.state == "waiting" and (behind or live.reason == "ChangeNotSeen")
