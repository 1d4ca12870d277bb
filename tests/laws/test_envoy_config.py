"""Laws of what Envoy is given: whole, loadable, and the same for callers no rule tells apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import asdict

from laneway.core.emit.envoy.config import Block, ProxyConfig, table_of
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.envoy.tables import CallerClass, caller_table, class_of
from laneway.core.emit.envoy.tunnels import CONNECT, TUNNELS
from laneway.core.routing.plan.told_apart import asked_by_proxies
from tests.laws.compiling import compile_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object
from tests.laws.placing import envoy_of, intercepted, placement_of


@settings(max_examples=25)
@given(shared_meshes())
def test_callers_no_rule_tells_apart_meet_the_same_routes(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    asked = asked_by_proxies(compilation.mesh, compilation.plan)
    for replica in placement_of(compilation).replicas:
        caller = replica.caller
        alone = CallerClass(caller.namespace, caller.labels)

        shared = caller_table(compilation.mesh, compilation.plan, class_of(replica, asked))
        own = caller_table(compilation.mesh, compilation.plan, alone)

        assert _routes(shared.block) == _routes(own.block)


@pytest.mark.parametrize("per_workload", [False, True])
@settings(max_examples=25)
@given(mesh=shared_meshes())
def test_every_listener_finds_its_table_and_every_domain_stands_once(
    mesh: list[Object],
    per_workload: bool,  # noqa: FBT001 - the column of a table
) -> None:
    config = envoy_of(compile_mesh(mesh), per_workload=per_workload)
    for proxy in config.proxies.values():
        for listener in proxy.listeners.values():
            assert table_of(listener) in {"", *proxy.tables}
        for table in proxy.tables.values():
            domains = [domain for host in table["virtual_hosts"] for domain in host["domains"]]
            assert len(domains) == len(set(domains))


@settings(max_examples=25)
@given(shared_meshes())
def test_a_configuration_is_the_same_after_a_round_through_its_files(mesh: list[Object]) -> None:
    for proxy in envoy_of(compile_mesh(mesh)).proxies.values():
        assert ProxyConfig(**json.loads(json.dumps(asdict(proxy)))) == proxy


@settings(max_examples=25)
@given(shared_meshes())
def test_one_envoy_and_many_hold_the_same_resources(mesh: list[Object]) -> None:
    compilation = compile_mesh(mesh)
    one = envoy_of(compilation)
    many = envoy_of(compilation, per_workload=True)

    together = [proxy.listeners for proxy in many.proxies.values()]
    assert {k: v for each in together for k, v in each.items()} == one.proxies["mesh"].listeners
    assert (one.routes, one.inbound, one.callers) == (many.routes, many.inbound, many.callers)


@settings(max_examples=25)
@given(shared_meshes())
def test_every_counter_belongs_to_a_route_that_is_there(mesh: list[Object]) -> None:
    config = envoy_of(compile_mesh(mesh))
    stats = {
        f"vhost.{host['name']}.route.{route['stat_prefix']}.upstream_rq_total"
        for table in config.proxies["mesh"].tables.values()
        for host in table["virtual_hosts"]
        for route in host["routes"]
        if "stat_prefix" in route
    }
    assert {counter.stat for counter in config.routes} == stats


@settings(max_examples=25)
@given(shared_meshes())
def test_with_interception_callers_meet_the_same_routes_and_they_count_alike(
    mesh: list[Object],
) -> None:
    compilation = compile_mesh(mesh)
    told = envoy_of(compilation)
    placement = intercepted(compilation)
    led = envoy_config(compilation.mesh, compilation.plan, placement)

    assert (led.routes, led.inbound, led.callers) == (told.routes, told.inbound, told.callers)
    assert sorted(led.proxies) == ["_host", "mesh"]
    for name, table in led.proxies["mesh"].tables.items():
        domains = [domain for host in table["virtual_hosts"] for domain in host["domains"]]
        assert len(domains) == len(set(domains))
        for host in told.proxies["mesh"].tables[name]["virtual_hosts"]:
            other = next(one for one in table["virtual_hosts"] if one["name"] == host["name"])
            assert {*host["domains"]} <= {*other["domains"]}
            assert other["routes"] == [one for one in host["routes"] if not _asks(one)]


def _asks(route: Block) -> bool:
    """Whether a route is for those who ask their proxy for a tunnel."""
    return route["match"] == CONNECT and route["name"] in (TUNNELS, "allow_any")


def _routes(table: Block) -> list[Any]:
    """Return the virtual hosts of a table without the name of the table in them."""
    return [list(_anonymous(host)) for host in table["virtual_hosts"]]


def _anonymous(host: Block) -> Iterator[object]:
    yield host["domains"]
    for route in host["routes"]:
        yield {name: value for name, value in route.items() if name != "stat_prefix"}
