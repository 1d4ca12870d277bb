"""Edits of a cluster, of which what is tracked from a repository goes to a work tree of that.

Comes in: edits of a cluster, a work tree. Goes out: for each object the way in which it is edited.
What an application tracks is a commit where the work tree is of the application's repository and
its folder holds the object; all else is the cluster's way, which refuses what others track.
"""

from __future__ import annotations

import asyncio

from laneway.apps.console.editing.cluster import ClusterEditing
from laneway.apps.console.editing.delivery import EditDelivery
from laneway.apps.console.editing.git import GitEditing
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.offers import Offers
from laneway.core.edits.forms.values import FormEdit
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_outcome import CommitStanding, EditOutcome, WayKind, WayTold
from laneway.core.views.form_preview import Preview
from laneway.core.views.trackers import TrackingApplication, objects_of


class TrackedTrees:
    """The ways into a work tree, one for each folder of it that an application follows."""

    def __init__(self, delivery: EditDelivery) -> None:
        """Nothing is read before a call."""
        self._delivery = delivery
        self._known: dict[tuple[str, ...], tuple[GitEditing, str]] = {}

    def of(self, one: TrackingApplication) -> GitEditing | None:
        """Return the way of what an application follows; None where the tree is of another.

        Raises GitError where it is of this one and cannot be used.
        """
        if not one.repository or not self._delivery.is_of(one.repository):
            return None
        followed = (one.repository, one.revision, one.path, one.namespace)
        if followed not in self._known:
            told = {
                "repoURL": one.repository,
                "targetRevision": one.revision,
                "path": one.path,
                "namespace": one.namespace,
            }
            self._known[followed] = self._delivery.of_application(told), one.live
        way = self._known[followed][0]
        self._known[followed] = way, one.live
        return way

    async def standing(self, commit: str) -> CommitStanding:
        """Return how far a commit is: live where an application is synced with it."""
        ways = [*self._known.values()]
        for way, live in ways:
            found = await way.standing(commit, live, None)
            if found.state == "live" or (way, live) == ways[-1]:
                return found
        return CommitStanding(commit, "gone")


class TrackedEditing:
    """A cluster as one user may change it, beside a work tree of theirs."""

    kind: WayKind = "cluster"

    def __init__(self, cluster: ClusterEditing, trees: TrackedTrees) -> None:
        """Nothing is read before a call."""
        self._cluster = cluster
        self._trees = trees

    async def way_of(self, kind: str, name: str) -> ClusterEditing | GitEditing:
        """Return the way of an object. Raises GitError where its work tree cannot be used."""
        for one in await self._cluster.trackers_of(kind, name):
            tree = await asyncio.to_thread(self._trees.of, one)
            if tree is not None and objects_of(await tree.mesh(), kind, name):
                return tree
        return self._cluster

    async def standing(self, commit: str, live: str, since: float | None) -> CommitStanding:
        """Return how far a commit is: applications say what is live."""
        del live, since
        return await self._trees.standing(commit)

    async def told(self) -> WayTold:
        """Return where an edit of what nobody tracks goes."""
        return await self._cluster.told()

    async def head(self) -> str:
        """Return what the cluster's way says."""
        return await self._cluster.head()

    async def mesh(self) -> Mesh:
        """Return what the cluster has now."""
        return await self._cluster.mesh()

    async def offers(self) -> Offers:
        """Return what forms offer."""
        return await self._cluster.offers()

    async def preview(self, edit: FormEdit) -> Preview | EditConflict:
        """Return what an edit of the cluster would be."""
        return await self._cluster.preview(edit)

    async def write(self, edit: FormEdit, by: str) -> EditOutcome:
        """Write an edit to the cluster, which refuses it where the object is tracked."""
        return await self._cluster.write(edit, by)
