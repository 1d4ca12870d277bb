"""What came of sending one request many times, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending. `statuses` counts answers, `lost` requests without one, by reason."""

    total: int
    statuses: Mapping[int, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many requests were answered, whatever the status."""
        return sum(self.statuses.values())
