"""Objects whose bodies are kept as compressed text, since a change may be of thousands.

Comes in: manifests, one by one. Goes out: a mapping that unpacks one when it is asked for. Routes
of one mesh say nearly the same, so that a body of 40 KB in memory is a few hundred bytes here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping

from msgspec import json

from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref

_FAST = 1
"""The level of compression: what others gain on top is not worth their time."""


class Packed(Mapping[Ref, Manifest]):
    """Objects by identity; each question makes a new Manifest."""

    def __init__(self, manifests: Iterable[Manifest] = ()) -> None:
        """Pack what there is."""
        self._bodies: dict[Ref, bytes] = {}
        for one in manifests:
            self.put(one)

    def put(self, manifest: Manifest) -> None:
        """Take an object, in place of the one that was known."""
        self._bodies[manifest.ref] = zlib.compress(json.encode(manifest.body), _FAST)

    def take(self, others: Packed) -> None:
        """Take objects as others have them packed."""
        self._bodies |= others._bodies

    def drop(self, ref: Ref) -> None:
        """Forget an object, if it is known."""
        self._bodies.pop(ref, None)

    def __getitem__(self, ref: Ref) -> Manifest:
        """Unpack an object."""
        return Manifest(ref, json.decode(zlib.decompress(self._bodies[ref])))

    def __contains__(self, ref: object) -> bool:
        """Whether an object is known; nothing is unpacked for that."""
        return ref in self._bodies

    def __iter__(self) -> Iterator[Ref]:
        """Go through all identities."""
        return iter(self._bodies)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._bodies)
