"""How much is taken from a repository before it is refused.

Far above what manifests need, and low enough that a repository that is hostile, or not meant, costs
seconds and no more memory than a machine has.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.resources.yaml.limits import LARGEST_FILE, MEGABYTE


class Limits(Struct, frozen=True):
    """Bytes, numbers and seconds of one fetch and of one reading.

    `pack` are bytes as they are sent, `inflated` as they are unpacked; `names` are bytes of what
    the server tells before it sends a pack, its branches and tags; `object` is the largest of
    anything in the pack, a file or a folder's list.
    """

    pack: int = 256 * MEGABYTE
    inflated: int = 1024 * MEGABYTE
    names: int = 32 * MEGABYTE
    objects: int = 500_000
    object: int = LARGEST_FILE
    seconds: float = 120.0
    file: int = LARGEST_FILE
    files: int = 20_000
    total: int = 256 * MEGABYTE
    depth: int = 64
    """How deep folders may nest."""
    entries: int = 500_000
    """How many names the folders that are searched may hold together."""
