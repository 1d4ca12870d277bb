"""What a release in stages is to do: who comes, who stays, stage by stage, and what is looked at.

These are values only; `read_plan` makes them of a file. Shares are fractions of 1, lengths of time
are seconds, edges of latency milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

API_VERSION, KIND = "laneway.dev/v1alpha1", "LaneRelease"


class ErrorGate(Struct, frozen=True):
    """Answers of status 5xx: the new lane's share may be larger by the tolerance."""

    tolerance: float

    @property
    def name(self) -> str:
        """How the gate is called."""
        return "errors"


class LatencyGate(Struct, frozen=True):
    """Answers that took longer than an edge: the new lane's share may be larger by so much."""

    above: float
    tolerance: float

    @property
    def name(self) -> str:
        """How the gate is called."""
        return f"over {self.above:g} ms"


Gate = ErrorGate | LatencyGate


class ReleaseStage(Struct, frozen=True):
    """Weights by lane, how long they stay at least, and at most without a decision."""

    weights: Mapping[str, int]
    duration: float
    limit: float


class Plan(Struct, frozen=True):
    """A plan. `requests` are those of either lane that every hop has to have seen in each stage.

    `digest` stands for what the file says: a release under way is carried on by the same plan only.
    """

    name: str
    lane: str
    stable: str
    requests: int
    gates: tuple[Gate, ...]
    stages: tuple[ReleaseStage, ...]
    digest: str
    path: str

    def is_judged(self, stage: int) -> bool:
        """Whether a stage (from 1) has requests of both lanes."""
        return self.stages[stage - 1].weights.get(self.stable, 0) > 0

    @property
    def judged_stages(self) -> int:
        """How many stages are judged."""
        return sum(self.is_judged(number) for number in range(1, len(self.stages) + 1))
