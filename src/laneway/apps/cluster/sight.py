"""How much of a cluster a user may see: of each kind all, what some namespaces have, or nothing.

Comes in: a client of that user. Goes out: places to list each kind in. The server is asked, so
that what is not shown is never even read; it is asked again from time to time, since rights change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import msgspec
from msgspec import Struct, field

from laneway.adapters.kube import Client, Forbidden, Kind
from laneway.adapters.kube.reviews import RulesOfUser, may, rules_in
from laneway.core.keeping.followed import FOLLOWED, SHOWN, is_followed

KindName = tuple[str, str]
"""An API group and the name of a kind."""
Places = tuple[str, ...]
"""Namespaces; `EVERYWHERE` stands for the whole cluster."""
EVERYWHERE: Places = ("",)
MOST_NAMESPACES = 40
"""Namespaces that are looked into where a user may not list the whole cluster: each kind is
followed in each of them."""
_NAMESPACE: KindName = ("", "Namespace")
_AT_ONCE = 4


class _NameHead(Struct):
    name: str = ""


class _NamedObject(Struct):
    metadata: _NameHead = field(default_factory=_NameHead)


_named = msgspec.json.Decoder(_NamedObject)


def object_name(raw: bytes) -> str:
    """Return the name of an object that a server gave."""
    return _named.decode(raw).metadata.name


class UserSight(Struct, frozen=True):
    """The kinds that a server has and that matter, and where each may be listed.

    `namespaces` are those that were looked into, `beyond` how many more there were.
    """

    kinds: dict[KindName, Kind]
    places: dict[KindName, Places]
    namespaces: Places = ()
    beyond: int = 0


async def sight_of(client: Client, namespaces: Sequence[str] = ()) -> UserSight:
    """Return what a user may see, of these namespaces alone if any are named. Raises KubeError."""
    served = await client.kinds()
    kinds = {name: kind for name, kind in served.items() if name in FOLLOWED or name in SHOWN}
    asking = _Questions(client)
    whole = [
        one for one in kinds.values() if _is_read(one) and not (namespaces and one.is_namespaced)
    ]
    allowed = await asyncio.gather(*map(asking.everywhere, whole))
    places: dict[KindName, Places] = dict.fromkeys(kinds, ())
    places |= {
        (one.group, one.kind): EVERYWHERE for one, yes in zip(whole, allowed, strict=True) if yes
    }
    left = [kind for name, kind in kinds.items() if kind.is_namespaced and not places[name]]
    if all((one.group, one.kind) in SHOWN for one in left):
        return UserSight(kinds, places)
    known = places.get(_NAMESPACE) == EVERYWHERE and not namespaces
    found = await _namespaces(client, kinds[_NAMESPACE]) if known else list(namespaces)
    some = tuple(found or [client.access.namespace])[:MOST_NAMESPACES]
    places |= await asking.inside(left, some)
    return UserSight(kinds, places, some, max(0, len(found) - len(some)))


def _is_read(kind: Kind) -> bool:
    is_shown = (kind.group, kind.kind) in SHOWN
    return is_shown or is_followed(kind.group, kind.version, kind.kind)


async def _namespaces(client: Client, kind: Kind) -> list[str]:
    try:
        listed = client.listed(kind, is_metadata_only=True)
        return sorted([object_name(raw) async for raw in listed])
    except Forbidden:
        return []


class _Questions:
    """Questions of one user, some at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def everywhere(self, kind: Kind, namespace: str = "") -> bool:
        async with self._gate:
            return await may(self._client, "list", kind, namespace)

    async def inside(self, kinds: Collection[Kind], namespaces: Places) -> dict[KindName, Places]:
        """Return in which of some namespaces each kind may be listed."""
        told = await asyncio.gather(*map(self._rules, namespaces))
        rules = dict(zip(namespaces, told, strict=True))
        return {
            (kind.group, kind.kind): tuple(
                [one for one in namespaces if await self._allowed(kind, one, rules[one])]
            )
            for kind in kinds
        }

    async def _rules(self, namespace: str) -> RulesOfUser:
        async with self._gate:
            return await rules_in(self._client, namespace)

    async def _allowed(self, kind: Kind, namespace: str, rules: RulesOfUser) -> bool:
        """Ask the rules; where some of them may be missing, ask about this one right."""
        if rules.allow("list", kind) or not rules.incomplete:
            return rules.allow("list", kind)
        return await self.everywhere(kind, namespace)
