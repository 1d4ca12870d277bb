"""Objects: a list, one of them with what is made of it, and namespaces."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from laneway.adapters.kube import KubeError
from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused, Parameter
from laneway.apps.console.api.injection import refusal_of
from laneway.apps.console.api.lanes import PAGED, part_of
from laneway.core.resources.meta import Ref
from laneway.core.views.namespaces import namespaces_view
from laneway.core.views.objects import ObjectFilter, objects_view
from laneway.core.views.resource import resource_view


@runtime_checkable
class HasBodies(Protocol):
    """A ground whose objects are read where they are."""

    async def body_of(self, ref: Ref) -> Mapping[str, Any] | None:
        """Return an object as it is there; None where it cannot be had. Raises KubeError."""


_NONE = "-"
"""The namespace of an object that has none."""


async def _objects(asked: CallAsked) -> dict[str, Any]:
    words = asked.words
    wish = ObjectFilter(
        part_of(asked),
        words.get("kind", ""),
        words.get("namespace", ""),
        words.get("owner", ""),
        words.get("level", ""),
    )
    return await asyncio.to_thread(objects_view, asked.seen.compilation, wish)


async def _object(asked: CallAsked) -> dict[str, Any]:
    words = asked.words
    space = "" if words["namespace"] == _NONE else words["namespace"]
    ref = Ref(words["kind"], space, words["name"])
    body = await _body(asked, ref)
    found = await asyncio.to_thread(resource_view, asked.seen.compilation, ref, body)
    if found is None:
        raise CallRefused(404, f"There is no {ref}", "It was removed, or it was never read.")
    return found


async def _body(asked: CallAsked, ref: Ref) -> Mapping[str, Any] | None:
    """Return an object of a cluster as it is there: of most only what decides is kept."""
    if not isinstance(asked.ground, HasBodies):
        return None
    try:
        return await asked.ground.body_of(ref)
    except KubeError as error:
        raise refusal_of(error) from None


async def _namespaces(asked: CallAsked) -> list[dict[str, Any]]:
    return await asked.of_seen("namespaces", lambda seen: namespaces_view(seen.compilation.mesh))


_NAMED = (
    Parameter("kind", "as in `kind:` of its YAML"),
    Parameter("namespace", "its namespace, - for none"),
    Parameter("name", "its name"),
)

CALLS = (
    ApiCall(
        "GET",
        "/resources",
        "A page of all objects",
        _objects,
        dict[str, Any],
        parameters=(
            *PAGED,
            Parameter("kind", "of this kind"),
            Parameter("namespace", "of this namespace"),
            Parameter("owner", "kept by: file, laneway, asm, syncer, controller or cluster"),
            Parameter("level", "with a finding of this level"),
        ),
    ),
    ApiCall(
        "GET",
        "/resources/{kind}/{namespace}/{name}",
        "An object, who keeps it, and what is made of it",
        _object,
        dict[str, Any],
        parameters=_NAMED,
    ),
    ApiCall(
        "GET",
        "/namespaces",
        "Namespaces, and which pods have no sidecar",
        _namespaces,
        list[dict[str, Any]],
    ),
)
