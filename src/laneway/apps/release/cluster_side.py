"""A cluster, as a release sees it that moves weights by server-side apply.

Comes in: a cluster, a plan, where the record is kept. Goes out: what is at hand, and weights that
are applied. Where a syncer keeps the objects, or somebody else applies the same fields, nothing is
applied: findings say so. What somebody edited there once is taken over.
https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.kube import Conflict, KubeError
from laneway.core.edits.lane_splits import lane_splits
from laneway.core.edits.weights import Moves, set_to
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.mesh.gather import gather
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.release.applying import (
    ClusterRecord,
    SplitWeights,
    applications,
    moves_back,
    moves_to,
    touched,
    weights_after,
    weights_before,
)
from laneway.core.release.books import Books, Delivered, NotReachedError, NotWrittenError
from laneway.core.release.lane_traffic import weights_of
from laneway.core.release.stages import is_moved
from laneway.core.release.step import ToCommit
from laneway.core.resources.read import read_objects
from laneway.core.resources.releases.plan import Plan
from laneway.core.syncing.cluster.seen import SeenObject, kept_by

Body = Mapping[str, Any]


class ReleasedCluster(Protocol):
    """A cluster, as far as a release needs it. Each call raises KubeError."""

    def bodies(self, *, workloads: bool = False) -> Sequence[Body]:
        """Return the objects in which lanes and weights are, and workloads if they are wanted."""

    def apply(self, body: Body, *, force: bool = False, dry_run: bool = False) -> None:
        """Apply fields of an object; with `force` also those that somebody else edited.

        Raises Conflict where somebody has one of them, or the object is another by now.
        """


class KeptRecord(Protocol):
    """Where a release is written down. Each call raises KubeError."""

    def read(self) -> tuple[str, ClusterRecord | None]:
        """Return the version of what is there, and the record in it."""

    def write(self, record: ClusterRecord, version: str) -> str:
        """Write it, and return its version now. Raises Conflict where it is another by now."""


class SeenCluster(Struct, frozen=True):
    """Objects, and the mesh that they are."""

    bodies: Sequence[Body]
    mesh: Mesh

    @classmethod
    def of(cls, cluster: ReleasedCluster, *, workloads: bool = False) -> SeenCluster:
        """Read what is needed. Raises KubeError."""
        bodies = cluster.bodies(workloads=workloads)
        return cls(bodies, link(gather([read_objects("the cluster", list(bodies))])))


class ClusterSide:
    """The weights of a cluster, and the record of a release there."""

    branch = ""
    proposes = False

    def __init__(self, plan: Plan, cluster: ReleasedCluster, record: KeptRecord) -> None:
        self._plan = plan
        self._cluster = cluster
        self._record = record

    def is_here(self) -> bool:
        """There is no other place than this one."""
        return True

    def push_rest(self) -> bool:
        """Nothing is handed on."""
        return True

    def follow(self) -> None:
        """What a killed runner left half applied is finished before anything is read."""

    def books(self) -> Books:
        """Read where the release stands, once a move is finished that somebody left half applied.

        Half a move is no move by hand. Raises NotWrittenError, NotReachedError.
        """
        try:
            version, record = self._record.read()
            if record is not None and record.coming:
                version, record = self._finish(record, version)
            mesh = SeenCluster.of(self._cluster).mesh
        except KubeError as error:
            raise _away(error) from error
        standing = record.standing if record else None
        moved = standing is not None and is_moved(mesh, self._plan, standing)
        return Books(version, standing, "", moved, weights_of(lane_splits(mesh)))

    def checked(self) -> tuple[Finding, ...]:
        """Return what keeps the weights of the stages from being written, as things are."""
        try:
            seen = SeenCluster.of(self._cluster)
            return tuple(
                one
                for stage in self._plan.stages
                for one in self._wrong(seen, set_to(seen.mesh, stage.weights))
            )
        except KubeError as error:
            raise _away(error) from error

    def deliver(self, wanted: ToCommit, head: str) -> Delivered:
        """Write where the release stands, then move the weights, then write that they are moved."""
        try:
            seen = SeenCluster.of(self._cluster)
            _, record = self._record.read()
            moves = self._moves(seen.mesh, wanted, record)
            if wrong := tuple(self._wrong(seen, moves)):
                raise NotWrittenError(wrong)
            goes_on = record is not None and record.standing.phase in ("running", "paused")
            before = record.before if record and goes_on else self._before(seen.mesh)
            written = ClusterRecord(wanted.standing, before, weights_after(moves.moves))
            version = self._record.write(written, head)
            if written.coming:
                self._finish(written, version)
        except Conflict:
            return "again"
        except KubeError as error:
            raise _away(error) from error
        return "done"

    def _moves(self, mesh: Mesh, wanted: ToCommit, record: ClusterRecord | None) -> Moves:
        if wanted.weights:
            return set_to(mesh, wanted.weights)
        if wanted.weights is None or record is None:
            return Moves()
        return moves_back(mesh, record.before)

    def _before(self, mesh: Mesh) -> SplitWeights:
        """Return the weights of all that the stages move."""
        found: dict[tuple[str, ...], Mapping[str, int]] = {}
        for stage in self._plan.stages:
            found |= weights_before(set_to(mesh, stage.weights).moves)
        return found

    def _finish(self, record: ClusterRecord, version: str) -> tuple[str, ClusterRecord]:
        """Apply the weights that are to come, and write that they are there."""
        seen = SeenCluster.of(self._cluster)
        moves = moves_to(seen.mesh, record.coming)
        if wrong := tuple(self._wrong(seen, moves)):
            raise NotWrittenError(wrong)
        for body in applications(seen.bodies, moves.moves):
            self._put(body)
        done = replace(record, coming={})
        return self._record.write(done, version), done

    def _wrong(self, seen: SeenCluster, moves: Moves) -> Iterable[Finding]:
        """Yield what keeps moves from being applied. Nothing is changed by that."""
        yield from (one for one in moves.findings if one.level == "error")
        for body in touched(seen.bodies, moves.moves):
            if other := kept_by(SeenObject(body)):
                yield unplaced(releasing.KEPT_BY_A_SYNCER, what=_said(body), other=other)
        for body in applications(seen.bodies, moves.moves):
            try:
                self._put(body, dry_run=True)
            except NotWrittenError as error:
                yield from error.findings

    def _put(self, body: Body, *, dry_run: bool = False) -> None:
        """Apply fields of an object; what others apply is never taken from them."""
        try:
            self._cluster.apply(body, dry_run=dry_run)
        except Conflict as error:
            if not error.fields:
                raise
            if error.is_applied:
                words = {"what": _said(body), "others": ", ".join(error.managers)}
                raise NotWrittenError([unplaced(releasing.APPLIED_BY_OTHERS, **words)]) from error
            self._cluster.apply(body, force=True, dry_run=dry_run)


def _said(body: Body) -> str:
    place = [body["metadata"].get(key) for key in ("namespace", "name")]
    return f"{body['kind']} {'/'.join(filter(None, place))}"


def _away(error: KubeError) -> NotReachedError:
    return NotReachedError(f"the API server: {error}")
