"""One process that follows all Pods, and what it weighs: the child of `tests.kube.search`.

Comes in: a kubeconfig, and whether lists are streamed or paged. Goes out: a line of JSON for each
moment: nothing yet, all read for the first time, all read anew, and what happens when a line comes
in by standard input.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from laneway.adapters.kube import Client, Following, access


class Meta(Struct):
    """What is kept of the metadata of a Pod."""

    name: str
    namespace: str
    labels: dict[str, str] = {}


class PodStatus(Struct, rename="camel"):
    """What is kept of the status of a Pod."""

    pod_ip: str = msgspec.field(name="podIP", default="")


class PodHeld(Struct):
    """What is kept of a Pod."""

    metadata: Meta
    status: PodStatus


class Moment(Struct):
    """What the process weighs, and what it has asked so far."""

    name: str
    seconds: float
    processor: float
    rss: int
    highest: int
    objects: int
    readings: int
    requests: dict[str, int]


_pod = msgspec.json.Decoder(PodHeld)


def decoded(text: bytes) -> PodHeld:
    """Return a Pod, its labels interned."""
    pod = _pod.decode(text)
    intern = sys.intern
    pod.metadata.labels = {intern(key): intern(value) for key, value in pod.metadata.labels.items()}
    return pod


async def follow(kubeconfig: str, *, paged: bool, times: int) -> None:
    """Follow, read anew so many times, then look at each line of standard input."""
    begun = time.monotonic(), time.process_time()
    async with Client(access(kubeconfig)) as client:
        pods = (await client.kinds())["", "Pod"]
        following = Following(client, pods, decoded)
        following._can_stream = not paged  # noqa: SLF001 - as an older server has it

        def tell(name: str) -> None:
            """Say what this moment is, counted from the one before."""
            nonlocal begun
            now = time.monotonic(), time.process_time()
            asked = {f"{verb} {code}": n for (verb, _, code), n in client.requests.items()}
            weight = dict(_weights())
            moment = Moment(
                name,
                now[0] - begun[0],
                now[1] - begun[1],
                weight["VmRSS"],
                weight["VmHWM"],
                len(following.objects),
                following.readings,
                asked,
            )
            print(msgspec.json.encode(moment).decode(), flush=True)  # noqa: T201 - the answer
            begun = now

        tell("nothing")
        task = asyncio.create_task(following.run(lambda: None))
        await _until(lambda: following.is_synced)
        tell("read")
        for number in range(times):
            task.cancel()
            following._version = ""  # noqa: SLF001 - as after a 410
            task = asyncio.create_task(following.run(lambda: None))
            await _until(partial(_has_read, following, number + 2))
            tell("read anew")
        for line in iter(sys.stdin.readline, ""):
            await _until(partial(_has, following, int(line)))
            tell("followed")
        task.cancel()


def _has_read(following: Following[PodHeld], times: int) -> bool:
    return following.readings >= times


def _has(following: Following[PodHeld], number: int) -> bool:
    return len(following.objects) == number and following.stale_since is None


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.01)


def _weights() -> list[tuple[str, int]]:
    lines = Path("/proc/self/status").read_text().splitlines()
    pairs = (line.split(":") for line in lines if line.startswith(("VmRSS", "VmHWM")))
    return [(name, int(value.split()[0])) for name, value in pairs]


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1], paged=sys.argv[2] == "paged", times=int(sys.argv[3])))
