"""A Manifest: one Kubernetes object that Laneway would apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from laneway.core.resources.meta import Ref


@dataclass(frozen=True, slots=True)
class Manifest:
    """An object to apply: its identity and its whole body as plain dictionaries and lists."""

    ref: Ref
    body: Mapping[str, Any] = field(repr=False)
