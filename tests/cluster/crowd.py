"""Proxies that join a running istiod and stay: what each of them holds, is sent, and since when.

Comes in: proxies, and words to wait for. Goes out: numbers and bytes by kind of resource, the
resources themselves, and moments. The joining itself is done by `engines/crowd`, which speaks delta
ADS as Envoy does. What does not come within its time is `UntranslatableError`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from tests.agree.oracle import Workload
from tests.agree.piped import Piped
from tests.cluster.control_plane import Istiod
from tests.cluster.fetching import node

KINDS = ("clusters", "endpoints", "listeners", "tables")
"""Of resources; tables are RouteConfigurations."""


class Amount(Struct, frozen=True):
    """A number of resources, their bytes on the wire, and how many responses brought them."""

    number: int
    bytes: int
    responses: int


class Holding(Struct, frozen=True):
    """What a proxy holds, and what it was sent since the last watch, by kind."""

    held: dict[str, Amount]
    sent: dict[str, Amount]
    routes: int
    """In all of its tables."""


class Crowd(Piped):
    """Proxies on their streams to one istiod; a context manager at whose end they leave."""

    def __init__(self, program: Path, istiod: Istiod, host: str = "127.0.0.1") -> None:
        """Take the built program and the istiod to join."""
        super().__init__([str(program), f"{host}:{istiod.grpc}"])
        self._version = istiod.version

    def join(self, proxies: Iterable[Workload], seconds: float = 60) -> None:
        """Let proxies join, side by side; returns when each has all it subscribed to."""
        told = [{**asdict(one), "node": node(one, self._version)} for one in proxies]
        self.ask({"join": told, "seconds": seconds})

    def watch(self, words: Mapping[str, Iterable[bytes]]) -> None:
        """Note from now on when each proxy, by name, is sent resources that hold its words."""
        told = {name: [b64encode(one).decode() for one in said] for name, said in words.items()}
        self.ask({"watch": told})

    def met(self, seconds: float = 60) -> dict[str, float]:
        """Wait until all words have come; return when the last one came, in seconds since 1970."""
        found = self.ask({"await": seconds}).get("at", {})
        return {name: at / 1e9 for name, at in found.items()}

    def holdings(self) -> dict[str, Holding]:
        """Return what each proxy holds, by name."""
        return msgspec.convert(self.ask({"held": True})["proxies"], dict[str, Holding])

    def shown(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resources of a kind that each proxy holds, as Envoy's JSON, by their names."""
        found: dict[str, dict[str, Any]] = self.ask({"show": kind})["shown"]
        return found
