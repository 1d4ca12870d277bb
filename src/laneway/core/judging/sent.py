"""What came of sending one request many times, in numbers."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Sent(Struct, frozen=True):
    """What came of sending. `statuses` counts answers, `lost` requests without one, by reason."""

    total: int
    statuses: Mapping[int, int] = {}
    lost: Mapping[str, int] = {}

    @property
    def answered(self) -> int:
        """How many requests were answered, whatever the status."""
        return sum(self.statuses.values())
