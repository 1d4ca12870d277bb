"""A Manifest: one Kubernetes object that Laneway would apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from laneway.core.resources.meta import Ref


class Manifest(Struct, frozen=True):
    """An object to apply: its identity and its whole body as plain dictionaries and lists."""

    ref: Ref
    body: Mapping[str, Any]
