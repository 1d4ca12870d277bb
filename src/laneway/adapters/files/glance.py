"""A quick look at what a search leaves out: whether manifests are in it, and lanes.

Comes in: paths that were left out. Goes out: those with manifests, and the files that name a lane.
Nothing is parsed, and a folder of other programs as large as they get is looked at in part only, so
that leaving it out stays cheaper than reading it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from itertools import islice

from msgspec import Struct

from laneway.core.resources.other_programs import LANE_KINDS, names_a_kind

MOST_FILES = 5_000
MOST_FOLDERS = 10_000
LARGEST = 1 << 20
"""How much of one file is looked at, in bytes."""


class Glance(Struct, frozen=True):
    """What was seen. `lanes` is the first file that names a lane, or nothing."""

    manifests: bool = False
    lanes: str = ""


def glance(path: str, endings: tuple[str, ...], reached: Collection[str] = ()) -> Glance:
    """Look at a file or a folder; what cannot be read, or was `reached` by name, holds nothing."""
    manifests = False
    for file in islice(_files(path, endings), MOST_FILES):
        manifests = manifests or os.path.realpath(file) not in reached
        if names_a_kind(_head(file), LANE_KINDS) and os.path.realpath(file) not in reached:
            return Glance(manifests, file)
    return Glance(manifests)


def _files(path: str, endings: tuple[str, ...]) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    for where, folders, names in islice(os.walk(path), MOST_FOLDERS):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (os.path.join(where, name) for name in sorted(names) if name.endswith(endings))


def _head(file: str) -> bytes:
    try:
        if not os.path.isfile(file):
            return b""
        with open(file, "rb") as opened:
            return opened.read(LARGEST)
    except OSError:
        return b""
