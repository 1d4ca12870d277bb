"""An operator at work on the model, until nothing happens any more, or until it is killed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from laneway.apps.operator.observing import AskingIstiod
from laneway.apps.operator.operation import Operation
from laneway.apps.operator.seams import Confirming
from laneway.apps.operator.target import OperatorSettings
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.own_objects import manifest_of
from laneway.core.keeping.owners import Owner
from laneway.core.resources.meta import Ref
from tests.operator.model_api import KINDS, ModelApi
from tests.operator.proxies import Proxies
from tests.operator.town import Act
from tests.operator.virtual_time import VirtualClock

CALM = 120.0
"""Virtual seconds after which nothing of one act is under way."""
OURS = ("DestinationRule", "VirtualService")


def settings(api: ModelApi, **more: object) -> OperatorSettings:
    """Return the settings of an operator that is installed on a model."""
    uid = api.objects["ClusterRole", "", "laneway"]["metadata"]["uid"]
    owner = Owner("rbac.authorization.k8s.io/v1", "ClusterRole", "laneway", uid)
    return OperatorSettings(owner, drain=0.0, **more)  # type: ignore[arg-type]


def operation(api: ModelApi, proxies: Confirming | None = None, **more: object) -> Operation:
    """Return an operator that is about to begin."""
    kinds, asked = list(KINDS.values()), proxies or Proxies()
    working = Operation(api, kinds, asked, settings(api, **more), VirtualClock())
    if isinstance(asked, AskingIstiod):
        asked.pods = working.caches.pods
    return working


async def at_work(
    api: ModelApi,
    *acts: Act,
    proxies: Confirming | None = None,
    working: Operation | None = None,
    **more: object,
) -> Operation:
    """Have an operator work while people act, each when all is calm; it ends when all is calm."""
    working = working or operation(api, proxies, **more)
    task = asyncio.create_task(working.run())
    dies = asyncio.create_task(api.killed.wait())
    following = asyncio.create_task(working.caches.run())
    try:
        for act in acts or (lambda _: None,):
            act(api)
            calm = asyncio.create_task(asyncio.sleep(CALM))
            await asyncio.wait({task, dies, calm}, return_when=asyncio.FIRST_COMPLETED)
            calm.cancel()
            if task.done():
                await task
            if dies.done():
                break
        if not dies.done():
            working.stop()
            await task
    finally:
        for one in (task, dies, following):
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one
    return working


def ours(api: ModelApi) -> dict[Ref, Manifest]:
    """Return the objects of ours that lie there."""
    bodies = [body for (kind, *_), body in api.objects.items() if kind in OURS]
    found = map(manifest_of, bodies)
    return {one.ref: one for one in found}
