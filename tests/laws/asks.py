"""Random requests for a random mesh: at its gateways and between its pods.

Comes in: the objects of a mesh. Goes out: `Ask`s drawn from the words the mesh itself uses (hosts,
paths, header values, lane names), so that most of them meet a rule and some miss by a letter.
"""

from __future__ import annotations

from base64 import b64encode
from random import Random

from hypothesis import strategies as st
from msgspec import Struct

from tests.laws.objects import Object

PATHS = ("/mock", "/mock/", "/mock?beta=1", "/", "/api", "/api/v1", "/item/7", "/item/x", "/other")
BAGGAGE = (
    "x-asm-prefer-tag={0}",
    "userId=alice, x-asm-prefer-tag = {0};p=1 ,isProduction=false",
    "userId=alice;x-asm-prefer-tag={0}",
    "userId=alice",
    "x-asm-prefer-tags={0}",
    "X-Asm-Prefer-Tag={0}",
)
"""Baggage that holds a lane among others, and baggage that only seems to."""
CORRELATION = ("{0}", "YQ==:MQ==, {0} ,Yg==:", "{0}s", "a{0}", "")
"""SkyWalking's pairs, `{0}` being that of a lane."""
COOKIES = (
    "lane={0}",
    "x=1;lane={0} ; y=2",
    "x=1; lane={0}",
    "xlane={0}",
    "lane={0}x",
    "x=lane={0}",
)
"""Cookies that hold a lane among others, and cookies that only seem to."""
HOSTS = ("shop.example.com", "a.example.com", "b.example.com", "c.example.com", "elsewhere.test")


class Ask(Struct, frozen=True):
    """One request.

    `caller` is `namespace/workload` of the pod that sends it, or empty for a client outside, who
    dials the gateway proxies selected by `gateway` (`key=value`). `host` is what the client puts
    into `Host`, without a port; `port` the gateway's or the service's port. `headers` may name one
    header several times: several lines.
    """

    caller: str
    gateway: str
    host: str
    port: int
    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()


def requests(mesh: list[Object]) -> st.SearchStrategy[Ask]:
    """Draw one request for the mesh, at a gateway or from one of its workloads.

    Only a seed is drawn: thousands of requests must not cost thousands of searches.
    """
    return st.integers(0, 2**32).map(lambda seed: random_ask(mesh, Random(seed)))  # noqa: S311


def entry_requests(mesh: list[Object]) -> st.SearchStrategy[Ask]:
    """Draw one request at a gateway."""
    return st.integers(0, 2**32).map(lambda seed: _entry(mesh, Random(seed)))  # noqa: S311


def random_ask(mesh: list[Object], chance: Random) -> Ask:
    """Return a request for the mesh by chance: two of three are calls in the mesh."""
    if _workloads(mesh) and chance.random() < 2 / 3:
        return _call(mesh, chance)
    return _entry(mesh, chance)


def _of(mesh: list[Object], kind: str) -> list[Object]:
    return [item for item in mesh if item["kind"] == kind]


def _workloads(mesh: list[Object]) -> list[Object]:
    return _of(mesh, "Deployment")


def _headers(mesh: list[Object], chance: Random) -> tuple[tuple[str, str], ...]:
    lanes = [item["metadata"]["name"] for item in _of(mesh, "ASMSwimLane")]
    lines = (
        ("x-asm-prefer-tag", [*lanes, "unknown"]),
        ("X-User", ["alice", "bob", "a"]),
        (
            "cookie",
            ["x=1; beta=1", "x=1", *(line.format(one) for line in COOKIES for one in lanes)],
        ),
        ("x-debug", ["1"]),
        ("baggage", [line.format(lane) for line in BAGGAGE for lane in [*lanes, "unknown"]]),
        (
            "sw8-correlation",
            [line.format(_pair(lane)) for line in CORRELATION for lane in [*lanes, "unknown"]],
        ),
    )
    chosen = (chance.choice(lines) for _ in range(chance.choice((0, 1, 1, 2, 3))))
    return tuple((name, chance.choice(values)) for name, values in chosen)


def _pair(lane: str) -> str:
    key, value = (b64encode(text.encode()).decode() for text in ("x-asm-prefer-tag", lane))
    return f"{key}:{value}"


def _entry(mesh: list[Object], chance: Random) -> Ask:
    gate = chance.choice(_of(mesh, "Gateway"))["spec"]
    key, value = next(iter(gate["selector"].items()))
    return Ask(
        "",
        f"{key}={value}",
        chance.choice(HOSTS),
        gate["servers"][0]["port"]["number"],
        chance.choice([*PATHS, *_links(mesh)]),
        chance.choice(("GET", "GET", "POST")),
        _headers(mesh, chance),
    )


def _links(mesh: list[Object]) -> list[str]:
    lanes = [item["metadata"]["name"] for item in _of(mesh, "ASMSwimLane")]
    return [f"/mock?page=1&lane={lane}" for lane in (*lanes, "", "unknown")]


def _call(mesh: list[Object], chance: Random) -> Ask:
    caller = chance.choice(_workloads(mesh))["metadata"]
    service = chance.choice(_of(mesh, "Service"))
    name, space = service["metadata"]["name"], service["metadata"]["namespace"]
    spellings = [f"{name}.{space}.svc.cluster.local", f"{name}.{space}", f"{name}.{space}.svc"]
    if caller["namespace"] == space:
        spellings.append(name)
    return Ask(
        f"{caller['namespace']}/{caller['name']}",
        "",
        chance.choice(spellings),
        chance.choice(service["spec"]["ports"])["port"],
        chance.choice(PATHS),
        chance.choice(("GET", "GET", "POST")),
        _headers(mesh, chance),
    )
