"""What a release in stages is to do: who comes, who stays, stage by stage, and what is looked at.

These are values only; `read_plan` makes them of a file. Shares are fractions of 1, lengths of time
are seconds, edges of latency milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from laneway.core.resources.meta import Meta

API_GROUP, VERSION, KIND = "laneway.dev", "v1alpha1", "LaneRelease"
API_VERSION = f"{API_GROUP}/{VERSION}"


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


class FigureGate(Struct, frozen=True):
    """A figure that a metrics server works out: none of its values may be beyond its bounds.

    `resource` is the one of the new lane's pods that is asked for instead of a `query`.
    """

    name: str
    query: str = ""
    resource: Literal["", "cpu", "memory"] = ""
    above: float | None = None
    below: float | None = None


Compared = ErrorGate | LatencyGate
"""What is judged of both lanes, hop by hop."""

Gate = Compared | FigureGate


class ReleaseStage(Struct, frozen=True):
    """Weights by lane, how long they stay at least, and at most without a decision."""

    weights: Mapping[str, int]
    duration: float
    limit: float


class GitTarget(Struct, frozen=True):
    """Where commits move the weights: a repository by the name that a configuration gives it.

    An empty branch is the one that the remote calls HEAD, an empty path the whole tree.
    """

    repository: str
    branch: str = ""
    path: str = ""


class Plan(Struct, frozen=True):
    """A plan. `requests` are those of either lane that every hop has to have seen in each stage.

    `metrics` names the server that says what was counted, and figures; without one the mesh on this
    machine does. `notify` names whom moves and the end are told. `digest` stands for what the file
    says: a release under way is carried on by the same plan only. `git` says where the one who
    executes it in a cluster commits.
    """

    name: str
    lane: str
    stable: str
    requests: int
    gates: tuple[Gate, ...]
    stages: tuple[ReleaseStage, ...]
    digest: str
    path: str
    metrics: str = ""
    notify: tuple[str, ...] = ()
    git: GitTarget | None = None

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The gates by which lanes are compared."""
        return tuple(one for one in self.gates if not isinstance(one, FigureGate))

    @property
    def figures(self) -> tuple[FigureGate, ...]:
        """The gates of figures."""
        return tuple(one for one in self.gates if isinstance(one, FigureGate))

    def is_judged(self, stage: int) -> bool:
        """Whether a stage (from 1) has requests of both lanes."""
        return self.stages[stage - 1].weights.get(self.stable, 0) > 0

    @property
    def judged_stages(self) -> int:
        """How many stages are judged."""
        return sum(self.is_judged(number) for number in range(1, len(self.stages) + 1))


class LaneRelease(Struct, frozen=True):
    """A LaneRelease among other objects. `plan` is None where it has an error."""

    meta: Meta
    plan: Plan | None
