"""What a console stands on, and its whole mesh as it was understood."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from laneway.apps.console.api.calls import READ_ONLY, ApiCall, CallAsked
from laneway.apps.console.seams import GatewayAddress, GroundKind
from laneway.core.resources.releases.plan import LaneRelease
from laneway.core.views.mesh import mesh_object
from laneway.core.views.misread import Misread, misread


class AboutAnswer(Struct, frozen=True, rename="camel"):
    """What a console stands on now. `revision` is one more after every change.

    `edits` is the way in which edits are written, empty where none are; `sends` whether requests
    can be sent through gateways, `follows` whether the input are a repository's commits, `syncers`
    how many keep objects of a cluster in step with one, `misread` what of the input was not
    understood, None where all was.
    """

    kind: GroundKind
    name: str
    paths: tuple[str, ...]
    revision: int
    gateways: list[GatewayAddress]
    trouble: str = ""
    refused: dict[str, Any] | None = None
    edits: str = ""
    why_no_edits: str = ""
    sends: bool = False
    follows: bool = False
    releases: int = 0
    syncers: int = 0
    misread: Misread | None = None


async def _about(asked: CallAsked) -> AboutAnswer:
    about, seen = asked.ground.about, asked.seen
    return AboutAnswer(
        about.kind,
        about.name,
        about.paths,
        seen.revision,
        list(seen.gateways),
        seen.trouble,
        dict(seen.refused) if seen.refused else None,
        asked.ground.way.kind if asked.ground.way and not asked.read_only else "",
        ". ".join(READ_ONLY) if asked.read_only else asked.ground.why_no_way,
        asked.ground.sender is not None and not asked.read_only,
        asked.ground.followed is not None,
        len(seen.releases) or _plans(asked),
        len(seen.syncers),
        misread(seen.compilation.snapshot),
    )


def _plans(asked: CallAsked) -> int:
    """Return how many plans of releases are files of ours."""
    found = asked.seen.compilation.snapshot.by_kind.get(LaneRelease, ())
    if asked.ground.followed:
        return 0
    return sum(bool(one.meta.source.text) for one in found)


async def _mesh(asked: CallAsked) -> dict[str, Any]:
    return await asked.of_seen("mesh", lambda seen: mesh_object(seen.compilation.mesh))


CALLS = (
    ApiCall("GET", "/about", "What the console stands on", _about, AboutAnswer),
    ApiCall("GET", "/mesh", "The mesh as it was understood", _mesh, dict[str, Any]),
)
