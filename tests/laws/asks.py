"""Random requests for a random mesh: at its gateways and between its pods.

Comes in: the objects of a mesh. Goes out: `Ask`s drawn from the words the mesh itself uses (hosts,
paths, header values, lane names), so that most of them meet a rule and some miss by a letter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.laws.objects import Object

PATHS = ("/mock", "/mock/", "/mock?beta=1", "/", "/api", "/api/v1", "/item/7", "/item/x", "/other")
HOSTS = ("shop.example.com", "a.example.com", "b.example.com", "c.example.com", "elsewhere.test")


@dataclass(frozen=True, slots=True)
class Ask:
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
    headers: tuple[tuple[str, str], ...] = field(default=())


def requests(mesh: list[Object]) -> st.SearchStrategy[Ask]:
    """Draw one request for the mesh, at a gateway or from one of its workloads."""
    if not _workloads(mesh):
        return _entry(mesh)
    return st.sampled_from((_call(mesh), _call(mesh), _entry(mesh))).flatmap(lambda kind: kind)


def entry_requests(mesh: list[Object]) -> st.SearchStrategy[Ask]:
    """Draw one request at a gateway."""
    return _entry(mesh)


def _of(mesh: list[Object], kind: str) -> list[Object]:
    return [item for item in mesh if item["kind"] == kind]


def _workloads(mesh: list[Object]) -> list[Object]:
    return _of(mesh, "Deployment")


def _services(mesh: list[Object]) -> list[Object]:
    return _of(mesh, "Service")


@st.composite
def _headers(draw: st.DrawFn, mesh: list[Object]) -> tuple[tuple[str, str], ...]:
    lanes = [item["metadata"]["name"] for item in _of(mesh, "ASMSwimLane")]
    line = st.one_of(
        st.tuples(st.just("x-asm-prefer-tag"), st.sampled_from([*lanes, "unknown"])),
        st.tuples(st.just("X-User"), st.sampled_from(("alice", "bob", "a"))),
        st.tuples(st.just("cookie"), st.sampled_from(("x=1; beta=1", "x=1"))),
        st.tuples(st.just("x-debug"), st.just("1")),
    )
    return tuple(draw(st.lists(line, max_size=3)))


@st.composite
def _entry(draw: st.DrawFn, mesh: list[Object]) -> Ask:
    gate = draw(st.sampled_from(_of(mesh, "Gateway")))["spec"]
    key, value = next(iter(gate["selector"].items()))
    return Ask(
        "",
        f"{key}={value}",
        draw(st.sampled_from(HOSTS)),
        gate["servers"][0]["port"]["number"],
        draw(st.sampled_from(PATHS)),
        draw(st.sampled_from(("GET", "GET", "POST"))),
        draw(_headers(mesh)),
    )


@st.composite
def _call(draw: st.DrawFn, mesh: list[Object]) -> Ask:
    caller = draw(st.sampled_from(_workloads(mesh)))["metadata"]
    service = draw(st.sampled_from(_services(mesh)))
    name, space = service["metadata"]["name"], service["metadata"]["namespace"]
    spellings = [f"{name}.{space}.svc.cluster.local", f"{name}.{space}", f"{name}.{space}.svc"]
    if caller["namespace"] == space:
        spellings.append(name)
    return Ask(
        f"{caller['namespace']}/{caller['name']}",
        "",
        draw(st.sampled_from(spellings)),
        draw(st.sampled_from(service["spec"]["ports"]))["port"],
        draw(st.sampled_from(PATHS)),
        draw(st.sampled_from(("GET", "GET", "POST"))),
        draw(_headers(mesh)),
    )
