"""What the operator asks of a cluster and of its control plane, as shapes to be filled.

By the Kubernetes API and istiod in earnest, by a model in memory in tests.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from laneway.adapters.kube import Kind, KubeError
from laneway.core.compile import Compilation
from laneway.core.emit.manifest import Manifest
from laneway.core.live.audience import Audience
from laneway.core.live.liveness import Liveness
from laneway.core.live.proxies import Who, everybody
from laneway.core.live.watching import Move
from laneway.core.resources.meta import Ref

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Place = tuple[str, str]
"""A namespace, empty for kinds without one, and a name."""


class FollowedKind(Protocol[T_co]):
    """All objects of one kind, as the server has them."""

    @property
    def objects(self) -> Mapping[Place, T_co]:
        """The objects by place."""

    @property
    def is_synced(self) -> bool:
        """Whether all of them were read once."""

    @property
    def problem(self) -> KubeError | None:
        """Why it is not followed at the moment."""

    async def run(self, changed: Callable[[], None]) -> None:
        """Follow until cancelled; `changed` is called whenever an object is another."""


class Gives(Protocol):
    """An API server, as far as it gives objects."""

    async def get(self, kind: Kind, namespace: str, name: str) -> bytes:
        """Return an object."""


class Cluster(Gives, Protocol):
    """An API server. What it refuses is a KubeError."""

    async def kinds(self) -> Mapping[tuple[str, str], Kind]:
        """Return what the server has, by API group and kind."""

    async def apply(
        self, kind: Kind, body: Mapping[str, object], *, subresource: str = ""
    ) -> bytes:
        """Apply fields of an object on the server, and return the object."""

    async def take(self, kind: Kind, body: Mapping[str, object], *, subresource: str = "") -> bytes:
        """Apply fields of an object, and take from others those that they have."""

    async def merge(
        self, kind: Kind, body: Mapping[str, object], *, subresource: str = ""
    ) -> bytes:
        """Merge fields into an object; those that the server does not know are dropped."""

    async def create(self, kind: Kind, body: Mapping[str, object]) -> bytes:
        """Create an object."""

    async def delete(self, kind: Kind, namespace: str, name: str, *, uid: str = "") -> None:
        """Delete an object if it is still that one."""

    def follow(self, kind: Kind, decode: Callable[[bytes], T | None]) -> FollowedKind[T]:
        """Return a kind's objects, to be run."""


class StepWatching(Protocol):
    """Somebody who watches steps go live; it began before they were written."""

    @property
    def unseen(self) -> Collection[Ref]:
        """The objects of which no proxy is sent anything."""

    @property
    def last(self) -> Collection[Ref]:
        """The objects that tell of all others, if they are written, or removed, behind those."""

    @property
    def audience(self) -> Audience:
        """Who was there when it began."""

    @property
    def stands(self) -> bool:
        """Whether it tells the same as one that begins now, where it began ahead of time."""

    async def confirm(self) -> Liveness:
        """Return who has them, as soon as all have them or the time for it is over."""


class Confirming(Protocol):
    """Who says what is live, of the proxies `who`."""

    def audience(self) -> Audience:
        """Return who could be looked at now, and who be asked."""

    def observing(
        self, moves: Iterable[Move], compilation: Compilation, who: Who = everybody
    ) -> AbstractAsyncContextManager[StepWatching]:
        """Begin to watch for steps that are about to be written at once."""

    def ahead(
        self, moves: Iterable[Move], compilation: Compilation, beside: StepWatching
    ) -> AbstractAsyncContextManager[StepWatching | None]:
        """Begin to watch for steps that come next, `beside` who watches for those on their way.

        None where that would tell of these by mistake. Before the steps are written it has to
        stand.
        """

    def written(
        self, objects: Iterable[Manifest], compilation: Compilation, who: Who = everybody
    ) -> AbstractAsyncContextManager[StepWatching]:
        """Begin to ask about objects that were written, by whom and when is not known."""
