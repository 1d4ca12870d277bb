"""The vendor's kinds that write headers: ASMHashTagging and ASMHeaderPropagation.

Hash tagging makes shares of users at a gateway: the hash of a header decides a tag. Header
propagation takes headers back out of baggage; a permissive group that travels by baggage needs
none, so it is read, kept and given no effect.
https://developer.aliyun.com/article/1702806
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta


class HashRule(Struct, frozen=True):
    """One rule: requests for `host` (empty: all) get a tag by the hash of `header`, modulo.

    `partitions` are sizes with their tags, in order; header names are in lower case.
    """

    name: str
    index: int
    header: str
    modulo: int
    tag_header: str
    partitions: tuple[tuple[int, str], ...]
    host: str = ""


class HashTagging(Struct, frozen=True):
    """An ASMHashTagging. `workload_selector` selects gateway pods; empty: all of them."""

    meta: Meta
    workload_selector: Labels = ()
    rules: tuple[HashRule, ...] = ()


class HeaderPropagation(Struct, frozen=True):
    """An ASMHeaderPropagation: the headers to carry, by name and by prefix."""

    meta: Meta
    workload_selector: Labels = ()
    headers: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
