"""Law: a Sidecar that is written for a workload takes no call of its group away, nor another way.

What its pods' proxies still see they meet as they did without it, and what is proven of a mesh
stays proven.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from laneway.core.compile import Compilation
from laneway.core.mesh.link import link
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.proof.prove import prove
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, call, connect
from tests.laws.asks import requests
from tests.laws.compiling import compile_mesh, snapshot_of_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.narrowing_itself import kept, with_sidecars
from tests.laws.objects import Object
from tests.laws.taste import SOUND


@settings(max_examples=25)
@given(st.data(), shared_meshes())
def test_calls_that_are_kept_meet_what_they_met(data: st.DataObject, mesh: list[Object]) -> None:
    before, after = compile_mesh(mesh), compile_mesh(with_sidecars(mesh))
    ask = data.draw(requests(mesh))
    for pod, service in kept(after):
        for port in service.ports:
            asked = Request(
                service.host, ask.path, ask.method, headers=ask.headers, port=port.number
            )
            caller = Caller.of(pod)
            told = [met(one, caller, asked) for one in (before, after)]

            assert told[0] == told[1]


def met(compilation: Compilation, caller: Caller, asked: Request) -> list[object]:
    mesh, plan, host = compilation.mesh, compilation.plan, Host(asked.host)
    found = (
        call(mesh, plan, caller, host, asked),
        connect(mesh, plan, caller, host, asked.port),
    )
    return [outcome(one) for one in found]


def outcome(decision: Decision) -> object:
    rule = decision.rule.name if decision.rule else ""
    pods = [[pod.meta.ref for pod in target.pods] for target in decision.targets]
    return rule, decision.status, pods


@settings(max_examples=25)
@given(shared_meshes())
def test_pods_of_a_group_still_see_all_of_it(mesh: list[Object]) -> None:
    after = compile_mesh(with_sidecars(mesh))
    seen = {(id(pod), service.host) for pod, service in kept(after)}
    known = {id(pod): pod for pod, _ in kept(after)}
    before = {(pod.meta.ref, service.host) for pod, service in kept(compile_mesh(mesh))}
    for group in after.mesh.groups:
        for at, pod in known.items():
            if lanes_of(group, pod.labels):
                hidden = {host for host in group.hosts if (at, host) not in seen}
                own = {host for host in group.hosts if (pod.meta.ref, host) in before}

                assert not hidden - unexported(after) or own


def unexported(compilation: Compilation) -> set[str]:
    """Return the hosts that some namespace is not shown, whatever its Sidecars say."""
    services = compilation.mesh.services.values()
    return {one.host for one in services if one.service.meta.annotations}


@settings(max_examples=20)
@given(shared_meshes(SOUND))
def test_what_is_proven_stays_proven(mesh: list[Object]) -> None:
    before = prove(link(snapshot_of_mesh(mesh)))
    after = prove(link(snapshot_of_mesh(with_sidecars(mesh))))

    assert [one.verdict for one in before.claims] == [one.verdict for one in after.claims]
