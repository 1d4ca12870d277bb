"""Law: every rule at a gateway is put to the test, or it is said why it cannot be.

A request that is said to meet a rule meets it, one that is said to miss it does not, and no rule
is forgotten in between.
"""

from __future__ import annotations

from hypothesis import given, settings

from laneway.core.routing.ask.reach import Reach
from laneway.core.routing.ask.request import unmet
from laneway.core.routing.ask.walk import enter
from laneway.core.routing.plan.route_plan import Forward
from laneway.core.search.probes import Probe, probes
from tests.laws.compiling import compile_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object


@settings(max_examples=40)
@given(shared_meshes())
def test_every_rule_at_a_gateway_has_a_request_or_a_reason(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    found = probes(compilation.mesh, compilation.plan)
    for port in compilation.plan.gateway_ports:
        for host in port.virtual_hosts:
            named = [
                probe.promise.rule
                for probe in found.sent
                if (probe.purpose, probe.gateway, probe.domain) == ("rule", port, host.domain)
            ]
            named += [
                one.rule
                for one in found.unprobed
                if (one.gateway, one.domain) == (port, host.domain)
            ]

            assert [rule for rule in host.rules if rule not in named] == []


@settings(max_examples=40)
@given(shared_meshes())
def test_a_probe_is_promised_what_the_walk_says(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    for probe in probes(compilation.mesh, compilation.plan).sent:
        decided = enter(compilation.mesh, compilation.plan, probe.request, probe.gateway)

        assert probe.promise == decided
        assert (probe.purpose != "rule") or _meets(probe)


@settings(max_examples=40)
@given(shared_meshes())
def test_no_request_is_sent_twice_to_a_port(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    sent = [
        (probe.gateway.selector, probe.gateway.port, probe.request)
        for probe in probes(compilation.mesh, compilation.plan).sent
    ]

    assert len(sent) == len(set(sent))


@settings(max_examples=40)
@given(shared_meshes())
def test_pods_of_the_first_hop_that_keep_the_lane_are_within_reach(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    reach = Reach(compilation.mesh, compilation.plan)
    for probe in probes(compilation.mesh, compilation.plan).sent:
        rule = probe.promise.rule
        if rule is None or not isinstance(rule.action, Forward):
            assert not reach.of(probe.promise)
        elif not any(share.destination.subset for share in rule.action.shares):
            assert {pod.meta.ref for pod in probe.promise.pods} <= reach.of(probe.promise).keys()


def _meets(probe: Probe) -> bool:
    matches = probe.promise.rule.matches if probe.promise.rule else ()
    return not matches or any(unmet(match, probe.request) is None for match in matches)
