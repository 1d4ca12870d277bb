"""A golden case: one file, one claim.

The first document of a case says what is expected; the others, behind the scenery that `with`
names, are the input. `calls` is a table, one request a line:

    [at GATEWAY:PORT] [METHOD] [HOST]/PATH [HEADER:VALUE ...] => OUTCOME
    WORKLOAD calls HOST:PORT[/PATH] [HEADER:VALUE ...] => OUTCOME

An OUTCOME is a list of shares, `60% mocka-v1 > mockb-v1, 40% mocka-v2 > mockb-v2|mockb-x`: `>` is
the next hop (the one the pod's `upstream_url` names), `|` separates pods that may answer alike,
a number is the status a proxy answers, `mocka@s1` a subset whose pods the input does not hold.
`with NAME:VALUE ...` at its end says which lines of these headers reach the first pod. A value is
spelled without blanks.

A case of layout `scoped` (with a `form`, and `clients` by name) is also read back: its objects
alone have to answer the calls. `forms` says how each lane service is written, and why.

`forwards` names the headers that every application copies from the request it serves to the
requests it sends; `forgetful` the workloads that copy none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

HERE = Path(__file__).parent
CASES = HERE / "cases"
SCENERY = HERE / "scenery"
DOCUMENT = re.compile(r"^---[ \t]*$\n?", re.MULTILINE)

Headers = tuple[tuple[str, str], ...]


class Share(Struct, frozen=True):
    """A part of an outcome: percent of the requests, and what may answer at each hop."""

    percent: int
    hops: tuple[frozenset[str], ...]

    def __str__(self) -> str:
        """Return the share as a case writes it."""
        return f"{self.percent}% " + " > ".join("|".join(sorted(hop)) for hop in self.hops)


class Outcome(Struct, frozen=True):
    """What a request meets. `carried` are header lines that reach the first pod."""

    shares: frozenset[Share]
    carried: Headers = ()

    def __str__(self) -> str:
        """Return the outcome as a case writes it."""
        carried = " ".join(f"{name}:{value}" for name, value in self.carried)
        shares = ", ".join(sorted(str(share) for share in self.shares))
        return f"{shares} with {carried}" if carried else shares


class Ask(Struct, frozen=True):
    """The left side of a call. `caller` is empty at a gateway, `gateway` empty in the mesh."""

    caller: str
    gateway: str
    method: str
    host: str
    port: int
    path: str
    headers: Headers


class Call(Struct, frozen=True):
    """One line of the table."""

    text: str
    ask: Ask
    expected: Outcome


class Forwarding(Struct, frozen=True):
    """The headers that applications copy to the requests they send, and workloads that do not."""

    headers: frozenset[str] = frozenset()
    forgetful: frozenset[str] = frozenset()

    def of(self, workload: str, headers: Headers) -> Headers:
        """Return what a workload's own requests carry of the one it serves."""
        if workload in self.forgetful:
            return ()
        return tuple(pair for pair in headers if pair[0].lower() in self.headers)


class Case(Struct, frozen=True):
    """A case as read. `expected` is the raw first document, `documents` the input in its order."""

    name: str
    path: Path
    expected: dict[str, Any]
    calls: tuple[Call, ...]
    documents: tuple[str, ...]

    @property
    def forwarding(self) -> Forwarding:
        """What applications copy from the requests they serve."""
        return Forwarding(
            frozenset(self.expected.get("forwards", [])),
            frozenset(self.expected.get("forgetful", [])),
        )

    @property
    def findings(self) -> list[str]:
        """The expected findings, `CODE Kind namespace/name`, sorted."""
        return sorted(self.expected.get("findings", []))

    @property
    def held(self) -> list[str]:
        """The groups that are expected to be held."""
        return sorted(self.expected.get("held", []))


def read_case(path: Path) -> Case:
    """Read a case file; raises ValueError when a line of its table cannot be read."""
    first, *own = DOCUMENT.split(path.read_text())
    expected = yaml.load(first, yaml.CSafeLoader)
    scenery = [
        document
        for name in expected.get("with", [])
        for document in DOCUMENT.split((SCENERY / f"{name}.yaml").read_text())
    ]
    name = str(path.relative_to(CASES).with_suffix(""))
    calls = tuple(read_call(text) for text in expected.get("calls", []))
    return Case(name, path, expected, calls, (*scenery, *own))


def read_call(text: str) -> Call:
    """Read one line of a table.

    >>> read_call("mocka-v1 calls mockb:8000 => mockb-v1").ask.caller
    'mocka-v1'
    """
    left, arrow, right = text.partition(" => ")
    if not arrow:
        raise ValueError(f"no `=>` in {text!r}")
    ask = _call_in_mesh(left) if " calls " in left else _call_at_gateway(left)
    return Call(text, ask, _outcome(right))


def _call_in_mesh(text: str) -> Ask:
    caller, _, rest = text.partition(" calls ")
    target, *headers = rest.split()
    authority, slash, path = target.partition("/")
    host, _, port = authority.partition(":")
    return Ask(caller, "", "GET", host, int(port), slash + path or "/", _headers(headers))


def _call_at_gateway(text: str) -> Ask:
    words = text.split()
    gateway, port = "ingressgateway", "80"
    if words[0] == "at":
        gateway, _, port = words[1].partition(":")
        words = words[2:]
    method = words.pop(0) if words[0].isupper() else "GET"
    host, slash, path = words[0].partition("/")
    headers = _headers(words[1:])
    return Ask("", gateway, method, host or "mesh.test", int(port), slash + path, headers)


def _headers(words: list[str]) -> Headers:
    pairs = [word.partition(":") for word in words]
    return tuple((name, value) for name, _, value in pairs)


def _outcome(text: str) -> Outcome:
    shares, _, carried = text.partition(" with ")
    return Outcome(
        frozenset(_share(part) for part in shares.split(", ")), _headers(carried.split())
    )


def _share(text: str) -> Share:
    percent, sign, hops = text.partition("% ")
    if not sign:
        percent, hops = "100", text
    return Share(int(percent), tuple(frozenset(hop.split("|")) for hop in hops.split(" > ")))
